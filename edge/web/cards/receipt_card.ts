// What the page says of receipts: a card for what has just arrived, a line for what arrived before.

import type { KeptReceipt } from "../outbox/kept_receipt";
import { copyOf, element, language, part } from "../page";
import { lead, offer, paint, wordsOf, write, type States } from "./card";

/** Shows a receipt. */
export function showReceipt(card: HTMLElement, receipt: KeptReceipt, states: States) {
  const { state, name, phone, short_code } = receipt;
  paint(card, state, wordsOf(states, state), name, phone);
  write(card, ".tried", "");
  write(card, ".code", short_code);
  part(card, ".desk").hidden = true;
  for (const act of [".now", ".mend", ".drop", ".undo", ".show"]) offer(card, act, false);
  lead(card, ".venue", "");
  lead(card, ".open", pageOf(receipt));
}

/** Shows a line for each. */
export function showLines(receipts: KeptReceipt[], states: States) {
  element("done").hidden = !receipts.length;
  const lines = element("receipts");
  lines.textContent = "";
  for (const receipt of receipts) {
    const line = lines.appendChild(copyOf("line"));
    const [title] = wordsOf(states, receipt.state);
    write(line, ".who", receipt.name);
    write(line, ".number", receipt.phone);
    write(line, ".title", title);
    lead(line, "a", pageOf(receipt));
  }
}

/** The receipt's page in the language of this one. */
function pageOf({ url }: KeptReceipt): string {
  return `${url}?lang=${language}`;
}
