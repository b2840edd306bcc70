/** Every key and what it does: one table, from which `?` draws its list. */
import { commands, type WorkshopSummary } from '../bindings';
import type { Key } from '../texts/index';
import { act } from './act';
import { live } from './live.svelte';
import { say, undo } from './notes.svelte';
import { take } from './offers';
import { turnRoute } from './route.svelte';
import { language } from './text.svelte';
import { turnTheme } from './theme.svelte';
import { SHOWS, view, type Page } from './view.svelte';

type Binding = { keys: readonly string[]; shown: readonly string[]; name: Key; run: (event: KeyboardEvent) => void };

function binding(name: Key, keys: readonly string[], run: Binding['run'], shown: readonly string[] = keys): Binding {
  return { name, keys, shown, run };
}

const go = (page: Page) => () => (view.page = view.page === page ? 'home' : page);
const step = (by: number) => {
  if (view.page === 'home') view.moved = { by, count: view.moved.count + 1 };
};
const toList = () => {
  view.page = 'home';
  view.pane = 'list';
};

/** In the order of the list that `?` shows. */
export const BINDINGS: readonly Binding[] = [
  binding('help.search', ['/'], () => {
    toList();
    view.searching += 1;
  }),
  binding('help.move', ['j', 'k', 'ArrowDown', 'ArrowUp'], (event) => step(event.key === 'j' || event.key === 'ArrowDown' ? 1 : -1), ['↑', '↓']),
  binding('help.filter', ['1', '2', '3', '4', '5'], (event) => {
    toList();
    view.show = SHOWS[Number(event.key) - 1] ?? 'all';
  }, ['1', '…', '5']),
  binding('help.list', ['l'], toList, ['L']),
  binding('help.look', ['n'], () => {
    view.page = 'home';
    view.pane = 'look';
  }, ['N']),
  binding('help.another', ['a'], () => take('another'), ['A']),
  binding('help.newer', ['u'], () => take('newer'), ['U']),
  binding('help.first', ['f'], () => take('first'), ['F']),
  binding('help.cancel', ['Delete', 'Backspace'], () => take('cancel'), ['Del']),
  binding('help.restore', ['b'], () => take('restore'), ['B']),
  binding('help.promote', ['m'], () => take('promote'), ['M']),
  binding('help.project', ['p'], go('projector'), ['P']),
  binding('help.route', ['r'], turnRoute, ['R']),
  binding('help.venue', ['v'], () => void turnVenue(), ['V']),
  binding('help.desk', ['s'], go('desk'), ['S']),
  binding('help.site', ['t'], go('site'), ['T']),
  binding('help.toggle', ['o'], () => void (live.home && turnIntake(live.home.workshop)), ['O']),
  binding('help.workshops', ['w'], () => (view.menu = view.menu === 'workshops' ? null : 'workshops'), ['W']),
  binding('help.new', ['c'], go('new'), ['C']),
  binding('help.edit', ['e'], go('edit'), ['E']),
  binding('help.connection', ['i'], go('connection'), ['I']),
  binding('help.export', ['x'], () => (view.menu = view.menu === 'export' ? null : 'export'), ['X']),
  binding('help.figures', ['h'], go('figures'), ['H']),
  binding('help.language', ['g'], turnLanguage, ['G']),
  binding('help.theme', ['d'], turnTheme, ['D']),
  binding('help.help', ['?'], () => (view.help = !view.help)),
];

/** These two work while one types, too. */
export const ALWAYS: readonly Binding[] = [
  binding('help.undo', [], () => void undo(), ['Ctrl', 'Z']),
  binding('help.back', ['Escape'], () => view.back(), ['Esc']),
];

/** One press. */
export function press(event: KeyboardEvent): void {
  const typing = event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
  const command = event.ctrlKey || event.metaKey;
  if (command && event.key.toLowerCase() === 'z' && !typing) {
    event.preventDefault();
    void undo();
  } else if (event.key === 'Escape') {
    if (typing) (event.target as HTMLElement).blur();
    else view.back();
  } else if (!typing && !command && !event.altKey && live.home) {
    const found = BINDINGS.find(({ keys }) => keys.includes(event.key) || keys.includes(event.key.toLowerCase()));
    if (!found) return;
    event.preventDefault();
    found.run(event);
  }
}

/** The other language. */
export function turnLanguage(): void {
  language.now = language.now === 'zh' ? 'en' : 'zh';
}

/** Closes what is open, opens what is not. */
export async function turnIntake(workshop: WorkshopSummary): Promise<void> {
  if (workshop.phase === 'retired') return;
  const open = workshop.phase === 'open';
  const done = await act(async () => {
    await (open ? commands.close(workshop.id) : commands.open(workshop.id));
    return true;
  });
  if (done) say.done(open ? 'form.closed' : 'form.opened');
}

async function turnVenue(): Promise<void> {
  const open = live.home?.addresses.venue_open;
  // Opened by the button only: there the firewall's question is explained.
  if (open) await act(commands.close_venue);
  else {
    view.page = 'home';
    view.person = null;
    view.route = 'venue';
  }
}
