// A sealed sign-up as digits: the smallest QR code, and the only signs that no keyboard changes
// (shared/src/entry_code.rs, ADR 29).

import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, hexToBytes } from "@noble/hashes/utils.js";
import { SIGNS } from "./short_code";

/** What stands before the others and says what they are. */
const FORMAT = 1;
/** Bytes of the hash of all before them, at the end. */
const CHECKSUM_BYTES = 4;
/** Digits that so many bytes become. */
const DIGITS = [0, 3, 5, 8, 10, 13, 15, 17];

/** What stands outside a box. */
export interface Outside {
  workshop: string;
  id: string;
  /** Hexadecimal. */
  key_id: string;
  received_at: number;
}

/** Writes a box and what stands outside it. */
export function entryDigits({ workshop, id, key_id, received_at }: Outside, box: Uint8Array): string {
  const time = [40, 32, 24, 16, 8, 0].map((bits) => Math.floor(received_at / 2 ** bits) % 256);
  const ids = hexToBytes(key_id + id.replace(/-/g, ""));
  const bytes = concatBytes(
    Uint8Array.of(FORMAT),
    packed(workshop),
    ids,
    Uint8Array.from(time),
    box,
  );
  return digits(concatBytes(bytes, sha256(bytes).slice(0, CHECKSUM_BYTES)));
}

/** Five bits a sign. */
function packed(workshop: string): Uint8Array {
  const bytes: number[] = [];
  let [bits, count] = [0, 0];
  for (const sign of workshop.toUpperCase()) {
    bits = ((bits << 5) | SIGNS.indexOf(sign)) & 0xfff;
    count += 5;
    if (count >= 8) bytes.push((bits >> (count -= 8)) & 0xff);
  }
  return Uint8Array.from(bytes);
}

/** Seven bytes, lowest first, are a number of 17 digits; it is larger than numbers are exact, hence by halves. */
function digits(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += 7) {
    const part = bytes.subarray(start, start + 7);
    const [low, high] = [part.subarray(0, 3), part.subarray(3)].map((half) =>
      half.reduceRight((all, byte) => all * 256 + byte, 0),
    );
    const rest = (high! % 1e8) * 2 ** 24 + low!;
    const first = Math.floor(high! / 1e8) * 2 ** 24 + Math.floor(rest / 1e8);
    const number = String(first).padStart(9, "0") + String(rest % 1e8).padStart(8, "0");
    text += number.slice(-DIGITS[part.length]!);
  }
  return text;
}
