// The sign-up's id: drawn before the first attempt, the same for every attempt with the same content.

import { store } from "./memory";

/** A UUID of version 4. Not `crypto.randomUUID`: browsers hide that one from plain HTTP, as at the venue. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => (byte + 0x100).toString(16).slice(1)).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** One sign-up on its way. */
export interface Attempt {
  id: string;
  filled_at: number;
  /** What was typed, and what it corrects. */
  content: string;
}

/** The attempt for some content: the one that had no answer, also after the page was loaded again; other content is another. */
export function attemptFor(content: string): Attempt {
  const before = current ?? stored.read("");
  current = before?.content === content ? before : { id: newId(), filled_at: Date.now(), content };
  stored.write("", current);
  return current;
}

/** It was kept: the same content once more is somebody's wish, not a repetition. */
export function answered() {
  current = undefined;
  stored.write("", undefined);
}

const stored = store<Attempt>(() => sessionStorage, "rollcall-attempt");
/** Lasts as long as the page where nothing can be stored. */
let current: Attempt | undefined;
