// SHA-256 (FIPS 180-4) of short texts, many a second: `crypto.subtle` takes longer to be asked than to answer, and is
// not there over plain HTTP.

const K = constants();

/** Hashes what begins with `prefix`, whose whole blocks are done once. In hexadecimal. */
export function continued(prefix: Uint8Array): (rest: Uint8Array) => string {
  const whole = prefix.length & ~63;
  const begun = new Int32Array([0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19]);
  for (let at = 0; at < whole; at += 64) block(begun, prefix, at);
  const tail = prefix.subarray(whole);
  return (rest) => {
    const length = tail.length + rest.length;
    const last = new Uint8Array((length + 9 + 63) & ~63);
    last.set(tail);
    last.set(rest, tail.length);
    last[length] = 0x80;
    new DataView(last.buffer).setUint32(last.length - 4, (whole + length) * 8);
    const state = begun.slice();
    for (let at = 0; at < last.length; at += 64) block(state, last, at);
    return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  };
}

export function sha256(bytes: Uint8Array): string {
  return continued(bytes)(new Uint8Array(0));
}

export const utf8 = (text: string) => new TextEncoder().encode(text);

const words = new Int32Array(64);

function block(state: Int32Array, bytes: Uint8Array, at: number) {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 64);
  for (let i = 0; i < 64; i++) {
    if (i < 16) words[i] = view.getInt32(i * 4);
    else {
      const [a, b] = [words[i - 15]!, words[i - 2]!];
      const low = turn(a, 7) ^ turn(a, 18) ^ (a >>> 3);
      const high = turn(b, 17) ^ turn(b, 19) ^ (b >>> 10);
      words[i] = words[i - 16]! + low + words[i - 7]! + high;
    }
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
  for (let i = 0; i < 64; i++) {
    const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i]! + words[i]!) | 0;
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((value, i) => (state[i] = state[i]! + value));
}

const turn = (word: number, by: number) => (word >>> by) | (word << (32 - by));

/** The first 32 bits of the fractions of the cube roots of the first 64 primes. */
function constants(): Int32Array {
  const found: number[] = [];
  for (let n = 2; found.length < 64; n++) {
    let prime = true;
    for (let by = 2; by * by <= n; by++) if (n % by === 0) prime = false;
    if (prime) found.push(Math.floor((Math.cbrt(n) % 1) * 2 ** 32));
  }
  return Int32Array.from(found, (word) => word | 0);
}
