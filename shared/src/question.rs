//! A workshop's own questions, and the rules for their answers.

use std::collections::BTreeMap;

use icu_normalizer::ComposingNormalizerBorrowed;
use serde::{Deserialize, Serialize};

use crate::field_error::{FieldError, FieldName};
use crate::language::{Text, is_plain};

/// Most questions of a workshop: more would make a page that nobody scrolls with a thumb.
pub const MAX_QUESTIONS: usize = 20;
/// Most options of a choice.
pub const MAX_OPTIONS: usize = 30;
/// Most characters of a question or an option.
pub const MAX_LABEL_CHARS: usize = 200;
/// Most characters of a text answer; 20 such answers are bounded by the sign-up's own limit.
pub const MAX_TEXT_CHARS: usize = 500;
/// Most characters of a question's or an option's key.
pub const MAX_KEY_CHARS: usize = 32;

/// One question of a workshop's form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Question {
    /// Key of the answer: 1 to [`MAX_KEY_CHARS`] of `a-z 0-9 _`.
    pub key: String,
    /// What the teacher reads.
    pub label: Text,
    /// Whether an answer is needed.
    #[serde(default)]
    pub required: bool,
    /// What kind of answer.
    #[serde(flatten)]
    pub kind: Kind,
}

/// What an answer looks like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Kind {
    /// A line of text.
    Text {
        /// Most characters of the answer, 1 to [`MAX_TEXT_CHARS`].
        max_chars: u16,
    },
    /// One of several.
    Choice {
        /// What can be chosen.
        options: Vec<Choice>,
    },
    /// Any number of several; required means at least one.
    Many {
        /// What can be chosen.
        options: Vec<Choice>,
    },
    /// A box to tick; required means ticked.
    Checkbox,
}

/// One option of a choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Choice {
    /// What is stored.
    pub key: String,
    /// What the teacher reads.
    pub label: Text,
}

/// An answer as it comes and as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Answer {
    /// A ticked box.
    Ticked(bool),
    /// A text, or the key of a choice.
    One(String),
    /// Keys of choices.
    Many(Vec<String>),
}

/// Answers by the key of their question; in the order of the keys, so that equal answers have one text.
pub type Answers = BTreeMap<String, Answer>;

/// What is wrong with a workshop's questions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    /// More than [`MAX_QUESTIONS`].
    #[error("a workshop has at most {MAX_QUESTIONS} questions, not {0}")]
    TooMany(usize),
    /// A key of other characters, too long, or empty.
    #[error("the key {0:?} is not 1 to {MAX_KEY_CHARS} of a-z, 0-9 and _")]
    Key(String),
    /// A key that two questions have.
    #[error("two questions have the key {0:?}")]
    Repeated(String),
    /// A label that is empty, too long or holds controls.
    #[error(
        "the label of {0:?} is empty, longer than {MAX_LABEL_CHARS} characters or holds control characters"
    )]
    Label(String),
    /// No options, or more than [`MAX_OPTIONS`].
    #[error("{0:?} needs 1 to {MAX_OPTIONS} options")]
    Options(String),
    /// A limit of text that is 0 or more than [`MAX_TEXT_CHARS`].
    #[error("{0:?} takes 1 to {MAX_TEXT_CHARS} characters")]
    MaxChars(String),
}

/// Checks a workshop's questions.
///
/// ```
/// use rollcall_shared::question::{Question, QuestionError, check_questions};
/// let json = r#"[{"key":"lunch","label":{"zh":"午餐"},"kind":"checkbox"}]"#;
/// let mut questions: Vec<Question> = serde_json::from_str(json).unwrap();
/// assert_eq!(check_questions(&questions), Ok(()));
/// questions.push(questions[0].clone());
/// assert_eq!(check_questions(&questions), Err(QuestionError::Repeated("lunch".into())));
/// ```
///
/// # Errors
/// The first [`QuestionError`] in the order of the page.
pub fn check_questions(questions: &[Question]) -> Result<(), QuestionError> {
    if questions.len() > MAX_QUESTIONS {
        return Err(QuestionError::TooMany(questions.len()));
    }
    check_keys(questions.iter().map(|q| (&q.key, &q.label)))?;
    questions.iter().try_for_each(Question::check)
}

fn check_keys<'a>(items: impl Iterator<Item = (&'a String, &'a Text)>) -> Result<(), QuestionError> {
    let mut seen = Vec::new();
    for (key, label) in items {
        let legal = (1..=MAX_KEY_CHARS).contains(&key.len())
            && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !legal {
            return Err(QuestionError::Key(key.chars().take(MAX_KEY_CHARS).collect()));
        }
        if seen.contains(&key) {
            return Err(QuestionError::Repeated(key.clone()));
        }
        if label.is_empty() || !label.is_plain(MAX_LABEL_CHARS) {
            return Err(QuestionError::Label(key.clone()));
        }
        seen.push(key);
    }
    Ok(())
}

impl Question {
    fn check(&self) -> Result<(), QuestionError> {
        match &self.kind {
            Kind::Text { max_chars } if !(1..=MAX_TEXT_CHARS).contains(&usize::from(*max_chars)) => {
                Err(QuestionError::MaxChars(self.key.clone()))
            }
            Kind::Choice { options } | Kind::Many { options } => {
                if !(1..=MAX_OPTIONS).contains(&options.len()) {
                    return Err(QuestionError::Options(self.key.clone()));
                }
                check_keys(options.iter().map(|o| (&o.key, &o.label)))
            }
            Kind::Text { .. } | Kind::Checkbox => Ok(()),
        }
    }

    /// The field's name in forms and in errors.
    pub fn field(&self) -> FieldName {
        FieldName::Answer(self.key.clone())
    }

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
    let text = ComposingNormalizerBorrowed::new_nfc().normalize(text);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
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
            let texts = texts.iter().map(|text| canonical_text(text, MAX_TEXT_CHARS));
            let texts = texts.collect::<Result<Vec<_>, _>>()?.into_iter().flatten();
            let texts = texts.filter_map(|text| if let Answer::One(text) = text { Some(text) } else { None });
            let texts: Vec<String> = texts.collect();
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

    fn questions() -> Vec<Question> {
        let choice = |key: &str| Choice { key: key.into(), label: Text::new(key, key) };
        let question = |key: &str, required, kind| Question {
            key: key.into(),
            label: Text::new(key, key),
            required,
            kind,
        };
        vec![
            question("school", true, Kind::Text { max_chars: 10 }),
            question("stage", false, Kind::Choice { options: vec![choice("primary"), choice("middle")] }),
            question("days", false, Kind::Many { options: vec![choice("sat"), choice("sun")] }),
            question("lunch", false, Kind::Checkbox),
        ]
    }

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

    #[test]
    fn questions_are_checked() {
        let with = |change: fn(&mut Vec<Question>)| {
            let mut all = questions();
            change(&mut all);
            check_questions(&all)
        };
        assert_eq!(with(|_| ()), Ok(()));
        assert_eq!(with(|q| q[0].key = "A".into()), Err(QuestionError::Key("A".into())));
        assert_eq!(with(|q| q[0].key = "days".into()), Err(QuestionError::Repeated("days".into())));
        assert_eq!(with(|q| q[0].label = Text::default()), Err(QuestionError::Label("school".into())));
        assert_eq!(
            with(|q| q[0].kind = Kind::Text { max_chars: 0 }),
            Err(QuestionError::MaxChars("school".into()))
        );
        assert_eq!(
            with(|q| q[1].kind = Kind::Choice { options: vec![] }),
            Err(QuestionError::Options("stage".into()))
        );
        assert_eq!(
            with(|q| *q = std::iter::repeat_n(q[0].clone(), 21).collect()),
            Err(QuestionError::TooMany(21))
        );
    }
}
