// What the phone keeps of an entry that has arrived: masked, so that a borrowed phone tells nothing.

/** What a receipt can say. */
export const RECEIPT_STATES = ["received", "registered", "waitlisted", "cancelled"] as const;

/** What a receipt says. */
export type ReceiptState = (typeof RECEIPT_STATES)[number];

/** A receipt on this phone. */
export interface KeptReceipt {
  id: string;
  /** Path of the receipt's page. */
  url: string;
  /** How the addresses of its workshop's receipts begin: says whose it is. */
  receipts: string;
  state: ReceiptState;
  short_code: string;
  name: string;
  phone: string;
  /** When it came, in milliseconds since 1970. */
  at: number;
}

/** Reads a state; undefined where this page knows none of that name. */
export function receiptState(text: unknown): ReceiptState | undefined {
  return RECEIPT_STATES.find((state) => state === text);
}

/** Where a receipt's state is asked for. */
export function receiptApi(url: string): string {
  return url.replace("/r/", "/v1/receipts/");
}
