//! The page with one message: what happened, and what to do.

use maud::{Markup, html};

use super::date_line;
use super::document::{Document, Page, lang};
use super::message::Message;
use super::outbox::{self, outbox_data};
use super::parts::{facts, stamp};
use super::script::{JOIN, Script};
use super::words;
use super::words::message_text;
use crate::language::Language;
use crate::workshop::Workshop;

/// A page with one message: what happened and what to do.
pub fn message_page(message: Message, language: Language) -> Page {
    page(message, None, None, language)
}

/// The page with one message at the address of a form: what this phone has not sent yet is shown there, and
/// sent, even though the code leads nowhere just now. `base` as in [`JoinView`](super::JoinView).
pub fn lost_page(message: Message, base: &str, language: Language) -> Page {
    page(message, None, Some(base), language)
}

/// The page with one message about a workshop: that its sign-up is not open, and when it opens. `base` as in
/// [`JoinView`](super::JoinView).
pub fn shut_page(message: Message, workshop: &Workshop, base: &str, language: Language) -> Page {
    page(message, Some(workshop), Some(base), language)
}

fn page(message: Message, workshop: Option<&Workshop>, base: Option<&str>, language: Language) -> Page {
    let (title, advice) = message_text(message, language);
    let opens_at = workshop.and_then(|workshop| {
        let opens_at = workshop.opens_at.filter(|_| message == Message::NotYet)?;
        Some(date_line(opens_at, workshop.utc_offset_minutes, language))
    });
    let body = html! {
        @if base.is_some() { (outbox::waiting(language)) }
        section.slip {
            (stamp("quiet", mark(message)))
            h1 { (title) }
            @if let Some(opens_at) = opens_at { p { (words::opens_text(&opens_at, language)) } }
            @else { p { (advice) } }
            @if workshop.is_none() { (in_other_language(message, language)) }
            @if let Some(workshop) = workshop {
                div.about {
                    p.name { (workshop.title.get(language)) }
                    (facts(workshop, language))
                }
            }
        }
        @if base.is_some() { (outbox::sent(language)) }
    };
    let switch = format!("?lang={}", language.other().tag());
    let masthead = workshop.map(|workshop| workshop.organisation.get(language));
    // What was filled in before closing is still sent from here, and counts within the grace.
    let script = base.map(|base| Script::new(JOIN, &outbox_data(workshop, base, language)));
    let has_files = base.is_some_and(str::is_empty);
    Document { language, title, switch: &switch, masthead, body, script, has_files }.render()
}

/// The same in the other language: where no workshop is known, neither is whether the phone's own language is
/// the reader's.
fn in_other_language(message: Message, language: Language) -> Markup {
    let other = language.other();
    let (title, advice) = message_text(message, other);
    html! { p.hint lang=(lang(other)) { b { (title) } br; (advice) } }
}

/// A clock for what comes later, a circle struck through for what is over, a question mark for what is not
/// there.
fn mark(message: Message) -> &'static str {
    match message {
        Message::NotYet | Message::Unavailable => super::receipt::CLOCK,
        Message::Closed => "M32 18a14 14 0 1 0 0 28 14 14 0 1 0 0-28M22 42 42 22",
        Message::Reached => "M19 33 28 42 46 22",
        Message::UnknownCode | Message::NotFound | Message::Malformed => {
            "M25 27c0-9 14-9 14 0 0 5-7 5-7 11M32 44v1"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::workshop;
    use super::*;
    use crate::Timestamp;

    #[test]
    fn a_workshop_that_opens_later_says_when() {
        let mut w = workshop();
        w.opens_at = Some(Timestamp::from_millis(0));
        let html = shut_page(Message::NotYet, &w, "", Language::En).html;
        assert!(html.contains("Sign-up opens on Thu 1 Jan 1970, 8:00"), "{html}");
        assert!(html.contains("Maths Teaching Workshop"));
        let html = message_page(Message::NotYet, Language::En).html;
        assert!(html.contains("open this page again"), "{html}");
    }

    #[test]
    fn a_code_that_leads_nowhere_still_shows_what_waits() {
        let page = lost_page(Message::Closed, "", Language::En);
        assert!(
            page.html.contains("id=\"entries\"") && page.csp.contains("connect-src 'self'"),
            "{}",
            page.csp
        );
        // Whom an entry is sealed to is its own workshop's matter, which is not known here.
        assert!(!page.html.contains("\"recipient\""), "{}", page.html);
        assert!(!message_page(Message::Closed, Language::En).html.contains("id=\"entries\""));
    }

    #[test]
    fn every_message_can_be_read_in_the_other_language() {
        for message in [
            Message::UnknownCode,
            Message::NotYet,
            Message::Closed,
            Message::NotFound,
            Message::Malformed,
            Message::Unavailable,
            Message::Reached,
        ] {
            assert!(message_page(message, Language::Zh).html.contains(r#"href="?lang=en" lang="en""#));
            assert!(message_page(message, Language::En).html.contains(r#"href="?lang=zh" lang="zh-Hans""#));
        }
    }
}
