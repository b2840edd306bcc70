// One attempt to send an entry, and what its answer means. The page and the service worker both do it this way.

import { maskName, maskPhone } from "./mask";
import type { Challenge } from "./proof";
import { request, type Answer } from "./send";
import type { Entry, FieldError, Receipt, Store } from "./store";

/** Who may send is settled under this name: one at a time, over all tabs and the service worker. */
export const SENDER = "rollcall-sender";
/** Told to the other tabs when something has changed. */
export const CHANGED = "rollcall-changed";
/** What Background Sync wakes the service worker with. */
export const SYNC = "rollcall-outbox";

/** A code that is not known may just have been published. */
const UNKNOWN_FOR_MS = 120_000;
/** A proof that is refused is made anew once; then the server has something else against it. */
const PROOFS = 2;
/** The longest that a server may put a phone off. */
const LONGEST_MS = 600_000;

/** Makes the proof that a server asks for; undefined where it cannot. */
export type Solve = (challenge: Challenge) => Promise<string | undefined>;

/** Sends an entry once and keeps what came of it. Whether it has arrived. */
export async function attempt(store: Store, entry: Entry, solve: Solve): Promise<Receipt | undefined> {
  let { signup } = entry;
  for (let proofs = 0; ; proofs++) {
    const answer = await request(entry.api, "POST", signup);
    const receipt = accepted(entry, answer);
    if (receipt) {
      // Only now may the phone forget it.
      await store.settle(entry.id, receipt);
      return receipt;
    }
    const challenge = asked(answer);
    const proof = challenge && proofs < PROOFS ? await solve(challenge) : undefined;
    if (!proof) {
      await store.update(entry.id, (now) => judged(now, answer));
      return undefined;
    }
    signup = { ...signup, proof };
    await store.update(entry.id, (now) => ({ ...now, signup: { ...now.signup, proof } }));
  }
}

/** Only an answer that names this very sign-up says that it is kept: networks answer for servers. */
function accepted(entry: Entry, { status, body }: Answer): Receipt | undefined {
  if (status !== 201 && status !== 202) return undefined;
  const { id, url, state, short_code } = ((body || {}) as { receipt?: Partial<Receipt> }).receipt || {};
  if (id !== entry.id || typeof url !== "string" || !url.startsWith(entry.receipts)) return undefined;
  const { name, phone } = entry.signup;
  return {
    id,
    url,
    receipts: entry.receipts,
    state: String(state),
    short_code: String(short_code),
    name: maskName(name),
    phone: maskPhone(phone),
    at: Date.now(),
  };
}

function asked({ status, body }: Answer): Challenge | undefined {
  return status === 428 ? ((body || {}) as { challenge?: Challenge }).challenge : undefined;
}

/** What an answer that is no receipt makes of the entry. A refusal is the server's own, with its code; whatever else there is a network says. */
function judged(entry: Entry, { status, body, retryAfterMs }: Answer): Entry {
  const now = Date.now();
  const { code, errors } = (body || {}) as { code?: unknown; errors?: FieldError[] };
  const { not_before: _, unknown_since, ...rest } = entry;
  const next: Entry = { ...rest, tries: entry.tries + 1, tried_at: now, status };
  if (retryAfterMs) next.not_before = now + Math.min(retryAfterMs, LONGEST_MS);
  if (!code || status < 400 || status >= 500 || [408, 425, 428, 429].includes(status)) return next;
  if (status === 404) {
    next.unknown_since = unknown_since || now;
    if (now - next.unknown_since < UNKNOWN_FOR_MS) return next;
  }
  if (next.state === "waiting") next.state = "refused";
  if (errors) next.errors = errors;
  return next;
}
