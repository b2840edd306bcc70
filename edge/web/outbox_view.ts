// What every page at a form's address does, with a form or without: it sends what waits on this phone, and
// shows it.

import { cards, type CardData, type Cards } from "./cards/cards";
import type { Acts } from "./cards/entry_card";
import type { Recipient } from "./entry_code";
import { openOutbox, type Outbox } from "./outbox/outbox";
import type { Challenge } from "./rules/proof";
import type { BackOff } from "./rules/retry";
import { ask } from "./tasks";

/** What the page says of the outbox. */
export interface OutboxData extends CardData {
  title: string;
  back_off: BackOff;
  /** What the service worker keeps beside pages; not at the venue. */
  files?: { service_worker: string; scope: string; worker: string };
  /** Whom this workshop's entries are sealed to; absent where the code leads to none. */
  recipient?: Recipient;
}

/** The outbox on its page. */
export interface OutboxView {
  outbox: Outbox;
  show: Cards;
}

/**
 * Opens the outbox; `changed` is called with it once it is open, and whenever there may be something else to
 * show.
 */
export async function openView(
  data: OutboxData,
  acts: Omit<Acts, "code">,
  changed: (view: OutboxView) => void,
): Promise<OutboxView> {
  const { files, recipient } = data;
  const worker = files && files.worker;
  let view: OutboxView | undefined;
  const solve = async (prove: Challenge) => worker && ask(worker, { prove });
  const outbox = await openOutbox(data.back_off, solve, () => view && changed(view));
  const code: Acts["code"] =
    !!worker && !!recipient && (({ signup: show }) => ask(worker, { show, to: recipient }));
  view = { outbox, show: cards(data, { ...acts, code }, outbox) };
  changed(view);
  return view;
}
