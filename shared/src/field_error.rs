//! What is wrong with one field of a sign-up or of a workshop.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// One wrong field of a sign-up or of a workshop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// Which field it is.
    pub field: FieldName,
    /// The stable code of what is wrong with it: that of the rule's own error.
    pub code: Cow<'static, str>,
}

impl FieldError {
    /// A field and the code of what is wrong with it.
    pub fn new(field: impl Into<FieldName>, code: impl Into<Cow<'static, str>>) -> Self {
        Self { field: field.into(), code: code.into() }
    }
}

/// A field's name on the wire.
///
/// ```
/// use rollcall_shared::field_error::FieldName;
/// assert_eq!(FieldName::from("answers.school"), FieldName::Answer("school".into()));
/// assert_eq!(FieldName::InviteCode.to_string(), "invite_code");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub enum FieldName {
    /// `id`: the sign-up's own, drawn by the phone.
    Id,
    /// `invite_code`.
    InviteCode,
    /// `name`.
    Name,
    /// `phone`.
    Phone,
    /// `answers`: all of them together.
    Answers,
    /// `answers.{key}`: the answer to one question.
    Answer(String),
    /// `seed`: what a form without script carries in place of an id.
    Seed,
    /// `replaces`: the token of the receipt whose sign-up is corrected.
    Replaces,
    /// `entry`: the text of an entry code.
    Entry,
    /// `signup`: the whole form, none of whose fields is wrong.
    Signup,
    /// A field of another body: of the host's routes, or of a newer server's.
    Other(String),
}

/// Before the key of a question.
const ANSWER: &str = "answers.";

impl FieldName {
    const FIXED: [(&str, Self); 9] = [
        ("id", Self::Id),
        ("invite_code", Self::InviteCode),
        ("name", Self::Name),
        ("phone", Self::Phone),
        ("answers", Self::Answers),
        ("seed", Self::Seed),
        ("replaces", Self::Replaces),
        ("entry", Self::Entry),
        ("signup", Self::Signup),
    ];
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer(key) => write!(f, "{ANSWER}{key}"),
            Self::Other(name) => f.write_str(name),
            fixed => Self::FIXED
                .iter()
                .filter(|(_, field)| field == fixed)
                .try_for_each(|(name, _)| f.write_str(name)),
        }
    }
}

impl From<String> for FieldName {
    fn from(name: String) -> Self {
        if let Some((_, field)) = Self::FIXED.into_iter().find(|(fixed, _)| *fixed == name) {
            return field;
        }
        match name.strip_prefix(ANSWER) {
            Some(key) => Self::Answer(key.to_owned()),
            None => Self::Other(name),
        }
    }
}

impl From<&str> for FieldName {
    fn from(name: &str) -> Self {
        name.to_owned().into()
    }
}

impl From<FieldName> for String {
    fn from(field: FieldName) -> Self {
        field.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_as_it_is_written() {
        let names = FieldName::FIXED.map(|(name, _)| name);
        for name in names.into_iter().chain(["answers.school", "workshop.title", ""]) {
            assert_eq!(FieldName::from(name).to_string(), name);
        }
        for (name, field) in FieldName::FIXED {
            assert_eq!(field.to_string(), name);
        }
        assert_eq!(FieldName::from("answers.school"), FieldName::Answer("school".to_owned()));
    }

    #[test]
    fn on_the_wire_it_is_two_texts() {
        let error = FieldError::new(FieldName::Answer("school".to_owned()), "required");
        let json = r#"{"field":"answers.school","code":"required"}"#;
        assert_eq!(serde_json::to_string(&error).unwrap(), json);
        assert_eq!(serde_json::from_str::<FieldError>(json).unwrap(), error);
    }
}
