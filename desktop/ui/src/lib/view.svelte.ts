/** What is on the screen. */
import type { Hop, Show, SignupView } from '../bindings';

/** The kinds that the list can be narrowed to, in the order of their keys 1 to 5. */
export const SHOWS = ['all', 'registered', 'waitlisted', 'cancelled', 'flagged'] as const satisfies readonly Show[];

/** The whole window. */
export type Page = 'home' | 'projector' | 'new' | 'edit' | 'connection' | 'desk' | 'site' | 'figures';
/** What stands in the left half of the home page. */
export type Pane = 'list' | 'look';
/** The two ways to the form. */
export type Route = 'edge' | 'venue';

class View {
  page = $state<Page>('home');
  pane = $state<Pane>('list');
  /** `null` until the host chooses: then the one that works is shown. */
  route = $state<Route | null>(null);
  /** The person whose details are open. */
  person = $state.raw<SignupView | null>(null);
  help = $state(false);
  menu = $state<'workshops' | 'export' | null>(null);
  /** The hop that is opened. */
  hop = $state<Hop | null>(null);
  show = $state<Show>('all');
  /** The last step up or down by a key, in the list or among what needs a look. */
  moved = $state({ by: 0, count: 0 });
  /** Counts up when the search field should have the cursor. */
  searching = $state(0);

  /** One step back; whether there was one. */
  back(): boolean {
    if (this.help) this.help = false;
    else if (this.menu) this.menu = null;
    else if (this.hop) this.hop = null;
    else if (this.page !== 'home') this.page = 'home';
    else if (this.person) this.person = null;
    else if (this.pane !== 'list') this.pane = 'list';
    else return false;
    return true;
  }
}

export const view = new View();
