// The outbox: entries are kept before they are sent, and sent until they have arrived or the server refuses
// them.

import type { BackOff } from "../rules/retry";
import { CHANGED, type Solve } from "./attempt";
import type { Entry } from "./entry";
import type { KeptReceipt } from "./kept_receipt";
import { pageStore, type PageStore } from "./page_store";
import { sender, type Sender } from "./sender";

/** A page's outbox. */
export interface Outbox extends Sender {
  /** Whether what is kept outlives the page, as far as the last act has shown. */
  isDurable(): boolean;
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
  const store = pageStore();
  const outbox = outboxOver(store, backOff, solve, changed);
  // Shows whether it can keep anything.
  await store.entries();
  const send = () => outbox.send("due");
  addEventListener("online", send);
  document.addEventListener("visibilitychange", () => document.hidden || send());
  addEventListener("pageshow", (event) => event.persisted && send());
  send();
  return outbox;
}

function outboxOver(store: PageStore, backOff: BackOff, solve: Solve, changed: () => void): Outbox {
  const tellOthers = otherTabs(changed);
  /** How many entries only this page may have. */
  let onlyHere = 0;
  // Whatever cannot outlive the page is asked about before that goes.
  addEventListener("beforeunload", (event) => {
    if (onlyHere) event.preventDefault();
  });
  const told = () => {
    void store.entries().then(({ length }) => (onlyHere = store.isDurable() ? 0 : length));
    changed();
    tellOthers();
  };
  const { send, sending } = sender(store, backOff, solve, changed, told);
  return {
    send,
    sending,
    isDurable: store.isDurable,
    entries: store.entries,
    receipts: store.receipts,
    add: async (entry, instead) => {
      await store.add(entry, instead);
      told();
      send("due");
    },
    update: (id, change) => store.update(id, change).then(told),
    note: (receipt) => store.note(receipt).then(told),
    forget: (id) => store.forget(id).then(told),
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
