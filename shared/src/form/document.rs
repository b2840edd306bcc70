//! A whole page: what surrounds every body, and the policy that it is served with.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use super::script::{JOIN, RECEIPT, Script};
use super::words::words;
use crate::headers;
use crate::language::Language;
use crate::seed::Seed;

const STYLE: &str = include_str!("built/page.css");
/// The icon that browsers show in a tab; as data, so that no request is made for it.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'\
    %3E%3Crect width='16' height='16' rx='3' fill='%23a3301f'/%3E%3Cpath d='M4 8.5 7 11.5 12.5 5' \
    fill='none' stroke='%23fff' stroke-width='2'/%3E%3C/svg%3E";

/// A rendered page and the policy that it is served with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The document, UTF-8.
    pub html: String,
    /// The value of `Content-Security-Policy`: nothing but this page's own style and script, requests and
    /// forms to its own origin only.
    pub csp: String,
}

impl Page {
    /// Its tag: the same for all who are shown the same, who differ by their seeds alone. The parts that
    /// never change are named by the policy.
    pub(crate) fn etag(&self, seed: &Seed) -> String {
        let mut parts = vec![self.csp.as_str()];
        let mut rest = self.html.as_str();
        for fixed in [STYLE, seed.as_str(), JOIN] {
            let at = rest.find(fixed).unwrap_or(rest.len());
            let (before, after) = rest.split_at(at);
            // In the order in which they come; what does not come leaves the rest for the next.
            if !after.is_empty() {
                parts.push(before);
                rest = after.strip_prefix(fixed).unwrap_or(after);
            }
        }
        parts.push(rest);
        headers::etag(parts)
    }
}

/// Long parts of pages that never change, so that a server may keep them compressed.
pub const FIXED_PARTS: [&str; 3] = [STYLE, JOIN, RECEIPT];

/// What every page consists of.
pub(super) struct Document<'a> {
    pub(super) language: Language,
    pub(super) title: &'a str,
    /// The same page in the other language.
    pub(super) switch: &'a str,
    /// The workshop's name, above everything.
    pub(super) masthead: Option<&'a str>,
    pub(super) body: Markup,
    pub(super) script: Option<Script>,
    /// Whether the server has the files that the script fetches when it needs them.
    pub(super) has_files: bool,
}

impl Document<'_> {
    pub(super) fn render(self) -> Page {
        self.render_with("")
    }

    /// Renders it with a style of its own after that of all pages.
    pub(super) fn render_with(self, own_style: &'static str) -> Page {
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
                        a href=(switch) lang=(lang(language.other())) hreflang=(other) {
                            (words(language).other_language)
                        }
                    }
                    main { (body) }
                    @if let Some(script) = &script { (script.markup()) }
                }
            }
        };
        Page { html: html.into_string(), csp: csp(script.as_ref(), has_files, own_style) }
    }
}

/// The value of `lang`: fonts and screen readers need to know that Chinese is written in simplified
/// characters.
pub(super) fn lang(language: Language) -> &'static str {
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
        "default-src 'none'; style-src '{style}'{own}; {}{workers}img-src data:; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'",
        script.unwrap_or_default()
    )
}

pub(super) fn sha256(source: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(source)))
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::between;
    use super::super::{Message, message_page};
    use super::*;

    #[test]
    fn the_policy_names_what_the_page_has_and_nothing_else() {
        let page = message_page(Message::Closed, Language::Zh);
        let style = between(&page.html, "<style>", "</style>");
        assert!(page.csp.contains(&format!("style-src '{}'", sha256(style))), "{}", page.csp);
        assert!(!page.csp.contains("script-src") && !page.html.contains("<script"), "{}", page.csp);
        assert!(!page.csp.contains("unsafe") && !page.csp.contains('*'));
    }
}
