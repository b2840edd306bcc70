// One sender at a time, over all tabs and the service worker.

import { SENDER } from "./attempt";
import { newId } from "./signup_id";
import { LEASE_MS, type Store } from "./store";

/** A lease is taken anew while there is work, in milliseconds: often enough for a tab in the background. */
const RENEWED_EVERY_MS = LEASE_MS / 3;

const owner = newId();

/**
 * Works while nobody else sends from this phone, and returns whether it did: without Web Locks it does not
 * where somebody else sends. By a person's `hand` it is this page's turn at once. That two send the same at
 * one time does no harm: it has one id.
 */
export async function inTurn(store: Store, hand: boolean, work: () => Promise<void>): Promise<boolean> {
  let worked = false;
  const act = () => {
    worked = true;
    return work();
  };
  // A browser that keeps nothing may have locks and refuse them.
  if (navigator.locks) await navigator.locks.request(SENDER, { steal: hand }, act).catch(() => undefined);
  if (navigator.locks && worked) return true;
  // Plain HTTP and old browsers: a lease.
  if (!(await store.lease(owner, LEASE_MS, hand))) return false;
  const renewal = setInterval(() => void store.lease(owner, LEASE_MS), RENEWED_EVERY_MS);
  await act().catch(() => undefined);
  clearInterval(renewal);
  await store.lease(owner, 0);
  return true;
}
