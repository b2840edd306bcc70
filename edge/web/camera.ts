// QR codes from a photograph, or live from the camera where the browser gives it to the page.

import decodeQR from "qr/decode.js";

/** The longer side of a picture as it is looked at, in pixels. */
const SIDE = 1000;
/** How long a picture may take, and one frame. */
const PHOTO_MS = 1000;
const FRAME_MS = 60;
const EVERY_MS = 120;

/**
 * The text of the code in a picture, looked at once and quickly; undefined where none is found. The laptop's
 * reader looks more closely.
 */
export async function readPhoto(file: Blob): Promise<string | undefined> {
  const picture = isBlind() ? undefined : await pictureOf(file);
  if (!picture) return undefined;
  const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  return read(picture, picture.width * scale, picture.height * scale, PHOTO_MS);
}

function pictureOf(file: Blob): Promise<HTMLImageElement | undefined> {
  return new Promise((resolve) => {
    const reader = new FileReader();
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = reader.onerror = () => resolve(undefined);
    // Not an object's URL: the page's policy lets in pictures as data alone.
    reader.onload = () => (image.src = String(reader.result));
    reader.readAsDataURL(file);
  });
}

const canvas = document.createElement("canvas");

/**
 * Whether the browser hides from pages what their pictures show, as Firefox does with resistFingerprinting,
 * and Tor's: a page of black and white is read back as something else.
 */
function isBlind(): boolean {
  const side = 8;
  [canvas.width, canvas.height] = [side, side];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return true;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, side, side);
  context.fillStyle = "#000";
  context.fillRect(0, 0, side / 2, side);
  const isDark = (place: number) => place % side < side / 2;
  const { data } = context.getImageData(0, 0, side, side);
  return data.some((value, i) => i % 4 < 3 && value < 128 !== isDark(Math.floor(i / 4)));
}

function read(
  source: CanvasImageSource,
  width: number,
  height: number,
  timeLimit: number,
): string | undefined {
  [canvas.width, canvas.height] = [Math.round(width), Math.round(height)];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context || !canvas.width || !canvas.height) return undefined;
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  try {
    const picture = context.getImageData(0, 0, canvas.width, canvas.height);
    return decodeQR(picture, { timeLimit, effort: timeLimit > FRAME_MS ? 8 : 1 });
  } catch {
    // No code in it, or none that can be read.
    return undefined;
  }
}

/** The live camera: says each code that it sees once, until it is stopped. */
export function camera(video: HTMLVideoElement, seen: (text: string) => void) {
  let stream: MediaStream | undefined;

  function stop() {
    stream?.getTracks().forEach((track) => track.stop());
    stream = undefined;
    video.srcObject = null;
    video.hidden = true;
  }

  function look() {
    if (!stream) return;
    const text = video.videoWidth ? read(video, video.videoWidth, video.videoHeight, FRAME_MS) : undefined;
    if (text) seen(text);
    else setTimeout(look, EVERY_MS);
  }

  return {
    /** Whether the browser gives this page a camera at all. */
    isThere: !!navigator.mediaDevices && !!navigator.mediaDevices.getUserMedia,
    isOn: () => !!stream,
    stop,
    /** Opens it, or says why not: it was refused, or the page would not see what it sees. */
    async start(): Promise<"on" | "refused" | "blind"> {
      if (isBlind()) return "blind";
      try {
        const wanted = { facingMode: "environment", width: { ideal: 1280 } };
        stream = await navigator.mediaDevices.getUserMedia({ video: wanted });
        video.srcObject = stream;
        video.hidden = false;
        await video.play();
        look();
        return "on";
      } catch {
        stop();
        return "refused";
      }
    },
  };
}
