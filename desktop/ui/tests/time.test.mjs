// Times as the window shows and reads them.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { clock, day, readDay } from '../src/lib/time.ts';

const CHINA = 480;

test('a time is shown by the venue\'s clock', () => {
  assert.equal(day(Date.UTC(2026, 10, 28, 1, 5), CHINA), '2026-11-28 9:05');
  assert.equal(clock(Date.UTC(2026, 10, 28, 1, 5, 7), CHINA), '9:05:07');
});

test('a time that is in no calendar is shown as none', () => {
  // A phone says when it was filled in, and may say anything.
  for (const at of [9e15, -9e15, Number.MAX_SAFE_INTEGER]) {
    assert.equal(day(at, CHINA), '–');
    assert.equal(clock(at, CHINA), '–');
  }
});

test('what a host types for a time is read', () => {
  for (const text of ['2026-11-28 9:05', '2026年11月28日 9点05分', '２０２６/11/28 9：05']) {
    assert.equal(readDay(text, CHINA), Date.UTC(2026, 10, 28, 1, 5), text);
  }
  for (const text of ['', 'tomorrow', '2026-02-30 9:00', '2026-11-28 24:00', '2026-11-28']) assert.equal(readDay(text, CHINA), null, text);
});
