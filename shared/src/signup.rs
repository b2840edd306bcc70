//! A sign-up: as it comes ([`SignupForm`]) and once it is valid ([`Signup`]).

mod form;

use serde::Serialize;

pub use form::{FormError, SignupForm};

use crate::Timestamp;
use crate::digest::Digest;
use crate::person_name::PersonName;
use crate::phone::Phone;
use crate::question::Answers;
use crate::signup_id::SignupId;

/// Most bytes of a request that carries a sign-up. Whoever keeps to the limit of every field keeps to this
/// one as well: percent-encoded a character takes up to twelve bytes, and there are up to
/// [`MAX_QUESTIONS`](crate::question::MAX_QUESTIONS) answers of
/// [`MAX_TEXT_CHARS`](crate::question::MAX_TEXT_CHARS).
pub const MAX_BODY_BYTES: usize = 128 * 1024;
/// Most bytes of a sign-up's canonical JSON: all answers at their limits, of characters of four bytes. Sealed
/// it fits into a message of the Queue.
pub const MAX_CANONICAL_BYTES: usize = 48 * 1024;

const _: () = {
    use crate::person_name::MAX_CHARS;
    use crate::question::{MAX_KEY_CHARS, MAX_QUESTIONS, MAX_TEXT_CHARS};
    /// Field names, the seed, the token of a correction, and what separates them.
    const REST: usize = 2 * 1024;
    let encoded = MAX_QUESTIONS * (12 * MAX_TEXT_CHARS + MAX_KEY_CHARS) + 2 * 12 * MAX_CHARS;
    assert!(encoded + REST <= MAX_BODY_BYTES, "all fields at their limits are a form that is read");
    let canonical = MAX_QUESTIONS * (4 * MAX_TEXT_CHARS + MAX_KEY_CHARS) + 4 * MAX_CHARS;
    assert!(canonical + REST <= MAX_CANONICAL_BYTES, "all fields at their limits are a sign-up");
};

/// A valid sign-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signup {
    /// Its id.
    pub id: SignupId,
    /// The person's name.
    pub name: PersonName,
    /// The number, unique on a workshop's list.
    pub phone: Phone,
    /// Answers in canonical form.
    pub answers: Answers,
    /// Version of the form that was filled in.
    pub form_version: u32,
    /// When it was filled in, by the phone's clock.
    pub filled_at: Option<Timestamp>,
}

impl Signup {
    /// The digest of phone, name and answers. Form version and time are not content: a page that sends again
    /// after a reload still sends the same sign-up.
    pub fn digest(&self) -> Digest {
        digest(&self.name, &self.phone, &self.answers)
    }
}

/// A sign-up whose id is not known yet.
pub(crate) struct Content {
    pub(crate) name: PersonName,
    pub(crate) phone: Phone,
    pub(crate) answers: Answers,
    pub(crate) form_version: u32,
    pub(crate) filled_at: Option<Timestamp>,
}

impl Content {
    pub(crate) fn with_id(self, id: SignupId) -> Signup {
        let Self { name, phone, answers, form_version, filled_at } = self;
        Signup { id, name, phone, answers, form_version, filled_at }
    }

    pub(crate) fn canonical(&self) -> Vec<u8> {
        canonical(&self.name, &self.phone, &self.answers)
    }

    pub(crate) fn digest(&self) -> Digest {
        digest(&self.name, &self.phone, &self.answers)
    }
}

pub(crate) fn digest(name: &PersonName, phone: &Phone, answers: &Answers) -> Digest {
    Digest::of(&canonical(name, phone, answers))
}

/// JSON with its members in the order of their names and no white space.
fn canonical(name: &PersonName, phone: &Phone, answers: &Answers) -> Vec<u8> {
    #[derive(Serialize)]
    struct Canonical<'a> {
        answers: &'a Answers,
        name: &'a str,
        phone: &'a str,
    }
    // Strings and maps with string keys always have a JSON text.
    serde_json::to_vec(&Canonical { answers, name: name.as_str(), phone: phone.as_str() }).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::SecretKey;
    use crate::workshop::sample;

    #[test]
    fn the_digest_is_of_the_content_alone() {
        let workshop = sample::workshop(SecretKey::from_bytes([9; 32]).public());
        let digest = |change: fn(&mut SignupForm)| {
            let mut form = SignupForm {
                id: "0f8fad5b-d9cb-469f-a165-70867728950e".into(),
                invite_code: workshop.invite_code.to_string(),
                name: "王芳".into(),
                phone: "138 0013 8000".into(),
                ..SignupForm::default()
            };
            change(&mut form);
            form.parse(&workshop).unwrap().digest()
        };
        let plain = digest(|_| ());
        assert_eq!(plain, Digest::of(r#"{"answers":{},"name":"王芳","phone":"+8613800138000"}"#.as_bytes()));
        assert_eq!(plain, digest(|f| f.phone = "+86-13800138000".into()));
        assert_eq!(plain, digest(|f| f.filled_at = Some(Timestamp::from_millis(5))));
        assert_eq!(plain, digest(|f| f.id = "1f8fad5b-d9cb-469f-a165-70867728950e".into()));
        assert_ne!(plain, digest(|f| f.name = "王方".into()));
    }
}
