import { kept } from './kept.svelte';

export const THEMES = ['system', 'light', 'dark'] as const;

/** Light, dark, or as the system is. */
export const theme = kept<(typeof THEMES)[number]>('theme', 'system', THEMES);

/** The next one. */
export function turnTheme(): void {
  theme.now = THEMES[(THEMES.indexOf(theme.now) + 1) % THEMES.length] ?? 'system';
}
