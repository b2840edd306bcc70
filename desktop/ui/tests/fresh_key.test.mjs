import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FreshKeys } from '../src/lib/fresh_key.ts';

test('a key that was handed out is not handed out again, whatever was removed since', () => {
  const keys = new FreshKeys(['q1', 'q3', 'school']);
  assert.deepEqual([keys.next('q'), keys.next('q'), keys.next('q'), keys.next('o')], ['q2', 'q4', 'q5', 'o1']);
});
