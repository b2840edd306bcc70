// The outbox: entries are kept before they are sent, and sent until they have arrived or the server refuses
// them.

import type { BackOff } from "../rules/retry";
import { CHANGED, type Solve } from "./attempt";
import type { Entry } from "./entry";
import type { KeptReceipt } from "./kept_receipt";
import { sender, type Sender } from "./sender";
import { everywhere, openStores, type Stores } from "./stores";

/** A page's outbox. */
export interface Outbox extends Sender {
  /** Whether what is kept outlives the page, as far as trying it out has shown. */
  durable: boolean;
  entries(): Promise<Entry[]>;
  receipts(): Promise<KeptReceipt[]>;
  /**
   * Keeps an entry, in another one's place where that was corrected, then sends it. Returns once it is kept.
   */
  add(entry: Entry, instead?: string): Promise<void>;
  /** Changes an entry if it is still there; `undefined` deletes it. */
  update(id: string, change: (entry: Entry) => Entry | undefined): Promise<void>;
  /** Keeps a receipt that has changed. */
  note(receipt: KeptReceipt): Promise<void>;
  /** Forgets a receipt. */
  forget(id: string): Promise<void>;
}

/**
 * Opens the outbox and sends what waits. `changed` is called whenever there may be something else to show.
 */
export async function openOutbox(backOff: BackOff, solve: Solve, changed: () => void): Promise<Outbox> {
  const outbox = outboxOver(await openStores(), backOff, solve, changed);
  const send = () => outbox.send("due");
  addEventListener("online", send);
  document.addEventListener("visibilitychange", () => document.hidden || send());
  addEventListener("pageshow", (event) => event.persisted && send());
  send();
  return outbox;
}

function outboxOver(stores: Stores, backOff: BackOff, solve: Solve, changed: () => void): Outbox {
  const [first, passing = first] = stores;
  const tellOthers = otherTabs(changed);
  /** How many entries only this page has. */
  let onlyHere = 0;
  // Whatever cannot outlive the page is asked about before that goes.
  addEventListener("beforeunload", (event) => {
    if (onlyHere) event.preventDefault();
  });
  const told = () => {
    void passing.entries().then(({ length }) => (onlyHere = length));
    changed();
    tellOthers();
  };
  const { send, sending } = sender(stores, backOff, solve, changed, told);
  return {
    send,
    sending,
    durable: passing !== first,
    entries: () => everywhere(stores, (store) => store.entries()),
    receipts: () => everywhere(stores, (store) => store.receipts()),
    add: async (entry, instead) => {
      try {
        await first.add(entry, instead);
      } catch {
        // Full since it was tried out.
        await passing.add(entry, instead);
      }
      told();
      send("due");
    },
    update: async (id, change) => {
      await Promise.all(stores.map((store) => store.update(id, change)));
      told();
    },
    note: (receipt) => first.note(receipt).then(told, told),
    forget: (id) => first.forget(id).then(told, told),
  };
}

/** Hears of changes in the other tabs; the function that it returns tells them of one. */
function otherTabs(changed: () => void): () => void {
  try {
    const others = new BroadcastChannel(CHANGED);
    others.addEventListener("message", changed);
    return () => others.postMessage("");
  } catch {
    // Old browsers have none, and Firefox refuses it where it keeps nothing.
    return () => undefined;
  }
}
