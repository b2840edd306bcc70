//! The form.

use maud::{Markup, html};
use serde::Serialize;

use super::document::{Document, Page};
use super::explanations::explanations;
use super::field::{Field, Filler, question_field};
use super::message::Message;
use super::outbox::{self, OutboxData, outbox_data};
use super::parts::facts;
use super::script::{JOIN, Script};
use super::words as texts;
use super::words::{Words, error_text, words};
use crate::field_error::FieldError;
use crate::language::Language;
use crate::person_name::{self, PersonName};
use crate::phone::{self, Phone};
use crate::seed::Seed;
use crate::signup::SignupForm;
use crate::workshop::Workshop;

/// What the form shows.
#[derive(Debug, Clone, Copy)]
pub struct JoinView<'a> {
    /// Whose form it is.
    pub workshop: &'a Workshop,
    /// In which language.
    pub language: Language,
    /// What precedes `/j/` in this server's addresses: empty at the edge, `/{token}` on the venue page.
    pub base: &'a str,
    /// Makes the id of a form sent without script.
    pub seed: &'a Seed,
    /// The values of the fields: empty at first, as typed when a form comes back. With `replaces` it is the
    /// form of a correction.
    pub values: &'a SignupForm,
    /// What is wrong with them.
    pub errors: &'a [FieldError],
    /// Why the form comes back although nothing is wrong with it.
    pub trouble: Option<Message>,
}

/// The form.
pub fn join_page(view: &JoinView<'_>) -> Page {
    let JoinView { workshop, language, base, seed, values, errors, trouble } = *view;
    let w = words(language);
    let replaces = values.replaces.as_deref();
    let title = workshop.title.get(language);
    let address = |language: Language| {
        let replaces = replaces.map(|token| format!("&replaces={token}")).unwrap_or_default();
        format!("{base}/j/{}?lang={}{replaces}", workshop.invite_code, language.tag())
    };
    let body = html! {
        h1 { (title) }
        (facts(workshop, language))
        @if replaces.is_some() { p.note { (w.correcting) } }
        (outbox::waiting(language))
        p #brought.note hidden { (texts::outbox_words(language).brought) }
        @if let Some(trouble) = trouble { (why_again(trouble, language)) }
        @if !errors.is_empty() { (summary(errors, values, w, language)) }
        // What was typed is nobody else's: no browser puts it back, not even for *Back* from the receipt. The
        // script lets the person's own name and number be offered (edge/web/signup_page.ts).
        form #signup method="post" action=(address(language)) accept-charset="utf-8" autocomplete="off" {
            input type="hidden" name="seed" value=(seed);
            input type="hidden" name="invite_code" value=(workshop.invite_code);
            input type="hidden" name="form_version" value=(workshop.form_version);
            @if let Some(token) = replaces { input type="hidden" name="replaces" value=(token); }
            (fields(workshop, values, errors, Filler::Themselves, language))
            div #status role="alert" {}
            button type="submit" { (if replaces.is_some() { w.submit_correction } else { w.submit }) }
        }
        (notice(workshop, language))
        (outbox::sent(language))
    };
    let data = JoinData {
        api: &format!("{base}/v1/signups"),
        outbox: outbox_data(Some(workshop), base, language),
        groups: phone::CHINA_GROUPS,
        sending: w.sending,
        send_here: texts::outbox_words(language).send_here,
    };
    Document {
        language,
        title,
        switch: &address(language.other()),
        masthead: Some(workshop.organisation.get(language)),
        body,
        script: Some(Script::new(JOIN, &data).explaining(&explanations(language))),
        has_files: base.is_empty(),
    }
    .render()
}

/// Why a form comes back with nothing wrong in it: what was typed is there, and what to do.
pub(super) fn why_again(trouble: Message, language: Language) -> Markup {
    let w = words(language);
    let (title, advice) = texts::message_text(trouble, language);
    html! {
        div.alert role="alert" {
            @match trouble {
                Message::Unavailable => p { (w.unavailable) },
                _ => {
                    p { b { (title) } }
                    p { (w.kept_for_you) " " (advice) }
                }
            }
        }
    }
}

/// What is asked: the name, the number, and the workshop's own questions.
pub(super) fn fields(
    workshop: &Workshop,
    values: &SignupForm,
    errors: &[FieldError],
    filler: Filler,
    language: Language,
) -> Markup {
    let w = words(language);
    let name = Field { name: "name", label: w.name, optional: None, hint: None, errors, values, language };
    let phone = Field { name: "phone", label: w.phone, hint: Some(w.phone_hint), ..name };
    html! {
        (name.around(|attributes| html! {
            input #name name="name" type="text" autocomplete=[filler.autocomplete()] required
                maxlength=(person_name::MAX_TYPED_CHARS)
                autocorrect="off" autocapitalize="off" spellcheck="false" enterkeyhint="next"
                pattern=(PersonName::html_pattern()) value=(values.name)
                aria-invalid=[attributes.invalid] aria-describedby=(attributes.described_by);
        }))
        (phone.around(|attributes| html! {
            input #phone name="phone" type="tel" autocomplete=[filler.autocomplete()] inputmode="tel" required
                autocorrect="off" autocapitalize="off" spellcheck="false"
                maxlength=(phone::MAX_INPUT_CHARS) pattern=(Phone::html_pattern()) value=(values.phone)
                aria-invalid=[attributes.invalid] aria-describedby=(attributes.described_by);
        }))
        @for question in &workshop.questions { (question_field(question, values, errors, filler, language)) }
    }
}

/// What the script is told.
#[derive(Serialize)]
struct JoinData<'a> {
    /// Where sign-ups go.
    api: &'a str,
    #[serde(flatten)]
    outbox: OutboxData<'a>,
    /// How many digits of a number are written together.
    groups: [usize; 3],
    sending: &'static str,
    send_here: &'static str,
}

fn notice(workshop: &Workshop, language: Language) -> Markup {
    html! { p.notice { (notice_text(workshop, language)) } }
}

/// Says what the page says about the data: who collects it, what for, when it is deleted. People agree to
/// this very text, so it is kept with what they send.
pub fn notice_text(workshop: &Workshop, language: Language) -> String {
    let who = workshop.organisation.get(language);
    let purpose = workshop.notice.purpose.get(language);
    texts::notice_text(who, purpose, workshop.notice.retention_days, language)
}

fn summary(errors: &[FieldError], values: &SignupForm, w: &Words, language: Language) -> Markup {
    html! {
        div.alert role="alert" {
            p { (w.please_mend) }
            ul {
                @for error in errors {
                    li { a href={ "#" (error.field) } { (error_text(error, values, language)) } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::sha256;
    use super::super::fixtures::{between, workshop};
    use super::*;
    use crate::field_error::FieldName;
    use crate::language::Text;
    use crate::question::{Choice, Kind, Question};

    fn page(workshop: &Workshop, values: &SignupForm, errors: &[FieldError]) -> Page {
        let (language, base, seed) = (Language::En, "/k7m2qx", &Seed::from_random([0; 16]));
        join_page(&JoinView { workshop, language, base, seed, values, errors, trouble: None })
    }

    fn join(workshop: &Workshop, values: &SignupForm, errors: &[FieldError]) -> String {
        page(workshop, values, errors).html
    }

    #[test]
    fn the_form_goes_where_it_came_from() {
        let w = workshop();
        let html = join(&w, &SignupForm::default(), &[]);
        assert!(html.contains(&format!(r#"action="/k7m2qx/j/{}?lang=en""#, w.invite_code)), "{html}");
        assert!(
            html.contains(&format!(r#"name="seed" value="{}""#, "0".repeat(32)))
                && html.contains("Thu 1 Jan 1970, 8:00"),
            "{html}"
        );
        assert!(!html.contains(r#"name="replaces""#));
    }

    #[test]
    fn a_form_that_comes_back_keeps_what_was_typed_and_explains_the_mistake_with_numbers() {
        let values = SignupForm {
            name: "<script>x</script>\"'".into(),
            phone: "1380013800".into(),
            ..SignupForm::default()
        };
        let html = join(&workshop(), &values, &[FieldError::new(FieldName::Phone, "too_few_digits")]);
        assert!(
            html.contains("&lt;script&gt;x&lt;/script&gt;&quot;") && !html.contains("<script>x"),
            "{html}"
        );
        assert!(html.contains(r#"aria-invalid="true" aria-describedby="phone-hint phone-error""#), "{html}");
        assert!(html.contains(r##"href="#phone""##) && html.contains("11 digits, you typed 10"), "{html}");
    }

    #[test]
    fn a_correction_says_so_and_keeps_its_token_in_both_languages() {
        let values = SignupForm { replaces: Some("id.mac".into()), ..SignupForm::default() };
        let html = join(&workshop(), &values, &[]);
        assert!(html.contains(r#"name="replaces" value="id.mac""#), "{html}");
        assert!(
            html.contains("?lang=zh&amp;replaces=id.mac") && html.contains(words(Language::En).correcting)
        );
    }

    #[test]
    fn every_kind_of_question_is_shown_with_its_answer() {
        let choice = |key: &str| Choice { key: key.into(), label: Text::new(key, key) };
        let question = |key: &str, required, kind| Question {
            key: key.into(),
            label: Text::new(key, key),
            required,
            kind,
        };
        let mut w = workshop();
        w.questions = vec![
            question("t", true, Kind::Text { max_chars: 9 }),
            question("c", true, Kind::Choice { options: vec![choice("c1")] }),
            question("m", false, Kind::Many { options: vec![choice("m1"), choice("m2")] }),
            question("b", false, Kind::Checkbox),
        ];
        let (values, _) =
            SignupForm::from_urlencoded(b"answers.t=hi&answers.c=c1&answers.m=m1&answers.m=m2&answers.b=on")
                .unwrap();
        let html = join(&w, &values, &[]);
        assert!(html.contains(r#"maxlength="9" required value="hi""#), "{html}");
        assert_eq!(html.matches(" checked").count(), 4, "{html}");
    }

    #[test]
    fn the_policy_lets_this_script_run_and_no_other() {
        let page = page(&workshop(), &SignupForm::default(), &[]);
        let script = between(&page.html, "<script>", "</script>");
        assert!(
            page.csp.contains(&format!("script-src '{}'; connect-src 'self'", sha256(script))),
            "{}",
            page.csp
        );
    }
}
