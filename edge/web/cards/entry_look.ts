// How an entry looks to its teacher.

import type { Entry } from "../outbox/entry";

/** What a card says of an entry; each has its words. */
export type EntryLook = "waiting" | "busy" | "sending" | "attention" | "dropped";

/** How an entry looks; `isSent` while it is on its way. */
export function lookOf({ state, status = 0, tries }: Entry, isSent: boolean): EntryLook {
  if (state === "refused") return "attention";
  if (state === "dropped") return "dropped";
  if (isSent && !tries) return "sending";
  return status === 429 || status >= 500 ? "busy" : "waiting";
}
