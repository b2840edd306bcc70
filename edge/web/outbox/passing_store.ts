// What is kept as long as the page is open, where the phone keeps nothing.

import { storeIn, type Step, type Store } from "./store";

/** Opens a store that lasts as long as the page. */
export function passingStore(): Store {
  const tables = { entries: new Map(), receipts: new Map(), lease: new Map() };
  const step: Step = {
    put: (table, key, value) => void tables[table].set(key, value),
    remove: (table, key) => void tables[table].delete(key),
    read: (table, key, then) => then(tables[table].get(key)),
  };
  return storeIn({
    all: async (table) => [...tables[table].values()],
    step: async (work) => work(step),
  });
}
