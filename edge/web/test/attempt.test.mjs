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
const signupEntry = { id, api: "/v1/signups", receipts: "/r/w/", title: "One", signup, tries: 0 };
const entry = waiting(signupEntry);
const receipt = { id, url: `/r/w/${id}.mac`, state: "received", short_code: "K7M 2QX" };
const { fetch } = globalThis;
const now = Date.now;

afterEach(() => Object.assign(globalThis, { fetch }) && (Date.now = now));

/** A refusal of the server's own for this sign-up, as shared/src/problem.rs writes it. */
function own(status, code, more = {}, headers = {}) {
  const problem = { type: `urn:rollcall:problem:${code}`, status, code, instance: `urn:uuid:${id}`, ...more };
  return { status, json: problem, headers: { "content-type": "application/problem+json", ...headers } };
}

/** Sends an entry to a server that gives these answers in turn; what is then kept, and what was sent. */
async function send(answers, { entry: before = entry, solve = async () => undefined, meanwhile } = {}) {
  const store = passingStore();
  await store.add(before);
  const sent = [];
  globalThis.fetch = async (_, { body, headers: asked, redirect }) => {
    assert.deepEqual([asked["idempotency-key"], redirect], [`"${id}"`, "error"]);
    sent.push(JSON.parse(body));
    await meanwhile?.(store);
    const { status, json, headers } = answers[sent.length - 1];
    return new Response(typeof json === "string" || json === null ? json : JSON.stringify(json), { status, headers });
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
    const { kept } = await send([own(status, "some")], { entry: before });
    assert.equal(kept.state, retried ? "waiting" : "refused", `${status}`);
    assert.deepEqual([kept.tries, kept.status, kept.tried_at], [1, status, 1_000_000]);
  }
});

const FOREIGN = [200, 202, 204, 400, 401, 403, 404, 405, 409, 410, 413, 415, 418, 422, 428, 429, 451, 503, 511];

test("what is not surely the server's own word for this sign-up ends nothing and puts nothing off", async () => {
  const other = "00000000-0000-4000-8000-000000000000";
  const { json, headers } = own(0, "some");
  const strangers = [
    { json: "<h1>Log in</h1>" },
    { json: "7" },
    { json: "" },
    { json: { code: 403, msg: "blocked" } },
    { json: { receipt: { ...receipt, id: other } } },
    // Ours but for one thing each.
    { json, headers: { "content-type": "application/json" } },
    { json: { ...json, type: "about:blank" }, headers },
    { json: { ...json, code: "other" }, headers },
    { json: { ...json, instance: `urn:uuid:${other}` }, headers },
    { json: { ...json, instance: undefined }, headers },
    { json: { ...json, status: 499 }, headers, keepsStatus: true },
  ];
  const entry = waiting({ ...waiting({ ...signupEntry, tries: 3 }), status: 404 }, 0, 7);
  for (const status of FOREIGN) {
    for (const { json, headers, keepsStatus } of strangers) {
      const body = typeof json === "object" && !keepsStatus ? { ...json, status } : json;
      const more = { ...headers, "retry-after": "86400" };
      const solve = async () => assert.fail("nobody works for a stranger");
      const answer = { status, json: status === 204 ? null : body, headers: more };
      const { kept, arrived } = await send([answer], { entry, solve });
      const what = `${status} ${JSON.stringify(body)}`;
      assert.deepEqual([kept.state, kept.not_before, kept.unknown_since], ["waiting", 0, 7], what);
      assert.deepEqual([arrived, kept.tries], [undefined, 4], what);
    }
  }
});

test("a code that is not known is refused after two minutes", async () => {
  Date.now = () => 1_000_000;
  const unknown = [own(404, "unknown_code")];
  const { kept } = await send(unknown);
  assert.deepEqual([kept.state, kept.unknown_since], ["waiting", 1_000_000]);
  Date.now = () => 1_119_999;
  assert.equal((await send(unknown, { entry: kept })).kept.state, "waiting");
  Date.now = () => 1_120_000;
  assert.equal((await send(unknown, { entry: kept })).kept.state, "refused");
  // What else goes wrong meanwhile does not begin them anew.
  const otherwise = retried_statuses.filter(({ retried, status }) => retried && status !== 404);
  for (const { status } of otherwise) {
    Date.now = () => 1_060_000;
    const slow = await send([own(status, "some")], { entry: kept });
    assert.deepEqual([slow.kept.state, slow.kept.unknown_since], ["waiting", 1_000_000], `${status}`);
    Date.now = () => 1_120_000;
    assert.equal((await send(unknown, { entry: slow.kept })).kept.state, "refused", `${status}`);
  }
  // By a clock that was wrong: two minutes from now on.
  const ahead = waiting(entry, 0, Date.now() + 40 * 86_400_000);
  assert.equal((await send(unknown, { entry: ahead })).kept.unknown_since, Date.now());
});

test("a server puts a phone off for ten minutes at most", async () => {
  Date.now = () => 1_000_000;
  const date = "Fri, 27 Nov 2026 08:00:00 GMT";
  for (const [seconds, until] of [["2", 1_002_000], ["9999", 1_600_000], [date, 0], ["-5", 0]]) {
    const answer = own(429, "slow_down", {}, { "retry-after": seconds });
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
  const asks = own(428, "proof_required", { challenge });
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
  const { kept } = await send([own(422, "invalid")], { meanwhile });
  assert.deepEqual([kept.state, kept.dropped_at, kept.tries], ["dropped", 8, 1]);
  const arrived = await send([{ status: 202, json: { receipt } }], { meanwhile });
  assert.deepEqual([arrived.kept, arrived.arrived.id], [undefined, id]);
});

test("a refusal keeps what is wrong", async () => {
  const errors = [{ field: "phone", code: "not_mobile" }];
  const { kept } = await send([own(422, "invalid", { errors })]);
  assert.deepEqual([kept.state, kept.errors], ["refused", errors]);
});
