//! Labelled controls: those of the form itself and those of a workshop's own questions.

use maud::{Markup, html};

use super::words::{error_text, words};
use crate::field_error::{FieldError, FieldName};
use crate::language::Language;
use crate::question::{Answer, Choice, Kind, Question};
use crate::signup::SignupForm;

/// Who fills in a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filler {
    /// The person whose name is asked for, on a device of their own: it may offer what it knows of them, once
    /// the script says so (edge/web/signup_page.ts). Without it browsers would put back what was typed.
    Themselves,
    /// A helper, for person after person: what their device knows is their own.
    Desk,
}

impl Filler {
    /// The value of `autocomplete` for a field, where it has one of its own.
    pub(super) fn autocomplete(self) -> Option<&'static str> {
        (self == Self::Desk).then_some("off")
    }
}

/// One labelled control with its hint and its mistake.
#[derive(Clone, Copy)]
pub(super) struct Field<'a> {
    pub(super) name: &'a str,
    pub(super) label: &'a str,
    /// What follows the label.
    pub(super) optional: Option<&'static str>,
    pub(super) hint: Option<&'a str>,
    pub(super) errors: &'a [FieldError],
    /// What was typed: a mistake is explained with its numbers.
    pub(super) values: &'a SignupForm,
    pub(super) language: Language,
}

/// What ties a control to its hint and its mistake for screen readers.
pub(super) struct Attributes {
    pub(super) invalid: Option<&'static str>,
    pub(super) described_by: String,
}

impl Field<'_> {
    pub(super) fn around(&self, control: impl FnOnce(Attributes) -> Markup) -> Markup {
        html! {
            div.field {
                label for=(self.name) {
                    (self.label) @if let Some(optional) = self.optional { span { (optional) } }
                }
                (self.hint())
                (control(self.attributes()))
                (self.mistake())
            }
        }
    }

    fn group(&self, kind: &str, controls: &Markup, required: bool) -> Markup {
        html! {
            fieldset.field #(self.name) tabindex="-1" aria-describedby=(self.attributes().described_by)
                data-kind=(kind)
                data-required[required] {
                legend { (self.label) @if let Some(optional) = self.optional { span { (optional) } } }
                (self.hint())
                (controls)
                (self.mistake())
            }
        }
    }

    fn hint(&self) -> Markup {
        html! { @if let Some(hint) = self.hint { p.hint #{ (self.name) "-hint" } { (hint) } } }
    }

    /// Where the mistake is explained; empty while there is none.
    fn mistake(&self) -> Markup {
        html! {
            p.error #{ (self.name) "-error" } aria-live="polite" {
                @if let Some(error) = self.error() { (error_text(error, self.values, self.language)) }
            }
        }
    }

    fn attributes(&self) -> Attributes {
        let hint = self.hint.map(|_| format!("{}-hint ", self.name)).unwrap_or_default();
        Attributes {
            invalid: self.error().map(|_| "true"),
            described_by: format!("{hint}{}-error", self.name),
        }
    }

    fn error(&self) -> Option<&FieldError> {
        let name = FieldName::from(self.name);
        self.errors.iter().find(|error| error.field == name)
    }
}

/// A workshop's own question.
pub(super) fn question_field(
    question: &Question,
    values: &SignupForm,
    errors: &[FieldError],
    filler: Filler,
    language: Language,
) -> Markup {
    let name = question.field().to_string();
    let label = question.label.get(language);
    let optional = (!question.required).then_some(words(language).optional);
    let field = Field { name: &name, label, optional, hint: None, errors, values, language };
    let answer = values.answers.get(&question.key);
    let input = |kind: &str, value: &str, text: &str, required: bool| {
        html! {
            label.option {
                input type=(kind) name=(name) value=(value) required[required]
                    checked[is_chosen(answer, value)];
                span { (text) }
            }
        }
    };
    let options = |kind: &str, options: &[Choice], required: bool| {
        html! { @for option in options { (input(kind, &option.key, option.label.get(language), required)) } }
    };
    match &question.kind {
        Kind::Text { max_chars } => field.around(|attributes| {
            let value = match answer {
                Some(Answer::One(text)) => text.as_str(),
                _ => "",
            };
            html! {
                input #(name) name=(name) type="text" maxlength=(max_chars) required[question.required]
                    value=(value)
                    autocomplete=[filler.autocomplete()]
                    autocorrect="off" autocapitalize="off" spellcheck="false"
                    aria-invalid=[attributes.invalid] aria-describedby=(attributes.described_by);
            }
        }),
        Kind::Choice { options: all } => {
            field.group("choice", &options("radio", all, question.required), question.required)
        }
        // A browser cannot ask for one of several boxes; the server does.
        Kind::Many { options: all } => {
            field.group("many", &options("checkbox", all, false), question.required)
        }
        Kind::Checkbox => {
            let box_ = input("checkbox", "on", words(language).yes, question.required);
            field.group("checkbox", &box_, question.required)
        }
    }
}

fn is_chosen(answer: Option<&Answer>, value: &str) -> bool {
    match answer {
        Some(Answer::One(one)) => one == value,
        Some(Answer::Many(many)) => many.iter().any(|one| one == value),
        Some(Answer::Ticked(ticked)) => *ticked,
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::workshop;
    use super::super::join::fields;
    use super::*;
    use crate::language::Text;

    /// What browsers would offer at a desk is the helper's own; and no browser writes a name, a number or an
    /// answer anew, or translates it.
    #[test]
    fn a_desk_is_offered_nothing_and_nobody_writes_names_anew() {
        let mut w = workshop();
        w.questions = vec![Question {
            key: "school".into(),
            label: Text::new("学校", "School"),
            required: false,
            kind: Kind::Text { max_chars: 40 },
        }];
        for language in [Language::Zh, Language::En] {
            let own =
                inputs(&fields(&w, &SignupForm::default(), &[], Filler::Themselves, language).into_string());
            let desk = inputs(&fields(&w, &SignupForm::default(), &[], Filler::Desk, language).into_string());
            assert_eq!((own.len(), desk.len()), (3, 3));
            for input in own.iter().chain(&desk) {
                for off in [r#"autocorrect="off""#, r#"autocapitalize="off""#, r#"spellcheck="false""#] {
                    assert!(input.contains(off), "{off} in {input}");
                }
            }
            assert!(own.iter().all(|input| !input.contains("autocomplete")), "the form's is off: {own:?}");
            assert!(desk.iter().all(|input| input.contains(r#"autocomplete="off""#)), "{desk:?}");
        }
    }

    fn inputs(html: &str) -> Vec<String> {
        html.split("<input ").skip(1).map(|rest| rest.split('>').next().unwrap().to_owned()).collect()
    }
}
