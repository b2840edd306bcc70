// What stands in a form's fields: text fields and groups of options.

import { language, part } from "../page";
import { canonicalText } from "../rules/answer";

/** How the ids of the workshop's own questions begin. */
const ANSWERS = "answers.";

/** The fields of a form, in the page's order. */
export function fieldsOf(form: HTMLFormElement): HTMLElement[] {
  return [...form.querySelectorAll<HTMLElement>(".field>input,fieldset.field")];
}

/** The key of a workshop's own question; empty for name and phone. */
export function keyOf(field: HTMLElement): string {
  return field.id.startsWith(ANSWERS) ? field.id.slice(ANSWERS.length) : "";
}

/** Whether a field must be answered and is not, as far as options go. */
export function isMissing(field: HTMLElement): boolean {
  return "required" in field.dataset && !field.querySelector(":checked");
}

/** Reads an answer in the one form that it has: see shared/src/question.rs. Nothing counts as none. */
export function answerIn(field: HTMLElement): unknown {
  if (field instanceof HTMLInputElement) return canonicalText(field.value);
  const chosen = optionsOf(field).filter((box) => box.checked).map((box) => box.value);
  if (!chosen[0]) return undefined;
  if (field.dataset.kind === "many") return chosen;
  return field.dataset.kind === "checkbox" ? true : chosen[0];
}

/** Writes an answer into its field. */
export function fillIn(field: HTMLElement, answer: unknown) {
  if (field instanceof HTMLInputElement) field.value = answer ? String(answer) : "";
  else for (const box of optionsOf(field)) box.checked = valuesOf(answer).includes(box.value);
}

/** Says an answer as a person reads it, with what was asked. */
export function inWords(field: HTMLElement, answer: unknown): string {
  const chosen = optionsOf(field).filter((box) => valuesOf(answer).includes(box.value));
  const words = chosen.map((box) => (box.closest("label") || box).textContent);
  const [colon, comma] = language === "zh" ? ["：", "、"] : [": ", ", "];
  const label = part(field.closest(".field") || field, "label,legend");
  return (label.firstChild || label).textContent + colon + (words.length ? words.join(comma) : answer);
}

function optionsOf(field: HTMLElement): HTMLInputElement[] {
  return [...field.querySelectorAll("input")];
}

/** What a single ticked box is called by browsers. */
function valuesOf(answer: unknown): unknown[] {
  return Array.isArray(answer) ? answer : [answer === true ? "on" : answer];
}
