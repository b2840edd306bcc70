// An entry as the desk reads it off the phone's screen: the very message that the edge would put on its queue
// (shared/src/envelope.rs), sealed to the workshop's key, so that the code on the screen tells nobody else anything.

import { blake2b } from "blakejs";
import nacl from "tweetnacl";
import { encode } from "uqr";
import { sha256, utf8 } from "./sha256";
import type { Signup } from "./store";

/** Whom it is sealed to. */
export interface Recipient {
  workshop: string;
  key_id: string;
  /** Hexadecimal. */
  x25519: string;
  notice_version: number;
}

/** More than this does not scan well off a phone's screen. */
const MOST_BYTES = 1000;
/** The quiet zone that the standard asks for. */
const BORDER = 4;
/** The signs of a short code: shared/src/alphabet.rs. */
const SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";

export interface Shown {
  /** The message; undefined where it is too large for a code. */
  text?: string;
  /** The code: an SVG path in a square of `size`. */
  path?: string;
  size?: number;
  short_code: string;
}

/** What the desk is shown. */
export function shown(signup: Signup, to: Recipient, now: number): Shown {
  const text = sealed(signup, to, now, nacl.box.keyPair());
  const short_code = shortCode(signup.id);
  if (text.length > MOST_BYTES) return { short_code };
  const { data, size } = encode(text, { ecc: "L", border: BORDER, boostEcc: true });
  const path = data.map((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : "")).join("")).join("");
  return { text, path, size, short_code };
}

/** The message's text. Corrections are not for the desk: what proves them only the server can check. */
export function sealed(signup: Signup, to: Recipient, now: number, pair: nacl.BoxKeyPair): string {
  const { id, name, phone, answers, form_version, filled_at } = signup;
  const { workshop, key_id, notice_version } = to;
  const inside = { workshop, id, name, phone, answers, form_version, filled_at, received_at: now, notice_version };
  const box = seal(utf8(JSON.stringify(inside)), bytes(to.x25519), pair);
  return JSON.stringify({ v: 1, workshop, id, key_id, received_at: now, box: base64(box) });
}

/** libsodium's crypto_box_seal. */
function seal(plain: Uint8Array, recipient: Uint8Array, pair: nacl.BoxKeyPair): Uint8Array {
  const nonce = blake2b(joined(pair.publicKey, recipient), undefined, nacl.box.nonceLength);
  return joined(pair.publicKey, nacl.box(plain, nonce, recipient, pair.secretKey));
}

/** As shared/src/signup_id.rs draws it; e2e/tests/browser/outbox.rs holds the two together. */
export function shortCode(id: string): string {
  const hash = bytes(sha256(joined(utf8("rollcall short code"), bytes(id.replace(/-/g, ""))))).slice(0, 16);
  let code = "";
  for (let place = 0; place < 6; place++) {
    // A division of the 16 bytes, lowest first, by the number of signs: its remainder is the sign.
    let rest = 0;
    for (let i = 15; i >= 0; i--) {
      const part = rest * 256 + hash[i]!;
      hash[i] = Math.floor(part / SIGNS.length);
      rest = part % SIGNS.length;
    }
    code += (place === 3 ? " " : "") + SIGNS[rest]!;
  }
  return code;
}

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function base64(data: Uint8Array): string {
  return btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join("")).replace(/=+$/, "");
}
