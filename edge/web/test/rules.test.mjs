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
  "rules/entry_digits",
  "rules/invite_code",
  "rules/mask",
  "rules/mistakes",
  "rules/phone_format",
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
check("entry_codes", ({ message, digits }) => {
  const box = new Uint8Array(Buffer.from(message.box, "base64"));
  assert.equal(rules.entryDigits(message, box), digits, message.id);
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

test("a number is grouped while it is typed, unless it is grouped as in North America", () => {
  const group = (value) => rules.group(value, [3, 4, 4]);
  assert.equal(group("13800138000"), "138 0013 8000");
  assert.equal(group("1 415 555 2671"), "1 415 555 2671");
  assert.equal(group("+852 9123"), "+852 9123");
});

test("a mistake is explained with what was typed, and the character that is wrong stands by itself", () => {
  const rule = {
    drops: "[ -]",
    folds: [["^00", "+"]],
    mistakes: [
      { code: "character", pattern: "^\\d*(?<sign>[^\\d+])", text: "no “{sign}”" },
      { code: "plus_missing", pattern: "^852", text: "+{digits}" },
      { code: "too_few_digits", pattern: "^1\\d{0,9}$", needed: 11, text: "{typed} of {needed}, {missing}" },
      { code: "not_mobile", pattern: ".", text: "no" },
    ],
  };
  const check = (typed, said, code) => assert.deepEqual(rules.explain(typed, ".", rule, code), said);
  check("138 o013", ["no “", "o", "”"]);
  check("138\u{7}", ["no “", "U+0007", "”"]);
  check("138\u{E123}", ["no “", "U+E123", "”"]);
  check("138😊", ["no “", "😊", "”"]);
  check("８５２-9123", ["+8529123"]);
  check("138 0013", ["7 of 11, 4"]);
  check("0044", ["no"]);
  // The server has said which; where the page cannot find it, it says nothing of its own.
  check("138 0013", ["7 of 11, 4"], "too_few_digits");
  check("222", [], "too_few_digits");
  check("222", ["no"], "not_mobile");
  const name = { mistakes: [{ code: "character", pattern: "^(?<sign>.)", text: "{sign}!" }] };
  assert.deepEqual(rules.explain("王芳（", "[\\p{L}]+", name), ["", "（", "!"]);
});
