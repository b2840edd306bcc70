// The store of a page: the phone's database, and a copy of it in memory, which goes on by itself where the
// database is refused, full, silent or gone, and writes there what it owes once that can be had again.

import { durableKeeper } from "./durable_store";
import { passingKeeper } from "./passing_store";
import { storeIn, type Keeper, type Store, type TableName, type Work } from "./store";

/** A page's store. None of its acts rejects. */
export interface PageStore extends Store {
  /** Whether what is kept outlives the page, as far as the last act has shown. */
  isDurable(): boolean;
}

/** What is written to see whether there is room for an entry, before anybody types. */
const ROOM = "0".repeat(16_384);

/** Opens it. */
export function pageStore(): PageStore {
  let isDurable = false;
  const keeper = pageKeeper((kept) => (isDurable = kept));
  return { ...storeIn(keeper), isDurable: () => isDurable };
}

function pageKeeper(tell: (isDurable: boolean) => void): Keeper {
  const copy = passingKeeper();
  const durable = durableKeeper((table) => (table === "entries" ? copy.values(table) : []));
  const owed: Work[] = [({ put }) => put("lease", "room", ROOM), ({ remove }) => remove("lease", "room")];
  let line: Promise<unknown> = Promise.resolve();

  /** One act after the other; whether the database has taken this one. */
  function inLine(act: () => Promise<void>): Promise<boolean> {
    const taken = line.then(act).then(
      () => true,
      () => false,
    );
    line = taken;
    void taken.then(tell);
    return taken;
  }

  async function pay() {
    while (owed[0]) {
      await durable.step(owed[0]);
      owed.shift();
    }
  }

  return {
    all: async <T>(table: TableName) => {
      await inLine(async () => {
        const paid = pay();
        await paid.catch(() => undefined);
        copy.replace(table, await durable.all(table));
        for (const work of owed) await copy.step(work);
        await paid;
      });
      return copy.values(table) as T[];
    },
    step: async (work, passing) => {
      const isTaken = await inLine(async () => {
        await pay();
        await durable.step(work);
      });
      if (isTaken && passing) return;
      if (!isTaken && !passing) owed.push(work);
      return copy.step(work);
    },
  };
}
