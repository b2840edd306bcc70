// Sends what waits, one entry after the other, until it has arrived or the server refuses it.

import { delay, type BackOff } from "../rules/retry";
import { attempt, SYNC, type Solve } from "./attempt";
import { inOrder, putOffUntil, type Entry, type Waiting } from "./entry";
import type { Store } from "./store";
import { inTurn } from "./turns";

/** Why it sends: something is due, or a teacher's own hand, which sends also what the server has put off. */
export type Reason = "due" | "hand";

/** A page's sender. */
export interface Sender {
  /** Sends all that waits. */
  send(by: Reason): void;
  /** The entry that is being sent now. */
  sending(): string | undefined;
}

/** It is looked so often whether another tab still has the turn, in milliseconds. */
const TURN_EVERY_MS = 500;
/** It sleeps for no longer, in milliseconds: clocks are set right meanwhile. */
const LONGEST_SLEEP_MS = 30_000;

const isWaiting = (entry: Entry): entry is Waiting => entry.state === "waiting";

/** Makes the sender; `changed` is called before an entry is sent, `sent` after that. */
export function sender(
  store: Store,
  backOff: BackOff,
  solve: Solve,
  changed: () => void,
  sent: () => void,
): Sender {
  /**
   * When an entry is next sent by the timer; by any other reason at once. By the clock that only goes
   * forward.
   */
  const due = new Map<string, number>();
  const waiting = async () => inOrder((await store.entries()).filter(isWaiting));
  let current: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let again = false;
  let running = 0;

  /** In how many milliseconds an entry is due. */
  function dueIn(entry: Waiting): number {
    const now = Date.now();
    return Math.max((due.get(entry.id) || 0) - performance.now(), putOffUntil(entry, now) - now);
  }

  /** What is due waits for the round that is going on; a person's hand does not. */
  async function run(by: Reason) {
    again = true;
    if (running && by === "due") return;
    running++;
    let isOurTurn = true;
    for (; again; by = "due") {
      again = false;
      const reason = by;
      isOurTurn = await inTurn(store, reason === "hand", () => round(reason));
    }
    if (!--running) await plan(isOurTurn ? backOff.base_ms : TURN_EVERY_MS);
  }

  async function round(by: Reason) {
    for (const { id } of await waiting()) {
      // Read again: another tab may have sent it, its person may have dropped it.
      const entry = (await waiting()).find((entry) => entry.id === id);
      if (!entry || (by === "due" && dueIn(entry) > 0)) continue;
      current = id;
      changed();
      await attempt(store, entry, solve);
      current = undefined;
      due.set(id, performance.now() + delay(backOff, entry.tries));
      sent();
    }
  }

  /** Sets the timer for what is due next. */
  async function plan(least: number) {
    const left = await waiting();
    clearTimeout(timer);
    if (!left.length) return;
    const pause = Math.min(...left.map(dueIn), LONGEST_SLEEP_MS);
    timer = setTimeout(() => void run("due"), Math.max(pause, least));
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
