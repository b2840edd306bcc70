//! A sign-up on its way through the procedure: read, checked, accepted.

use super::ProofMissing;
use super::refused::{Filled, Refused};
use crate::Timestamp;
use crate::desk_trouble::EntryTrouble;
use crate::entry_code::EntryCode;
use crate::envelope::{OpenError, Opened, SealedSignup};
use crate::field_error::{FieldError, FieldName};
use crate::invite_code::InviteCode;
use crate::receipt::ReceiptKey;
use crate::seal::{KeyId, SecretKey};
use crate::seed::{Seed, SeedError};
use crate::signup::{Signup, SignupForm};
use crate::signup_id::SignupId;
use crate::workshop::{Intake, Workshop, WorkshopId};

/// A body that could be read. Nothing in it has been checked.
#[derive(Debug, Clone)]
pub struct Submission {
    form: SignupForm,
    source: Source,
}

/// What a submission was read from.
#[derive(Debug, Clone)]
enum Source {
    /// What a script sends.
    Json,
    /// What a browser sends without script. `None` where the page's seed is invalid.
    Form { seed: Option<Seed> },
    /// A sealed box that the laptop opened.
    EntryCode { notice_version: u32 },
}

impl Submission {
    /// Reads a JSON body.
    ///
    /// ```
    /// use rollcall_shared::intake::Submission;
    /// let submission = Submission::json(br#"{"invite_code":"abcd 23456"}"#).unwrap();
    /// assert_eq!(submission.invite_code().unwrap().as_str(), "ABCD-23456");
    /// assert_eq!(Submission::json(b"[]").unwrap_err().problem().status, 400);
    /// ```
    ///
    /// # Errors
    /// Rows 3 and 4.
    pub fn json(body: &[u8]) -> Result<Self, Refused> {
        Ok(Self { form: SignupForm::from_json(body)?, source: Source::Json })
    }

    /// Reads the body of a form without script.
    ///
    /// # Errors
    /// Rows 3 and 4.
    pub fn form(body: &[u8]) -> Result<Self, Refused> {
        let (form, seed) = SignupForm::from_urlencoded(body)?;
        let form = SignupForm { id: String::new(), proof: None, ..form };
        Ok(Self { form, source: Source::Form { seed: Seed::parse(&seed).ok() } })
    }

    /// Opens an entry code, as a phone without a network shows it. `workshop` is the one at whose desk it is;
    /// `key` finds the secret key with an id, where it is here.
    ///
    /// # Errors
    /// Row 4, with the [`EntryTrouble`].
    pub fn entry_code(
        code: &EntryCode,
        workshop: &WorkshopId,
        key: impl FnOnce(&KeyId) -> Option<SecretKey>,
    ) -> Result<Self, Refused> {
        let envelope = code.message();
        if envelope.workshop != *workshop {
            return Err(EntryTrouble::OtherWorkshop.into());
        }
        let key = key(&envelope.key_id).ok_or(EntryTrouble::UnknownKey)?;
        let opened = envelope.open(&key).map_err(|error| match error {
            OpenError::OtherKey => EntryTrouble::UnknownKey,
            OpenError::Box | OpenError::Content | OpenError::Mismatch => EntryTrouble::Damaged,
        })?;
        // What proves a correction or a cancellation only a server can check.
        let Opened::Signup(sealed) = opened else { return Err(EntryTrouble::NotAnEntry.into()) };
        let SealedSignup { workshop: _, signup, replaces: None, received_at: _, notice_version } = *sealed
        else {
            return Err(EntryTrouble::NotAnEntry.into());
        };
        // No edge has checked it: whoever has the page can seal anything. It is checked as a form is.
        let Signup { id, name, phone, answers, form_version, filled_at } = signup;
        let form = SignupForm {
            id: id.to_string(),
            name: name.as_str().to_owned(),
            phone: phone.as_str().to_owned(),
            answers,
            form_version: Some(form_version),
            filled_at,
            ..SignupForm::default()
        };
        Ok(Self { form, source: Source::EntryCode { notice_version } })
    }

    /// The invite code that a JSON body names. Forms and entry codes are for the workshop of their address.
    ///
    /// # Errors
    /// Row 5.
    pub fn invite_code(&self) -> Result<InviteCode, Refused> {
        InviteCode::parse(&self.form.invite_code)
            .map_err(|error| Refused::invalid(vec![FieldError::new(FieldName::InviteCode, error.code())]))
    }

    /// Checks it against the workshop that its code leads to. `key` is the server's own, under which it
    /// issues receipts; `now` is the server's time.
    ///
    /// ```
    /// # use rollcall_shared::{receipt::ReceiptKey, seal::SecretKey, workshop::sample};
    /// # let workshop = sample::workshop(SecretKey::from_bytes([9; 32]).public());
    /// # let key = ReceiptKey::from_bytes([1; 32]);
    /// use rollcall_shared::Timestamp;
    /// use rollcall_shared::intake::Submission;
    /// let now = Timestamp::from_millis(5);
    /// let body = b"name=Li+Wei&phone=13800138000&seed=00112233445566778899aabbccddeeff";
    /// let submission = Submission::form(body).unwrap();
    /// let accepted = submission.clone().check(&workshop, &key, now).unwrap().waived();
    /// assert_eq!(accepted.signup().name.as_str(), "Li Wei");
    /// let refused = submission.check(&workshop, &key, workshop.closing_time()).unwrap_err();
    /// assert_eq!(refused.page_status(), 410);
    /// ```
    ///
    /// # Errors
    /// Rows 8 to 11.
    pub fn check<'a>(
        mut self,
        workshop: &'a Workshop,
        key: &ReceiptKey,
        now: Timestamp,
    ) -> Result<CheckedSignup<'a>, Refused> {
        let late = match workshop.intake(now, self.form.filled_at) {
            Intake::Open => false,
            Intake::Late => true,
            Intake::NotYet => return Err(self.refused(Refused::not_yet(), workshop)),
            Intake::Closed => return Err(self.refused(Refused::closed(), workshop)),
        };
        if !matches!(self.source, Source::Json) {
            self.form.invite_code = workshop.invite_code.to_string();
        }
        let replaces = self.form.replaces(key, &workshop.id);
        match (self.parse(workshop), replaces) {
            (Ok(signup), Ok(replaces)) => {
                Ok(CheckedSignup { signup, replaces, late, submission: self, workshop })
            }
            (signup, replaces) => {
                let mut errors = signup.err().unwrap_or_default();
                errors.extend(replaces.err());
                if errors.is_empty() {
                    errors.push(FieldError::new(FieldName::Seed, SeedError.code()));
                }
                Err(self.refused(Refused::invalid(errors), workshop))
            }
        }
    }

    /// Makes the sign-up. An empty list of mistakes means a form whose fields are right and whose seed is
    /// invalid.
    fn parse(&self, workshop: &Workshop) -> Result<Signup, Vec<FieldError>> {
        match &self.source {
            Source::Json | Source::EntryCode { .. } => self.form.parse(workshop),
            Source::Form { seed: Some(seed) } => self.form.parse_seeded(seed, workshop),
            Source::Form { seed: None } => Err(self.form.mistakes(workshop)),
        }
    }

    /// Has a refusal give back what was typed into a form for which no workshop was found, or that something
    /// behind the server kept from being checked.
    #[must_use]
    pub fn given_back(&self, refused: Refused) -> Refused {
        refused.or_with_form(self.filled())
    }

    /// What was typed, where it is a form.
    fn filled(&self) -> Option<Filled> {
        match &self.source {
            Source::Form { seed } => {
                Some(Filled { values: self.form.clone(), seed: seed.clone(), workshop: None })
            }
            Source::Json | Source::EntryCode { .. } => None,
        }
    }

    /// Makes the refusal that of a JSON body, of a form, or of an entry code, as this is.
    fn refused(self, refused: Refused, workshop: &Workshop) -> Refused {
        match self.source {
            Source::Json => refused,
            Source::Form { seed } => {
                let workshop = Some(workshop.clone());
                refused.with_form(Filled { values: self.form, seed, workshop })
            }
            Source::EntryCode { .. } => refused.of_entry_code(),
        }
    }
}

/// A sign-up that the workshop takes, but for the proof of work.
#[derive(Debug, Clone)]
pub struct CheckedSignup<'a> {
    signup: Signup,
    replaces: Option<SignupId>,
    late: bool,
    submission: Submission,
    workshop: &'a Workshop,
}

impl<'a> CheckedSignup<'a> {
    /// The sign-up's id, which a proof is for.
    pub fn id(&self) -> SignupId {
        self.signup.id
    }

    /// The proof that came along. A form without script has none: its browser cannot work for one.
    pub fn proof(&self) -> Option<&str> {
        self.submission.form.proof.as_deref()
    }

    /// Continues after the proof was verified; `missing` where one is asked for and no valid one came along.
    ///
    /// # Errors
    /// Row 12.
    pub fn proven(self, missing: Option<ProofMissing>) -> Result<AcceptedSignup<'a>, Refused> {
        match missing {
            None => Ok(AcceptedSignup(self)),
            Some(missing) => Err(self.submission.refused(Refused::unproven(missing), self.workshop)),
        }
    }

    /// Continues without any proof, as the venue page does: who reaches it is in the hall.
    pub fn waived(self) -> AcceptedSignup<'a> {
        AcceptedSignup(self)
    }

    /// Refuses it after all: something behind the server failed. Row 13.
    pub fn unavailable(self) -> Refused {
        self.submission.refused(Refused::unavailable(), self.workshop)
    }
}

/// A sign-up to be stored.
#[derive(Debug, Clone)]
pub struct AcceptedSignup<'a>(CheckedSignup<'a>);

impl AcceptedSignup<'_> {
    /// The sign-up.
    pub fn signup(&self) -> &Signup {
        &self.0.signup
    }

    /// The sign-up that it corrects, proven by that one's receipt.
    pub fn replaces(&self) -> Option<SignupId> {
        self.0.replaces
    }

    /// Whether it was filled in before closing and came after it, within the grace.
    pub fn is_late(&self) -> bool {
        self.0.late
    }

    /// The sign-up with what is stored with it, for a list that is right here. It is received `now`: what a
    /// phone wrote into an entry code is its own clock's.
    pub fn received(&self, now: Timestamp) -> SealedSignup {
        let CheckedSignup { signup, replaces, submission, workshop, .. } = &self.0;
        SealedSignup {
            workshop: workshop.id.clone(),
            signup: signup.clone(),
            replaces: *replaces,
            received_at: now,
            notice_version: match submission.source {
                Source::EntryCode { notice_version, .. } => notice_version,
                Source::Json | Source::Form { .. } => workshop.notice.version,
            },
        }
    }

    /// Refuses it after all: it could not be stored. Sent again from the same page it is the same sign-up.
    /// Row 13.
    pub fn unavailable(self) -> Refused {
        self.0.unavailable()
    }
}
