// The phone's database: it outlives the page and is shared by all tabs and the service worker.
//
// Versions of this database only add: an entry that an older page wrote is read by every newer one, and the
// other way round.

import type { KeptReceipt } from "./kept_receipt";
import { storeIn, type Keeper, type Store, type TableName } from "./store";

const NAME = "rollcall";
const TABLES: TableName[] = ["entries", "receipts", "lease"];
/** iOS has versions whose database never answers the first time. */
const OPENS_WITHIN_MS = 3000;
/** What is written to see whether there is room for an entry. */
const ROOM = "0".repeat(16_384);

/** Opens it; rejects where it is refused or silent. */
export async function durableStore(): Promise<Store> {
  return storeIn(keeperOf(await open()));
}

/** Reads its receipts alone; rejects where it is refused or silent. */
export async function durableReceipts(): Promise<KeptReceipt[]> {
  return keeperOf(await open()).all("receipts");
}

/**
 * Opens it to keep entries; rejects also where there is no room for one, which writing shows: before anybody
 * types.
 */
export async function roomyStore(): Promise<Store> {
  const keeper = keeperOf(await open());
  await keeper.step(({ put }) => put("lease", "room", ROOM));
  await keeper.step(({ remove }) => remove("lease", "room"));
  return storeIn(keeper);
}

function keeperOf(db: IDBDatabase): Keeper {
  return {
    all: (table) =>
      new Promise((resolve, reject) => {
        const request = db.transaction(table).objectStore(table).getAll();
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      }),
    step: (work) =>
      new Promise((resolve, reject) => {
        // Strict: it counts as kept only once the disk has it.
        const transaction = db.transaction(TABLES, "readwrite", { durability: "strict" });
        const tableOf = (name: TableName) => transaction.objectStore(name);
        transaction.oncomplete = () => resolve();
        transaction.onabort = transaction.onerror = () => reject(transaction.error);
        work({
          // Entries and receipts carry their key.
          put: (table, key, value) => void tableOf(table).put(value, table === "lease" ? key : undefined),
          remove: (table, key) => void tableOf(table).delete(key),
          read: (table, key, then) => {
            const request = tableOf(table).get(key);
            request.onsuccess = () => then(request.result);
          },
        });
      }),
  };
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    setTimeout(reject, OPENS_WITHIN_MS);
    // Of whatever version a newer page may have made it: versions only add, so that this one can go on with
    // it.
    const request = indexedDB.open(NAME);
    request.onupgradeneeded = () => {
      const { result: db } = request;
      // A lease has no id of its own.
      for (const table of TABLES) db.createObjectStore(table, table === "lease" ? {} : { keyPath: "id" });
    };
    request.onsuccess = () => {
      const { result: db } = request;
      // A newer page waits for this connection to go; this one opens it again by being loaded.
      db.onversionchange = () => db.close();
      resolve(db);
    };
    request.onerror = () => reject(request.error);
  });
}
