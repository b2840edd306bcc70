// The form itself: what stands in it, and what is wrong with that. Mistakes are explained where they are, while one types.

import { explain, type Explained } from "./mistakes";
import type { Typed } from "./memory";
import { formatWhileTyping } from "./phone_format";
import type { FieldError } from "./store";

export interface FormData {
  phone: Explained;
  name: Explained;
  errors: [code: string, text: string][];
}

export type TheForm = ReturnType<typeof theForm>;

/** Takes the page's form over. */
export function theForm(form: HTMLFormElement, data: FormData) {
  const name = form.querySelector<HTMLInputElement>("#name")!;
  const phone = form.querySelector<HTMLInputElement>("#phone")!;
  const errors = new Map(data.errors);
  const text = (code: string) => errors.get(code) || errors.get("") || "";

  form.noValidate = true;
  formatWhileTyping(phone, data.phone.groups || []);
  for (const field of fields()) watch(field);

  /** Text fields and groups of options, in the page's order. */
  function fields(): HTMLElement[] {
    return Array.from(form.querySelectorAll<HTMLElement>(".field>input,fieldset.field"));
  }

  /** What is wrong with a field now; empty where nothing is. */
  function mistakeIn(field: HTMLElement): string {
    if (field instanceof HTMLInputElement) {
      if (field.validity.valid) return "";
      if (field === phone) return explain(field.value, data.phone);
      if (field === name) return explain(field.value, data.name);
      return text("required");
    }
    const chosen = field.querySelector(":checked");
    return "required" in field.dataset && !chosen ? text("required") : "";
  }

  /** Says nothing while somebody types for the first time; once a mistake is shown it follows every key. */
  function watch(field: HTMLElement) {
    let left = false;
    const look = () => show(field, mistakeIn(field));
    field.addEventListener("input", () => {
      if (left || shown(field)) look();
    });
    field.addEventListener("change", () => {
      const empty = field instanceof HTMLInputElement && !field.value;
      left = !empty;
      if (left) look();
    });
  }

  /** Shows all mistakes and goes to the first; whether there is none. */
  function isRight(): boolean {
    const wrong = fields().filter((field) => {
      show(field, mistakeIn(field));
      return shown(field);
    });
    if (wrong[0]) focus(wrong[0]);
    return !wrong[0];
  }

  /** The server's own verdict, where the fields are; what has no field is returned. */
  function explainAll(mistakes: FieldError[]): string {
    let first: HTMLElement | undefined;
    let elsewhere = "";
    for (const { field, code } of mistakes) {
      const place = fields().find((candidate) => candidate.id === field);
      if (!place) elsewhere = text(code);
      else {
        const rule = place === phone ? data.phone : place === name ? data.name : undefined;
        show(place, rule ? explain((place as HTMLInputElement).value, rule, code) : text(code));
        first = first || place;
      }
    }
    if (first) focus(first);
    return elsewhere;
  }

  function typedNow(): Typed {
    const answers: Record<string, unknown> = {};
    for (const field of fields()) {
      const key = keyOf(field);
      const answer = key && answerIn(field);
      if (key && answer) answers[key] = answer;
    }
    return { name: name.value, phone: phone.value, answers };
  }

  function fill({ name: who, phone: number, answers }: Typed) {
    name.value = who;
    phone.value = number;
    for (const field of fields()) {
      const key = keyOf(field);
      const answer = key && answers[key];
      if (!key) continue;
      if (field instanceof HTMLInputElement) field.value = answer ? String(answer) : "";
      else {
        const chosen = Array.isArray(answer) ? answer : [answer === true ? "on" : answer];
        field.querySelectorAll("input").forEach((box) => (box.checked = chosen.includes(box.value)));
      }
    }
  }

  /** Answers as a person reads them, with what was asked. */
  function readable(answers: Record<string, unknown>): string[] {
    const said: string[] = [];
    const chinese = document.documentElement.lang[0] === "z";
    for (const field of fields()) {
      const answer = answers[keyOf(field) || ""];
      if (!answer) continue;
      const label = field instanceof HTMLInputElement ? field.closest(".field")?.querySelector("label") : field.querySelector("legend");
      const chosen = Array.isArray(answer) ? answer : [answer === true ? "on" : answer];
      const boxes = Array.from(field.querySelectorAll("input")).filter((box) => chosen.includes(box.value));
      const words = boxes.map((box) => box.closest("label")?.textContent || box.value);
      const answered = words.length ? words.join(chinese ? "、" : ", ") : answer;
      said.push(label?.firstChild?.textContent + (chinese ? "：" : ": ") + answered);
    }
    return said;
  }

  return { fields, isRight, explainAll, typedNow, fill, readable, isEmpty: () => !name.value && !phone.value };
}

const keyOf = (field: HTMLElement) => /^answers\.(.+)/.exec(field.id)?.[1];

/** An answer in the one form that it has: see shared/src/question.rs. The desk reads it as it stands here. */
function answerIn(field: HTMLElement): unknown {
  if (field instanceof HTMLInputElement) {
    return field.value.normalize("NFC").split(/\p{White_Space}+/u).filter(Boolean).join(" ");
  }
  const chosen = Array.from(field.querySelectorAll<HTMLInputElement>(":checked"), (box) => box.value);
  if (!chosen[0]) return undefined;
  if (field.dataset.kind === "many") return chosen;
  return field.dataset.kind === "checkbox" ? true : chosen[0];
}

const errorOf = (field: HTMLElement) => document.getElementById(field.id + "-error");
const shown = (field: HTMLElement) => !!errorOf(field)?.textContent;

function show(field: HTMLElement, mistake: string) {
  const place = errorOf(field);
  // Written only when it changes, so that it is read aloud once.
  if (place && place.textContent !== mistake) place.textContent = mistake;
  if (field instanceof HTMLInputElement) {
    if (mistake) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
}

function focus(field: HTMLElement) {
  const target = field instanceof HTMLInputElement ? field : (field.querySelector("input") || field);
  target.focus();
  // Its label as well, above the keyboard.
  (field.closest(".field") || field).scrollIntoView({ block: "nearest" });
}
