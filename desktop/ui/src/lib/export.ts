/** The list as a file, wherever it is asked for. */
import { commands, type ExportFormat } from '../bindings';
import { act } from './act';
import { say } from './notes.svelte';
import { language } from './text.svelte';

/** Writes a workshop's list where the person says. */
export async function exportList(workshop: string, format: ExportFormat): Promise<void> {
  const written = await act(() => commands.export(workshop, format, language.now));
  if (!written) return;
  say.done('export.done', { n: written.rows, path: written.path });
  say.durability(written.durability);
}
