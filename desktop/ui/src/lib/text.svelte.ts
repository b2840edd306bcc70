import type { Language, Text } from '../bindings';
import { en } from '../texts/en';
import type { Key, Texts } from '../texts/index';
import { zh } from '../texts/zh';
import { kept } from './kept.svelte';

const texts: Record<Language, Texts> = { zh, en };

/** The language of the window; the system's own the first time. */
export const language = kept<Language>('language', navigator.language.startsWith('zh') ? 'zh' : 'en', ['zh', 'en']);

/** A text in the window's language, with `{names}` filled in. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return texts[language.now][key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}

/** Whether there is such a text: for keys that are put together from a code. */
export function hasText(key: string): key is Key {
  return key in zh;
}

/** A host's own text in the window's language, or in the other where that is empty. */
export function own(text: Text): string {
  return text[language.now] || text.zh || text.en;
}
