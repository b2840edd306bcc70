/** Refusals: what the engine or the window does not do, and why. */
import type { Refusal, RefusalCode } from '../bindings';
import { hasText, t } from './text.svelte';

/** The window's own reasons, found before the engine is asked. */
type OwnCode = 'date' | 'capacity' | 'retention';

/** A refusal of the engine or of the window itself. */
export type Refused = Omit<Refusal, 'code'> & { code: RefusalCode | OwnCode };

/** Reads what an `invoke` throws. */
export function asRefusal(thrown: unknown): Refusal {
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown) return thrown as Refusal;
  return { code: 'unknown', field: null, text: String(thrown) };
}

/** Says a refusal in the window's language: about its field, where there is one. */
export function refusalText({ code, field }: Refused): string {
  const about = `error.${code}.${field}`;
  if (hasText(about)) return t(about);
  // Every code has a text, which tests/texts.test.mjs sees to; a field without its own is none of a form's.
  return t(code === 'invalid' ? 'error.unknown' : `error.${code}`);
}
