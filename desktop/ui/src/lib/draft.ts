/** A workshop that is being filled in. */
import type { WorkshopDraft } from '../bindings';
import { en } from '../texts/en';
import { zh } from '../texts/zh';
import { offsetAt } from './zone';

const HOUR = 3_600_000;

/** Sensible from the start: it begins at the next full hour, lasts three, and takes sign-ups at once. */
export function newDraft(now = Date.now()): WorkshopDraft {
  const starts_at = Math.ceil(now / HOUR) * HOUR;
  return {
    id: null,
    title: { zh: '', en: '' },
    organisation: { zh: '', en: '' },
    place: { zh: '', en: '' },
    starts_at,
    ends_at: starts_at + 3 * HOUR,
    // Its own day's: summer time may begin before.
    utc_offset_minutes: offsetAt(starts_at),
    opens_at: null,
    closes_at: null,
    grace_ms: 24 * HOUR,
    capacity: null,
    waiting_list: true,
    questions: [],
    purpose: { zh: zh['form.purpose.default'], en: en['form.purpose.default'] },
    retention_days: 30,
    proof: 'auto',
  };
}
