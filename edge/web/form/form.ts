// What stands in the page's form.

import { part } from "../page";
import { answerIn, fieldsOf, fillIn, inWords, keyOf } from "./fields";
import type { Typed } from "./memory";

/** What a form sends along with what is typed. */
export interface Hidden {
  invite_code: string;
  form_version: number;
  /** The token of the receipt whose sign-up is corrected; empty where none is. */
  replaces: string;
}

/** The field for the name. */
export const nameIn = (form: HTMLFormElement) => part<HTMLInputElement>(form, "#name");

/** The field for the number. */
export const phoneIn = (form: HTMLFormElement) => part<HTMLInputElement>(form, "#phone");

/** Reads what is typed and chosen. */
export function typedIn(form: HTMLFormElement): Typed {
  const answers: Record<string, unknown> = {};
  for (const [key, field] of questionsOf(form)) {
    const answer = answerIn(field);
    if (answer) answers[key] = answer;
  }
  return { name: nameIn(form).value, phone: phoneIn(form).value, answers };
}

/** Reads what the server gave along. */
export function hiddenIn(form: HTMLFormElement): Hidden {
  const value = (name: string) => {
    const field = form.querySelector<HTMLInputElement>(`[name=${name}]`);
    return field ? field.value : "";
  };
  const form_version = Number(value("form_version"));
  return { invite_code: value("invite_code"), form_version, replaces: value("replaces") };
}

/** Fills the form in. */
export function fill(form: HTMLFormElement, { name, phone, answers }: Typed) {
  nameIn(form).value = name;
  phoneIn(form).value = phone;
  for (const [key, field] of questionsOf(form)) fillIn(field, answers[key]);
}

/** Whether neither name nor number is typed. */
export function isEmpty(form: HTMLFormElement): boolean {
  return !nameIn(form).value && !phoneIn(form).value;
}

/** Says answers as a person reads them, with what was asked. */
export function readable(form: HTMLFormElement, answers: Record<string, unknown>): string[] {
  const answered = questionsOf(form).filter(([key]) => answers[key]);
  return answered.map(([key, field]) => inWords(field, answers[key]));
}

/** The workshop's own questions, by key. */
function questionsOf(form: HTMLFormElement): [key: string, field: HTMLElement][] {
  const all = fieldsOf(form).map((field): [string, HTMLElement] => [keyOf(field), field]);
  return all.filter(([key]) => key);
}
