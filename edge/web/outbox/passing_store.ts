// What is kept as long as the page is open.

import { storeIn, type Step, type Store, type TableName } from "./store";

/** Tables in memory. */
export type Tables = Record<TableName, Map<string, unknown>>;

/** Makes tables with nothing in them. */
export function tablesInMemory(): Tables {
  return { entries: new Map(), receipts: new Map(), lease: new Map() };
}

/** Makes the steps of tables in memory. */
export function stepOn(tables: Tables): Step {
  return {
    put: (table, key, value) => void tables[table].set(key, value),
    remove: (table, key) => void tables[table].delete(key),
    read: (table, key, then) => then(tables[table].get(key) as never),
  };
}

/** Opens a store that lasts as long as the page. */
export function passingStore(): Store {
  const tables = tablesInMemory();
  const step = stepOn(tables);
  return storeIn({
    all: async <T>(table: TableName) => [...tables[table].values()] as T[],
    step: async (work) => work(step),
  });
}
