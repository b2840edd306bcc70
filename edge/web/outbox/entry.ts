// A sign-up on its way, as the phone's outbox keeps it.

import type { FieldError, Signup } from "./signup";

/** What every entry has: all that sending takes, for whoever sends it. */
interface Common {
  id: string;
  /** Where it goes. */
  api: string;
  /** How the addresses of its workshop's receipts begin: says whose it is. */
  receipts: string;
  /** The workshop, for people. */
  title: string;
  signup: Signup;
  tries: number;
  /** The last attempt, in milliseconds since 1970; absent before the first. */
  tried_at?: number;
  /** What the last attempt was answered with; 0 for no answer, absent before the first. */
  status?: number;
}

/** To be sent. */
export interface Waiting extends Common {
  state: "waiting";
  /** Not to be sent before, by the server's word, in milliseconds since 1970; 0 for at once. */
  not_before: number;
  /** Since when the server does not know the code, in milliseconds since 1970; 0 where it does. */
  unknown_since: number;
}

/** Refused by the server; a person has to look at it. */
export interface Refused extends Common {
  state: "refused";
  /** Whether it was surely the server's own word. Older pages took other answers for it, too. */
  own: true;
  /** What is wrong with its fields; empty where something else is. */
  errors: FieldError[];
}

/** Dropped by the teacher, who may still take that back. */
export interface Dropped extends Common {
  state: "dropped";
  /** Milliseconds since 1970. */
  dropped_at: number;
}

/** A sign-up on its way. */
export type Entry = Waiting | Refused | Dropped;

/** What an entry has in one state alone. */
interface OfOneState {
  not_before?: number;
  unknown_since?: number;
  own?: true;
  errors?: FieldError[];
  dropped_at?: number;
}

/** The longest that a server may put a phone off, in milliseconds. */
export const LONGEST_MS = 600_000;

/**
 * An entry as any page has ever stored it: without what it did not need, and with what it had in another
 * state.
 */
export type StoredEntry = Common & OfOneState & Pick<Entry, "state">;

/** Whether what is stored is an entry that can be sent. One that cannot must not keep the others back. */
export function isEntry({ id, api, signup }: StoredEntry): boolean {
  return !!id && typeof api === "string" && !!signup;
}

/**
 * Reads a stored entry. To older pages 0 and an empty list are the same as nothing: they read what this one
 * stores. What they took for a refusal is asked once more.
 */
export function entryOf(stored: StoredEntry): Entry {
  const entry = { ...stored, tries: count(stored.tries) };
  const { state, own, errors, dropped_at, not_before, unknown_since } = entry;
  if (state === "refused" && own) return refused(entry, errors);
  if (state === "dropped") return dropped(entry, count(dropped_at));
  return waiting(entry, count(not_before), count(unknown_since));
}

/** Reads a number of what is counted or of milliseconds: 0 for whatever is none. */
function count(stored: unknown): number {
  return typeof stored === "number" && stored > 0 && stored < Infinity ? stored : 0;
}

/**
 * When an entry may be sent, by the server's word. No server puts a phone off for longer than
 * {@link LONGEST_MS}: a time further ahead was made by a clock that was wrong, and counts as none.
 */
export function putOffUntil({ not_before }: Waiting, now: number): number {
  return not_before > now + LONGEST_MS ? 0 : not_before;
}

/** To be sent. */
export function waiting(entry: Common, not_before = 0, unknown_since = 0): Waiting {
  return { ...common(entry), state: "waiting", not_before, unknown_since };
}

/** Refused by the server's own word, with these mistakes. */
export function refused(entry: Common, errors: FieldError[] = []): Refused {
  return { ...common(entry), state: "refused", own: true, errors };
}

/** Dropped. */
export function dropped(entry: Common, dropped_at = 0): Dropped {
  return { ...common(entry), state: "dropped", dropped_at };
}

/** Leaves out what belongs to one state. */
function common(entry: Common & Partial<StoredEntry>): Common {
  const { state, not_before, unknown_since, own, errors, dropped_at, ...common } = entry;
  return common;
}

/** In the order in which they were filled in. */
export function inOrder<T extends Entry>(entries: T[]): T[] {
  return entries.sort((a, b) => a.signup.filled_at - b.signup.filled_at);
}
