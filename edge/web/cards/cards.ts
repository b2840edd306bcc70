// This phone's entries and receipts, as people see them: what waits, what has arrived, what needs a look.

import { inOrder, type Entry } from "../outbox/entry";
import type { KeptReceipt, ReceiptState } from "../outbox/kept_receipt";
import type { Outbox } from "../outbox/outbox";
import { element } from "../page";
import { newCard, type Words } from "./card";
import { showEntry, type Acts, type EntryTexts } from "./entry_card";
import type { EntryLook } from "./entry_look";
import { follow } from "./follow";
import { showLines, showReceipt } from "./receipt_card";

/** What the page says of entries and receipts. */
export interface CardData extends EntryTexts {
  /** What each state looks like and says. */
  states: [name: EntryLook | ReceiptState, ...words: Words][];
  /** When a new receipt's state is asked for, in seconds after it came. */
  looks_s: number[];
  /** After so many milliseconds a receipt is forgotten. */
  keep_ms: number;
}

/** Shows all but one, which the form shows. How many cards there are. */
export type Cards = (but?: string) => Promise<number>;

/** The state of older receipts is asked for once, of no more than so many. */
const MOST_LOOKS = 10;
/** What arrived in this time has just arrived. */
const JUST_MS = 60_000;
/** After this time what was dropped is gone, and nothing is taken back any more. */
const UNDO_MS = 60_000;

const opened = Date.now();
/**
 * Back from a receipt that could not be opened (workers/sw.ts): what was sent a moment ago has just arrived.
 */
const since = location.hash === "#arrived" ? opened - JUST_MS : opened;

/** Makes what shows cards for what is on its way or has just arrived, lines for what arrived before. */
export function cards(data: CardData, acts: Acts, outbox: Outbox): Cards {
  const states = new Map(data.states.map(([name, ...words]) => [name, words]));
  const places = new Map<string, HTMLElement>();
  const place = (id: string) => {
    const card = places.get(id) || newCard();
    places.set(id, card);
    return card;
  };

  return async (but) => {
    const entries = inOrder((await outbox.entries()).filter(({ id }) => id !== but));
    const receipts = (await outbox.receipts()).filter(({ id }) => id !== but).sort((a, b) => b.at - a.at);
    forget(entries, receipts, data.keep_ms, outbox);
    const isNew = ({ at }: KeptReceipt) => at >= since && at < Date.now() + JUST_MS;
    const arrived = receipts.filter((receipt) => isNew(receipt) || places.has(receipt.id));
    const ids = new Set([...entries, ...arrived].map(({ id }) => id));
    places.forEach((card, id) => {
      if (ids.has(id)) return;
      card.remove();
      places.delete(id);
    });
    for (const entry of entries) showEntry(place(entry.id), entry, data, states, acts, outbox);
    for (const receipt of arrived) {
      showReceipt(place(receipt.id), receipt, states);
      // Where this has just arrived there is a network, whatever the page was opened from.
      if (receipt.at >= opened) element("kept").hidden = true;
      follow(receipt, outbox, data.looks_s);
    }
    element("waiting").hidden = !ids.size;
    const before = receipts.filter(({ id, receipts }) => receipts === data.receipts && !ids.has(id));
    showLines(before, states);
    for (const receipt of before.slice(0, MOST_LOOKS)) follow(receipt, outbox, [0]);
    return ids.size;
  };
}

/** Forgets what was dropped for good, and old receipts. */
function forget(entries: Entry[], receipts: KeptReceipt[], keep_ms: number, outbox: Outbox) {
  const now = Date.now();
  // Clocks are set: what is said to have been later than now was long ago, too.
  const isOld = (at: number, after: number) => !(Math.abs(now - at) <= after);
  const isGone = (entry: Entry) => entry.state === "dropped" && isOld(entry.dropped_at, UNDO_MS);
  for (const { id } of entries.filter(isGone)) {
    // Taken back meanwhile: it stays.
    void outbox.update(id, (entry) => (isGone(entry) ? undefined : entry));
  }
  for (const { at, id } of receipts) if (isOld(at, keep_ms)) void outbox.forget(id);
}
