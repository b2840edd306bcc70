// Entries in the phone's database: what older pages stored is read, and each state has what belongs to it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./bundle.mjs";

const { entryOf, waiting, refused, dropped, lookOf } = await load("outbox/entry", "cards/entry_look");

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
  assert.deepEqual(entryOf({ ...tried, state: "refused", unknown_since: 6 }), {
    ...tried,
    state: "refused",
    errors: [],
  });
  assert.deepEqual(entryOf({ ...tried, state: "dropped", dropped_at: 8, errors, not_before: 9 }), {
    ...tried,
    state: "dropped",
    dropped_at: 8,
  });
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
