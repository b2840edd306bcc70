// Sends what waits, one entry after the other, until it has arrived or the server refuses it.

import { delay, type BackOff } from "../rules/retry";
import { attempt, SYNC, type Solve } from "./attempt";
import { inOrder, type Entry, type Waiting } from "./entry";
import { everywhere, type Stores } from "./stores";
import { inTurn, keepTurn } from "./turns";

/** Why it sends: something is due, or a teacher's own hand, which sends also what the server has put off. */
export type Reason = "due" | "hand";

/** A page's sender. */
export interface Sender {
  /** Sends all that waits. */
  send(by: Reason): void;
  /** The entry that is being sent now. */
  sending(): string | undefined;
}

const isWaiting = (entry: Entry): entry is Waiting => entry.state === "waiting";

/** Makes the sender; `changed` is called before an entry is sent, `sent` after that. */
export function sender(
  stores: Stores,
  backOff: BackOff,
  solve: Solve,
  changed: () => void,
  sent: () => void,
): Sender {
  const [first, passing] = stores;
  /** When an entry is next sent by the timer; by any other reason at once. */
  const due = new Map<string, number>();
  const dueAt = ({ id, not_before }: Waiting) => Math.max(due.get(id) || 0, not_before);
  const waiting = async () => (await everywhere(stores, (store) => store.entries())).filter(isWaiting);
  let current: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let next: Reason | undefined;
  let running = false;

  /** One round after the other, however many reasons to send come together. */
  async function run(reason: Reason) {
    if (next !== "hand") next = reason;
    if (running) return;
    running = true;
    while (next) {
      const by = next;
      next = undefined;
      // What only this page has nobody else sends; and a browser that keeps nothing gives no locks either.
      await (passing ? inTurn(first, () => round(by)) : round(by)).catch(() => undefined);
    }
    running = false;
    await plan();
  }

  async function round(by: Reason) {
    for (const { id } of inOrder(await waiting())) {
      for (const store of stores) {
        // Read again: another tab may have sent it, its person may have dropped it.
        const entry = (await store.entries()).find((entry) => entry.id === id);
        if (!entry || !isWaiting(entry) || (by === "due" && dueAt(entry) > Date.now())) continue;
        await keepTurn(store);
        current = id;
        changed();
        await attempt(store, entry, solve).catch(() => undefined);
        current = undefined;
        due.set(id, Date.now() + delay(backOff, entry.tries));
        sent();
      }
    }
  }

  /** Sets the timer for what is due next. */
  async function plan() {
    const left = await waiting();
    clearTimeout(timer);
    if (!left.length) return;
    // Not at once even where it is due: another tab has the turn.
    const pause = Math.max(Math.min(...left.map(dueAt)) - Date.now(), backOff.base_ms);
    timer = setTimeout(() => void run("due"), pause);
    if (left.some(({ tries }) => tries)) await askForSync();
  }

  return {
    send: (by) => {
      due.clear();
      void run(by);
    },
    sending: () => current,
  };
}

/** Where the browser can wake the service worker it also sends after this page was closed. */
async function askForSync() {
  type Registration = ServiceWorkerRegistration & { sync: { register(tag: string): Promise<void> } };
  try {
    await ((await navigator.serviceWorker.getRegistration()) as Registration).sync.register(SYNC);
  } catch {
    // It cannot: the page sends as long as it is open.
  }
}
