// The entry that a form makes.

import type { Carried } from "./cards/carried";
import type { Hidden } from "./form/form";
import type { Typed } from "./form/memory";
import { waiting, type Entry } from "./outbox/entry";
import type { Signup } from "./outbox/signup";
import { newId } from "./outbox/signup_id";

/** Where a page's entries go. */
export interface Destination {
  api: string;
  receipts: string;
  title: string;
}

/**
 * Makes the entry for what was typed. The one that already waits with that very content keeps its id, and so
 * does what was brought from another page.
 */
export function newEntry(
  content: Typed,
  { invite_code, form_version, replaces }: Hidden,
  { api, receipts, title }: Destination,
  entries: Entry[],
  brought: Carried | undefined,
): Entry {
  type Content = Typed & { replaces?: string };
  const key = ({ name, phone, answers, replaces = "" }: Content) =>
    JSON.stringify([name, phone, answers, replaces]);
  const isSame = (other: Content) => key(other) === key({ ...content, replaces });
  const ours = entries.filter((entry) => entry.api === api && entry.receipts === receipts);
  const before = ours.find(({ state, signup }) => state !== "dropped" && isSame(signup));
  const kept = before ? before.signup : brought && isSame(brought) && brought;
  const same = kept || { id: newId(), filled_at: Date.now(), form_version };
  const { id, filled_at, form_version: version } = same;
  const signup: Signup = { id, filled_at, invite_code, ...content, form_version: version };
  if (replaces) signup.replaces = replaces;
  return waiting({ id, api, receipts, title, signup, tries: 0 });
}
