// What the phone remembers, and nobody else: whose receipt it is. Private windows and full storage forget; the page then
// does without.

/** Shown on the receipt. */
export interface Masked {
  name: string;
  phone: string;
}

/** What was typed, to fill in a correction. */
export interface Typed {
  name: string;
  phone: string;
  answers: Record<string, unknown>;
}

/** Stays on this phone: masked, so that a borrowed phone tells nothing. */
export const masked = store<Masked>(() => localStorage, "rollcall-receipt:");

/** Until this tab is closed. */
export const typed = store<Typed>(() => sessionStorage, "rollcall-typed:");

/** A part of a storage that may be missing, full or forbidden. */
export function store<T>(storage: () => Storage, prefix: string) {
  return {
    read(key: string): T | undefined {
      try {
        return JSON.parse(storage().getItem(prefix + key) ?? "null") ?? undefined;
      } catch {
        return undefined;
      }
    },
    write(key: string, value: T | undefined) {
      try {
        if (value === undefined) storage().removeItem(prefix + key);
        else storage().setItem(prefix + key, JSON.stringify(value));
      } catch {
        // Forgotten, then.
      }
    },
  };
}

/** 王*, 张*老师 → first character and stars; enough for its owner, too little for a passer-by. */
export function maskName(name: string): string {
  const letters = Array.from(name.trim());
  if (letters.length < 2) return letters.join("");
  const last = letters.length > 2 ? letters[letters.length - 1] : "";
  return letters[0] + "*".repeat(Math.min(letters.length - (last ? 2 : 1), 4)) + last;
}

/** 138••••8000 */
export function maskPhone(phone: string): string {
  const digits = phone.normalize("NFKC").replace(/[^0-9+]/g, "").replace(/^(?:\+|00)?86(?=1)/, "");
  const tail = digits.slice(-4);
  const head = digits.slice(0, Math.max(0, Math.min(digits[0] === "+" ? 4 : 3, digits.length - 4)));
  return head + "•".repeat(Math.max(0, digits.length - head.length - tail.length)) + tail;
}
