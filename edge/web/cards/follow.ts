// Follows what becomes of the receipts on the page.

import { receiptApi, receiptState, type KeptReceipt } from "../outbox/kept_receipt";
import type { Outbox } from "../outbox/outbox";
import { request } from "../outbox/request";
import { lookAfter } from "../rules/looks";

const followed = new Set<string>();

/**
 * Asks for a receipt's state so many seconds from now, and keeps it in the outbox. No receipt is followed
 * twice.
 */
export function follow(receipt: KeptReceipt, outbox: Outbox, seconds: readonly number[]) {
  if (followed.has(receipt.id)) return;
  followed.add(receipt.id);
  lookAfter(seconds, () => void look(receipt, outbox));
}

async function look(receipt: KeptReceipt, outbox: Outbox) {
  const { status, body } = await request(receiptApi(receipt.url), "GET");
  const { id, state: text } = body as { id?: string; state?: string };
  const state = receiptState(text);
  if (status !== 200 || id !== receipt.id || !state || state === receipt.state) return;
  receipt.state = state;
  await outbox.note(receipt);
}
