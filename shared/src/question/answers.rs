//! The rules for answers, and their one canonical form.

use icu_normalizer::ComposingNormalizerBorrowed;

use super::{Answer, Answers, Choice, Kind, MAX_KEY_CHARS, MAX_OPTIONS, MAX_TEXT_CHARS, Question};
use crate::field_error::{FieldError, FieldName};
use crate::language::is_plain;
use crate::text::{clean, is_blank};

impl Question {
    /// Brings the answer into its canonical form; `None` where nothing was answered.
    pub(crate) fn canonical(&self, answer: &Answer) -> Result<Option<Answer>, &'static str> {
        match (&self.kind, answer) {
            (Kind::Text { max_chars }, Answer::One(text)) => canonical_text(text, usize::from(*max_chars)),
            (Kind::Choice { .. } | Kind::Many { .. }, Answer::One(key)) if key.is_empty() => Ok(None),
            (Kind::Choice { options }, Answer::One(key)) => options
                .iter()
                .find(|o| o.key == *key)
                .map(|o| Some(Answer::One(o.key.clone())))
                .ok_or("option"),
            // A form without script sends a single ticked box like a choice.
            (Kind::Many { options }, Answer::One(key)) => chosen(options, std::slice::from_ref(key)),
            (Kind::Many { options }, Answer::Many(keys)) => chosen(options, keys),
            (Kind::Checkbox, Answer::Ticked(ticked)) => Ok(ticked.then_some(Answer::Ticked(true))),
            (Kind::Checkbox, Answer::One(text)) => Ok((!text.is_empty()).then_some(Answer::Ticked(true))),
            _ => Err("kind"),
        }
    }
}

fn canonical_text(text: &str, max_chars: usize) -> Result<Option<Answer>, &'static str> {
    let text = tidy(text);
    if text.chars().all(is_blank) {
        return Ok(None);
    }
    if text.chars().count() > max_chars {
        return Err("too_long");
    }
    if !is_plain(&text, max_chars) {
        return Err("character");
    }
    Ok(Some(Answer::One(text)))
}

/// Writes a text in NFC and on one line, without invisible characters that have no meaning.
fn tidy(text: &str) -> String {
    let text = clean(text);
    let text = ComposingNormalizerBorrowed::new_nfc().normalize(&text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn chosen(options: &[Choice], keys: &[String]) -> Result<Option<Answer>, &'static str> {
    if keys.len() > MAX_OPTIONS || keys.iter().any(|key| options.iter().all(|o| o.key != *key)) {
        return Err("option");
    }
    let chosen: Vec<String> =
        options.iter().map(|o| &o.key).filter(|key| keys.contains(key)).cloned().collect();
    Ok((!chosen.is_empty()).then_some(Answer::Many(chosen)))
}

/// Whether the form that was filled in is the one that the workshop shows now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormAge {
    /// The answers must fit the questions.
    Current,
    /// The questions may have changed since the page was opened. What it asked only the host's laptop knows
    /// ([`Forms::sort`](crate::forms::Forms::sort)): all is taken as it came, within the limits of text.
    Older,
}

/// Checks answers against the questions and brings them into their one canonical form.
///
/// ```
/// use rollcall_shared::question::{Answers, FormAge, Question, canonical_answers};
/// let json = r#"[{"key":"school","label":{"zh":"学校"},"kind":"text","max_chars":10}]"#;
/// let questions: Vec<Question> = serde_json::from_str(json).unwrap();
/// let answers = |json: &str| serde_json::from_str::<Answers>(json).unwrap();
/// let kept = canonical_answers(&questions, &answers(r#"{"school":"  一  中 "}"#), FormAge::Current);
/// assert_eq!(kept, Ok(answers(r#"{"school":"一 中"}"#)));
/// let stranger = canonical_answers(&questions, &answers(r#"{"x":"y"}"#), FormAge::Current);
/// assert_eq!(stranger.unwrap_err()[0].code, "unknown");
/// ```
///
/// # Errors
/// One [`FieldError`] per wrong answer, with the codes `required`, `unknown`, `kind`, `option`, `too_long`,
/// `character`.
pub fn canonical_answers(
    questions: &[Question],
    answers: &Answers,
    age: FormAge,
) -> Result<Answers, Vec<FieldError>> {
    match age {
        FormAge::Current => answers_to(questions, answers),
        FormAge::Older => as_they_came(answers),
    }
}

fn answers_to(questions: &[Question], answers: &Answers) -> Result<Answers, Vec<FieldError>> {
    let mut kept = Answers::new();
    let mut errors = Vec::new();
    for question in questions {
        match answers.get(&question.key).map_or(Ok(None), |answer| question.canonical(answer)) {
            Ok(Some(answer)) => drop(kept.insert(question.key.clone(), answer)),
            Ok(None) if question.required => errors.push(FieldError::new(question.field(), "required")),
            Ok(None) => {}
            Err(code) => errors.push(FieldError::new(question.field(), code)),
        }
    }
    for key in answers.keys().filter(|key| questions.iter().all(|q| q.key != **key)) {
        errors.push(FieldError::new(field_of_stranger(key), "unknown"));
    }
    if errors.is_empty() { Ok(kept) } else { Err(errors) }
}

fn as_they_came(answers: &Answers) -> Result<Answers, Vec<FieldError>> {
    let mut kept = Answers::new();
    let mut errors = Vec::new();
    for (key, answer) in answers {
        let is_key = key.len() <= MAX_KEY_CHARS && is_plain(key, MAX_KEY_CHARS);
        match if is_key { as_it_came(answer) } else { Err("unknown") } {
            Ok(Some(answer)) => drop(kept.insert(key.clone(), answer)),
            Ok(None) => {}
            Err(code) => errors.push(FieldError::new(field_of_stranger(key), code)),
        }
    }
    if errors.is_empty() { Ok(kept) } else { Err(errors) }
}

fn as_it_came(answer: &Answer) -> Result<Option<Answer>, &'static str> {
    match answer {
        Answer::Ticked(ticked) => Ok(ticked.then_some(Answer::Ticked(true))),
        Answer::One(text) => canonical_text(text, MAX_TEXT_CHARS),
        Answer::Many(texts) if texts.len() > MAX_OPTIONS => Err("option"),
        Answer::Many(texts) => {
            let texts = texts.iter().map(|text| tidy(text)).filter(|text| !text.is_empty());
            let texts: Vec<String> = texts.collect();
            if texts.iter().any(|text| !is_plain(text, MAX_TEXT_CHARS)) {
                return Err("character");
            }
            Ok((!texts.is_empty()).then_some(Answer::Many(texts)))
        }
    }
}

/// The name of a field whose key was not checked: bounded, so that an error cannot echo kilobytes.
fn field_of_stranger(key: &str) -> FieldName {
    FieldName::Answer(key.chars().take(MAX_KEY_CHARS).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::question::tests::questions;

    fn check(json: &str, age: FormAge, expected: Result<&str, &[(&str, &str)]>) {
        let answers: Answers = serde_json::from_str(json).unwrap();
        let got = canonical_answers(&questions(), &answers, age);
        match expected {
            Ok(kept) => assert_eq!(serde_json::to_string(&got.unwrap()).unwrap(), kept, "{json}"),
            Err(errors) => {
                let got = got.unwrap_err();
                let got: Vec<_> = got.iter().map(|e| (e.field.to_string(), e.code.to_string())).collect();
                let errors: Vec<_> =
                    errors.iter().map(|(field, code)| ((*field).to_owned(), (*code).to_owned())).collect();
                assert_eq!(got, errors, "{json}");
            }
        }
    }

    #[test]
    fn answers_have_one_form() {
        check(
            r#"{"school":"  一  中 ","days":["sun","sat","sun"],"lunch":true}"#,
            FormAge::Current,
            Ok(r#"{"days":["sat","sun"],"lunch":true,"school":"一 中"}"#),
        );
        check(
            r#"{"school":"x","stage":"","days":"sun","lunch":"on"}"#,
            FormAge::Current,
            Ok(r#"{"days":["sun"],"lunch":true,"school":"x"}"#),
        );
        check(r#"{"school":"x","lunch":false,"days":[]}"#, FormAge::Current, Ok(r#"{"school":"x"}"#));
    }

    #[test]
    fn wrong_answers_are_named() {
        check("{}", FormAge::Current, Err(&[("answers.school", "required")]));
        check(
            r#"{"school":"12345678901","stage":"high","days":["mon"],"lunch":[],"x":"y"}"#,
            FormAge::Current,
            Err(&[
                ("answers.school", "too_long"),
                ("answers.stage", "option"),
                ("answers.days", "option"),
                ("answers.lunch", "kind"),
                ("answers.x", "unknown"),
            ]),
        );
        check(r#"{"school":"a\u0007"}"#, FormAge::Current, Err(&[("answers.school", "character")]));
    }

    #[test]
    fn what_shows_nothing_is_dropped_from_answers() {
        let kept = |key: &str, typed: &str, age| {
            let one = |text: &str| Answer::One(text.to_owned());
            let answers = [("school".to_owned(), one("x")), (key.to_owned(), one(typed))].into();
            canonical_answers(&questions(), &answers, age).ok().and_then(|mut kept| kept.remove(key))
        };
        let check = |typed: &str, expected: Option<&str>| {
            let expected = expected.map(|text| Answer::One(text.to_owned()));
            assert_eq!(kept("school", typed, FormAge::Current), expected, "{typed:?}");
            if expected.is_some() {
                assert_eq!(kept("gone", typed, FormAge::Older), expected, "{typed:?}");
            }
        };
        check("\u{FEFF}一\u{200B}中", Some("一中"));
        check("\u{202D}138\u{202C}", Some("138"));
        check("\u{2068}一中\u{2069}\u{200E}", Some("一中"));
        check("An\u{AD}na", Some("Anna"));
        check("一中\n二班\t三", Some("一中 二班 三"));
        check("👩\u{200D}🏫❤\u{FE0F}", Some("👩\u{200D}🏫❤\u{FE0F}"));
        check("می\u{200C}نا", Some("می\u{200C}نا"));
        check("一\u{200D}中", Some("一中"));
        check("e\u{200B}\u{301}", Some("é"));
        check("\u{200B}\u{3164}", None);
        check("\u{2800}", None);
    }

    #[test]
    fn an_older_form_is_forgiven() {
        check(r#"{"stage":"high","gone":"kept"}"#, FormAge::Older, Ok(r#"{"gone":"kept","stage":"high"}"#));
        check(r#"{"gone":"a\u0007"}"#, FormAge::Older, Err(&[("answers.gone", "character")]));
        // As it came, whatever is asked under that key now: a text is not a tick.
        check(
            r#"{"lunch":"不吃辣","school":" 一  中 ","days":["","x"],"stage":"","x":[],"y":false}"#,
            FormAge::Older,
            Ok(r#"{"days":["x"],"lunch":"不吃辣","school":"一 中"}"#),
        );
    }
}
