// The desk: person after person, by the form or by the code on their phone. The receipt is shown on the spot,
// and the page clears itself for the next one. It goes into the laptop's venue page only, over plain HTTP: no
// service worker, nothing stored.

import { camera, readPhoto } from "./camera";
import { fill, hiddenIn, typedIn } from "./form/form";
import { formCheck, type FormData } from "./form/form_check";
import { BLANK, type Typed } from "./form/memory";
import { busy, rest } from "./form/submit_button";
import { PATIENCE_MS, request, type Answer } from "./outbox/request";
import type { FieldError } from "./outbox/signup";
import { newId } from "./outbox/signup_id";
import { element, pageData, part } from "./page";
import { maskName, maskPhone } from "./rules/mask";

interface Data extends FormData {
  signups: string;
  entries: string;
  pictures: string;
  /** Most bytes of a picture. */
  picture_bytes: number;
  desk: string;
  refusals: [status: number, text: string][];
  entry_errors: [code: string, text: string][];
  states: [name: string, title: string, mark: string][];
  sending: string;
  reading: string;
  taken: string;
  camera: string;
  camera_stop: string;
  camera_refused: string;
  camera_blind: string;
  not_taken: string;
  signed_out: string;
  enter_again: string;
}

interface Receipt {
  id: string;
  state: string;
  short_code: string;
  see_desk?: boolean;
}

const data = pageData<Data>();
const box = element<HTMLFormElement>("signup");
const check = formCheck(box, data);
const [work, done, next] = [element("work"), element("done"), element<HTMLButtonElement>("next")];
const [status, entryStatus] = [element("status"), element("entry-status")];
const entryForm = element<HTMLFormElement>("entry-form");
const entry = element<HTMLInputElement>("entry");
const taken = element("taken");
const refusals = new Map(data.refusals);
const entryErrors = new Map(data.entry_errors);

/** What is on its way: a second press of the same content is the same sign-up. */
let attempt = { id: "", content: "", filled_at: 0 };
let isSending = false;

box.addEventListener("submit", (event) => {
  event.preventDefault();
  void signUp();
});
entryForm.addEventListener("submit", (event) => {
  event.preventDefault();
  void take(entry.value);
});
next.addEventListener("click", () => {
  done.hidden = true;
  work.hidden = false;
  element("name").focus();
});
// Back to the desk from another app, or by the browser's own button: nobody else's details are left standing.
addEventListener("pageshow", (event) => event.persisted && location.replace(data.desk));

element("cameras").hidden = false;
const photo = element<HTMLInputElement>("photo");
// Choosing a picture is enough.
photo.parentElement!.className = "photo";
element("send-picture").hidden = true;
photo.addEventListener("change", () => void pictured());
const live = camera(element<HTMLVideoElement>("video"), (text) => void take(text));
const liveButton = element<HTMLButtonElement>("live");
// Browsers give cameras to pages that came over HTTPS, or from the device itself.
liveButton.hidden = !live.isThere;
liveButton.addEventListener("click", () => void turnCamera());

async function signUp() {
  say(status, "");
  if (isSending || !check.isRight()) return;
  const content = typedIn(box);
  const text = JSON.stringify(content);
  if (attempt.content !== text) attempt = { id: newId(), content: text, filled_at: Date.now() };
  const { id, filled_at } = attempt;
  const { invite_code, form_version } = hiddenIn(box);
  const signup = { id, filled_at, ...content, invite_code, form_version };
  const answer = await send(box, data.signups, signup);
  const receipt = accepted(answer, id);
  if (receipt) return show(receipt, content);
  const mistakes = answer.status === 422 ? ((answer.body as { errors?: FieldError[] }).errors ?? []) : [];
  const elsewhere = check.explainAll(mistakes);
  refuse(status, answer, elsewhere || (mistakes.length ? "" : refusalOf(answer)));
}

/** An entry code's text, whatever way it came. */
async function take(text: string) {
  if (isSending || !text.trim()) return;
  live.stop();
  liveButton.textContent = data.camera;
  say(entryStatus, "");
  await deliver(data.entries, { entry: text.trim() });
}

async function deliver(url: string, body: unknown) {
  const answer = await send(entryForm, url, body);
  const receipt = accepted(answer);
  if (receipt) return show(receipt);
  const code = (answer.body as { errors?: FieldError[] }).errors?.[0]?.code ?? "";
  const closed = answer.status === 410 ? "closed" : answer.status === 503 ? "unavailable" : code;
  refuse(entryStatus, answer, entryErrors.get(closed) ?? refusalOf(answer));
  entry.select();
}

async function pictured() {
  const file = photo.files?.[0];
  // The same picture, chosen again, is a choice too.
  photo.value = "";
  if (!file || isSending) return;
  if (file.size > data.picture_bytes) return say(entryStatus, entryErrors.get("picture_too_large")!);
  say(entryStatus, data.reading);
  const text = await readPhoto(file);
  // What it misses, and what is a poster's on the wall, the laptop looks for.
  if (text && isEntry(text)) await take(text);
  else await deliver(data.pictures, file);
}

/** Whether a text looks like an entry code: in digits, or in JSON as older pages show it. */
function isEntry(text: string): boolean {
  return /^(\d{60,}|\{"v":.*)$/.test(text);
}

async function turnCamera() {
  say(entryStatus, "");
  if (live.isOn()) live.stop();
  else {
    const started = await live.start();
    if (started !== "on") say(entryStatus, started === "blind" ? data.camera_blind : data.camera_refused);
  }
  liveButton.textContent = live.isOn() ? data.camera_stop : data.camera;
}

/** Sends a file as it is. The phone's pages send none, and their script does without this. */
async function upload(url: string, body: File): Promise<Answer> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  const { signal } = patience;
  try {
    const response = await fetch(url, { method: "POST", body, signal, credentials: "same-origin" });
    const { status, headers } = response;
    const media = headers.get("content-type") || "";
    return { status, media, body: Object(await response.json()) as object, retryAfterMs: 0 };
  } catch {
    return { status: 0, media: "", body: {}, retryAfterMs: 0 };
  } finally {
    clearTimeout(timer);
  }
}

async function send(from: HTMLFormElement, url: string, body: unknown): Promise<Answer> {
  const button = part(from, "button[type=submit]");
  const words = button.textContent;
  isSending = true;
  busy(button, data.sending);
  const answer = await (body instanceof File ? upload(url, body) : request(url, "POST", body));
  rest(button, words);
  isSending = false;
  return answer;
}

/** Only a receipt says that somebody is signed up; one for a form names that very sign-up. */
function accepted({ status, body }: Answer, id?: string): Receipt | undefined {
  const receipt = status === 201 ? (body as { receipt?: Receipt }).receipt : undefined;
  const isOne = receipt && typeof receipt.short_code === "string" && (!id || receipt.id === id);
  return isOne ? receipt : undefined;
}

function show({ id, state, short_code, see_desk }: Receipt, person?: Typed) {
  const words = data.states.find(([name]) => name === state) ?? data.states[0]!;
  element("state").className = `state ${state}`;
  done.querySelector("path")!.setAttribute("d", words[2]);
  const heading = done.querySelector("h2")!;
  heading.textContent = words[1];
  element("see-desk").hidden = !see_desk && state !== "received";
  const [name, phone] = Array.from(element("who").querySelectorAll("span"));
  name!.textContent = person ? maskName(person.name) : "";
  phone!.textContent = person ? maskPhone(person.phone) : "";
  done.querySelector(".code")!.textContent = short_code;
  if (done.dataset.id !== id) count();
  done.dataset.id = id;
  // Cleared before it is hidden: nothing of this person waits behind the receipt.
  attempt = { id: "", content: "", filled_at: 0 };
  fill(box, BLANK);
  entry.value = "";
  say(status, "");
  say(entryStatus, "");
  work.hidden = true;
  done.hidden = false;
  scrollTo(0, 0);
  next.focus();
}

function count() {
  const number = Number(taken.dataset.taken) + 1;
  taken.dataset.taken = String(number);
  taken.textContent = data.taken.replace("{n}", String(number));
}

function refusalOf({ status }: Answer): string {
  return refusals.get(status) ?? data.not_taken;
}

function refuse(place: HTMLElement, { status }: Answer, text: string) {
  say(place, status === 401 ? data.signed_out : text);
  if (status !== 401) return;
  // A tab of its own, so that what was typed stays.
  const link = document.createElement("a");
  link.href = data.desk;
  link.target = "_blank";
  link.rel = "opener";
  link.textContent = data.enter_again;
  place.append(" ", link);
}

function say(place: HTMLElement, what: string) {
  place.textContent = what;
  place.className = what && "alert";
}
