// Entries in the phone's database: what older pages stored is read, and each state has what belongs to it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./bundle.mjs";

const { entryOf, isEntry, putOffUntil, waiting, refused, dropped, lookOf } = await load("outbox/entry", "cards/entry_look");

const signup = {
  id: "0f8fad5b-d9cb-469f-a165-70867728950e",
  filled_at: 5,
  invite_code: "ABCD-23456",
  name: "王芳",
  phone: "138 0013 8000",
  answers: {},
  form_version: 1,
};
const common = { id: signup.id, api: "/v1/signups", receipts: "/r/w/", title: "One", signup, tries: 0 };
const errors = [{ field: "phone", code: "not_mobile" }];

test("what older pages stored is read", () => {
  const tried = { ...common, tries: 2, tried_at: 7, status: 404 };
  assert.deepEqual(entryOf({ ...common, state: "waiting" }), {
    ...common,
    state: "waiting",
    not_before: 0,
    unknown_since: 0,
  });
  assert.deepEqual(entryOf({ ...tried, state: "waiting", not_before: 9, unknown_since: 6 }), {
    ...tried,
    state: "waiting",
    not_before: 9,
    unknown_since: 6,
  });
  // They left in it what belonged to the state before.
  assert.deepEqual(entryOf({ ...tried, state: "refused", own: true, unknown_since: 6 }), {
    ...tried,
    state: "refused",
    own: true,
    errors: [],
  });
  assert.deepEqual(entryOf({ ...tried, state: "dropped", dropped_at: 8, errors, not_before: 9 }), {
    ...tried,
    state: "dropped",
    dropped_at: 8,
  });
});

test("what an older page took for a refusal is asked once more", () => {
  for (const status of [403, 410, 422]) {
    const stored = { ...common, tries: 1, tried_at: 7, status, state: "refused", errors };
    assert.equal(entryOf(stored).state, "waiting", `${status}`);
  }
  assert.equal(entryOf(refused(common, errors)).state, "refused");
});

test("numbers that are none count as nothing", () => {
  for (const none of [NaN, -1, -Infinity, Infinity, "9", null, undefined, {}]) {
    const { tries, not_before, unknown_since } = entryOf({
      ...common,
      state: "waiting",
      tries: none,
      not_before: none,
      unknown_since: none,
    });
    assert.deepEqual([tries, not_before, unknown_since], [0, 0, 0], String(none));
    assert.equal(entryOf({ ...common, state: "dropped", dropped_at: none }).dropped_at, 0);
  }
});

test("no entry is put off for longer than a server may put it off", () => {
  const now = 1_800_000_000_000;
  const check = (ahead, expected) => assert.equal(putOffUntil(waiting(common, now + ahead), now), expected, ahead);
  check(1000, now + 1000);
  check(600_000, now + 600_000);
  check(600_001, 0);
  for (const days of [1, 25, 40, 36_500]) check(days * 86_400_000, 0);
  check(-5, now - 5);
});

test("what cannot be sent keeps nothing else back", () => {
  assert.ok(isEntry({ ...common, state: "waiting" }));
  for (const member of ["id", "api", "signup"]) {
    assert.ok(!isEntry({ ...common, state: "waiting", [member]: undefined }), member);
  }
});

test("what a newer page adds stays", () => {
  assert.equal(entryOf({ ...common, state: "waiting", seen_by: "newer" }).seen_by, "newer");
});

test("an entry that is sent again is as if it never had been refused, put off or dropped", () => {
  const fresh = waiting(common);
  assert.deepEqual(waiting(refused(common, errors)), fresh);
  assert.deepEqual(waiting(dropped(common, 8)), fresh);
  assert.deepEqual(waiting(waiting(common, 9, 6)), fresh);
});

test("how an entry looks", () => {
  const check = (entry, look, isSent = false) => assert.equal(lookOf(entry, isSent), look);
  check(waiting(common), "waiting");
  check(waiting(common), "sending", true);
  check(waiting({ ...common, tries: 1, status: 0 }), "waiting", true);
  for (const status of [429, 500, 503]) check(waiting({ ...common, tries: 1, status }), "busy");
  check(waiting({ ...common, tries: 1, status: 408 }), "waiting");
  check(refused({ ...common, tries: 1, status: 422 }, errors), "attention");
  check(dropped(common, 8), "dropped", true);
});
