/** Times by the venue's clock, whose distance from UTC the workshop says. */

const MINUTE = 60_000;
/** For what is in no calendar: a phone may say anything. */
const NONE = '–';

/** `9:02:11` */
export function clock(at: number, offsetMinutes: number): string {
  const time = new Date(at + offsetMinutes * MINUTE);
  if (Number.isNaN(time.getTime())) return NONE;
  return `${time.getUTCHours()}:${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())}`;
}

/** `2026-11-28 9:00` */
export function day(at: number, offsetMinutes: number): string {
  const time = new Date(at + offsetMinutes * MINUTE);
  if (Number.isNaN(time.getTime())) return NONE;
  return `${time.getUTCFullYear()}-${two(time.getUTCMonth() + 1)}-${two(time.getUTCDate())} ${time.getUTCHours()}:${two(time.getUTCMinutes())}`;
}

/** What a host types for a time; `null` where it is none. */
export function readDay(text: string, offsetMinutes: number): number | null {
  const plain = text.normalize('NFKC').replace(/[年月/.]/g, '-').replace(/[日T]/g, ' ').replace(/[时点]/g, ':').replace(/分/g, '').trim();
  const found = /^(\d{4})-(\d{1,2})-(\d{1,2})\s+(\d{1,2}):(\d{0,2})$/.exec(plain);
  if (!found) return null;
  const [year = 0, month = 0, date = 0, hour = 0, minute = 0] = found.slice(1).map(Number);
  const at = Date.UTC(year, month - 1, date, hour, minute);
  const read = new Date(at);
  const same = read.getUTCMonth() === month - 1 && read.getUTCDate() === date && hour < 24 && minute < 60;
  return same ? at - offsetMinutes * MINUTE : null;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
