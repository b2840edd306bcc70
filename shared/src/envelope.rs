//! The message on the queue: what the edge seals and the laptop opens. It is text, it has a version, and
//! nothing personal is outside the box.

mod content;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use crypto_box::aead::rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};

use content::{CancellationContent, Content};
pub use content::{Opened, SealedCancellation, SealedSignup};

use crate::Timestamp;
use crate::seal::{KeyId, SealError, SecretKey};
use crate::signup::Signup;
use crate::signup_id::SignupId;
use crate::workshop::{Workshop, WorkshopId};

/// The version of a message that is a sign-up.
pub const VERSION: u32 = 1;
/// The version of a correction or a cancellation, which a program of version 1 must not take for a sign-up.
/// Each message has the lowest version that can express it, so that an older laptop still reads sign-ups and
/// keeps other messages until it is updated.
pub const CHANGE_VERSION: u32 = 2;
/// Most bytes of a message that is read: as many as the Queue takes. The largest sign-up, sealed, has half of
/// them.
pub const MAX_BYTES: usize = QUEUE_MAX_BYTES;
/// What Cloudflare takes as one message of a Queue.
const QUEUE_MAX_BYTES: usize = 128 * 1024;

/// One sign-up, correction or cancellation on its way, sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    v: u32,
    /// The workshop that it is for.
    pub workshop: WorkshopId,
    /// The id of the sign-up that it contains or cancels, so that a repetition and an erasure are recognised
    /// without the key.
    pub id: SignupId,
    /// The key that it was sealed to.
    pub key_id: KeyId,
    /// When the edge took it.
    pub received_at: Timestamp,
    /// The sealed box, base64 without padding.
    #[serde(rename = "box")]
    sealed: String,
}

/// Why a text is not a message that this version reads.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// More than [`MAX_BYTES`].
    #[error("a message has at most {MAX_BYTES} bytes, not {0}")]
    TooLarge(usize),
    /// Not the JSON of an envelope.
    #[error("the message is no envelope")]
    Malformed,
    /// From a newer edge.
    #[error("the message has version {0}, this program reads versions {VERSION} to {CHANGE_VERSION}")]
    UnknownVersion(u32),
}

/// Why an envelope does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The secret key is not the one that the envelope names. The message is not at fault: with the right key
    /// it opens.
    #[error("the envelope is sealed to another key")]
    OtherKey,
    /// The box is damaged.
    #[error("the box does not open")]
    Box,
    /// What was in the box is not a sign-up.
    #[error("what is in the box is no sign-up")]
    Content,
    /// The workshop, the id or the version inside is not the one outside.
    #[error("the box belongs to another envelope")]
    Mismatch,
}

impl EnvelopeError {
    /// The stable code that is stored as the reason with parked messages.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge(_) => "too_large",
            Self::Malformed => "malformed",
            Self::UnknownVersion(_) => "unknown_version",
        }
    }
}

impl OpenError {
    /// The stable code that is stored as the reason with parked messages.
    pub fn code(&self) -> &'static str {
        match self {
            Self::OtherKey => "other_key",
            Self::Box => "box",
            Self::Content => "content",
            Self::Mismatch => "mismatch",
        }
    }
}

impl Envelope {
    /// Seals a valid sign-up to the workshop's key. It takes another one's place where `replaces` names one.
    ///
    /// # Errors
    /// [`SealError`] where the cipher refuses.
    pub fn seal_signup(
        workshop: &Workshop,
        signup: &Signup,
        replaces: Option<SignupId>,
        received_at: Timestamp,
        rng: &mut impl CryptoRngCore,
    ) -> Result<Self, SealError> {
        let Signup { id, name, phone, answers, form_version, filled_at } = signup.clone();
        let content = Content {
            workshop: workshop.id.clone(),
            id,
            name,
            phone,
            answers,
            form_version,
            filled_at,
            received_at,
            notice_version: workshop.notice.version,
            replaces,
        };
        let plain = serde_json::to_vec(&content).map_err(|_| SealError)?;
        let version = if replaces.is_some() { CHANGE_VERSION } else { VERSION };
        Self::around(version, workshop, id, received_at, &plain, rng)
    }

    /// Seals a cancellation to the workshop's key.
    ///
    /// # Errors
    /// [`SealError`] where the cipher refuses.
    pub fn seal_cancellation(
        workshop: &Workshop,
        id: SignupId,
        received_at: Timestamp,
        rng: &mut impl CryptoRngCore,
    ) -> Result<Self, SealError> {
        let content = CancellationContent { workshop: workshop.id.clone(), cancels: id, received_at };
        let plain = serde_json::to_vec(&content).map_err(|_| SealError)?;
        Self::around(CHANGE_VERSION, workshop, id, received_at, &plain, rng)
    }

    fn around(
        v: u32,
        workshop: &Workshop,
        id: SignupId,
        received_at: Timestamp,
        plain: &[u8],
        rng: &mut impl CryptoRngCore,
    ) -> Result<Self, SealError> {
        Ok(Self {
            v,
            workshop: workshop.id.clone(),
            id,
            key_id: workshop.key.key_id.clone(),
            received_at,
            sealed: STANDARD_NO_PAD.encode(workshop.key.seal(plain, rng)?),
        })
    }

    /// The message that a phone sealed by itself, as it was taken apart for its code.
    pub(crate) fn sealed_by_phone(
        workshop: WorkshopId,
        id: SignupId,
        key_id: KeyId,
        received_at: Timestamp,
        sealed: &[u8],
    ) -> Self {
        Self { v: VERSION, workshop, id, key_id, received_at, sealed: STANDARD_NO_PAD.encode(sealed) }
    }

    /// The box's bytes.
    pub(crate) fn sealed(&self) -> Option<Vec<u8>> {
        STANDARD_NO_PAD.decode(&self.sealed).ok()
    }

    /// The message's text.
    pub fn to_text(&self) -> String {
        // A struct of strings and numbers always has a JSON text.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads a message.
    ///
    /// ```
    /// # use rollcall_shared::{seal::SecretKey, signup_id::SignupId, testing::rng, workshop::sample};
    /// # let key = SecretKey::from_bytes([9; 32]);
    /// # let (workshop, id) = (sample::workshop(key.public()), SignupId::from_random([7; 16]));
    /// use rollcall_shared::Timestamp;
    /// use rollcall_shared::envelope::{Envelope, EnvelopeError, Opened};
    /// let now = Timestamp::from_millis(42);
    /// let text = Envelope::seal_cancellation(&workshop, id, now, &mut rng(1)).unwrap().to_text();
    /// let opened = Envelope::parse(&text).unwrap().open(&key).unwrap();
    /// assert!(matches!(opened, Opened::Cancellation(cancellation) if cancellation.id == id));
    /// assert_eq!(Envelope::parse("garbage"), Err(EnvelopeError::Malformed));
    /// ```
    ///
    /// # Errors
    /// [`EnvelopeError`]; the version is looked at before the rest, so that a newer edge is named as such.
    pub fn parse(text: &str) -> Result<Self, EnvelopeError> {
        #[derive(Deserialize)]
        struct Version {
            v: u32,
        }
        if text.len() > MAX_BYTES {
            return Err(EnvelopeError::TooLarge(text.len()));
        }
        let version: Version = serde_json::from_str(text).map_err(|_| EnvelopeError::Malformed)?;
        if !(VERSION..=CHANGE_VERSION).contains(&version.v) {
            return Err(EnvelopeError::UnknownVersion(version.v));
        }
        serde_json::from_str(text).map_err(|_| EnvelopeError::Malformed)
    }

    /// Opens the box and compares what is inside with what is outside.
    ///
    /// # Errors
    /// [`OpenError`]; only [`OpenError::OtherKey`] can be overcome, with the right key.
    pub fn open(&self, key: &SecretKey) -> Result<Opened, OpenError> {
        if *key.key_id() != self.key_id {
            return Err(OpenError::OtherKey);
        }
        let sealed = self.sealed().ok_or(OpenError::Box)?;
        let plain = key.open(&sealed).map_err(|_| OpenError::Box)?;
        // Anybody on the way can write another version on the message; what is in the box decides.
        if self.v == CHANGE_VERSION
            && let Ok(content) = serde_json::from_slice::<CancellationContent>(&plain)
        {
            let CancellationContent { workshop, cancels, received_at } = content;
            self.compare(&workshop, cancels, received_at)?;
            let cancellation = SealedCancellation { workshop, id: cancels, received_at };
            return Ok(Opened::Cancellation(cancellation));
        }
        let content: Content = serde_json::from_slice(&plain).map_err(|_| OpenError::Content)?;
        let Content {
            workshop,
            id,
            name,
            phone,
            answers,
            form_version,
            filled_at,
            received_at,
            notice_version,
            replaces,
        } = content;
        self.compare(&workshop, id, received_at)?;
        if replaces.is_some() != (self.v == CHANGE_VERSION) {
            return Err(OpenError::Mismatch);
        }
        let signup = Signup { id, name, phone, answers, form_version, filled_at };
        let sealed = SealedSignup { workshop, signup, replaces, received_at, notice_version };
        Ok(Opened::Signup(Box::new(sealed)))
    }

    fn compare(&self, workshop: &WorkshopId, id: SignupId, received_at: Timestamp) -> Result<(), OpenError> {
        let same = *workshop == self.workshop && id == self.id && received_at == self.received_at;
        if same { Ok(()) } else { Err(OpenError::Mismatch) }
    }
}

/// Reads only which workshop a message is for, even if everything else is wrong with it: enough to deliver it
/// to a laptop, which can park it. `None` where not even that can be read, or where it is longer than the
/// queue carries.
///
/// ```
/// use rollcall_shared::envelope::addressee;
/// let workshop = addressee(r#"{"workshop":"23456789abcdefgh","box":5}"#).unwrap();
/// assert_eq!(workshop.as_str(), "23456789abcdefgh");
/// assert_eq!(addressee("garbage"), None);
/// ```
pub fn addressee(text: &str) -> Option<WorkshopId> {
    #[derive(Deserialize)]
    struct Addressed {
        workshop: WorkshopId,
    }
    (text.len() <= QUEUE_MAX_BYTES).then(|| serde_json::from_str::<Addressed>(text).ok())?.map(|a| a.workshop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signup::SignupForm;
    use crate::testing::rng;
    use crate::workshop::sample;

    fn key() -> SecretKey {
        SecretKey::from_bytes([9; 32])
    }

    fn signup(workshop: &Workshop) -> Signup {
        let form = SignupForm {
            id: "0f8fad5b-d9cb-469f-a165-70867728950e".into(),
            invite_code: workshop.invite_code.to_string(),
            name: "王芳".into(),
            phone: "13800138000".into(),
            ..SignupForm::default()
        };
        form.parse(workshop).unwrap()
    }

    fn envelope() -> Envelope {
        let workshop = sample::workshop(key().public());
        Envelope::seal_signup(&workshop, &signup(&workshop), None, Timestamp::from_millis(42), &mut rng(1))
            .unwrap()
    }

    #[test]
    fn what_was_sealed_comes_out() {
        let text = envelope().to_text();
        assert!(!text.contains("王芳") && !text.contains("138001"));
        let opened = Envelope::parse(&text).unwrap().open(&key()).unwrap();
        let workshop = sample::workshop(key().public());
        let expected = SealedSignup {
            workshop: workshop.id.clone(),
            signup: signup(&workshop),
            replaces: None,
            received_at: Timestamp::from_millis(42),
            notice_version: 1,
        };
        assert_eq!(opened, Opened::Signup(Box::new(expected)));
    }

    #[test]
    fn corrections_and_cancellations_have_a_version_of_their_own() {
        let workshop = sample::workshop(key().public());
        let (signup, old) = (signup(&workshop), SignupId::from_random([8; 16]));
        let correction =
            Envelope::seal_signup(&workshop, &signup, Some(old), Timestamp::from_millis(42), &mut rng(1))
                .unwrap();
        let cancellation =
            Envelope::seal_cancellation(&workshop, old, Timestamp::from_millis(43), &mut rng(2)).unwrap();
        assert_eq!((envelope().v, correction.v, cancellation.v), (1, 2, 2));
        let read = |envelope: &Envelope| Envelope::parse(&envelope.to_text()).unwrap().open(&key());
        let Ok(Opened::Signup(opened)) = read(&correction) else { panic!("no sign-up") };
        assert_eq!((opened.signup, opened.replaces), (signup, Some(old)));
        let expected = SealedCancellation {
            workshop: workshop.id.clone(),
            id: old,
            received_at: Timestamp::from_millis(43),
        };
        assert_eq!(read(&cancellation), Ok(Opened::Cancellation(expected)));

        // Another version on the outside makes nothing else of what is inside.
        assert_eq!(read(&Envelope { v: 1, ..correction }), Err(OpenError::Mismatch));
        assert_eq!(read(&Envelope { v: 1, ..cancellation.clone() }), Err(OpenError::Content));
        assert_eq!(read(&Envelope { v: 2, ..envelope() }), Err(OpenError::Mismatch));
        let another = Envelope { id: signup_id(1), ..cancellation };
        assert_eq!(read(&another), Err(OpenError::Mismatch));
    }

    fn signup_id(n: u8) -> SignupId {
        SignupId::from_random([n; 16])
    }

    #[test]
    fn wrong_boxes_are_told_apart() {
        assert_eq!(envelope().open(&SecretKey::from_bytes([1; 32])), Err(OpenError::OtherKey));
        let other_id = Envelope { id: SignupId::from_random([1; 16]), ..envelope() };
        assert_eq!(other_id.open(&key()), Err(OpenError::Mismatch));
        let damaged = Envelope { sealed: "AAAA".into(), ..envelope() };
        assert_eq!(damaged.open(&key()), Err(OpenError::Box));
        let no_signup = STANDARD_NO_PAD.encode(key().public().seal(b"{}", &mut rng(2)).unwrap());
        assert_eq!(Envelope { sealed: no_signup, ..envelope() }.open(&key()), Err(OpenError::Content));
    }

    #[test]
    fn messages_are_read_with_care() {
        let check = |text: &str, error| assert_eq!(Envelope::parse(text), Err(error));
        check("garbage", EnvelopeError::Malformed);
        check(r#"{"v":1}"#, EnvelopeError::Malformed);
        check(r#"{"v":3,"workshop":5}"#, EnvelopeError::UnknownVersion(3));
        check(r#"{"v":0}"#, EnvelopeError::UnknownVersion(0));
        check(&" ".repeat(MAX_BYTES + 1), EnvelopeError::TooLarge(MAX_BYTES + 1));
    }

    #[test]
    fn the_addressee_is_read_from_almost_anything() {
        let id = sample::workshop(key().public()).id;
        assert_eq!(addressee(&format!(r#"{{"workshop":"{id}","x":[1]}}"#)), Some(id));
        assert_eq!(addressee("garbage"), None);
    }
}
