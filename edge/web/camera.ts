// QR codes from a photograph, or live from the camera where the browser gives it to the page.

import decodeQR from "qr/decode.js";

/**
 * The longer side of a picture as it is looked at, first small and quick, then in what a code on a small
 * screen needs.
 */
const SIDES = [1000, 1800, 2800];
/** How long one size may take, and one frame. */
const PHOTO_MS = 2500;
const FRAME_MS = 60;
const EVERY_MS = 120;

/** The text of the code in a picture; undefined where there is none. */
export async function readPhoto(file: Blob): Promise<string | undefined> {
  const picture = await pictureOf(file);
  if (!picture) return undefined;
  for (const side of SIDES) {
    const scale = Math.min(1, side / Math.max(picture.width, picture.height));
    const text = read(picture, picture.width * scale, picture.height * scale, PHOTO_MS);
    if (text || scale === 1) return text;
  }
  return undefined;
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
    /** Whether it opened. */
    async start(): Promise<boolean> {
      try {
        const wanted = { facingMode: "environment", width: { ideal: 1280 } };
        stream = await navigator.mediaDevices.getUserMedia({ video: wanted });
        video.srcObject = stream;
        video.hidden = false;
        await video.play();
        look();
        return true;
      } catch {
        stop();
        return false;
      }
    },
  };
}
