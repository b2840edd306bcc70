// Where the phone keeps entries until they are safe elsewhere, and the receipts of those that have arrived.

import { entryOf, isEntry, type Entry, type StoredEntry } from "./entry";
import type { KeptReceipt } from "./kept_receipt";

/** A store. Each change is whole or not at all. */
export interface Store {
  entries(): Promise<Entry[]>;
  receipts(): Promise<KeptReceipt[]>;
  /** Keeps an entry, in another one's place where that was corrected. Returns once it is kept. */
  add(entry: Entry, instead?: string): Promise<void>;
  /** Changes an entry if it is still there; `undefined` deletes it. */
  update(id: string, change: (entry: Entry) => Entry | undefined): Promise<void>;
  /** It has arrived: the entry goes and its receipt comes, in one step. */
  settle(id: string, receipt: KeptReceipt): Promise<void>;
  /** Keeps a receipt that has changed. */
  note(receipt: KeptReceipt): Promise<void>;
  /** Forgets a receipt. */
  forget(id: string): Promise<void>;
  /**
   * Takes the right to send for so many milliseconds, where there are no Web Locks; 0 gives it back. Whether
   * `owner` has it. With `force` whoever has it loses it.
   */
  lease(owner: string, milliseconds: number, force?: boolean): Promise<boolean>;
}

/** The tables, each by the key of its records: ids, and `sender` for the one lease. */
export type TableName = "entries" | "receipts" | "lease";

/** One step of a store, which is whole or not at all. */
export interface Step {
  put(table: TableName, key: string, value: unknown): void;
  remove(table: TableName, key: string): void;
  /** Reads a record, and goes on within the step. */
  read<T>(table: TableName, key: string, then: (value: T | undefined) => void): void;
}

/** What a step does. Taken again it comes to the same. */
export type Work = (step: Step) => void;

/** What keeps a store's tables. */
export interface Keeper {
  all<T>(table: TableName): Promise<T[]>;
  /** Takes a step; returns once it is kept. What is `passing` need not be kept for long. */
  step(work: Work, passing?: boolean): Promise<void>;
}

/** No lease is longer, in milliseconds: what a dead tab has left behind holds nobody back. */
export const LEASE_MS = 2000;

/** Makes a store of what keeps its tables. */
export function storeIn({ all, step }: Keeper): Store {
  return {
    entries: async () => (await all<StoredEntry>("entries")).filter(isEntry).map(entryOf),
    receipts: () => all("receipts"),
    add: (entry, instead) =>
      step(({ put, remove }) => {
        if (instead) remove("entries", instead);
        put("entries", entry.id, entry);
      }),
    update: (id, change) =>
      step(({ put, remove, read }) =>
        read<StoredEntry>("entries", id, (stored) => {
          const changed = stored && change(entryOf(stored));
          if (changed) put("entries", id, changed);
          else remove("entries", id);
        }),
      ),
    settle: (id, receipt) =>
      step(({ put, remove }) => {
        remove("entries", id);
        put("receipts", id, receipt);
      }),
    note: (receipt) => step(({ put }) => put("receipts", receipt.id, receipt)),
    forget: (id) => step(({ remove }) => remove("receipts", id)),
    lease: async (owner, milliseconds, force) => {
      let isOurs = true;
      await step(
        ({ put, read }) =>
          read<{ owner: string; until: number }>("lease", "sender", (held) => {
            const left = held && held.owner !== owner ? held.until - Date.now() : 0;
            isOurs = force || !(left > 0 && left <= LEASE_MS);
            if (isOurs) put("lease", "sender", { owner, until: Date.now() + milliseconds });
          }),
        true,
      );
      return isOurs;
    },
  };
}
