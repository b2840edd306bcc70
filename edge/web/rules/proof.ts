// Proof of work as ALTCHA defines it: the number whose SHA-256, with the salt before it, is the challenge.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** What a server asks for. */
export interface Challenge {
  algorithm: string;
  challenge: string;
  maxnumber: number;
  salt: string;
  signature: string;
}

/**
 * Finds the proof as a sign-up carries it; undefined where no number fits. Keeps its thread busy:
 * `crypto.subtle` takes longer to be asked than to answer, and is not there over plain HTTP.
 */
export function solve({ algorithm, challenge, maxnumber, salt, signature }: Challenge): string | undefined {
  if (algorithm !== "SHA-256") return undefined;
  const wanted = challenge.toLowerCase();
  // The salt is hashed once.
  const salted = sha256.create().update(utf8ToBytes(salt));
  for (let number = 0; number <= maxnumber; number++) {
    const hash = salted.clone().update(utf8ToBytes(String(number))).digest();
    if (bytesToHex(hash) === wanted) {
      return btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }));
    }
  }
  return undefined;
}
