//! The pages that edge and venue page both serve, rendered from the rules: the form, the receipt, and what is said where
//! there is neither. They work without script.

mod date;
mod field;
mod words;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use crate::language::Language;
use crate::person_name::{self, PersonName};
use crate::phone::{self, Phone};
use crate::problem::FieldError;
use crate::receipt::ReceiptState;
use crate::signup::SignupForm;
use crate::signup_id::SignupId;
use crate::workshop::Workshop;
use date::date_line;
use field::{Field, question_field};
use words::{Words, error_text, state_text, words};

const STYLE: &str = include_str!("form/page.css");

/// A rendered page and the policy that it is served with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The document, UTF-8.
    pub html: String,
    /// The value of `Content-Security-Policy`: nothing but this page's own style, and forms to its own origin.
    pub csp: String,
}

/// What the form shows.
#[derive(Debug, Clone, Copy)]
pub struct JoinView<'a> {
    /// Whose form it is.
    pub workshop: &'a Workshop,
    /// In which language.
    pub language: Language,
    /// What stands before `/j/` in this server's addresses: empty at the edge, `/{token}` on the venue page.
    pub base: &'a str,
    /// 128 random bits in hexadecimal: makes the id of a form sent without script.
    pub seed: &'a str,
    /// What stands in the fields: empty at first, as typed when a form comes back.
    pub values: &'a SignupForm,
    /// What is wrong with them.
    pub errors: &'a [FieldError],
    /// Whether the form comes back because nothing could be stored just now.
    pub unavailable: bool,
}

/// The form.
pub fn join_page(view: &JoinView<'_>) -> Page {
    let JoinView { workshop, language, base, seed, values, errors, unavailable } = *view;
    let w = words(language);
    let title = workshop.title.get(language);
    let action = format!("{base}/j/{}?lang={}", workshop.invite_code, language.tag());
    let switch = format!("{base}/j/{}?lang={}", workshop.invite_code, language.other().tag());
    let body = html! {
        p.switch { a href=(switch) lang=(language.other().tag()) hreflang=(language.other().tag()) { (w.other_language) } }
        h1 { (title) }
        (facts(workshop, language))
        @if unavailable { p.alert role="alert" { (w.unavailable) } }
        @if !errors.is_empty() { (summary(errors, w, language)) }
        form method="post" action=(action) accept-charset="utf-8" {
            input type="hidden" name="seed" value=(seed);
            input type="hidden" name="invite_code" value=(workshop.invite_code);
            input type="hidden" name="form_version" value=(workshop.form_version);
            (Field { name: "name", label: w.name, hint: None, errors, language }.around(|attributes| html! {
                input #name name="name" type="text" autocomplete="name" required maxlength=(person_name::MAX_CHARS * 2)
                    pattern=(PersonName::html_pattern()) value=(values.name)
                    aria-invalid=[attributes.invalid] aria-describedby=[attributes.described_by];
            }))
            (Field { name: "phone", label: w.phone, hint: Some(w.phone_hint), errors, language }.around(|attributes| html! {
                input #phone name="phone" type="tel" autocomplete="tel" inputmode="tel" required
                    maxlength=(phone::MAX_INPUT_CHARS) pattern=(Phone::html_pattern()) value=(values.phone)
                    aria-invalid=[attributes.invalid] aria-describedby=[attributes.described_by];
            }))
            @for question in &workshop.questions { (question_field(question, values, errors, language)) }
            button type="submit" { (w.submit) }
        }
        (notice(workshop, language))
    };
    page(language, title, &body)
}

/// What the receipt's page shows.
#[derive(Debug, Clone, Copy)]
pub struct ReceiptView<'a> {
    /// Whose receipt; `None` where the record cannot be had just now.
    pub workshop: Option<&'a Workshop>,
    /// In which language.
    pub language: Language,
    /// The sign-up.
    pub id: SignupId,
    /// How far it has come.
    pub state: ReceiptState,
    /// Whether the teacher should see the desk.
    pub see_desk: bool,
}

/// The receipt. It names nobody: whoever holds its address sees a state and a code.
pub fn receipt_page(view: &ReceiptView<'_>) -> Page {
    let ReceiptView { workshop, language, id, state, see_desk } = *view;
    let w = words(language);
    let keeps_waiting_list = workshop.is_none_or(|workshop| workshop.waiting_list);
    let text = state_text(state, keeps_waiting_list, language);
    let body = html! {
        @if let Some(workshop) = workshop { h1 { (workshop.title.get(language)) } }
        p.state.(state.as_str()) role="status" { (text) }
        @if see_desk { p.alert { (w.see_desk) } }
        p.code { (id.short_code()) }
        p.hint { (w.code_hint) }
        @if let Some(workshop) = workshop { (facts(workshop, language)) }
    };
    page(language, text, &body)
}

/// What is said where there is neither form nor receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    /// No workshop has this code.
    UnknownCode,
    /// The workshop has not opened yet.
    NotYet,
    /// The workshop takes no more sign-ups, or moved to another code.
    Closed,
    /// Nothing stands at this address.
    NotFound,
    /// The request is not one that a page sends.
    Malformed,
    /// Nothing was taken; try again.
    Unavailable,
}

/// A page with one message: what happened and what to do.
pub fn message_page(message: Message, language: Language) -> Page {
    let (title, advice) = words::message_text(message, language);
    let body = html! {
        h1 { (title) }
        p { (advice) }
    };
    page(language, title, &body)
}

fn page(language: Language, title: &str, body: &Markup) -> Page {
    let html = html! {
        (DOCTYPE)
        html lang=(language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                meta name="format-detection" content="telephone=no";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { main { (body) } }
        }
    };
    Page { html: html.into_string(), csp: csp() }
}

fn csp() -> String {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}

fn facts(workshop: &Workshop, language: Language) -> Markup {
    html! {
        p.facts {
            (workshop.organisation.get(language)) br;
            (date_line(workshop.starts_at, workshop.utc_offset_minutes, language)) " · " (workshop.place.get(language))
        }
    }
}

fn notice(workshop: &Workshop, language: Language) -> Markup {
    let who = workshop.organisation.get(language);
    let purpose = workshop.notice.purpose.get(language);
    html! { p.notice { (words::notice_text(who, purpose, workshop.notice.retention_days, language)) } }
}

fn summary(errors: &[FieldError], w: &Words, language: Language) -> Markup {
    html! {
        div.alert role="alert" {
            p { (w.please_mend) }
            ul {
                @for error in errors {
                    li { a href={ "#" (error.field) } { (error_text(error, language)) } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Text;
    use crate::question::{Choice, Kind, Question};
    use crate::seal::SecretKey;
    use crate::workshop::sample;

    fn workshop() -> Workshop {
        sample::workshop(SecretKey::from_bytes([9; 32]).public())
    }

    fn join(workshop: &Workshop, values: &SignupForm, errors: &[FieldError]) -> String {
        let view = JoinView {
            workshop,
            language: Language::En,
            base: "/k7m2qx",
            seed: "00",
            values,
            errors,
            unavailable: false,
        };
        join_page(&view).html
    }

    #[test]
    fn the_form_goes_where_it_came_from() {
        let w = workshop();
        let html = join(&w, &SignupForm::default(), &[]);
        assert!(html.contains(&format!(r#"action="/k7m2qx/j/{}?lang=en""#, w.invite_code)), "{html}");
        assert!(
            html.contains(r#"name="seed" value="00""#) && html.contains("Thu 1 Jan 1970, 8:00"),
            "{html}"
        );
    }

    #[test]
    fn a_form_that_comes_back_keeps_what_was_typed_and_names_the_mistake() {
        let values = SignupForm {
            name: "<script>x</script>\"'".into(),
            phone: "1380013800".into(),
            ..SignupForm::default()
        };
        let html = join(&workshop(), &values, &[FieldError::new("phone", "too_few_digits")]);
        assert!(html.contains("&lt;script&gt;x&lt;/script&gt;&quot;") && !html.contains("<script"), "{html}");
        assert!(html.contains(r#"aria-invalid="true" aria-describedby="phone-hint phone-error""#), "{html}");
        assert!(html.contains(r##"href="#phone""##));
    }

    #[test]
    fn every_kind_of_question_is_shown_with_its_answer() {
        let choice = |key: &str| Choice { key: key.into(), label: Text::new(key, key) };
        let mut w = workshop();
        w.questions = vec![
            Question {
                key: "t".into(),
                label: Text::new("t", "t"),
                required: true,
                kind: Kind::Text { max_chars: 9 },
            },
            Question {
                key: "c".into(),
                label: Text::new("c", "c"),
                required: true,
                kind: Kind::Choice { options: vec![choice("c1")] },
            },
            Question {
                key: "m".into(),
                label: Text::new("m", "m"),
                required: false,
                kind: Kind::Many { options: vec![choice("m1"), choice("m2")] },
            },
            Question { key: "b".into(), label: Text::new("b", "b"), required: false, kind: Kind::Checkbox },
        ];
        let (values, _) =
            SignupForm::from_urlencoded(b"answers.t=hi&answers.c=c1&answers.m=m1&answers.m=m2&answers.b=on")
                .unwrap();
        let html = join(&w, &values, &[]);
        assert!(html.contains(r#"maxlength="9" required value="hi""#), "{html}");
        assert_eq!(html.matches(" checked").count(), 4, "{html}");
    }

    #[test]
    fn the_policy_names_the_style_that_the_page_has() {
        let page = message_page(Message::Closed, Language::Zh);
        let style = page.html.split("<style>").nth(1).and_then(|s| s.split("</style>").next()).unwrap();
        let hash = STANDARD.encode(Sha256::digest(style));
        assert!(page.csp.contains(&format!("style-src 'sha256-{hash}'")));
    }

    #[test]
    fn the_receipt_shows_state_and_code_and_is_worded_full_without_a_waiting_list() {
        let mut w = workshop();
        let id = SignupId::from_random([7; 16]);
        let html = |w: &Workshop, state| {
            receipt_page(&ReceiptView {
                workshop: Some(w),
                language: Language::En,
                id,
                state,
                see_desk: false,
            })
            .html
        };
        assert!(html(&w, ReceiptState::Registered).contains(&id.short_code()));
        assert!(html(&w, ReceiptState::Waitlisted).contains("It's full"));
        w.waiting_list = true;
        assert!(html(&w, ReceiptState::Waitlisted).contains("waiting list"));
    }
}
