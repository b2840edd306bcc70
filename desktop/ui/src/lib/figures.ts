/** What is drawn and written of the figures: sums, scales and units. */
import type { FigureSlot, LookUps, Retries, Span } from '../bindings';

/** The hops at which sign-ups wait, in their order. */
export const HOPS = ['edge', 'stream', 'writer', 'receipts'] as const;
/** Hops of the way over the internet. */
export const ONLINE: ReadonlySet<(typeof HOPS)[number]> = new Set(['edge', 'receipts'] as const);

/** One plotted slot: when it ended, and what is drawn at it, the highest first; nothing where there was nothing. */
export type Bar = { at: number; tops: number[] };

/** Several spreads as one; `null` where there was nothing. */
export function together(spans: readonly (Span | null)[]): Span | null {
  const found = spans.filter((span) => span !== null);
  const count = found.reduce((sum, span) => sum + span.count, 0);
  if (count === 0) return null;
  const sum = found.reduce((all, span) => all + span.mean * span.count, 0);
  return { count, mean: sum / count, most: Math.max(...found.map((span) => span.most)) };
}

/** All retries, by cause, the most first. */
export function byCause(slots: readonly FigureSlot[]): Retries[] {
  const sums = new Map<Retries['cause'], number>();
  for (const { cause, count } of slots.flatMap((slot) => slot.retries)) sums.set(cause, (sums.get(cause) ?? 0) + count);
  return [...sums].map(([cause, count]) => ({ cause, count })).sort((a, b) => b.count - a.count);
}

/** Messages that wait for somebody to look, or went astray. */
export function astray(slot: FigureSlot): number {
  return slot.parked + (slot.lost?.unaddressed ?? 0) + (slot.lost?.dead_letters ?? 0);
}

/** All look-ups. */
export function lookUps(found: LookUps): number {
  return found.memory + found.kv + found.authority;
}

/** The round number at or above a value that a scale ends with: 1, 2 or 5 with zeros; `least` or more. */
export function ceiling(value: number, least: number): number {
  for (let ten = 1; ; ten *= 10) {
    for (const step of [1, 2, 5]) if (step * ten >= Math.max(value, least)) return step * ten;
  }
}

/** A number as it is read: two digits that say something, no more. */
export function round(value: number): number {
  return value < 10 ? Math.round(value * 10) / 10 : Math.round(value);
}

/** A share in per cent; never 100 or 0 where it is not. */
export function percent(part: number, all: number): number {
  const share = (100 * part) / all;
  if (share > 99 && part < all) return Math.min(99.9, Math.round(share * 10) / 10);
  if (share < 1 && part > 0) return Math.max(0.1, Math.round(share * 10) / 10);
  return Math.round(share);
}

/** Milliseconds in the unit that reads best. */
export function duration(ms: number): { unit: 'ms' | 's' | 'min'; n: number } {
  if (ms < 999.5) return { unit: 'ms', n: round(ms) };
  if (ms < 89_500) return { unit: 's', n: round(ms / 1_000) };
  return { unit: 'min', n: round(ms / 60_000) };
}

/** A minute of slots, for the table. */
export type Minute = { at: number; slots: FigureSlot[] };

/** The slots by the minute, the newest first. */
export function minutes(slots: readonly FigureSlot[]): Minute[] {
  const found: Minute[] = [];
  for (const slot of slots.toReversed()) {
    const at = Math.floor((slot.at - 1) / 60_000) * 60_000;
    const last = found.at(-1);
    if (last?.at === at) last.slots.push(slot);
    else found.push({ at, slots: [slot] });
  }
  return found;
}
