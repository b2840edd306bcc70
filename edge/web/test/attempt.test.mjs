// One attempt to send: what each answer makes of an entry, in a store as the page has it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { afterEach, test } from "node:test";
import { load } from "./bundle.mjs";

const { attempt, waiting, dropped, passingStore } = await load(
  "outbox/attempt",
  "outbox/entry",
  "outbox/passing_store",
);
const VECTORS = new URL("../../../shared/tests/vectors.json", import.meta.url);
const { retried_statuses } = JSON.parse(readFileSync(VECTORS, "utf8"));

const id = "0f8fad5b-d9cb-469f-a165-70867728950e";
const person = { name: "王芳", phone: "138 0013 8000", answers: {} };
const signup = { id, filled_at: 5, invite_code: "ABCD-23456", ...person };
const entry = waiting({ id, api: "/v1/signups", receipts: "/r/w/", title: "One", signup, tries: 0 });
const receipt = { id, url: `/r/w/${id}.mac`, state: "received", short_code: "K7M 2QX" };
const { fetch } = globalThis;
const now = Date.now;

afterEach(() => Object.assign(globalThis, { fetch }) && (Date.now = now));

/** Sends an entry to a server that gives these answers in turn; what is then kept, and what was sent. */
async function send(answers, { entry: before = entry, solve = async () => undefined, meanwhile } = {}) {
  const store = passingStore();
  await store.add(before);
  const sent = [];
  globalThis.fetch = async (_, { body }) => {
    sent.push(JSON.parse(body));
    await meanwhile?.(store);
    const { status, json, headers } = answers[sent.length - 1];
    return new Response(typeof json === "string" ? json : JSON.stringify(json), { status, headers });
  };
  await attempt(store, before, solve);
  const [kept] = await store.entries();
  const [arrived] = await store.receipts();
  return { kept, arrived, sent };
}

test("a status is tried again as shared/src/retry.rs says", async () => {
  assert.ok(retried_statuses.length >= 10);
  for (const { status, retried } of retried_statuses) {
    Date.now = () => 1_000_000;
    // A code that is not known may just have been published: that is asked for two minutes.
    const before = status === 404 ? waiting(entry, 0, 1) : entry;
    const { kept } = await send([{ status, json: { code: "some" } }], { entry: before });
    assert.equal(kept.state, retried ? "waiting" : "refused", `${status}`);
    assert.deepEqual([kept.tries, kept.status, kept.tried_at], [1, status, 1_000_000]);
  }
});

test("what is no server's word is tried again, whatever its status", async () => {
  for (const [status, json] of [[403, "<h1>Log in</h1>"], [404, {}], [422, "7"], [200, { code: "some" }]]) {
    const { kept } = await send([{ status, json }]);
    assert.equal(kept.state, "waiting", `${status}`);
  }
});

test("a code that is not known is refused after two minutes", async () => {
  Date.now = () => 1_000_000;
  const unknown = [{ status: 404, json: { code: "unknown_code" } }];
  const { kept } = await send(unknown);
  assert.deepEqual([kept.state, kept.unknown_since], ["waiting", 1_000_000]);
  Date.now = () => 1_119_999;
  assert.equal((await send(unknown, { entry: kept })).kept.state, "waiting");
  Date.now = () => 1_120_000;
  assert.equal((await send(unknown, { entry: kept })).kept.state, "refused");
  const slow = await send([{ status: 503, json: { code: "unavailable" } }], { entry: kept });
  assert.equal(slow.kept.unknown_since, 0, "it is known again");
});

test("a server puts a phone off for ten minutes at most", async () => {
  Date.now = () => 1_000_000;
  const date = "Fri, 27 Nov 2026 08:00:00 GMT";
  for (const [seconds, until] of [["2", 1_002_000], ["9999", 1_600_000], [date, 0], ["-5", 0]]) {
    const answer = { status: 429, json: { code: "slow_down" }, headers: { "retry-after": seconds } };
    assert.equal((await send([answer])).kept.not_before, until, seconds);
  }
});

test("only an answer that names this very sign-up says that it has arrived", async () => {
  Date.now = () => 1_000_000;
  for (const status of [201, 202]) {
    const { kept, arrived } = await send([{ status, json: { receipt } }]);
    assert.equal(kept, undefined);
    const masked = { name: "王*", phone: "138••••8000" };
    assert.deepEqual(arrived, { ...receipt, receipts: "/r/w/", ...masked, at: 1_000_000 });
  }
  const other = "00000000-0000-4000-8000-000000000000";
  for (const wrong of [{ id: other }, { url: `/r/v/${id}.mac` }, { url: 7 }, { id: undefined }]) {
    const { kept, arrived } = await send([{ status: 202, json: { receipt: { ...receipt, ...wrong } } }]);
    assert.deepEqual([kept.state, arrived], ["waiting", undefined], JSON.stringify(wrong));
  }
  const odd = await send([{ status: 202, json: { receipt: { ...receipt, state: "promoted" } } }]);
  assert.equal(odd.arrived.state, "received", "a state that this page does not know");
});

test("a proof that is asked for is made, kept and sent, twice at most", async () => {
  const challenge = { salt: "s" };
  const asks = { status: 428, json: { code: "proof_required", challenge } };
  const solve = async (asked) => (assert.deepEqual(asked, challenge), "proof");
  const once = await send([asks, { status: 202, json: { receipt } }], { solve });
  assert.deepEqual(once.sent.map(({ proof }) => proof), [undefined, "proof"]);
  assert.equal(once.arrived.id, id);
  const never = await send([asks, asks, asks], { solve });
  assert.equal(never.sent.length, 3);
  assert.deepEqual([never.kept.state, never.kept.signup.proof], ["waiting", "proof"]);
  const cannot = await send([asks]);
  assert.equal(cannot.kept.state, "waiting");
});

test("what was dropped while it was on its way stays dropped", async () => {
  const meanwhile = (store) => store.update(id, (now) => dropped(now, 8));
  const { kept } = await send([{ status: 422, json: { code: "invalid" } }], { meanwhile });
  assert.deepEqual([kept.state, kept.dropped_at, kept.tries], ["dropped", 8, 1]);
  const arrived = await send([{ status: 202, json: { receipt } }], { meanwhile });
  assert.deepEqual([arrived.kept, arrived.arrived.id], [undefined, id]);
});

test("a refusal keeps what is wrong", async () => {
  const errors = [{ field: "phone", code: "not_mobile" }];
  const { kept } = await send([{ status: 422, json: { code: "invalid", errors } }]);
  assert.deepEqual([kept.state, kept.errors], ["refused", errors]);
});
