// Answers in the one form that they have: shared/src/question.rs. The desk reads them as they are written
// here.

/**
 * Writes a text answer: NFC, white space folded to one space, none around it. Empty where nothing was
 * answered.
 */
export function canonicalText(typed: string): string {
  return typed.normalize("NFC").split(/\p{White_Space}+/u).filter(Boolean).join(" ");
}
