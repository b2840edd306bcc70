//! What was typed into a form, where the form itself cannot be shown: no workshop was found, or something
//! behind the server failed before one was. Nothing is lost: it can be read, and sent again from there.

use maud::{Markup, html};

use super::document::{Document, Page};
use super::join::why_again;
use super::message::Message;
use super::words::words;
use crate::language::Language;
use crate::question::Answer;
use crate::seed::Seed;
use crate::signup::SignupForm;

/// What was typed.
#[derive(Debug, Clone, Copy)]
pub struct KeptView<'a> {
    /// The values of the fields.
    pub values: &'a SignupForm,
    /// Makes the id of the form when it is sent again.
    pub seed: &'a Seed,
    /// What precedes `/j/` in this server's addresses.
    pub base: &'a str,
    /// In which language.
    pub language: Language,
}

/// What was typed, why it was not taken, and a button that sends it again.
pub fn kept_page(message: Message, view: &KeptView<'_>) -> Page {
    let KeptView { values, seed, base, language } = *view;
    let w = words(language);
    let (title, _) = super::words::message_text(message, language);
    // The code that it came with may be no code at all.
    let address = |language: Language| format!("?lang={}", language.tag());
    let body = html! {
        (why_again(message, language))
        form #signup method="post" action=(address(language)) accept-charset="utf-8" autocomplete="off" {
            (hidden(values, seed))
            dl.kept translate="no" {
                dt { (w.name) } dd { (values.name) }
                dt { (w.phone) } dd { (values.phone) }
                @for answer in values.answers.values() {
                    @if let Some(text) = readable(answer) { dd { (text) } }
                }
            }
            button type="submit" { (w.submit) }
        }
    };
    let has_files = base.is_empty();
    Document {
        language,
        title,
        switch: &address(language.other()),
        masthead: None,
        body,
        script: None,
        has_files,
    }
    .render()
}

/// Everything that the form had.
fn hidden(values: &SignupForm, seed: &Seed) -> Markup {
    // Destructured, so that a new field of the wire cannot be forgotten here.
    let SignupForm { id: _, invite_code, name, phone, answers, form_version, filled_at, proof: _, replaces } =
        values;
    let field = |name: &str, value: &str| html! { input type="hidden" name=(name) value=(value); };
    html! {
        (field("seed", seed.as_str()))
        (field("invite_code", invite_code))
        (field("name", name))
        (field("phone", phone))
        @if let Some(version) = form_version { (field("form_version", &version.to_string())) }
        @if let Some(time) = filled_at { (field("filled_at", &time.as_millis().to_string())) }
        @if let Some(token) = replaces { (field("replaces", token)) }
        @for (key, answer) in answers {
            @let name = format!("answers.{key}");
            @match answer {
                Answer::One(text) => (field(&name, text)),
                Answer::Many(keys) => @for key in keys { (field(&name, key)) },
                Answer::Ticked(ticked) => @if *ticked { (field(&name, "on")) },
            }
        }
    }
}

/// An answer that its person typed; keys of choices say nothing to anybody.
fn readable(answer: &Answer) -> Option<&str> {
    match answer {
        Answer::One(text) => Some(text),
        Answer::Many(_) | Answer::Ticked(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_there_and_is_sent_again() {
        let body =
            "name=%E7%8E%8B%E8%8A%B3&phone=138&answers.q=%3Cb%3E&answers.m=o1&answers.m=o2&replaces=id.mac";
        let (values, _) = SignupForm::from_urlencoded(body.as_bytes()).unwrap();
        let seed = &Seed::from_random([7; 16]);
        for (language, said) in [(Language::Zh, "您填的都在"), (Language::En, "nothing you typed is lost")]
        {
            let html =
                kept_page(Message::UnknownCode, &KeptView { values: &values, seed, base: "", language }).html;
            assert!(html.contains(said) && html.contains("<dd>王芳</dd>"), "{html}");
            for (name, value) in [
                ("name", "王芳"),
                ("phone", "138"),
                ("answers.q", "&lt;b&gt;"),
                ("answers.m", "o1"),
                ("answers.m", "o2"),
                ("replaces", "id.mac"),
                ("seed", seed.as_str()),
            ] {
                let field = format!(r#"<input type="hidden" name="{name}" value="{value}">"#);
                assert!(html.contains(&field), "{field} in {html}");
            }
        }
    }
}
