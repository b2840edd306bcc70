// What a card says of an entry, and what can be done with it.

import type { EntryCode } from "../entry_code";
import { dropped, waiting, type Entry } from "../outbox/entry";
import type { Outbox } from "../outbox/outbox";
import { part } from "../page";
import { lead, offer, paint, wordsOf, write, type States } from "./card";
import { fragment } from "./carried";
import { lookOf } from "./entry_look";

/** What the page says of entries. */
export interface EntryTexts {
  /**
   * How the addresses of this workshop's receipts begin; empty where the code leads to none: no entry is its
   * own.
   */
  receipts: string;
  /** Why an entry was refused, by its status; 0 for whatever else. */
  refusals: [status: number, text: string][];
  /** With `{time}`. */
  last_try: string;
  dropped_late: string;
  /** The form on the venue page, where it is known. */
  venue?: string;
  to_desk: string;
  too_large: string;
}

/** What a page can do with its own workshop's entries. */
export interface Acts {
  /** Opens the form with it; `false` where there is no form. */
  mend: false | ((entry: Entry) => void);
  /** Makes its code for the desk; rejects where its maker cannot be had. `false` where there is none. */
  code: false | ((entry: Entry) => Promise<EntryCode>);
  /** Says its answers in words, each with its question. */
  inWords(entry: Entry): string[];
}

/** Shows an entry. */
export function showEntry(
  card: HTMLElement,
  entry: Entry,
  texts: EntryTexts,
  states: States,
  { mend, code, inWords }: Acts,
  outbox: Outbox,
) {
  const { id, signup, status, tried_at } = entry;
  const look = lookOf(entry, outbox.sending() === id);
  const waits = look === "waiting" || look === "busy";
  const needsLook = look === "attention";
  const isOwn = entry.receipts === texts.receipts;
  // What proves a correction only the server can check.
  const canBeCarried = waits && isOwn && !signup.replaces;
  const atDesk = part(card, ".desk");
  if (!waits) atDesk.hidden = true;

  const [title, next, mark] = wordsOf(states, look);
  paint(card, look, [title, nextOf(entry, texts) || next, mark], signup.name, signup.phone);
  write(card, ".where", isOwn ? "" : entry.title);
  write(card, ".tried", tried_at ? texts.last_try.replace("{time}", clock(tried_at)) : "");
  write(card, ".code", "");

  const again = (now: Entry) => waiting(now);
  const drop = () => outbox.update(id, (now) => dropped(now, Date.now()));
  const canRetry = waits || (needsLook && (status === 404 || status === 410));
  offer(card, ".now", canRetry && (() => outbox.update(id, again).then(() => outbox.send("hand"))));
  offer(card, ".mend", mend && needsLook && isOwn && status !== 410 && (() => mend(entry)));
  offer(card, ".drop", look !== "dropped" && look !== "sending" && drop);
  offer(card, ".undo", look === "dropped" && (() => outbox.update(id, again).then(() => outbox.send("due"))));
  const show = async () => {
    showCode(atDesk, entry, code && (await code(entry).catch(() => false as const)), texts, inWords(entry));
    offer(card, ".show", false);
  };
  offer(card, ".show", !!code && canBeCarried && atDesk.hidden && show);
  lead(card, ".venue", canBeCarried && texts.venue ? texts.venue + fragment(signup) : "");
  lead(card, ".open", "");
}

/** A time of day as the page's language writes it. */
function clock(at: number): string {
  return new Date(at).toLocaleTimeString(document.documentElement.lang);
}

/** What comes next, where that is not the same for all entries that look so. */
function nextOf({ state, status = 0, tries }: Entry, texts: EntryTexts): string | undefined {
  const refusals = new Map(texts.refusals);
  if (state === "refused") return refusals.get(status) || refusals.get(0);
  return state === "dropped" && tries ? texts.dropped_late : undefined;
}

/** Shows what the desk takes an entry by: its code, and what to type where that cannot be read. */
function showCode(
  desk: HTMLElement,
  entry: Entry,
  code: false | EntryCode,
  texts: EntryTexts,
  answers: string[],
) {
  const { path = "", size, text = "", short_code = "" } = code || {};
  const picture = part<SVGElement>(desk, "svg");
  picture.toggleAttribute("hidden", !path);
  picture.setAttribute("viewBox", `0 0 ${size} ${size}`);
  picture.dataset.text = text;
  part(picture, "path").setAttribute("d", path);
  write(desk, ".how", path ? texts.to_desk : texts.too_large);
  const typed = part(desk, "ul");
  typed.textContent = "";
  for (const words of [entry.signup.name, entry.signup.phone, short_code, ...answers]) {
    if (words) typed.appendChild(document.createElement("li")).textContent = words;
  }
  desk.hidden = false;
  desk.scrollIntoView({ block: "nearest" });
}
