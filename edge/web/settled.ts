// Waits a moment for what becomes of an entry.

import type { Entry } from "./outbox/entry";
import type { KeptReceipt } from "./outbox/kept_receipt";
import type { Outbox } from "./outbox/outbox";

/** A sign-up that has not arrived in this time is shown as waiting; after a failure, in that. */
const SHOWN_AFTER_MS = 6000;
const FAILED_AFTER_MS = 2000;

let goOn: () => void = () => undefined;

/** Something has changed in the outbox. */
export function wake() {
  goOn();
}

/** The entry's receipt, or the entry itself where it is refused or has to wait. */
export async function settled(id: string, outbox: Outbox): Promise<KeptReceipt | Entry | undefined> {
  const begun = Date.now();
  for (;;) {
    const receipt = (await outbox.receipts()).find((receipt) => receipt.id === id);
    const entry = (await outbox.entries()).find((entry) => entry.id === id);
    const elapsed = Date.now() - begun;
    if (receipt || !entry || entry.state !== "waiting") return receipt || entry;
    if (elapsed > SHOWN_AFTER_MS || (entry.tries && elapsed > FAILED_AFTER_MS)) return entry;
    await new Promise<void>((resolve) => {
      goOn = resolve;
      setTimeout(resolve, FAILED_AFTER_MS);
    });
  }
}
