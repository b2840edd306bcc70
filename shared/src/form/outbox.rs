//! What this phone has not sent yet: where the page's script shows it, and what the script is told for that.

use maud::{Markup, html};
use serde::Serialize;

use super::parts::stamp;
use super::receipt::{CLOCK, receipt_states};
use super::script::{Files, files};
use super::words::{self, outbox_words, words};
use crate::Millis;
use crate::language::Language;
use crate::receipt;
use crate::retry;
use crate::workshop::Workshop;

/// An exclamation mark: needs a look.
const LOOK: &str = "M32 18v18M32 45v1";
/// A cross.
const CROSS: &str = "M22 22 42 42M42 22 22 42";

/// The place above the form where waiting entries and new receipts are shown.
pub(super) fn waiting(language: Language) -> Markup {
    let w = outbox_words(language);
    html! {
        p #kept.note hidden { (w.kept) }
        p #unkept.alert hidden { (w.unkept) }
        section #waiting hidden tabindex="-1" aria-label=(w.waiting_here) {
            ul #entries {}
            button #another.act type="button" hidden { (words(language).colleague) }
        }
    }
}

/// The list of earlier receipts below the form, and the templates of the script's cards and lines.
pub(super) fn sent(language: Language) -> Markup {
    let w = outbox_words(language);
    html! {
        section #done hidden {
            h2 { (w.sent_from_here) }
            ul #receipts {}
        }
        template #card {
            li.slip {
                div.state role="status" {
                    (stamp("", CLOCK))
                    h2.title {}
                    p.next {}
                }
                p.where {}
                p.person translate="no" { span.who {} " " span.number {} }
                p.code translate="no" {}
                p.hint.tried {}
                div.desk hidden {
                    p.how {}
                    svg role="img" aria-label=(w.code_for_desk) { path d="" {} }
                    ul {}
                }
                div.acts {
                    button.now type="button" { (w.send_now) }
                    button.mend type="button" { (w.mend) }
                    a.open.act href="" { (w.open_receipt) }
                    button.undo.act type="button" { (w.undo) }
                    p hidden { a.venue.act href="" { (w.venue) } span.hint { (w.venue_hint) } }
                    button.show.act type="button" { (w.show_at_desk) }
                    button.drop.act type="button" { (w.drop) }
                }
            }
        }
        template #line { li { a href="" { span.who translate="no" {} " " span.number translate="no" {} " " span.title {} } } }
    }
}

/// What the script is told.
#[derive(Serialize)]
pub(super) struct OutboxData<'a> {
    /// How the addresses of this workshop's receipts begin; empty where there is no workshop.
    receipts: String,
    title: &'a str,
    back_off: BackOff,
    /// When a receipt's state is asked for, in seconds after it came.
    looks_s: [u32; receipt::LOOKS_S.len()],
    /// Milliseconds after which a receipt is forgotten.
    keep_ms: Millis,
    /// Name, title, what comes next and the stamp's sign of each.
    states: Vec<(&'static str, &'static str, &'static str, &'static str)>,
    /// Why something needs a look, by the status of a refusal; 0 for all others.
    refusals: [(u16, &'static str); words::REFUSALS.len()],
    last_try: &'static str,
    dropped_late: &'static str,
    /// The form on the venue page.
    #[serde(skip_serializing_if = "Option::is_none")]
    venue: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient: Option<Recipient<'a>>,
    to_desk: &'static str,
    too_large: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<Files>,
}

/// The bounds of `retry`'s delays, for the phone.
#[derive(Serialize)]
struct BackOff {
    base_ms: u128,
    cap_ms: u128,
}

/// The key that an entry code for the desk is sealed to.
#[derive(Serialize)]
struct Recipient<'a> {
    workshop: &'a str,
    key_id: &'a str,
    x25519: String,
    notice_version: u32,
}

/// `base` is what precedes `/r/` in this server's addresses: empty at the edge, whose page has a service
/// worker and knows the way to the venue page. Without a workshop there are only other workshops' entries,
/// which carry what they need.
pub(super) fn outbox_data<'a>(
    workshop: Option<&'a Workshop>,
    base: &str,
    language: Language,
) -> OutboxData<'a> {
    let w = outbox_words(language);
    let marks = |name| match name {
        "attention" => LOOK,
        "dropped" => CROSS,
        _ => CLOCK,
    };
    let own = w.states.iter().map(|(name, words)| (*name, words.title, words.next, marks(name)));
    let at_the_edge = base.is_empty();
    let venue = workshop.filter(|_| at_the_edge).and_then(|workshop| {
        let venue = workshop.venue.as_ref()?;
        Some(format!("{venue}/j/{}?lang={}", workshop.invite_code, language.tag()))
    });
    OutboxData {
        receipts: workshop.map(|workshop| format!("{base}/r/{}/", workshop.id)).unwrap_or_default(),
        title: workshop.map(|workshop| workshop.title.get(language)).unwrap_or_default(),
        // A server that wants to be left alone for longer says so in `Retry-After`. Whatever else a phone
        // hears, nobody or a network on the way, costs no server anything, and people wait for its end.
        back_off: BackOff { base_ms: retry::BASE.as_millis(), cap_ms: retry::UNANSWERED_CAP.as_millis() },
        looks_s: receipt::LOOKS_S,
        keep_ms: receipt::KEEP_ON_PHONE_MS,
        states: own
            .chain(receipt_states(workshop.is_some_and(|workshop| workshop.waiting_list), language))
            .collect(),
        refusals: words::REFUSALS.map(|why| (why, words::refusal_text(why, language))),
        last_try: w.last_try,
        dropped_late: w.dropped_late,
        venue,
        recipient: workshop.map(|workshop| Recipient {
            workshop: workshop.id.as_str(),
            key_id: workshop.key.key_id.as_str(),
            x25519: hex::encode(workshop.key.x25519),
            notice_version: workshop.notice.version,
        }),
        to_desk: w.to_desk,
        too_large: w.too_large,
        files: at_the_edge.then(files),
    }
}
