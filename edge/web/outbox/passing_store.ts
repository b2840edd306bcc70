// What is kept as long as the page is open.

import { storeIn, type Keeper, type Step, type Store, type TableName } from "./store";

/** Tables in memory. */
export interface PassingKeeper extends Keeper {
  /** Puts a table's records in place of those that it has. */
  replace(table: TableName, records: { id: string }[]): void;
  /** The records of a table, at once. */
  values(table: TableName): unknown[];
}

/** Makes tables that last as long as the page. */
export function passingKeeper(): PassingKeeper {
  const tables = { entries: new Map(), receipts: new Map(), lease: new Map() };
  const step: Step = {
    put: (table, key, value) => void tables[table].set(key, value),
    remove: (table, key) => void tables[table].delete(key),
    read: (table, key, then) => then(tables[table].get(key)),
  };
  const values = (table: TableName) => [...tables[table].values()];
  return {
    values,
    all: async (table) => values(table),
    step: async (work) => work(step),
    replace: (table, records) => {
      tables[table] = new Map(records.map((record) => [record.id, record]));
    },
  };
}

/** Opens a store that lasts as long as the page. */
export function passingStore(): Store {
  return storeIn(passingKeeper());
}
