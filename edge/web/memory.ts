// What a tab remembers. What has to outlive it is in store.ts.

/** What was typed, to fill in a correction. */
export interface Typed {
  name: string;
  phone: string;
  answers: Record<string, unknown>;
}

const TYPED = "rollcall-typed:";

/** Until this tab is closed. Private windows and full storage forget; the page then does without. */
export const typed = {
  read(key: string): Typed | undefined {
    try {
      return JSON.parse(sessionStorage.getItem(TYPED + key) || "null") || undefined;
    } catch {
      return undefined;
    }
  },
  write(key: string, value: Typed) {
    try {
      sessionStorage.setItem(TYPED + key, JSON.stringify(value));
    } catch {
      // Forgotten, then.
    }
  },
};
