//! The pages that edge and venue page both serve, rendered from the rules: the form, the receipt, and what is said where
//! there is neither. They work without script; with it, mistakes are explained while one types, and receipts follow.
//!
//! Script and style are built from `edge/web` into `form/built` (`cargo xtask web`) and stand in the page itself, so that
//! one request is enough.

mod date;
mod desk;
mod field;
mod join;
mod message;
mod outbox;
mod receipt;
mod script;
mod words;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

pub use crate::desk_trouble::{EntryTrouble, PinTrouble};
use crate::language::Language;
use crate::workshop::Workshop;
use date::date_line;
pub use desk::{Assets, DeskView, PinView, TakenView, desk_page, pin_page, taken_page};
pub use join::{JoinView, join_page};
pub use message::{Message, lost_page, message_page, shut_page};
pub use receipt::{ReceiptView, receipt_page};
use script::Script;
pub use script::{SERVICE_WORKER, WORKER};
use words::words;

const STYLE: &str = include_str!("form/built/page.css");
/// The seal that browsers show in a tab; as data, so that none is asked for.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='3' fill='%23a3301f'/%3E%3Cpath d='M4 8.5 7 11.5 12.5 5' fill='none' stroke='%23fff' stroke-width='2'/%3E%3C/svg%3E";

/// A rendered page and the policy that it is served with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The document, UTF-8.
    pub html: String,
    /// The value of `Content-Security-Policy`: nothing but this page's own style and script, requests and forms to its
    /// own origin only.
    pub csp: String,
}

/// What every page has.
struct Document<'a> {
    language: Language,
    title: &'a str,
    /// The same page in the other language.
    switch: &'a str,
    /// The workshop's name, above everything.
    masthead: Option<&'a str>,
    body: Markup,
    script: Option<Script>,
    /// Whether the server has the files that the script fetches when it needs them.
    has_files: bool,
}

impl Document<'_> {
    fn render(self) -> Page {
        self.render_with("")
    }

    /// With a style of its own after that of all pages.
    fn render_with(self, own_style: &'static str) -> Page {
        let Self { language, title, switch, masthead, body, script, has_files } = self;
        let other = language.other().tag();
        let html = html! {
            (DOCTYPE)
            html lang=(lang(language)) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="theme-color" content="#faf8f3" media="(prefers-color-scheme:light)";
                    meta name="theme-color" content="#181715" media="(prefers-color-scheme:dark)";
                    meta name="referrer" content="no-referrer";
                    meta name="robots" content="noindex";
                    meta name="format-detection" content="telephone=no";
                    title { (title) }
                    link rel="icon" href=(PreEscaped(ICON));
                    style { (PreEscaped(STYLE)) }
                    @if !own_style.is_empty() { style { (PreEscaped(own_style)) } }
                }
                body {
                    header {
                        p { (masthead.unwrap_or_default()) }
                        a href=(switch) lang=(lang(language.other())) hreflang=(other) { (words(language).other_language) }
                    }
                    main { (body) }
                    @if let Some(script) = &script { (script.markup()) }
                }
            }
        };
        Page { html: html.into_string(), csp: csp(script.as_ref(), has_files, own_style) }
    }
}

/// Chinese is written in simplified characters here: fonts and readers aloud ask.
fn lang(language: Language) -> &'static str {
    match language {
        Language::Zh => "zh-Hans",
        Language::En => "en",
    }
}

fn csp(script: Option<&Script>, has_files: bool, own_style: &str) -> String {
    let own = if own_style.is_empty() { String::new() } else { format!(" '{}'", sha256(own_style)) };
    let style = sha256(STYLE);
    let script = script.map(|script| format!("script-src '{}'; connect-src 'self'; ", sha256(script.source)));
    // Older Safaris look for workers under child-src.
    let workers = if has_files { "worker-src 'self'; child-src 'self'; " } else { "" };
    format!(
        "default-src 'none'; style-src '{style}'{own}; {}{workers}img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        script.unwrap_or_default()
    )
}

fn sha256(source: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(source)))
}

/// When and where.
fn facts(workshop: &Workshop, language: Language) -> Markup {
    html! {
        p.facts {
            (date_line(workshop.starts_at, workshop.utc_offset_minutes, language)) br; (workshop.place.get(language))
        }
    }
}

/// A stamp: its frame and, in it, the sign of a state. Never the only thing that says it.
fn stamp(kind: &str, path: &str) -> Markup {
    html! {
        svg class={ "stamp " (kind) } viewBox="0 0 64 64" width="64" height="64" aria-hidden="true" {
            rect x="2" y="2" width="60" height="60" rx="10" {}
            rect x="7" y="7" width="50" height="50" rx="6" {}
            path d=(path) {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::SecretKey;
    use crate::workshop::sample;

    pub(super) fn workshop() -> Workshop {
        sample::workshop(SecretKey::from_bytes([9; 32]).public())
    }

    /// What stands between the first `start` and the next `end`.
    pub(super) fn between<'a>(html: &'a str, start: &str, end: &str) -> &'a str {
        html.split_once(start).unwrap().1.split_once(end).unwrap().0
    }

    #[test]
    fn the_policy_names_what_the_page_has_and_nothing_else() {
        let page = message_page(Message::Closed, Language::Zh);
        let style = between(&page.html, "<style>", "</style>");
        assert!(page.csp.contains(&format!("style-src '{}'", sha256(style))), "{}", page.csp);
        assert!(!page.csp.contains("script-src") && !page.html.contains("<script"), "{}", page.csp);
        assert!(!page.csp.contains("unsafe") && !page.csp.contains('*'));
    }
}
