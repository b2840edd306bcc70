// What the window draws and writes of the figures.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { byCause, ceiling, duration, minutes, percent, together } from '../src/lib/figures.ts';

test('several spreads are one, each as heavy as what it counts', () => {
  assert.equal(together([]), null);
  assert.equal(together([null, null]), null);
  const all = together([{ count: 3, mean: 2, most: 5 }, null, { count: 1, mean: 10, most: 10 }]);
  assert.deepEqual(all, { count: 4, mean: 4, most: 10 });
});

test('a scale ends with a round number', () => {
  for (const [value, least, expected] of [[0, 1, 1], [0, 10, 10], [3, 1, 5], [10, 1, 10], [11, 1, 20], [201, 1, 500], [499.9, 1, 500]]) {
    assert.equal(ceiling(value, least), expected, `${value}`);
  }
});

test('a duration has the unit that reads best', () => {
  assert.deepEqual(duration(0.44), { unit: 'ms', n: 0.4 });
  assert.deepEqual(duration(999.4), { unit: 'ms', n: 999 });
  assert.deepEqual(duration(999.6), { unit: 's', n: 1 });
  assert.deepEqual(duration(59_600), { unit: 's', n: 60 });
  assert.deepEqual(duration(600_000), { unit: 'min', n: 10 });
});

test('a share is 100 or 0 per cent only where it is', () => {
  assert.equal(percent(99_999, 100_000), 99.9);
  assert.equal(percent(1, 100_000), 0.1);
  assert.equal(percent(5, 5), 100);
  assert.equal(percent(0, 5), 0);
  assert.equal(percent(1, 3), 33);
});

test('retries are summed by cause, and slots by the minute, the newest first', () => {
  const slot = (at, ...retries) => ({ at, retries: retries.map(([cause, count]) => ({ cause, count })) });
  const slots = [slot(60_000, ['busy', 1]), slot(60_001, ['network', 2], ['busy', 1]), slot(120_000, ['network', 3])];
  assert.deepEqual(byCause(slots), [{ cause: 'network', count: 5 }, { cause: 'busy', count: 2 }]);
  const found = minutes(slots).map(({ at, slots }) => [at, slots.map((one) => one.at)]);
  assert.deepEqual(found, [[60_000, [120_000, 60_001]], [0, [60_000]]]);
});
