// The receipt: adds what only this phone knows, follows the state for a while, cancels without leaving the
// page.

import { durableReceipts } from "./outbox/durable_store";
import { receiptApi, receiptState } from "./outbox/kept_receipt";
import { request, type Answer } from "./outbox/request";
import { element, pageData } from "./page";
import { lookAfter } from "./rules/looks";

interface Data {
  api: string;
  state: string;
  states: [name: string, title: string, next: string, mark: string][];
  /** When the state is asked for, in seconds after the page came, and after it was cancelled. */
  looks_s: number[];
  not_cancelled: string;
}

const data = pageData<Data>();
const box = element("state");
const trouble = element("trouble");
const cancel = document.getElementById("cancel");
let looking = false;

void remember().catch(() => undefined);
lookAfter(data.looks_s, look);
document.addEventListener("visibilitychange", () => document.hidden || look());
cancel?.addEventListener("submit", (event) => {
  event.preventDefault();
  void takeBack();
});

async function remember() {
  const person = (await durableReceipts()).find(({ url }) => receiptApi(url) === data.api);
  const place = element("person");
  const [name, phone] = Array.from(place.querySelectorAll("span"));
  if (!person || !name || !phone) return;
  name.textContent = person.name;
  phone.textContent = person.phone;
  place.hidden = false;
}

async function look() {
  if (looking || data.state === "cancelled" || document.hidden) return;
  looking = true;
  const said = saidOf(await request(data.api, "GET"));
  looking = false;
  if (!said) return;
  element("desk").hidden = !said.see_desk;
  // A cancellation is on its way: what the receipt said before is not news.
  if (data.state !== "cancelling" || said.state === "cancelled") show(said.state);
}

/** What an answer says of this very receipt; undefined where it is none of the server's. */
function saidOf({ status, body }: Answer) {
  const { id, state, see_desk } = body as { id?: string; state?: string; see_desk?: boolean };
  const isAbout = (status === 200 || status === 202) && !!id && data.api.includes(`/${id}.`);
  const known = receiptState(state);
  return isAbout && known ? { state: known, see_desk } : undefined;
}

async function takeBack() {
  const button = cancel?.querySelector("button");
  if (!button || button.getAttribute("aria-disabled")) return;
  button.setAttribute("aria-disabled", "true");
  trouble.hidden = true;
  const said = saidOf(await request(data.api, "DELETE"));
  button.removeAttribute("aria-disabled");
  if (said) {
    show(said.state === "cancelled" ? said.state : "cancelling");
    box.querySelector("h1")?.focus();
    lookAfter(data.looks_s, look);
  } else {
    trouble.textContent = data.not_cancelled;
    trouble.hidden = false;
  }
}

function show(state: string) {
  const words = data.states.find(([name]) => name === state);
  if (!words || state === data.state) return;
  const [name, title, next, mark] = words;
  data.state = name;
  box.className = `state ${name}`;
  box.querySelector("path")?.setAttribute("d", mark);
  const [heading, paragraph] = [box.querySelector("h1"), box.querySelector(".next")];
  if (heading) heading.textContent = document.title = title;
  if (paragraph) paragraph.textContent = next;
  const over = name === "cancelled" || name === "cancelling";
  if (cancel) cancel.hidden = over;
  document.querySelectorAll<HTMLElement>(".on,.off").forEach((act) => {
    act.hidden = over === act.classList.contains("on");
  });
}
