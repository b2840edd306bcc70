// The zone of a workshop's times.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { offsetAt, offsets, ownOffset, zoneName } from '../src/lib/zone.ts';

function inZone(zone, check) {
  const before = process.env.TZ;
  process.env.TZ = zone;
  try {
    check();
  } finally {
    process.env.TZ = before ?? '';
  }
}

test('a zone is named by its distance from UTC', () => {
  const names = [480, 0, -210, 345, -720].map(zoneName);
  assert.deepEqual(names, ['UTC+8', 'UTC+0', 'UTC−3:30', 'UTC+5:45', 'UTC−12']);
});

test('the distance is that of the day, not of today', () => {
  const on = (zone, day, expected) =>
    inZone(zone, () => assert.equal(ownOffset(Date.parse(`${day}T09:00:00Z`), 0), expected, `${zone} ${day}`));
  on('Europe/London', '2027-01-10', 0);
  on('Europe/London', '2027-07-01', 60);
  on('America/New_York', '2027-03-13', -300);
  on('America/New_York', '2027-03-14', -240);
  on('Asia/Shanghai', '2027-07-01', 480);
  on('Asia/Kolkata', '2027-07-01', 330);
});

test('what a clock shows is kept, whichever zone it was read in', () => {
  // 9:00 on a clock in China, typed on a computer in Berlin: 9:00 there is in summer time.
  inZone('Europe/Berlin', () => assert.equal(ownOffset(Date.parse('2027-07-01T01:00:00Z'), 480), 120));
});

test('a moment has the distance of its own day', () => {
  const change = Date.parse('2027-03-28T01:00:00Z');
  inZone('Europe/London', () => assert.deepEqual([change - 1, change].map(offsetAt), [0, 60]));
  inZone('Asia/Shanghai', () => assert.equal(offsetAt(change), 480));
});

test('every zone can be chosen', () => {
  const all = offsets(555);
  for (const offset of [-720, -210, 0, 330, 345, 480, 555, 765, 840])
    assert.ok(all.includes(offset), String(offset));
  assert.deepEqual([...all].sort((a, b) => a - b), all);
});
