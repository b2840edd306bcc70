// What is wrong with the form. Mistakes are explained where they are, while one types.

import type { FieldError } from "../outbox/signup";
import { explain, type Explained, type Said } from "../rules/mistakes";
import { pageData } from "../page";
import { formatWhileTyping } from "../rules/phone_format";
import { goTo, isShown, showMistake, watch } from "./field_mistake";
import { fieldsOf, isMissing } from "./fields";
import { nameIn, phoneIn } from "./form";

/** What the page says of its form. */
export interface FormData {
  /** How many digits of a number are written together. */
  groups: number[];
}

/** What the page says of mistakes. */
interface Explanations {
  phone: Explained;
  name: Explained;
  /** Texts by code for answers; the empty code for whatever else. */
  errors: [code: string, text: string][];
}

/** Explains what is wrong with a form. */
export interface FormCheck {
  /** Shows all mistakes and goes to the first; whether there is none. */
  isRight(): boolean;
  /** Shows the server's own verdict, where the fields are; what has no field is returned. */
  explainAll(mistakes: FieldError[]): string;
}

/** Takes the form over from the browser. */
export function formCheck(form: HTMLFormElement, data: FormData): FormCheck {
  const fields = fieldsOf(form);
  const mistakeIn = (field: HTMLElement) => {
    const isRight = field instanceof HTMLInputElement ? field.validity.valid : !isMissing(field);
    return isRight ? [] : textFor(form, field);
  };
  form.noValidate = true;
  formatWhileTyping(phoneIn(form), data.groups);
  for (const field of fields) watch(field, () => mistakeIn(field));
  return {
    isRight: () => {
      const [first] = fields.filter((field) => {
        showMistake(field, mistakeIn(field));
        return isShown(field);
      });
      if (first) goTo(first);
      return !first;
    },
    explainAll: (mistakes) => {
      let elsewhere = "";
      const found = mistakes.map(({ field: id, code }) => {
        const field = fields.find((field) => field.id === id);
        if (field) showMistake(field, textFor(form, field, code));
        else elsewhere = answerText(explanations(), code);
        return field;
      });
      const first = found.find((field) => field);
      if (first) goTo(first);
      return elsewhere;
    },
  };
}

/** The text for a field's mistake; `code` where the server has said which. */
function textFor(form: HTMLFormElement, field: HTMLElement, code?: string): Said {
  // They come behind the script, so that the form can be used before.
  if (document.readyState === "loading") return [(field as HTMLInputElement).validationMessage || "…"];
  const data = explanations();
  const rule = field === nameIn(form) ? data.name : field === phoneIn(form) && data.phone;
  const { value, pattern } = field as HTMLInputElement;
  const mistake = rule ? explain(value, pattern, rule, code) : [];
  return mistake[0] === undefined ? [answerText(data, code || "required")] : mistake;
}

function explanations(): Explanations {
  return pageData("explanations");
}

function answerText({ errors }: Explanations, code: string): string {
  const texts = new Map(errors);
  return texts.get(code) || texts.get("") || "";
}
