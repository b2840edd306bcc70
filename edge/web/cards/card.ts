// A card on the page, made from the page's template: an entry or a receipt.

import type { ReceiptState } from "../outbox/kept_receipt";
import { copyOf, element, part } from "../page";
import type { EntryLook } from "./entry_look";

/** What a state looks like and says. */
export type Words = [title: string, next: string, mark: string];

/** The words of every state that a card can show. */
export type States = Map<EntryLook | ReceiptState, Words>;

/** The words of a state. */
export function wordsOf(states: States, state: EntryLook | ReceiptState): Words {
  return states.get(state) || [state, "", ""];
}

/** Puts a new card at the end of the list. */
export function newCard(): HTMLElement {
  return element("entries").appendChild(copyOf("card"));
}

/** Shows a state and whose it is. */
export function paint(
  card: HTMLElement,
  state: string,
  [title, next, mark]: Words,
  name: string,
  phone: string,
) {
  // Only when it changes: the stamp moves when it comes.
  if (card.dataset.state !== state) card.className = `slip card ${state}`;
  card.dataset.state = state;
  part(card, "path").setAttribute("d", mark);
  write(card, ".title", title);
  write(card, ".next", next);
  write(card, ".who", name);
  write(card, ".number", phone);
}

/**
 * Writes a text, and hides its place where it is empty. Only when it changes, so that it is read aloud once.
 */
export function write(inside: ParentNode, where: string, text: string) {
  const place = part(inside, where);
  if (place.textContent !== text) place.textContent = text;
  place.hidden = !text;
}

/** Offers an act by its button; `false` where it cannot be done now. */
export function offer(card: HTMLElement, which: string, act: false | (() => unknown)) {
  const button = part(card, which);
  button.hidden = !act;
  button.onclick = act || null;
}

/** Shows a link; nothing where the address is empty. */
export function lead(card: HTMLElement, which: string, address: string) {
  const link = part<HTMLAnchorElement>(card, which);
  (link.closest("p") || link).hidden = !address;
  link.href = address;
}
