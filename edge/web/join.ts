// The form's page: a sign-up is kept on the phone before it is sent, and shown until it has arrived. Whatever this script cannot
// do the plain form does. The page of a workshop that has closed has no form, and still sends what was filled in before.

import { cards, type CardData } from "./cards";
import { carried } from "./carried";
import type { Shown } from "./entry";
import { theForm, type FormData } from "./form";
import { ask } from "./helper";
import { typed, type Typed } from "./memory";
import { openOutbox, type BackOff, type Outbox } from "./outbox";
import { element, pageData } from "./page";
import { newId } from "./signup_id";
import type { Entry, Receipt } from "./store";

interface Data extends CardData, FormData {
  api: string;
  title: string;
  back_off: BackOff;
  /** What the service worker keeps beside pages; not at the venue. */
  files?: { service_worker: string; scope: string; worker: string };
  sending: string;
  send_here: string;
}

/** A sign-up that has not arrived in this time is shown as waiting; after a failure, in that. */
const SHOWN_AFTER_MS = 6000;
const FAILED_AFTER_MS = 2000;

const data = pageData<Data>();
const box = document.getElementById("signup") as HTMLFormElement | null;
const form = box && theForm(box, data);
const button = box?.querySelector<HTMLButtonElement>("button[type=submit]");
const ready = button?.textContent || "";
const another = element<HTMLButtonElement>("another");
const hidden = (name: string) => box?.querySelector<HTMLInputElement>(`input[type=hidden][name=${name}]`)?.value;
const refusals = new Map(data.refusals);

let sending = false;
/** Somebody wants to fill the form in, whatever waits. */
let wanted = false;
/** The entry that the form shows: on its way, or being mended. */
let inForm: string | undefined;
/** What came from the internet page goes on under its own id as long as it is the same. */
let brought: ReturnType<typeof carried>;
let outbox: Outbox | undefined;
let woken: (() => void)[] = [];

const shown = cards(
  data,
  {
    mend,
    readable: (entry) => form?.readable(entry.signup.answers) || [],
    ...(data.files && { code: (entry: Entry) => ask<Shown>(data.files!.worker, { show: { signup: entry.signup, to: data.recipient } }) }),
  },
  () => outbox,
);
const opening = openOutbox(data.back_off, async (challenge) => data.files && ask<string | undefined>(data.files.worker, { challenge }), changed);
void opening.then((opened) => {
  outbox = opened;
  element("unkept").hidden = opened.durable || !form;
  void render();
});

box?.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!sending) void submit();
});
another.addEventListener("click", () => {
  wanted = true;
  void render().then(() => box?.querySelector<HTMLInputElement>("#name")?.focus());
});
// Back from the receipt: the page comes from memory as it was left.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  rest();
  inForm = undefined;
  void render();
});
sayIfKept();
fillIn();
if (data.files && "serviceWorker" in navigator) addEventListener("load", () => void serve());

function changed() {
  woken.splice(0).forEach((wake) => wake());
  void render();
}

/** The form makes way for what is waiting, so that nobody wonders whether to fill it in again. */
async function render() {
  const waiting = await shown.show(inForm);
  if (!box) return;
  box.hidden = waiting > 0 && !wanted && !inForm;
  another.hidden = !box.hidden;
}

async function submit() {
  // What the server said of the form before; what is said of the phone stays.
  box!.parentElement!.querySelectorAll(":scope>[role=alert]").forEach((alert) => alert.remove());
  say("");
  if (!form!.isRight()) return;
  sending = true;
  button!.setAttribute("aria-disabled", "true");
  button!.textContent = data.sending;
  const content = form!.typedNow();
  const to = await opening;
  const entry = await entryFor(content, to);
  const mended = inForm !== entry.id ? inForm : undefined;
  inForm = entry.id;
  await to.add(entry, mended);
  const outcome = await settled(entry.id, to);
  if (outcome && "url" in outcome) return leave(outcome, content);
  rest();
  if (outcome?.state === "refused") {
    const elsewhere = form!.explainAll(outcome.errors || []);
    return say(elsewhere || refusals.get(outcome.status || 0) || refusals.get(0) || "");
  }
  // It waits; the next person finds an empty form, who may even have begun to type.
  wanted = JSON.stringify(form!.typedNow()) !== JSON.stringify(content);
  if (!wanted) box!.reset();
  inForm = brought = undefined;
  await render();
  shown.focus();
}

/** The entry for what was typed: the one that already waits with that very content, else a new one. */
async function entryFor(content: Typed, box: Outbox): Promise<Entry> {
  const replaces = hidden("replaces");
  const same = (a: Typed, replaced?: string) => JSON.stringify([a.name, a.phone, a.answers, replaced]) === JSON.stringify([content.name, content.phone, content.answers, replaces]);
  const before = (await box.entries()).find(
    ({ api, receipts, state, signup }) => api === data.api && receipts === data.receipts && state !== "dropped" && same(signup, signup.replaces),
  );
  const { id = newId(), filled_at = Date.now(), form_version = Number(hidden("form_version")) } = before?.signup || (brought && same(brought) ? brought : {});
  const signup = { id, filled_at, invite_code: hidden("invite_code") || "", ...content, form_version, ...(replaces && { replaces }) };
  return { id, api: data.api, receipts: data.receipts, title: data.title, signup, state: "waiting", tries: 0 };
}

/** What has become of an entry: its receipt, or itself where it is refused or has to wait. */
async function settled(id: string, box: Outbox): Promise<Receipt | Entry | undefined> {
  const begun = Date.now();
  for (;;) {
    const receipt = (await box.receipts()).find((receipt) => receipt.id === id);
    const entry = (await box.entries()).find((entry) => entry.id === id);
    const elapsed = Date.now() - begun;
    if (receipt || entry?.state !== "waiting") return receipt || entry;
    if (elapsed > SHOWN_AFTER_MS || (entry?.tries && elapsed > FAILED_AFTER_MS)) return entry;
    await new Promise<void>((resolve) => {
      woken.push(resolve);
      setTimeout(resolve, FAILED_AFTER_MS);
    });
  }
}

function leave({ url }: Receipt, content: Typed) {
  typed.write(url.split("/r/")[1] || url, content);
  location.assign(`${url}?lang=${document.documentElement.lang.slice(0, 2)}`);
}

/** The form with what was refused; sent again it is a sign-up of its own. */
function mend(entry: Entry) {
  inForm = entry.id;
  void render().then(() => {
    form!.fill(entry.signup);
    box!.scrollIntoView();
    const elsewhere = form!.explainAll(entry.errors || []);
    if (!entry.errors?.length || elsewhere) say(elsewhere || refusals.get(entry.status || 0) || "");
  });
}

function say(what: string) {
  const status = element("status");
  status.textContent = what;
  status.className = what && "alert";
}

function rest() {
  sending = false;
  button?.removeAttribute("aria-disabled");
  if (button) button.textContent = brought ? data.send_here : ready;
}

/** A page that the service worker kept says so: time and place may be others by now. */
function sayIfKept() {
  element("kept").hidden = !document.documentElement.dataset.kept;
}

/** What is there to begin with: a sign-up that the internet page could not send, or the one that a correction mends. */
function fillIn() {
  if (!form) return;
  brought = carried(location.hash, hidden("invite_code") || "");
  if (location.hash) history.replaceState(null, "", location.pathname + location.search);
  const token = hidden("replaces");
  const before = brought || (token && form.isEmpty() ? typed.read(data.receipts.split("/r/")[1] + token) : undefined);
  if (before) form.fill(before);
  element("brought").hidden = !brought;
  rest();
}

/** The page opens without a network from now on, in both languages. */
async function serve() {
  const { service_worker, scope, worker } = data.files!;
  try {
    await navigator.serviceWorker.register(service_worker, { scope });
    const { active } = await navigator.serviceWorker.ready;
    const pages = [location.href, document.querySelector<HTMLAnchorElement>("header a")!.href];
    if (form && !hidden("replaces")) active?.postMessage({ pages, files: [worker] });
  } catch {
    // Refused: the page works as long as it is open.
  }
}
