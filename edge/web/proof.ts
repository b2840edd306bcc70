// Proof of work as ALTCHA defines it: the number whose SHA-256, with the salt before it, is the challenge.

import { continued, utf8 } from "./sha256";

export interface Challenge {
  algorithm: string;
  challenge: string;
  maxnumber: number;
  salt: string;
  signature: string;
}

/** The proof as a sign-up carries it; undefined where no number fits. Keeps its thread busy. */
export function solve({ algorithm, challenge, maxnumber, salt, signature }: Challenge): string | undefined {
  if (algorithm !== "SHA-256") return undefined;
  const wanted = challenge.toLowerCase();
  const hash = continued(utf8(salt));
  for (let number = 0; number <= maxnumber; number++) {
    if (hash(utf8(String(number))) === wanted) {
      return btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }));
    }
  }
  return undefined;
}
