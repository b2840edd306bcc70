//! The receipt. What the server renders names nobody: it shows a state and a code to anybody who has its
//! address. The phone that signed up adds, masked, what it has stored itself.

use maud::{Markup, html};
use serde::Serialize;

use super::document::{Document, Page};
use super::parts::{facts, stamp};
use super::script::{RECEIPT, Script};
use super::words::{StateWords, Words, state_words, words};
use crate::language::Language;
use crate::receipt::{self, ReceiptState};
use crate::signup_id::SignupId;
use crate::workshop::Workshop;

/// What the receipt's page shows.
#[derive(Debug, Clone, Copy)]
pub struct ReceiptView<'a> {
    /// The workshop; `None` where its record is not available just now.
    pub workshop: Option<&'a Workshop>,
    /// In which language.
    pub language: Language,
    /// What precedes `/r/` in this server's addresses.
    pub base: &'a str,
    /// What follows `/r/`: `{workshop}/{token}`.
    pub address: &'a str,
    /// The sign-up.
    pub id: SignupId,
    /// How far it has come.
    pub state: ReceiptState,
    /// Whether the teacher should see the desk.
    pub see_desk: bool,
    /// Whether this phone has just sent a cancellation, which the state does not show yet.
    pub cancelling: bool,
}

/// How a state is shown: its sign, its words, what can be done.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Face {
    Known(ReceiptState),
    Cancelling,
}

impl Face {
    const ALL: [Self; 5] = [
        Self::Known(ReceiptState::Received),
        Self::Known(ReceiptState::Registered),
        Self::Known(ReceiptState::Waitlisted),
        Self::Known(ReceiptState::Cancelled),
        Self::Cancelling,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Known(state) => state.as_str(),
            Self::Cancelling => "cancelling",
        }
    }

    fn words(self, keeps_waiting_list: bool, language: Language) -> StateWords {
        match self {
            Self::Known(state) => state_words(state, keeps_waiting_list, language),
            Self::Cancelling => words(language).cancelling,
        }
    }

    fn mark(self) -> &'static str {
        match self {
            Self::Known(ReceiptState::Registered) => "M19 33 28 42 46 22",
            Self::Known(ReceiptState::Received) => CLOCK,
            Self::Known(ReceiptState::Waitlisted) => "M20 32h1M32 32h1M44 32h1",
            Self::Known(ReceiptState::Cancelled) => "M20 32H44",
            Self::Cancelling => CLOCK,
        }
    }
}

/// The sign in the stamp of a state.
pub(super) fn mark_of(state: ReceiptState) -> &'static str {
    Face::Known(state).mark()
}

/// A clock: something happens later.
pub(super) const CLOCK: &str = "M32 18a14 14 0 1 0 0 28 14 14 0 1 0 0-28M32 25v8l6 4";

/// Name, title, what comes next and the stamp's sign of every state that a receipt can have.
pub(super) fn receipt_states(
    keeps_waiting_list: bool,
    language: Language,
) -> impl Iterator<Item = (&'static str, &'static str, &'static str, &'static str)> {
    Face::ALL.into_iter().map(move |face| {
        let StateWords { title, next } = face.words(keeps_waiting_list, language);
        (face.name(), title, next, face.mark())
    })
}

/// The receipt.
pub fn receipt_page(view: &ReceiptView<'_>) -> Page {
    let ReceiptView { workshop, language, base, address, id, state, see_desk, cancelling } = *view;
    let w = words(language);
    let keeps_waiting_list = workshop.is_none_or(|workshop| workshop.waiting_list);
    let face =
        if cancelling && state != ReceiptState::Cancelled { Face::Cancelling } else { Face::Known(state) };
    let StateWords { title, next } = face.words(keeps_waiting_list, language);
    let body = html! {
        section.slip {
            div #state.state.(face.name()) role="status" {
                (stamp("", face.mark()))
                h1 tabindex="-1" { (title) }
                p.next { (next) }
            }
            p #desk.alert hidden[!see_desk] { (w.see_desk) }
            p #person.person translate="no" hidden { span {} " " span {} }
            p.code translate="no" { (id.short_code()) }
            p.hint { (w.code_hint) }
            @if let Some(workshop) = workshop {
                div.about {
                    p.name { (workshop.title.get(language)) }
                    (facts(workshop, language))
                }
            }
        }
        @if state != ReceiptState::Cancelled {
            noscript { p.refresh { a.act href={ "?lang=" (language.tag()) } { (w.refresh) } } }
        }
        p #trouble.alert hidden role="alert" {}
        (acts(view, w))
    };
    let switch = format!(
        "?lang={}{}",
        language.other().tag(),
        if face == Face::Cancelling { "&asked=cancel" } else { "" }
    );
    let data = ReceiptData {
        api: &format!("{base}/v1/receipts/{address}"),
        state: face.name(),
        states: receipt_states(keeps_waiting_list, language).collect(),
        looks_s: receipt::LOOKS_S,
        not_cancelled: w.not_cancelled,
    };
    Document {
        language,
        title,
        switch: &switch,
        masthead: workshop.map(|workshop| workshop.organisation.get(language)),
        body,
        script: Some(Script::new(RECEIPT, &data)),
        has_files: false,
    }
    .render()
}

/// The actions: correct, cancel, sign up again, and sign up somebody else.
fn acts(view: &ReceiptView<'_>, w: &Words) -> Markup {
    let ReceiptView { workshop, language, base, address, state, cancelling, .. } = *view;
    let over = cancelling || state == ReceiptState::Cancelled;
    let language = language.tag();
    let token = address.rsplit('/').next().unwrap_or_default();
    html! {
        nav.acts aria-label=(w.acts) {
            @if let Some(workshop) = workshop {
                @let form = format!("{base}/j/{}?lang={language}", workshop.invite_code);
                a.act href={ (form) "&replaces=" (token) } {
                    span.on hidden[over] { (w.correct) }
                    span.off hidden[!over] { (w.sign_up_again) }
                }
                form #cancel method="post" action={ (base) "/r/" (address) "/cancel?lang=" (language) }
                    hidden[over] {
                    button.act type="submit" { (w.cancel) }
                }
                a.act href=(form) { (w.colleague) }
            }
        }
    }
}

/// What the script is told.
#[derive(Serialize)]
struct ReceiptData<'a> {
    /// Where the state is asked for, and where a cancellation goes.
    api: &'a str,
    /// What the page shows.
    state: &'static str,
    /// Name, title, what comes next and the stamp's sign of each.
    states: Vec<(&'static str, &'static str, &'static str, &'static str)>,
    /// When the state is asked for, in seconds after the page came.
    looks_s: [u32; receipt::LOOKS_S.len()],
    not_cancelled: &'static str,
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::workshop;
    use super::*;

    fn html(workshop: &Workshop, state: ReceiptState, cancelling: bool) -> String {
        receipt_page(&ReceiptView {
            workshop: Some(workshop),
            language: Language::En,
            base: "/k7m2qx",
            address: "w/id.mac",
            id: SignupId::from_random([7; 16]),
            state,
            see_desk: false,
            cancelling,
        })
        .html
    }

    /// The page's visible part: the script is told every state's words.
    fn visible(html: &str) -> &str {
        html.split("<script").next().unwrap()
    }

    #[test]
    fn it_shows_state_and_code_and_is_worded_full_without_a_waiting_list() {
        let mut w = workshop();
        let registered = html(&w, ReceiptState::Registered, false);
        assert!(registered.contains(&SignupId::from_random([7; 16]).short_code()));
        assert!(registered.contains(r#"class="state registered""#), "{registered}");
        assert!(visible(&html(&w, ReceiptState::Waitlisted, false)).contains("It's full"));
        w.waiting_list = true;
        assert!(visible(&html(&w, ReceiptState::Waitlisted, false)).contains("waiting list"));
    }

    #[test]
    fn its_phone_can_correct_and_cancel_until_it_is_off_the_list() {
        let html = |state, cancelling| html(&workshop(), state, cancelling);
        let on = html(ReceiptState::Registered, false);
        assert!(on.contains(r#"action="/k7m2qx/r/w/id.mac/cancel?lang=en">"#), "{on}");
        assert!(on.contains("lang=en&amp;replaces=id.mac"), "{on}");
        for off in [html(ReceiptState::Registered, true), html(ReceiptState::Cancelled, false)] {
            assert!(off.contains(r#"cancel?lang=en" hidden>"#), "{off}");
            assert!(off.contains(r#"class="off">"#) && off.contains(r#"class="on" hidden>"#), "{off}");
        }
        assert!(html(ReceiptState::Registered, true).contains("state cancelling"));
        assert!(html(ReceiptState::Cancelled, true).contains("state cancelled"));
    }
}
