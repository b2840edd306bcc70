// The page with a form: it makes entries, waits a moment for what becomes of them, and leads to the receipt.

import { carried, type Carried } from "./cards/carried";
import { fill, hiddenIn, isEmpty, nameIn, phoneIn, readable, typedIn } from "./form/form";
import { formCheck, type FormData } from "./form/form_check";
import { BLANK, recall, remember, type Typed } from "./form/memory";
import { busy, isBusy, rest } from "./form/submit_button";
import { newEntry } from "./new_entry";
import type { Entry } from "./outbox/entry";
import type { KeptReceipt } from "./outbox/kept_receipt";
import { openView, type OutboxData, type OutboxView } from "./outbox_view";
import { element, language, part } from "./page";
import { settled, wake } from "./settled";

/** What the page says of the form and the outbox. */
export interface SignupData extends OutboxData, FormData {
  /** Where sign-ups go. */
  api: string;
  sending: string;
  send_here: string;
}

/** Takes the page over. */
export function signupPage(box: HTMLFormElement, data: SignupData) {
  const check = formCheck(box, data);
  const button = part(box, "button[type=submit]");
  const ready = button.textContent;
  const refusals = new Map(data.refusals);
  let view: OutboxView | undefined;
  /** Somebody wants to fill the form in, whatever waits. */
  let wanted = false;
  /** The entry that the form shows: on its way, or being corrected. */
  let inForm: string | undefined;
  /** Whether what the form shows is kept elsewhere. */
  let isKept = false;
  /** Where this tab remembers what is typed and not sent. */
  const draft = location.pathname + hiddenIn(box).replaces;
  /** What came from the internet page goes on under its own id as long as it is the same. */
  let brought = prefill(box, data, draft);
  const release = () => rest(button, brought ? data.send_here : ready);

  const inWords = ({ signup }: Entry) => readable(box, signup.answers);
  const opening = openView(data, { mend: (entry) => void mend(entry), inWords }, (opened) => {
    view = opened;
    element("unkept").hidden = opened.outbox.isDurable();
    wake();
    void render();
  });
  box.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!isBusy(button)) void submit();
  });
  element("another").addEventListener("click", () => {
    wanted = true;
    void render().then(() => nameIn(box).focus());
  });
  // No browser puts back what the last person typed, for the form says so; their own may be offered to all.
  nameIn(box).autocomplete = "name";
  phoneIn(box).autocomplete = "tel";
  // What was left half-way is put back by this page. What was pressed is in the outbox: whoever comes back to
  // the form, from the receipt for one, finds it empty, also where it comes from memory as it was left.
  const leaving = () => remember(draft, !isKept && !isEmpty(box) && typedIn(box));
  document.addEventListener("visibilitychange", () => document.hidden && leaving());
  addEventListener("pagehide", () => {
    leaving();
    if (isKept) fill(box, BLANK);
  });
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    release();
    inForm = undefined;
    isKept = false;
    void render();
  });
  release();

  /** The form makes way for what is waiting, so that nobody wonders whether to fill it in again. */
  async function render() {
    const waiting = view ? await view.show(inForm) : 0;
    box.hidden = waiting > 0 && !wanted && !inForm;
    element("another").hidden = !box.hidden;
  }

  async function submit() {
    // What the server said of the form before; what is said of the phone stays.
    (box.parentElement || box).querySelectorAll(":scope>[role=alert]").forEach((alert) => alert.remove());
    say("");
    if (!check.isRight()) return;
    busy(button, data.sending);
    const content = typedIn(box);
    const { outbox } = await opening;
    const entry = newEntry(content, hiddenIn(box), data, await outbox.entries(), brought);
    const mended = inForm !== entry.id ? inForm : undefined;
    inForm = entry.id;
    await outbox.add(entry, mended);
    isKept = true;
    const outcome = await settled(entry.id, outbox);
    if (outcome && "url" in outcome) return leave(outcome, content);
    release();
    if (outcome && outcome.state === "refused") {
      const elsewhere = check.explainAll(outcome.errors);
      return say(elsewhere || refusals.get(outcome.status || 0) || refusals.get(0) || "");
    }
    // It waits; the next person finds an empty form, who may even have begun to type.
    wanted = JSON.stringify(typedIn(box)) !== JSON.stringify(content);
    if (!wanted) fill(box, BLANK);
    inForm = brought = undefined;
    isKept = false;
    await render();
    element("waiting").focus();
  }

  /** Opens the form with what was refused; sent again it is a sign-up of its own. */
  async function mend(entry: Entry) {
    inForm = entry.id;
    isKept = false;
    await render();
    fill(box, entry.signup);
    box.scrollIntoView();
    const errors = entry.state === "refused" ? entry.errors : [];
    const elsewhere = check.explainAll(errors);
    if (!errors.length || elsewhere) say(elsewhere || refusals.get(entry.status || 0) || "");
  }
}

/**
 * Fills in a sign-up that the internet page could not send, which is returned; or what was left half-way; or
 * the one that is corrected.
 */
function prefill(box: HTMLFormElement, data: SignupData, draft: string): Carried | undefined {
  const { invite_code, replaces } = hiddenIn(box);
  const brought = carried(location.hash, invite_code);
  if (location.hash) history.replaceState(null, "", location.pathname + location.search);
  const key = replaces && isEmpty(box) && data.receipts.split("/r/")[1] + replaces;
  const before = brought || recall(draft) || (key && recall(key));
  if (before) fill(box, before);
  element("brought").hidden = !brought;
  return brought;
}

function say(what: string) {
  const status = element("status");
  status.textContent = what;
  status.className = what && "alert";
}

/** Goes to the receipt; what was typed is remembered for a correction. */
function leave({ url }: KeptReceipt, content: Typed) {
  remember(url.split("/r/")[1] || url, content);
  location.assign(`${url}?lang=${language}`);
}
