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
  errors?: FieldError[];
  dropped_at?: number;
}

/**
 * An entry as any page has ever stored it: without what it did not need, and with what it had in another
 * state.
 */
export type StoredEntry = Common & OfOneState & Pick<Entry, "state">;

/**
 * Reads a stored entry. To older pages 0 and an empty list are the same as nothing: they read what this one
 * stores.
 */
export function entryOf(stored: StoredEntry): Entry {
  if (stored.state === "refused") return refused(stored, stored.errors);
  if (stored.state === "dropped") return dropped(stored, stored.dropped_at);
  return waiting(stored, stored.not_before, stored.unknown_since);
}

/** To be sent. */
export function waiting(entry: Common, not_before = 0, unknown_since = 0): Waiting {
  return { ...common(entry), state: "waiting", not_before, unknown_since };
}

/** Refused, with these mistakes. */
export function refused(entry: Common, errors: FieldError[] = []): Refused {
  return { ...common(entry), state: "refused", errors };
}

/** Dropped. */
export function dropped(entry: Common, dropped_at = 0): Dropped {
  return { ...common(entry), state: "dropped", dropped_at };
}

/** Leaves out what belongs to one state. */
function common(entry: Common & Partial<StoredEntry>): Common {
  const { state, not_before, unknown_since, errors, dropped_at, ...common } = entry;
  return common;
}

/** In the order in which they were filled in. */
export function inOrder<T extends Entry>(entries: T[]): T[] {
  return entries.sort((a, b) => a.signup.filled_at - b.signup.filled_at);
}
