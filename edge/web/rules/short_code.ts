// The six signs by which a person and a helper name a sign-up to each other.

import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";

/** The signs: shared/src/alphabet.rs. */
export const SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";

/** Draws a sign-up's short code, `K7M 2QX`, as shared/src/signup_id.rs does. */
export function shortCode(id: string): string {
  const domain = utf8ToBytes("rollcall short code");
  const hash = sha256(concatBytes(domain, hexToBytes(id.replace(/-/g, "")))).slice(0, 16);
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
