// The outbox: entries are kept before they are sent, and sent until they have arrived or the server refuses them.

import { attempt, CHANGED, SENDER, SYNC, type Solve } from "./attempt";
import { PATIENCE_MS } from "./send";
import { newId } from "./signup_id";
import { durableStore, passingStore, tryOut, type Entry, type Receipt, type Store } from "./store";

/** The shared back-off: rendered from shared/src/retry.rs. */
export interface BackOff {
  base_ms: number;
  cap_ms: number;
}

export interface Outbox {
  /** Whether what is kept outlives the page. */
  durable: boolean;
  entries(): Promise<Entry[]>;
  receipts(): Promise<Receipt[]>;
  /** Keeps it, then sends it. Returns once it is kept. */
  add(entry: Entry, instead?: string): Promise<void>;
  update(id: string, change: (entry: Entry) => Entry | undefined): Promise<void>;
  note(receipt: Receipt, forget?: boolean): Promise<void>;
  /** Sends all that is due; by the teacher's own hand also what the server has put off. */
  send(by?: "hand"): void;
  /** The entry that is being sent now. */
  sending(): string | undefined;
}

/** Opens it and sends what waits. `changed` is called whenever there may be something else to show. */
export async function openOutbox(backOff: BackOff, solve: Solve, changed: () => void): Promise<Outbox> {
  const passing = passingStore();
  const stores: Store[] = [passing];
  try {
    const durable = await durableStore();
    await tryOut(durable);
    stores.unshift(durable);
  } catch {
    // Refused, full or silent: the page says so, and keeps entries as long as it is open.
  }
  const owner = newId();
  /** When an entry is next sent by the timer; by any other reason at once. */
  const due = new Map<string, number>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running = false;
  let again: "" | "due" | "hand" = "";
  let current: string | undefined;
  /** How many entries only this page has. */
  let onlyHere = 0;
  let others: BroadcastChannel | undefined;
  try {
    others = new BroadcastChannel(CHANGED);
    others.addEventListener("message", changed);
  } catch {
    // Old browsers have none, and Firefox refuses it where it keeps nothing.
  }

  const everywhere = <T>(read: (store: Store) => Promise<T[]>) =>
    Promise.all(stores.map((store) => read(store).catch((): T[] => []))).then((lists) => ([] as T[]).concat(...lists));
  const told = () => {
    void passing.entries().then(({ length }) => (onlyHere = length));
    changed();
    others?.postMessage("");
  };

  async function add(entry: Entry, instead?: string) {
    try {
      await stores[0]!.add(entry, instead);
    } catch {
      // Full since it was tried out.
      await passing.add(entry, instead);
      outbox.durable = false;
    }
    told();
    send();
  }

  function send(by?: "hand") {
    due.clear();
    void run(by || "due");
  }

  /** One round after the other, however many reasons to send come together. */
  async function run(reason: "due" | "hand") {
    if (again !== "hand") again = reason;
    if (running) return;
    running = true;
    while (again) {
      const by = again;
      again = "";
      await alone(() => round(by)).catch(() => undefined);
    }
    running = false;
    await plan();
  }

  /** One sender at a time, over all tabs and the service worker. */
  async function alone(work: () => Promise<void>) {
    // What only this page has nobody else sends; and a browser that keeps nothing gives no locks either.
    if (stores.length === 1) return work();
    if (navigator.locks) return navigator.locks.request(SENDER, work);
    // Plain HTTP and old browsers: a lease that outlives any request, taken anew for each.
    if (!(await stores[0]!.lease(owner, Date.now() + PATIENCE_MS * 2).catch(() => true))) return;
    await work();
    await stores[0]!.lease(owner, 0).catch(() => undefined);
  }

  async function round(by: "due" | "hand") {
    const first = await everywhere((store) => store.entries());
    for (const { id } of first.sort((a, b) => a.signup.filled_at - b.signup.filled_at)) {
      for (const store of stores) {
        // Read again: another tab may have sent it, its person may have dropped it.
        const entry = (await store.entries()).find((entry) => entry.id === id);
        if (!entry || entry.state !== "waiting") continue;
        const now = Date.now();
        if (by !== "hand" && ((entry.not_before || 0) > now || (due.get(id) || 0) > now)) continue;
        if (!navigator.locks) await store.lease(owner, now + PATIENCE_MS * 2);
        current = id;
        changed();
        await attempt(store, entry, solve).catch(() => undefined);
        current = undefined;
        due.set(id, Date.now() + delay(entry.tries));
        told();
      }
    }
  }

  /** Full jitter: between nothing and a bound that doubles. */
  const delay = (tries: number) => Math.random() * Math.min(backOff.base_ms * 2 ** tries, backOff.cap_ms);

  async function plan() {
    const waiting = (await everywhere((store) => store.entries())).filter(({ state }) => state === "waiting");
    clearTimeout(timer);
    if (!waiting.length) return;
    const next = Math.min(...waiting.map(({ id, not_before }) => Math.max(due.get(id) || 0, not_before || 0)));
    // Not at once even where it is due: another tab has the lease.
    timer = setTimeout(() => void run("due"), Math.max(next - Date.now(), backOff.base_ms));
    // Where the browser can wake the service worker it also sends after this page was closed.
    const registration = await navigator.serviceWorker?.getRegistration?.().catch(() => undefined);
    const { sync } = (registration || {}) as { sync?: { register(tag: string): Promise<void> } };
    if (waiting.some(({ tries }) => tries)) await sync?.register(SYNC).catch(() => undefined);
  }

  const outbox: Outbox = {
    durable: stores.length > 1,
    entries: () => everywhere((store) => store.entries()),
    receipts: () => everywhere((store) => store.receipts()),
    add,
    update: async (id, change) => {
      await Promise.all(stores.map((store) => store.update(id, change)));
      told();
    },
    note: async (receipt, forget) => {
      await stores[0]!.note(receipt, forget).catch(() => undefined);
      told();
    },
    send,
    sending: () => current,
  };
  addEventListener("online", () => send());
  document.addEventListener("visibilitychange", () => document.hidden || send());
  addEventListener("pageshow", (event) => event.persisted && send());
  // Whatever cannot outlive the page is asked about before it goes.
  addEventListener("beforeunload", (event) => {
    if (onlyHere) event.preventDefault();
  });
  send();
  return outbox;
}
