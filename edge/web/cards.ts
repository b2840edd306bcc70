// This phone's entries and receipts, as people see them: what is waiting, what has arrived, what needs a look.

import type { Recipient, Shown } from "./entry";
import { fragment } from "./carried";
import type { Outbox } from "./outbox";
import { element } from "./page";
import { request } from "./send";
import type { Entry, Receipt } from "./store";

export interface CardData {
  /** How the addresses of this workshop's receipts begin; empty where the code leads to none, so that no entry is its own. */
  receipts: string;
  /** What each state looks like and says; entries have `waiting`, `busy`, `sending`, `attention` and `dropped`. */
  states: [name: string, title: string, next: string, mark: string][];
  /** Why an entry was refused, by its status; 0 for whatever else. */
  refusals: [status: number, text: string][];
  /** Where it says `{time}`. */
  last_try: string;
  dropped_late: string;
  /** The venue page, where it is known. */
  venue?: string;
  /** Whom the workshop's own entries are sealed to. */
  recipient: Recipient;
  to_desk: string;
  too_large: string;
}

export interface Acts {
  /** Opens the form with it. */
  mend(entry: Entry): void;
  /** Its code for the desk; rejects where its maker cannot be had. Absent where there is none. */
  code?(entry: Entry): Promise<Shown>;
  /** Answers in words, each with its question. */
  readable(entry: Entry): string[];
}

/** When a receipt's state is asked for, in seconds after it came. */
const LOOKS_S = [2, 5, 15, 60];
/** An older receipt's state is asked for once; of so many. */
const MOST_LOOKS = 10;
/** What arrived so long ago has just arrived. */
const JUST_MS = 60_000;
/** After this time what was dropped is gone, and nothing is taken back any more. */
const UNDO_MS = 60_000;
/** A phone forgets its receipts after 90 days: as long as the host's mail is kept. */
const KEEP_MS = 90 * 86_400_000;

type Card = { entry: Entry } | { receipt: Receipt };

/** Cards for what is on its way or has just arrived, lines for what arrived before. */
export function cards(data: CardData, acts: Acts, outbox: () => Outbox | undefined) {
  const opened = Date.now();
  /** Somebody comes back from a receipt that could not be opened (workers/sw.ts): what was sent a moment ago has just arrived. */
  const since = location.hash === "#arrived" ? opened - JUST_MS : opened;
  const section = element("waiting");
  const list = element("entries");
  const done = element("done");
  const lines = element("receipts");
  const places = new Map<string, HTMLElement>();
  const states = new Map(data.states.map(([name, ...words]) => [name, words]));
  const refusals = new Map(data.refusals);
  const language = document.documentElement.lang.slice(0, 2);
  const followed = new Set<string>();

  /** All but one, which the form shows. */
  async function show(but?: string): Promise<number> {
    const box = outbox();
    if (!box) return 0;
    const entries = (await box.entries()).filter(({ id }) => id !== but);
    const receipts = (await box.receipts()).filter(({ id }) => id !== but).sort((a, b) => b.at - a.at);
    forget(box, entries, receipts);
    const arrived = receipts.filter(({ at, id }) => at >= since || places.has(id));
    const all: Card[] = [...entries.sort((a, b) => a.signup.filled_at - b.signup.filled_at).map((entry) => ({ entry })), ...arrived.map((receipt) => ({ receipt }))];
    const ids = new Set(all.map((card) => ("entry" in card ? card.entry.id : card.receipt.id)));
    places.forEach((place, id) => {
      if (ids.has(id)) return;
      place.remove();
      places.delete(id);
    });
    for (const card of all) {
      if ("entry" in card) showEntry(card.entry, box);
      else showReceipt(card.receipt, box);
    }
    section.hidden = !all.length;
    const before = receipts.filter((receipt) => receipt.receipts === data.receipts && !ids.has(receipt.id));
    showLines(before, box);
    return all.length;
  }

  function forget(box: Outbox, entries: Entry[], receipts: Receipt[]) {
    for (const { id, dropped_at } of entries) {
      if (dropped_at && dropped_at + UNDO_MS < Date.now()) void box.update(id, (now) => (now.dropped_at ? undefined : now));
    }
    for (const receipt of receipts) if (receipt.at + KEEP_MS < Date.now()) void box.note(receipt, true);
  }

  function place(id: string): HTMLElement {
    let card = places.get(id);
    if (!card) {
      const template = element<HTMLTemplateElement>("card");
      card = template.content.firstElementChild!.cloneNode(true) as HTMLElement;
      places.set(id, card);
      list.append(card);
    }
    return card;
  }

  function paint(card: HTMLElement, state: string, person: { name: string; phone: string }, next?: string) {
    const [title, words, mark] = states.get(state) || [state, "", ""];
    if (card.dataset.state !== state) card.className = `slip card ${state}`;
    card.dataset.state = state;
    card.querySelector("path")!.setAttribute("d", mark || "");
    write(card, ".title", title || "");
    write(card, ".next", next || words || "");
    write(card, ".who", person.name);
    write(card, ".number", person.phone);
  }

  function showEntry(entry: Entry, box: Outbox) {
    const card = place(entry.id);
    const { status, tried_at, tries } = entry;
    const busy = status === 429 || (status || 0) >= 500;
    const sending = box.sending() === entry.id;
    let state = entry.state === "refused" ? "attention" : entry.state === "dropped" ? "dropped" : busy ? "busy" : "waiting";
    if (state !== "attention" && state !== "dropped" && sending && !tries) state = "sending";
    let next: string | undefined;
    if (state === "attention") next = refusals.get(status || 0) || refusals.get(0);
    if (state === "dropped" && tries) next = data.dropped_late;
    paint(card, state, entry.signup, next);
    write(card, ".where", entry.receipts === data.receipts ? "" : entry.title);
    const time = tried_at ? new Date(tried_at).toLocaleTimeString(document.documentElement.lang) : "";
    write(card, ".tried", time && data.last_try.replace("{time}", time));
    const retry = state === "attention" && (status === 404 || status === 410);
    button(card, ".now", state === "waiting" || state === "busy" || retry, () => {
      void box.update(entry.id, (now) => again(now)).then(() => box.send("hand"));
    });
    const ours = entry.receipts === data.receipts;
    button(card, ".mend", state === "attention" && ours && status !== 410, () => acts.mend(entry));
    button(card, ".drop", state !== "dropped" && state !== "sending", () => void box.update(entry.id, dropped));
    button(card, ".undo", state === "dropped", () => void box.update(entry.id, again).then(() => box.send()));
    const waits = state === "waiting" || state === "busy";
    const { code } = acts;
    button(card, ".show", !!code && waits && ours && !entry.signup.replaces && card.querySelector<HTMLElement>(".desk")!.hidden, () => void toDesk(card, entry));
    if (!waits) card.querySelector<HTMLElement>(".desk")!.hidden = true;
    const venue = card.querySelector<HTMLAnchorElement>(".venue")!;
    venue.parentElement!.hidden = !(data.venue && waits && ours && !entry.signup.replaces);
    if (data.venue) venue.href = data.venue + fragment(entry.signup);
    card.querySelector<HTMLElement>(".code")!.hidden = true;
    card.querySelector<HTMLElement>(".open")!.hidden = true;
  }

  function showReceipt(receipt: Receipt, box: Outbox) {
    const card = place(receipt.id);
    paint(card, receipt.state, receipt);
    write(card, ".tried", "");
    for (const act of [".now", ".mend", ".drop", ".undo", ".show"]) button(card, act, false);
    card.querySelector<HTMLElement>(".desk")!.hidden = true;
    card.querySelector<HTMLAnchorElement>(".venue")!.parentElement!.hidden = true;
    const code = card.querySelector<HTMLElement>(".code")!;
    code.hidden = false;
    write(card, ".code", receipt.short_code);
    const link = card.querySelector<HTMLAnchorElement>(".open")!;
    link.hidden = false;
    link.href = `${receipt.url}?lang=${language}`;
    // Where this has just arrived there is a network, whatever the page was opened from.
    if (receipt.at >= opened) element("kept").hidden = true;
    follow(receipt, box, LOOKS_S);
  }

  /** What this phone has signed up before: a line each. */
  function showLines(receipts: Receipt[], box: Outbox) {
    done.hidden = !receipts.length;
    lines.textContent = "";
    receipts.forEach((receipt, i) => {
      const line = element<HTMLTemplateElement>("line").content.firstElementChild!.cloneNode(true) as HTMLElement;
      write(line, ".who", receipt.name);
      write(line, ".number", receipt.phone);
      write(line, ".title", states.get(receipt.state)?.[0] || receipt.state);
      line.querySelector("a")!.href = `${receipt.url}?lang=${language}`;
      lines.append(line);
      if (i < MOST_LOOKS) follow(receipt, box, [0]);
    });
  }

  function follow(receipt: Receipt, box: Outbox, seconds: number[]) {
    if (followed.has(receipt.id)) return;
    followed.add(receipt.id);
    for (const after of seconds) {
      setTimeout(async () => {
        const { status, body } = await request(receipt.url.replace("/r/", "/v1/receipts/"), "GET");
        const { id, state } = (body || {}) as { id?: string; state?: string };
        if (status !== 200 || id !== receipt.id || !state || state === receipt.state) return;
        receipt.state = state;
        await box.note(receipt);
      }, after * 1000);
    }
  }

  async function toDesk(card: HTMLElement, entry: Entry) {
    const desk = card.querySelector<HTMLElement>(".desk")!;
    const made = await acts.code?.(entry).catch((): undefined => undefined);
    const picture = desk.querySelector("svg")!;
    picture.toggleAttribute("hidden", !made?.path);
    if (made?.path) {
      picture.setAttribute("viewBox", `0 0 ${made.size} ${made.size}`);
      picture.querySelector("path")!.setAttribute("d", made.path);
      picture.dataset.text = made.text;
    }
    write(desk, ".how", made?.path ? data.to_desk : data.too_large);
    const { name, phone } = entry.signup;
    const typed = desk.querySelector("ul")!;
    typed.textContent = "";
    for (const words of [name, phone, made?.short_code, ...acts.readable(entry)]) {
      if (words) typed.appendChild(document.createElement("li")).textContent = words;
    }
    desk.hidden = false;
    card.querySelector<HTMLElement>(".show")!.hidden = true;
    desk.scrollIntoView({ block: "nearest" });
  }

  return { show, focus: () => section.focus() };
}

/** To be sent as if it never had been. */
function again({ errors: _, unknown_since: __, not_before: ___, dropped_at: ____, ...entry }: Entry): Entry {
  return { ...entry, state: "waiting" };
}

function dropped(entry: Entry): Entry {
  return { ...entry, state: "dropped", dropped_at: Date.now() };
}

function button(card: HTMLElement, which: string, there: boolean, act?: () => void) {
  const found = card.querySelector<HTMLButtonElement>(which)!;
  found.hidden = !there;
  found.onclick = act || null;
}

/** Written only when it changes, so that it is read aloud once. */
function write(inside: HTMLElement, where: string, text: string) {
  const found = inside.querySelector<HTMLElement>(where)!;
  if (found.textContent !== text) found.textContent = text;
  found.hidden = !text;
}
