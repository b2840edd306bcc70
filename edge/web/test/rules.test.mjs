// The rules that Rust and TypeScript both have, held to the golden vectors; shared/tests/vectors.rs holds
// Rust to them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { load } from "./bundle.mjs";

const VECTORS = new URL("../../../shared/tests/vectors.json", import.meta.url);
const vectors = JSON.parse(readFileSync(VECTORS, "utf8"));
const rules = await load(
  "rules/answer",
  "rules/invite_code",
  "rules/mask",
  "rules/retry",
  "rules/short_code",
);

/** Every vector of a rule, of which there are some. */
function check(name, holds) {
  test(name, () => {
    assert.ok(vectors[name]?.length >= 10, `vectors.json has ${vectors[name]?.length} ${name}`);
    for (const vector of vectors[name]) holds(vector);
  });
}

check("masked_phones", ({ input, masked }) => assert.equal(rules.maskPhone(input), masked, input));
check("masked_names", ({ input, masked }) => assert.equal(rules.maskName(input), masked, input));
check("short_codes", ({ id, code }) => assert.equal(rules.shortCode(id), code, id));
check("text_answers", ({ input, text }) => assert.equal(rules.canonicalText(input), text, input));
check("delays", ({ attempt, random, delay_ms }) => {
  const backOff = { base_ms: 100, cap_ms: 30_000 };
  assert.equal(rules.delay(backOff, attempt, random / 2 ** 32), delay_ms, `${attempt}, ${random}`);
});
check("retried_statuses", ({ status, retried }) => {
  assert.equal(rules.isRetried(status), retried, `${status}`);
});
// What is no code leads to no kept page, whatever its key.
check("invite_codes", ({ input, ok }) => {
  if (ok) assert.equal(rules.inviteCodeKey(input), ok.replace("-", ""), input);
});

test("a number is masked as it was typed or as it is stored", () => {
  for (const { input, ok } of vectors.phones) {
    if (ok) assert.equal(rules.maskPhone(input), rules.maskPhone(ok), input);
  }
});
