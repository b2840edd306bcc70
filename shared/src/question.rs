//! A workshop's own questions, and the rules for their answers.

mod answers;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use answers::{FormAge, canonical_answers};

use crate::field_error::FieldName;
use crate::language::Text;

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
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A form with one of each kind.
    pub(super) fn questions() -> Vec<Question> {
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
