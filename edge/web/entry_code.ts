// An entry as the desk reads it off the phone's screen: the very message that the edge would put on its queue
// (shared/src/envelope.rs), in digits, sealed to the workshop's key, so that the code on the screen tells
// nobody else anything.

import { blake2b } from "@noble/hashes/blake2.js";
import { concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { box, generateKeyPair } from "@stablelib/nacl";
import { encode } from "uqr";
import type { Signup } from "./outbox/signup";
import { entryDigits } from "./rules/entry_digits";
import { shortCode } from "./rules/short_code";

/** Whom it is sealed to. */
export interface Recipient {
  workshop: string;
  key_id: string;
  /** Hexadecimal. */
  x25519: string;
  notice_version: number;
}

/** Keys of one message, in bytes. */
export type KeyPair = ReturnType<typeof generateKeyPair>;

/** A longer code does not scan well off a phone's screen: that of version 22, in digits. */
const MOST_DIGITS = 2409;
/** The quiet zone that the standard asks for, in modules. */
const BORDER = 4;
/** Bytes of a box's nonce. */
const NONCE_BYTES = 24;

/** What the phone shows at the desk. */
export interface EntryCode {
  /** The message in digits; undefined where they are too many for a code. */
  text?: string;
  /** The code: an SVG path in a square of `size`. */
  path?: string;
  size?: number;
  short_code: string;
}

/** Makes the code for the desk. */
export function entryCode(signup: Signup, to: Recipient, now: number): EntryCode {
  const text = sealed(signup, to, now, generateKeyPair());
  const short_code = shortCode(signup.id);
  if (text.length > MOST_DIGITS) return { short_code };
  const { data, size } = encode(text, { ecc: "L", border: BORDER, boostEcc: true });
  const square = (x: number, y: number) => `M${x} ${y}h1v1h-1z`;
  const path = data.map((row, y) => row.map((dark, x) => (dark ? square(x, y) : "")).join("")).join("");
  return { text, path, size, short_code };
}

/** Writes the message. Corrections are not for the desk: what proves them only the server can check. */
export function sealed(signup: Signup, to: Recipient, now: number, pair: KeyPair): string {
  const { id, name, phone, answers, form_version, filled_at } = signup;
  const { workshop, key_id, notice_version } = to;
  const times = { filled_at, received_at: now };
  const inside = { workshop, id, name, phone, answers, form_version, ...times, notice_version };
  const box = seal(utf8ToBytes(JSON.stringify(inside)), hexToBytes(to.x25519), pair);
  return entryDigits({ workshop, id, key_id, received_at: now }, box);
}

/** libsodium's `crypto_box_seal`. */
function seal(plain: Uint8Array, recipient: Uint8Array, { publicKey, secretKey }: KeyPair): Uint8Array {
  const nonce = blake2b(concatBytes(publicKey, recipient), { dkLen: NONCE_BYTES });
  return concatBytes(publicKey, box(recipient, secretKey, nonce, plain));
}
