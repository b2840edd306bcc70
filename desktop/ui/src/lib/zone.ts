/** Time zones, as distances from UTC in minutes: the venue's on the day, whatever the computer's is now. */

const MINUTE = 60_000;
/** Those that are no whole hours: from the Marquesas to the Chatham Islands. */
const ODD = [-570, -210, 210, 270, 330, 345, 390, 525, 570, 630, 765];

/** `UTC+8`, `UTC−3:30` */
export function zoneName(offset: number): string {
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  return `UTC${offset < 0 ? '−' : '+'}${hours}${minutes === 0 ? '' : `:${String(minutes).padStart(2, '0')}`}`;
}

/** This computer's distance from UTC at a moment. */
export function offsetAt(at: number): number {
  // No minus zero.
  return 0 - new Date(at).getTimezoneOffset();
}

/**
 * This computer's distance from UTC when its clock shows what a clock at `offset` shows at `at`: summer time
 * is that day's, not today's.
 */
export function ownOffset(at: number, offset: number): number {
  const wall = new Date(at + offset * MINUTE);
  const [year, month, day] = [wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate()];
  return offsetAt(new Date(year, month, day, wall.getUTCHours(), wall.getUTCMinutes()).getTime());
}

/** Every distance that a country has, and those that are asked for. */
export function offsets(...also: number[]): number[] {
  const whole = Array.from({ length: 27 }, (_, hour) => (hour - 12) * 60);
  return [...new Set([...whole, ...ODD, ...also])].sort((a, b) => a - b);
}
