// The form: mistakes are explained where they are while one types, and the sign-up goes without leaving the page. Whatever
// this script cannot do the plain form does.

import { explain, type Explained } from "./mistakes";
import { maskName, masked, maskPhone, typed, type Typed } from "./memory";
import { element, pageData } from "./page";
import { formatWhileTyping } from "./phone_format";
import { request, type Answer } from "./send";
import { answered, attemptFor } from "./signup_id";

interface Data {
  api: string;
  receipts: string;
  phone: Explained;
  name: Explained;
  errors: [code: string, text: string][];
  refusals: [status: number, text: string][];
  sending: string;
  again: string;
}

interface Accepted {
  receipt: { id: string; url: string };
}

interface Refused {
  errors?: { field: string; code: string }[];
}

const data = pageData<Data>();
const form = element<HTMLFormElement>("signup");
const status = element("status");
const name = element<HTMLInputElement>("name");
const phone = element<HTMLInputElement>("phone");
const button = form.querySelector("button")!;
const ready = button.textContent!;
const errors = new Map(data.errors);
const refusals = new Map(data.refusals);
const hidden = (name: string) => form.querySelector<HTMLInputElement>(`input[type=hidden][name=${name}]`)?.value;
let sending = false;

form.noValidate = true;
formatWhileTyping(phone, data.phone.groups ?? []);
fillIn();
for (const field of fields()) watch(field);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!sending) void submit();
});
// Back from the receipt: the page comes from memory as it was left.
addEventListener("pageshow", (event) => event.persisted && rest(ready));

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

function text(code: string): string {
  return errors.get(code) ?? errors.get("") ?? "";
}

async function submit() {
  form.parentElement!.querySelectorAll(":scope>.alert").forEach((alert) => alert.remove());
  const wrong = fields().filter((field) => {
    show(field, mistakeIn(field));
    return shown(field);
  });
  if (wrong[0]) return focus(wrong[0]);

  const content = typedNow();
  const form_version = Number(hidden("form_version"));
  const replaces = hidden("replaces");
  const { id, filled_at } = attemptFor(JSON.stringify([data.receipts, content, replaces]));
  const signup = { id, filled_at, ...content, invite_code: hidden("invite_code"), form_version, replaces };
  sending = true;
  say("");
  button.setAttribute("aria-disabled", "true");
  button.textContent = data.sending;
  const answer = await request(data.api, "POST", signup);
  const receipt = accepted(answer, id);
  if (receipt) return leave(receipt, content);
  refused(answer);
}

function typedNow(): Typed {
  const answers: Record<string, unknown> = {};
  for (const field of fields()) {
    const key = /^answers\.(.+)/.exec(field.id)?.[1];
    if (!key) continue;
    if (field instanceof HTMLInputElement) {
      if (field.value.trim()) answers[key] = field.value;
      continue;
    }
    const chosen = Array.from(field.querySelectorAll<HTMLInputElement>(":checked"), (box) => box.value);
    // One alone goes as the plain form sends it.
    if (chosen.length) answers[key] = chosen.length > 1 ? chosen : chosen[0];
  }
  return { name: name.value, phone: phone.value, answers };
}

/** Only an answer that names this very sign-up says that it is kept: networks answer for servers. */
function accepted({ status, body }: Answer, id: string): string | undefined {
  if (status !== 201 && status !== 202) return undefined;
  const receipt = (body as Partial<Accepted> | undefined)?.receipt;
  return receipt?.id === id && typeof receipt.url === "string" ? receipt.url : undefined;
}

function leave(url: string, content: Typed) {
  const key = url.split("/r/")[1] ?? url;
  answered();
  masked.write(key, { name: maskName(content.name), phone: maskPhone(content.phone) });
  typed.write(key, content);
  location.assign(`${url}?lang=${document.documentElement.lang.slice(0, 2)}`);
}

function refused({ status, body }: Answer) {
  const mistakes = status === 422 ? ((body as Refused | undefined)?.errors ?? []) : [];
  let first: HTMLElement | undefined;
  let elsewhere = "";
  for (const { field, code } of mistakes) {
    const place = fields().find((candidate) => candidate.id === field);
    if (!place) elsewhere = text(code);
    else {
      const rule = place === phone ? data.phone : place === name ? data.name : undefined;
      show(place, rule ? explain((place as HTMLInputElement).value, rule, code) : text(code));
      first = first ?? place;
    }
  }
  // A success that is not ours is no answer; so is whatever no text is written for but a server's own failure.
  const known = refusals.get(status >= 500 ? 503 : status >= 200 && status < 400 ? 0 : status);
  say(elsewhere || known || text(""));
  rest(first || status === 413 || status === 410 ? ready : data.again);
  if (first) focus(first);
}

function say(what: string) {
  status.textContent = what;
  status.className = what && "alert";
}

function rest(label: string) {
  sending = false;
  button.removeAttribute("aria-disabled");
  button.textContent = label;
}

function focus(field: HTMLElement) {
  const target = field instanceof HTMLInputElement ? field : (field.querySelector("input") ?? field);
  target.focus();
  // Its label as well, above the keyboard.
  (field.closest(".field") ?? field).scrollIntoView({ block: "nearest" });
}

/** A correction begins with what this tab sent. Nothing that the server sent back is touched. */
function fillIn() {
  const token = hidden("replaces");
  const before = token && typed.read(data.receipts.split("/r/")[1] + token);
  if (!before || name.value || phone.value) return;
  name.value = before.name;
  phone.value = before.phone;
  for (const field of fields()) {
    const answer = before.answers[field.id.replace("answers.", "")];
    if (answer === undefined) continue;
    if (field instanceof HTMLInputElement) field.value = String(answer);
    else {
      const chosen = Array.isArray(answer) ? answer : [answer];
      field.querySelectorAll("input").forEach((box) => (box.checked = chosen.includes(box.value)));
    }
  }
}
