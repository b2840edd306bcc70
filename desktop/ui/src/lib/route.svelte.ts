/** Which of the two ways to the form is shown, and its address. */
import type { Addresses, LanAddress, Reach } from '../bindings';
import { live } from './live.svelte';
import { view, type Route } from './view.svelte';

/** The networks on which phones reach this computer. */
export const lan = {
  get all(): LanAddress[] {
    return live.home?.addresses.lan ?? [];
  },
  /** The engine puts the one that the host chose first, or else the likeliest. */
  get now(): LanAddress | undefined {
    return lan.all[0];
  },
};

/** The route on the screen: what the host chose, or else the one that works. */
export function route(addresses: Addresses): Route {
  if (view.route === null) return addresses.edge === null ? 'venue' : 'edge';
  return view.route;
}

/** Its address; `undefined` while it leads nowhere. */
export function address(addresses: Addresses): string | undefined {
  if (route(addresses) === 'edge') return addresses.edge ?? undefined;
  return addresses.venue_open ? lan.now?.url : undefined;
}

/** Whether phones can reach it. */
export function reach(addresses: Addresses): Reach {
  return route(addresses) === 'edge' ? addresses.edge_reach : (lan.now?.reach ?? 'no_network');
}

/** The other one. */
export function turnRoute(): void {
  if (live.home) view.route = route(live.home.addresses) === 'edge' ? 'venue' : 'edge';
}

/** An address as a person types it. */
export function typed(url: string): string {
  return url.replace(/^https?:\/\//, '');
}
