// The phone's database: it outlives the page and is shared by all tabs and the service worker.
//
// Versions of this database only add: an entry that an older page wrote is read by every newer one, and the
// other way round.
//
// Browsers drop connections to it: iPhones in the background, all where somebody clears what sites keep. It
// is then opened again.

import type { KeptReceipt } from "./kept_receipt";
import { storeIn, type Keeper, type Store, type TableName } from "./store";

const NAME = "rollcall";
const TABLES: TableName[] = ["entries", "receipts", "lease"];
/** iOS has versions whose database never answers the first time, and some that fall silent later. */
const ANSWERS_WITHIN_MS = 3000;
/** A database that was silent is asked again after this time; meanwhile nobody waits for it. */
const SILENT_FOR_MS = 10_000;

/** Finds a table within a transaction. */
type TableOf = (table: TableName) => IDBObjectStore;

/** Entries for a database that has to be made. */
type Seed = () => Map<string, unknown>;

/** Opens it whenever it is needed; each act rejects where it is refused or silent. */
export function durableStore(): Store {
  return storeIn(durableKeeper());
}

/** Reads its receipts alone; rejects where it is refused or silent. */
export function durableReceipts(): Promise<KeptReceipt[]> {
  return durableKeeper().all("receipts");
}

/**
 * Keeps tables in it. A database that was deleted is made again with these entries; who knows of none makes
 * none, for an empty one would tell those who do that all has been sent.
 */
export function durableKeeper(seed?: Seed): Keeper {
  let connection: Promise<IDBDatabase> | undefined;
  let silentUntil = 0;
  const forget = () => (connection = undefined);
  /** At once, for a page may be left at any moment: what a deleted database held is written anew by this. */
  const openAgain = () => void (connection = open(seed, openAgain)).catch(forget);

  /** Where the connection has gone, another one is tried. */
  async function on<T>(use: (db: IDBDatabase) => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries++) {
      if (performance.now() < silentUntil) throw new Error("silent");
      try {
        connection = connection || open(seed, openAgain);
        return await inTime(connection.then(use));
      } catch (error) {
        forget();
        if (!error) silentUntil = performance.now() + SILENT_FOR_MS;
        if (tries) throw error;
      }
    }
  }

  /** A transaction; returns once it is on the disk. */
  function act(mode: IDBTransactionMode, work: (tableOf: TableOf) => void): Promise<void> {
    return on(
      (db) =>
        new Promise((resolve, reject) => {
          // Strict: it counts as kept only once the disk has it.
          const transaction = db.transaction(TABLES, mode, { durability: "strict" });
          transaction.oncomplete = () => resolve();
          transaction.onabort = transaction.onerror = () => reject(transaction.error || transaction);
          work((table) => transaction.objectStore(table));
        }),
    );
  }

  return {
    all: async <T>(table: TableName) => {
      let records: T[] = [];
      await act("readonly", (tableOf) => {
        const request = tableOf(table).getAll();
        request.onsuccess = () => (records = request.result as T[]);
      });
      return records;
    },
    step: (work) =>
      act("readwrite", (tableOf) =>
        work({
          // Entries and receipts carry their key.
          put: (table, key, value) => void tableOf(table).put(value, table === "lease" ? key : undefined),
          remove: (table, key) => void tableOf(table).delete(key),
          read: (table, key, then) => {
            const request = tableOf(table).get(key);
            request.onsuccess = () => {
              try {
                then(request.result);
              } catch {
                request.transaction!.abort();
              }
            };
          },
        }),
      ),
  };
}

/** Rejects with nothing where there is no answer in time. */
function inTime<T>(answer: Promise<T>): Promise<T> {
  return Promise.race([answer, new Promise<T>((_, reject) => setTimeout(reject, ANSWERS_WITHIN_MS))]);
}

/** `gone` is called when the connection is of no use any more. */
function open(seed: Seed | undefined, gone: () => void, version?: number): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    // Of whatever version a newer page may have made it: versions only add, so that this one can go on with
    // it.
    const request = indexedDB.open(NAME, version);
    request.onupgradeneeded = () => {
      if (!seed) return request.transaction!.abort();
      for (const table of missingIn(request.result)) {
        // A lease has no id of its own.
        const made = request.result.createObjectStore(table, table === "lease" ? {} : { keyPath: "id" });
        if (table === "entries") seed().forEach((entry) => made.put(entry));
      }
    };
    request.onsuccess = () => {
      const { result: db } = request;
      const drop = () => {
        db.close();
        gone();
      };
      // A newer page, or whoever clears what sites keep, waits for this connection to go.
      db.onclose = db.onversionchange = drop;
      if (!missingIn(db)[0]) return resolve(db);
      // Somebody has made it without our tables.
      drop();
      resolve(open(seed, gone, db.version + 1));
    };
    request.onerror = () => reject(request.error);
  });
}

function missingIn({ objectStoreNames }: IDBDatabase): TableName[] {
  return TABLES.filter((table) => !objectStoreNames.contains(table));
}
