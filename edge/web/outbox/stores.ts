// The stores of a page: the phone's own, where that can be had, and one that lasts as long as the page.

import { roomyStore } from "./durable_store";
import { passingStore } from "./passing_store";
import type { Store } from "./store";

/** The one that is written first comes first. */
export type Stores = [passing: Store] | [durable: Store, passing: Store];

/** Opens them. */
export async function openStores(): Promise<Stores> {
  const passing = passingStore();
  try {
    return [await roomyStore(), passing];
  } catch {
    // Refused, full or silent: the page says so, and keeps entries as long as it is open.
    return [passing];
  }
}

/** Reads from all of them; what cannot be read counts as empty. */
export async function everywhere<T>(stores: Stores, read: (store: Store) => Promise<T[]>): Promise<T[]> {
  const lists = await Promise.all(stores.map((store) => read(store).catch((): T[] => [])));
  return lists.reduce((all, list) => all.concat(list));
}
