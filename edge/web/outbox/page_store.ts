// The store of a page: the phone's database, and a copy of it in memory, which goes on by itself where the
// database is refused, full, silent or gone, and writes there what it owes once that can be had again.

import { durableKeeper } from "./durable_store";
import { stepOn, tablesInMemory } from "./passing_store";
import { storeIn, type Store, type TableName, type Work } from "./store";

/** A page's store. None of its acts rejects. */
export interface PageStore extends Store {
  /** Whether what is kept outlives the page, as far as the last act has shown. */
  isDurable(): boolean;
}

/** What is written to see whether there is room for an entry, before anybody types. */
const ROOM = "0".repeat(16_384);

/** Opens it. */
export function pageStore(): PageStore {
  const copy = tablesInMemory();
  const step = stepOn(copy);
  const durable = durableKeeper(() => copy.entries);
  /** What the database has yet to take, in its order. */
  const owed: Work[] = [({ put }) => put("lease", "room", ROOM), ({ remove }) => remove("lease", "room")];
  let isDurable = false;
  let line: Promise<unknown> = Promise.resolve();

  /** One act after the other; returns once the database has taken this one, or has not. */
  function inLine(act: () => Promise<unknown>): Promise<unknown> {
    line = line.then(act).then(
      () => (isDurable = true),
      () => (isDurable = false),
    );
    return line;
  }

  async function pay() {
    while (owed[0]) {
      await durable.step(owed[0]);
      owed.shift();
    }
  }

  return {
    ...storeIn({
      all: async <T>(table: TableName) => {
        await inLine(async () => {
          const paying = pay();
          await paying.catch(() => undefined);
          const records = await durable.all<{ id: string }>(table);
          copy[table] = new Map(records.map((record) => [record.id, record]));
          for (const work of owed) work(step);
          await paying;
        });
        return [...copy[table].values()] as T[];
      },
      step: async (work, passing) => {
        const taken = await inLine(() => pay().then(() => durable.step(work)));
        // Who has the turn to send is asked where all tabs see it.
        if (taken && passing) return;
        if (!taken && !passing) owed.push(work);
        work(step);
      },
    }),
    isDurable: () => isDurable,
  };
}
