// What a tab remembers. What has to outlive it is in the outbox.

/** What was typed, to fill in a correction. */
export interface Typed {
  name: string;
  phone: string;
  answers: Record<string, unknown>;
}

const TYPED = "rollcall-typed:";

/** Nothing typed, nothing chosen. */
export const BLANK: Typed = { name: "", phone: "", answers: {} };

/**
 * Remembers what was typed until this tab is closed; forgets it where it is `false`. Private windows and full
 * storage forget.
 */
export function remember(key: string, typed: Typed | false) {
  try {
    sessionStorage.setItem(TYPED + key, JSON.stringify(typed));
  } catch {
    // Forgotten, then: the page does without.
  }
}

/** Recalls what was typed; `false` where it was forgotten. */
export function recall(key: string): Typed | false {
  try {
    return JSON.parse(sessionStorage.getItem(TYPED + key) || "false") as Typed | false;
  } catch {
    return false;
  }
}
