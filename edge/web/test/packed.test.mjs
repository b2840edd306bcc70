// What is packed runs where it has to: in WeChat's browser engines and on iPhones that get no newer system.
import assert from "node:assert/strict";
import { blake2b } from "@noble/hashes/blake2.js";
import { generateKeyPair, openBox } from "@stablelib/nacl";
import { createHash, webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createContext, runInContext } from "node:vm";
import { load, script } from "./bundle.mjs";

const VECTORS = new URL("../../../shared/tests/vectors.json", import.meta.url);
const person = { name: "王芳", phone: "13800138000" };
const whom = { workshop: "abcdefghjkmnpqrs", key_id: "0123456789abcdef" };
const { short_codes } = JSON.parse(readFileSync(VECTORS, "utf8"));

test("nothing needs what Safari 13 or Chrome 70 do not have", async () => {
  for (const path of ["join.ts", "receipt.ts", "desk.ts", "workers/sw.ts", "workers/worker.ts"]) {
    const text = await script(path);
    for (const missing of [/\bBigInt\b/, /\bstructuredClone\b/, /\breplaceAll\b/, /\.at\(/]) {
      assert.doesNotMatch(text, missing, path);
    }
  }
});

/** Gives the worker a task, as an old browser runs it. */
async function worker(task) {
  let answer;
  const self = { postMessage: (done) => (answer = done) };
  const context = createContext({ self, crypto: webcrypto, TextEncoder, TextDecoder, Uint8Array, btoa });
  runInContext("delete globalThis.BigInt; delete globalThis.globalThis", context);
  runInContext(await script("workers/worker.ts"), context);
  self.onmessage({ data: task });
  return answer;
}

test("the worker finds a proof", async () => {
  const long = `${"s".repeat(200)}?expires=1`;
  for (const [salt, number] of [["salt", 0], ["s".repeat(64), 1234], [long, 49_999]]) {
    const challenge = createHash("sha256").update(`${salt}${number}`).digest("hex");
    const asked = { algorithm: "SHA-256", challenge, maxnumber: number, salt, signature: "signed" };
    const proof = JSON.parse(atob(await worker({ prove: asked })));
    assert.deepEqual(proof, { algorithm: "SHA-256", challenge, number, salt, signature: "signed" });
    assert.equal(await worker({ prove: { ...asked, maxnumber: number - 1 } }), undefined, "none fits");
  }
});

/** Reads digits as bytes: 17 are seven, the last are as many as they can be. */
function bytesOf(digits) {
  const counts = { 3: 1, 5: 2, 8: 3, 10: 4, 13: 5, 15: 6, 17: 7 };
  const parts = digits.match(/.{1,17}/g).map((part) => {
    const number = Buffer.alloc(8);
    number.writeBigUInt64LE(BigInt(part));
    return number.subarray(0, counts[part.length]);
  });
  return Buffer.concat(parts);
}

test("the worker makes a code that the workshop's key opens", async () => {
  const { publicKey, secretKey } = generateKeyPair();
  const x25519 = Buffer.from(publicKey).toString("hex");
  const [{ id, code }] = short_codes;
  const signup = { id, filled_at: 5, invite_code: "C", ...person, answers: { a: "é" }, form_version: 2 };
  const { text, path, size, short_code } = await worker({
    show: signup,
    to: { ...whom, x25519, notice_version: 3 },
  });
  assert.equal(short_code, code);
  assert.ok(path.startsWith("M4 4h1v1h-1z"), path.slice(0, 20));
  assert.ok(size <= 4 + 65 + 4, `${size}: not more than version 12`);
  const bytes = bytesOf(text);
  assert.equal(bytes.subarray(11, 19).toString("hex"), whom.key_id);
  const sealed = new Uint8Array(bytes.subarray(1 + 10 + 8 + 16 + 6, -4));
  const ephemeral = sealed.slice(0, 32);
  const nonce = blake2b(Buffer.concat([ephemeral, publicKey]), { dkLen: 24 });
  const inside = JSON.parse(Buffer.from(openBox(ephemeral, secretKey, nonce, sealed.slice(32))).toString());
  const { invite_code, ...content } = signup;
  const received_at = bytes.readUIntBE(35, 6);
  assert.deepEqual(inside, { ...content, workshop: whom.workshop, received_at, notice_version: 3 });
});

test("an entry that is too large for a code has its short code alone", async () => {
  const to = { ...whom, x25519: "09".repeat(32), notice_version: 1 };
  const [{ id, code }] = short_codes;
  const signup = { id, filled_at: 5, invite_code: "C", ...person, answers: { a: "x".repeat(1000) } };
  assert.deepEqual({ ...(await worker({ show: signup, to })) }, { short_code: code });
});

test("a number is grouped while it is typed", async () => {
  const { group } = await load("rules/phone_format");
  const check = (typed, grouped) => assert.equal(group(typed, [3, 4, 4]), grouped);
  check("1380", "138 0");
  check("13800138000", "138 0013 8000");
  check("138 00138 000", "138 0013 8000");
  for (const other of ["138001380001", "+86138", "0138", "138-0013", ""]) check(other, other);
});
