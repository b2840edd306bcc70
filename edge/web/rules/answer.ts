// Answers in the one form that they have: shared/src/question.rs.

/** What shows nothing anywhere. The server also drops joiners and selectors that mean nothing there. */
const NOTHING =
  /[^\P{DI}\u180B-\u180F\u200C\u200D\uFE00-\uFE0F\u{E0020}-\u{E01EF}]|[\uFFF9-\uFFFC]/gu;

/**
 * Writes a text answer: without what shows nothing, NFC, white space folded to one space, none around it.
 * Empty where nothing was answered.
 */
export function canonicalText(typed: string): string {
  const visible = typed.replace(NOTHING, "").normalize("NFC");
  const text = visible.split(/\p{White_Space}+/u).filter(Boolean).join(" ");
  return /[^ \u2800]/.test(text) ? text : "";
}
