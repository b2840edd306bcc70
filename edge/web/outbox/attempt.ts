// One attempt to send an entry, and what its answer means. The page and the service worker both do it this
// way.

import { maskName, maskPhone } from "../rules/mask";
import type { Challenge } from "../rules/proof";
import { isRetried } from "../rules/retry";
import { LONGEST_MS, refused, waiting, type Entry } from "./entry";
import { receiptState, type KeptReceipt } from "./kept_receipt";
import { isOwnRefusal } from "./own_refusal";
import { request, type Answer } from "./request";
import type { FieldError } from "./signup";
import type { Store } from "./store";

/** Who may send is settled under this name: one at a time, over all tabs and the service worker. */
export const SENDER = "rollcall-sender";
/** Told to the other tabs when something has changed. */
export const CHANGED = "rollcall-changed";
/** What Background Sync wakes the service worker with. */
export const SYNC = "rollcall-outbox";

/** A code that is not known may just have been published. */
const UNKNOWN_FOR_MS = 120_000;
/** A proof that is refused is made once more; then the server has something else against it. */
const PROOFS = 2;
/** The status that asks for a proof. */
const PROOF_REQUIRED = 428;

/** Makes the proof that a server asks for; undefined where it cannot. */
export type Solve = (challenge: Challenge) => Promise<string | undefined>;

/** Sends an entry once and keeps what came of it. */
export async function attempt(store: Store, entry: Entry, solve: Solve) {
  const { id } = entry;
  let { signup } = entry;
  for (let proofs = 0; ; proofs++) {
    const answer = await request(entry.api, "POST", signup, id);
    const receipt = accepted(entry, answer);
    // Only now may the phone forget it.
    if (receipt) return store.settle(id, receipt);
    const isOwn = isOwnRefusal(answer, id);
    const asksForProof = isOwn && answer.status === PROOF_REQUIRED && proofs < PROOFS;
    const { challenge } = (asksForProof ? answer.body : {}) as { challenge?: Challenge };
    const proof = challenge && (await solve(challenge));
    if (!proof) return store.update(id, (now) => judged(now, answer, isOwn));
    signup = { ...signup, proof };
    await store.update(id, (now) => ({ ...now, signup: { ...now.signup, proof } }));
  }
}

/** Only an answer that names this very sign-up says that it is kept: networks answer for servers. */
function accepted(entry: Entry, { status, body }: Answer): KeptReceipt | undefined {
  if (status !== 201 && status !== 202) return undefined;
  const { id, url, state, short_code } = (body as { receipt?: Partial<KeptReceipt> }).receipt || {};
  if (id !== entry.id || typeof url !== "string" || !url.startsWith(entry.receipts || "/")) return undefined;
  const { name, phone } = entry.signup;
  return {
    id,
    url,
    receipts: entry.receipts,
    state: receiptState(state) || "received",
    short_code: String(short_code),
    name: maskName(name),
    phone: maskPhone(phone),
    at: Date.now(),
  };
}

/**
 * Makes of an entry what an answer without a receipt says. Whatever is not surely the server's own word a
 * network says, which ends nothing and puts nothing off.
 */
function judged(entry: Entry, { status, body, retryAfterMs }: Answer, isOwn: boolean): Entry {
  const now = Date.now();
  const tried = { ...entry, tries: entry.tries + 1, tried_at: now, status };
  // Dropped meanwhile: that stays, whatever the answer.
  if (tried.state !== "waiting") return tried;
  const notBefore = isOwn && retryAfterMs ? now + Math.min(retryAfterMs, LONGEST_MS) : 0;
  // Whether the server knows the code now, no failure tells.
  if (!isOwn || isRetried(status)) return waiting(tried, notBefore, tried.unknown_since);
  // By a clock that was wrong it may be yet to come.
  const unknownSince = Math.min(tried.unknown_since || now, now);
  const mayComeYet = status === 404 && now - unknownSince < UNKNOWN_FOR_MS;
  const { errors } = body as { errors?: FieldError[] };
  return mayComeYet ? waiting(tried, notBefore, unknownSince) : refused(tried, errors);
}
