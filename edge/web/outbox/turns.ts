// One sender at a time, over all tabs and the service worker.

import { SENDER } from "./attempt";
import { PATIENCE_MS } from "./request";
import { newId } from "./signup_id";
import type { Store } from "./store";

/** A lease outlives any request. */
const LEASE_MS = PATIENCE_MS * 2;

const owner = newId();

/** Works while nobody else sends from this phone; without Web Locks not at all where somebody does. */
export async function inTurn(store: Store, work: () => Promise<void>) {
  if (navigator.locks) return navigator.locks.request(SENDER, work);
  // Plain HTTP and old browsers: a lease, renewed before each request.
  if (!(await store.lease(owner, Date.now() + LEASE_MS).catch(() => true))) return;
  await work();
  await store.lease(owner, 0).catch(() => undefined);
}

/** Keeps the turn for one more request. */
export async function keepTurn(store: Store) {
  if (!navigator.locks) await store.lease(owner, Date.now() + LEASE_MS);
}
