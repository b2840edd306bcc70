//! A sign-up as it comes over the wire: nothing in it has been checked.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Content, MAX_BODY_BYTES, MAX_CANONICAL_BYTES, Signup};
use crate::Timestamp;
use crate::field_error::{FieldError, FieldName};
use crate::invite_code::InviteCode;
use crate::media_type::MediaType;
use crate::person_name::PersonName;
use crate::phone::Phone;
use crate::question::{Answer, Answers, FormAge, canonical_answers};
use crate::receipt::{self, ReceiptKey};
use crate::seed::Seed;
use crate::signup_id::SignupId;
use crate::workshop::{Workshop, WorkshopId};

/// A sign-up as it comes over the wire: nothing in it has been checked.
///
/// `Debug` shows neither name nor number nor answers, so that logs cannot hold them by accident.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SignupForm {
    /// UUID of version 4, made by the phone before the first attempt.
    #[serde(default)]
    pub id: String,
    /// The workshop's code.
    #[serde(default)]
    pub invite_code: String,
    /// As typed.
    #[serde(default)]
    pub name: String,
    /// As typed.
    #[serde(default)]
    pub phone: String,
    /// By the key of the question.
    #[serde(default, skip_serializing_if = "Answers::is_empty")]
    pub answers: Answers,
    /// Version of the form that was filled in; the current one where it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form_version: Option<u32>,
    /// When it was filled in, by the phone's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filled_at: Option<Timestamp>,
    /// A proof of work, where the server asked for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<String>,
    /// The token of the receipt of the sign-up that this one corrects, which proves the right to do so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
}

impl fmt::Debug for SignupForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, form_version, filled_at, .. } = self;
        f.debug_struct("SignupForm")
            .field("id", id)
            .field("form_version", form_version)
            .field("filled_at", filled_at)
            .finish_non_exhaustive()
    }
}

/// Why a body is not even a form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// It has another media type.
    #[error("send {}", .0.as_str())]
    MediaType(MediaType),
    /// The connection ended before the body did.
    #[error("the body broke off")]
    BrokenOff,
    /// More than [`MAX_BODY_BYTES`].
    #[error("a sign-up has at most {MAX_BODY_BYTES} bytes")]
    TooLarge,
    /// Not JSON, or a member of another type; with the place, never with the content.
    #[error("the body is not the JSON of a sign-up (line {line}, column {column})")]
    Json {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// Not UTF-8 once it is decoded.
    #[error("the form is not UTF-8")]
    Encoding,
}

impl From<&serde_json::Error> for FormError {
    fn from(error: &serde_json::Error) -> Self {
        Self::Json { line: error.line(), column: error.column() }
    }
}

impl SignupForm {
    /// Reads a JSON body.
    ///
    /// ```
    /// use rollcall_shared::signup::{FormError, SignupForm};
    /// let form = SignupForm::from_json(r#"{"name":"王芳","phone":"13800138000"}"#.as_bytes()).unwrap();
    /// assert_eq!(form.name, "王芳");
    /// assert_eq!(SignupForm::from_json(b"{"), Err(FormError::Json { line: 1, column: 1 }));
    /// ```
    ///
    /// # Errors
    /// [`FormError`] where it is too large or not the JSON of a form.
    pub fn from_json(body: &[u8]) -> Result<Self, FormError> {
        if body.len() > MAX_BODY_BYTES {
            return Err(FormError::TooLarge);
        }
        // serde reads a struct from a list as well; a form is an object.
        if body.trim_ascii_start().first() == Some(&b'[') {
            return Err(FormError::Json { line: 1, column: 1 });
        }
        serde_json::from_slice(body).map_err(|error| FormError::from(&error))
    }

    /// Reads the body that a browser sends for a form without script (`application/x-www-form-urlencoded`),
    /// together with the page's seed. The id stays empty: it is derived from seed and content by
    /// [`SignupForm::parse_seeded`].
    ///
    /// ```
    /// use rollcall_shared::signup::SignupForm;
    /// let (form, seed) = SignupForm::from_urlencoded(b"phone=138+0013+8000&seed=00ff").unwrap();
    /// assert_eq!((form.phone.as_str(), seed.as_str()), ("138 0013 8000", "00ff"));
    /// ```
    ///
    /// # Errors
    /// [`FormError`] where it is too large or not UTF-8.
    pub fn from_urlencoded(body: &[u8]) -> Result<(Self, String), FormError> {
        if body.len() > MAX_BODY_BYTES {
            return Err(FormError::TooLarge);
        }
        let mut form = Self::default();
        let mut seed = String::new();
        for (key, value) in form_urlencoded::parse(body) {
            if key.contains('\u{FFFD}') || value.contains('\u{FFFD}') {
                return Err(FormError::Encoding);
            }
            match key.as_ref() {
                "id" => form.id = value.into_owned(),
                "invite_code" => form.invite_code = value.into_owned(),
                "name" => form.name = value.into_owned(),
                "phone" => form.phone = value.into_owned(),
                "form_version" => form.form_version = value.parse().ok(),
                "filled_at" => form.filled_at = value.parse().ok(),
                "replaces" => form.replaces = Some(value.into_owned()),
                "seed" => seed = value.into_owned(),
                key => {
                    if let Some(question) = key.strip_prefix("answers.") {
                        form.add_answer(question, value.into_owned());
                    }
                }
            }
        }
        Ok((form, seed))
    }

    /// Adds an answer; a field that comes twice is a list of ticked boxes.
    fn add_answer(&mut self, key: &str, value: String) {
        match self.answers.get_mut(key) {
            None => {
                self.answers.insert(key.to_owned(), Answer::One(value));
            }
            Some(Answer::Many(values)) => values.push(value),
            Some(answer) => {
                let first = match answer {
                    Answer::One(first) => std::mem::take(first),
                    Answer::Ticked(_) | Answer::Many(_) => String::new(),
                };
                *answer = Answer::Many(vec![first, value]);
            }
        }
    }

    /// Checks every field against the rules and the workshop.
    ///
    /// ```
    /// # use rollcall_shared::{seal::SecretKey, workshop::sample};
    /// # let workshop = sample::workshop(SecretKey::from_bytes([9; 32]).public());
    /// use rollcall_shared::field_error::FieldError;
    /// use rollcall_shared::signup::SignupForm;
    /// let form = SignupForm {
    ///     id: "0f8fad5b-d9cb-469f-a165-70867728950e".into(),
    ///     invite_code: workshop.invite_code.to_string(),
    ///     name: "王芳".into(),
    ///     phone: "13800138000".into(),
    ///     ..SignupForm::default()
    /// };
    /// assert_eq!(form.parse(&workshop).unwrap().phone.as_str(), "+8613800138000");
    /// let unnamed = SignupForm { name: String::new(), ..form };
    /// assert_eq!(unnamed.parse(&workshop), Err(vec![FieldError::new("name", "empty")]));
    /// ```
    ///
    /// # Errors
    /// One [`FieldError`] per wrong field, in the page's order.
    pub fn parse(&self, workshop: &Workshop) -> Result<Signup, Vec<FieldError>> {
        let id = SignupId::parse(&self.id).map_err(|e| FieldError::new(FieldName::Id, e.code()));
        let content = self.content(workshop);
        match (id, content) {
            (Ok(id), Ok(content)) => Ok(content.with_id(id)),
            (Err(error), Ok(_)) => Err(vec![error]),
            (Ok(_), Err(errors)) => Err(errors),
            (Err(error), Err(errors)) => Err([vec![error], errors].concat()),
        }
    }

    /// Checks every field like [`SignupForm::parse`], but makes the id from the page's seed and the content:
    /// for a form sent without script. The form's own id is ignored.
    ///
    /// # Errors
    /// One [`FieldError`] per wrong field, in the page's order.
    pub fn parse_seeded(&self, seed: &Seed, workshop: &Workshop) -> Result<Signup, Vec<FieldError>> {
        let content = self.content(workshop)?;
        let id = SignupId::derive(seed.as_str(), &content.digest());
        Ok(content.with_id(id))
    }

    /// Lists what is wrong with the fields that a person fills in.
    pub(crate) fn mistakes(&self, workshop: &Workshop) -> Vec<FieldError> {
        self.content(workshop).err().unwrap_or_default()
    }

    /// Reads which sign-up this one corrects, if it names one.
    ///
    /// # Errors
    /// `replaces` where the token was not issued under this key, but perhaps by another server.
    pub fn replaces(&self, key: &ReceiptKey, workshop: &WorkshopId) -> Result<Option<SignupId>, FieldError> {
        let verified =
            self.replaces.as_deref().map(|token| receipt::verify(token, key, workshop)).transpose();
        verified.map_err(|_| FieldError::new(FieldName::Replaces, "token"))
    }

    fn content(&self, workshop: &Workshop) -> Result<Content, Vec<FieldError>> {
        // Destructured, so that a new field of the wire cannot be forgotten here.
        #[rustfmt::skip]
        let Self {
            id: _, invite_code, name, phone, answers, form_version, filled_at, proof: _, replaces: _,
        } = self;
        let mut errors = Vec::new();
        if let Err(error) = InviteCode::parse(invite_code) {
            errors.push(FieldError::new(FieldName::InviteCode, error.code()));
        }
        let name =
            PersonName::parse(name).map_err(|e| errors.push(FieldError::new(FieldName::Name, e.code()))).ok();
        let phone =
            Phone::parse(phone).map_err(|e| errors.push(FieldError::new(FieldName::Phone, e.code()))).ok();
        let form_version = form_version.unwrap_or(workshop.form_version);
        let age = if form_version == workshop.form_version { FormAge::Current } else { FormAge::Older };
        let answers = canonical_answers(&workshop.questions, answers, age).map_err(|e| errors.extend(e)).ok();
        let (Some(name), Some(phone), Some(answers)) = (name, phone, answers) else { return Err(errors) };
        if !errors.is_empty() {
            return Err(errors);
        }
        let content = Content { name, phone, answers, form_version, filled_at: *filled_at };
        match too_long(&content, MAX_CANONICAL_BYTES) {
            Some(error) => Err(vec![error]),
            None => Ok(content),
        }
    }
}

/// Names the answer to shorten where all of them together are too long: the longest.
fn too_long(content: &Content, max_bytes: usize) -> Option<FieldError> {
    if content.canonical().len() <= max_bytes {
        return None;
    }
    let bytes = |answer: &Answer| match answer {
        Answer::One(text) => text.len(),
        Answer::Many(keys) => keys.iter().map(String::len).sum(),
        Answer::Ticked(_) => 0,
    };
    let longest = content.answers.iter().max_by_key(|(_, answer)| bytes(answer));
    let field = longest.map_or(FieldName::Answers, |(key, _)| FieldName::Answer(key.clone()));
    Some(FieldError::new(field, "too_long_together"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::SecretKey;
    use crate::workshop::sample;

    fn workshop() -> Workshop {
        sample::workshop(SecretKey::from_bytes([9; 32]).public())
    }

    fn form() -> SignupForm {
        SignupForm {
            id: "0f8fad5b-d9cb-469f-a165-70867728950e".into(),
            invite_code: workshop().invite_code.to_string(),
            name: "王芳".into(),
            phone: "138 0013 8000".into(),
            ..SignupForm::default()
        }
    }

    #[test]
    fn debug_shows_nobody() {
        let form = SignupForm { phone: "13800138000".into(), ..form() };
        let shown = format!("{form:?}");
        assert!(shown.contains(&form.id) && !shown.contains("王芳") && !shown.contains("138001"), "{shown}");
    }

    #[test]
    fn every_wrong_field_is_named() {
        let form = SignupForm { id: "x".into(), phone: "1".into(), ..SignupForm::default() };
        let errors = form.parse(&workshop()).unwrap_err();
        let errors: Vec<_> = errors.iter().map(|e| (e.field.clone(), e.code.as_ref())).collect();
        assert_eq!(
            errors,
            [
                (FieldName::Id, "id"),
                (FieldName::InviteCode, "empty"),
                (FieldName::Name, "empty"),
                (FieldName::Phone, "too_few_digits"),
            ]
        );
    }

    #[test]
    fn a_form_without_script_derives_its_id() {
        let body = "invite_code=ABCD-23456&name=%E7%8E%8B+%E8%8A%B3&phone=13800138000\
                    &seed=00112233445566778899aabbccddeeff";
        let (form, seed) = SignupForm::from_urlencoded(body.as_bytes()).unwrap();
        let seed = Seed::parse(&seed).unwrap();
        let first = form.parse_seeded(&seed, &workshop()).unwrap();
        assert_eq!(first.name.as_str(), "王 芳");
        assert_eq!(
            first.id,
            form.parse_seeded(&seed, &workshop()).unwrap().id,
            "a double tap is one sign-up"
        );
        let colleague = SignupForm { name: "李伟".into(), ..form.clone() };
        assert_ne!(first.id, colleague.parse_seeded(&seed, &workshop()).unwrap().id);
    }

    #[test]
    fn a_correction_proves_whose_it_is() {
        let (key, workshop, old) =
            (ReceiptKey::from_bytes([1; 32]), workshop().id, SignupId::from_random([7; 16]));
        let check = |replaces: Option<String>, expected| {
            assert_eq!(SignupForm { replaces, ..form() }.replaces(&key, &workshop), expected);
        };
        check(None, Ok(None));
        check(Some(receipt::token(&key, &workshop, old)), Ok(Some(old)));
        let other = receipt::token(&ReceiptKey::from_bytes([2; 32]), &workshop, old);
        check(Some(other), Err(FieldError::new(FieldName::Replaces, "token")));
        check(Some(String::new()), Err(FieldError::new(FieldName::Replaces, "token")));
    }

    #[test]
    fn where_all_answers_together_are_too_long_the_longest_is_named() {
        let answers = [("q0", "数".repeat(4)), ("q1", "数".repeat(9)), ("q2", "a".repeat(20))];
        let content = Content {
            name: PersonName::parse("王芳").unwrap(),
            phone: Phone::parse("13800138000").unwrap(),
            answers: answers.map(|(key, text)| (key.to_owned(), Answer::One(text))).into(),
            form_version: 1,
            filled_at: None,
        };
        assert_eq!(too_long(&content, 1_000), None);
        assert_eq!(too_long(&content, 100), Some(FieldError::new("answers.q1", "too_long_together")));
    }

    #[test]
    fn ticked_boxes_come_as_repeated_fields() {
        let (form, _) =
            SignupForm::from_urlencoded(b"answers.days=sat&answers.days=sun&answers.days=mon").unwrap();
        let days = ["sat", "sun", "mon"].map(str::to_owned).to_vec();
        assert_eq!(form.answers.get("days"), Some(&Answer::Many(days)));
    }

    #[test]
    fn bodies_are_bounded_and_read_as_what_they_are() {
        assert_eq!(SignupForm::from_json(&vec![b' '; MAX_BODY_BYTES + 1]), Err(FormError::TooLarge));
        assert_eq!(SignupForm::from_json(b"{\"name\":\n1}"), Err(FormError::Json { line: 2, column: 1 }));
        assert_eq!(SignupForm::from_urlencoded(b"name=%FF"), Err(FormError::Encoding));
        assert_eq!(SignupForm::from_json(b" []"), Err(FormError::Json { line: 1, column: 1 }));
        let deep = format!("{{\"answers\":{}", "[".repeat(10_000));
        assert!(matches!(SignupForm::from_json(deep.as_bytes()), Err(FormError::Json { .. })));
    }
}
