// What a tab remembers. What has to outlive it is in the outbox.

/** What was typed, to fill in a correction. */
export interface Typed {
  name: string;
  phone: string;
  answers: Record<string, unknown>;
}

const TYPED = "rollcall-typed:";

/** Remembers what was typed until this tab is closed. Private windows and full storage forget. */
export function remember(key: string, typed: Typed) {
  try {
    sessionStorage.setItem(TYPED + key, JSON.stringify(typed));
  } catch {
    // Forgotten, then: the page does without.
  }
}

/** Recalls what was typed; `null` where it was forgotten. */
export function recall(key: string): Typed | null {
  try {
    return JSON.parse(sessionStorage.getItem(TYPED + key) || "null") as Typed | null;
  } catch {
    return null;
  }
}
