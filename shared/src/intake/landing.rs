//! The page at a workshop's address.

use super::{PageAnswer, Visit};
use crate::Timestamp;
use crate::form::{JoinView, Message, join_page, shut_page};
use crate::receipt::{ReceiptKey, verify};
use crate::seed::Seed;
use crate::signup::SignupForm;
use crate::workshop::{Intake, Workshop};

/// What the page at a workshop's address shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Landing {
    /// The form.
    Form,
    /// That sign-up has not opened, and when it does. The page exists: 200.
    NotYet,
    /// That sign-up has closed.
    Closed,
}

impl Landing {
    /// Decides what is shown at `now`. A page that is requested now is filled in later: there is no grace for
    /// it.
    ///
    /// ```
    /// # use rollcall_shared::{seal::SecretKey, workshop::sample};
    /// # let workshop = sample::workshop(SecretKey::from_bytes([9; 32]).public());
    /// use rollcall_shared::Timestamp;
    /// use rollcall_shared::intake::Landing;
    /// use rollcall_shared::workshop::Workshop;
    /// let opens = Timestamp::from_millis(1_000);
    /// let workshop = Workshop { opens_at: Some(opens), ..workshop };
    /// assert_eq!((Landing::of(&workshop, opens - 1), Landing::NotYet.status()), (Landing::NotYet, 200));
    /// assert_eq!(Landing::of(&workshop, opens), Landing::Form);
    /// ```
    pub fn of(workshop: &Workshop, now: Timestamp) -> Self {
        match workshop.intake(now, None) {
            Intake::Open | Intake::Late => Self::Form,
            Intake::NotYet => Self::NotYet,
            Intake::Closed => Self::Closed,
        }
    }

    /// The HTTP status.
    pub fn status(self) -> u16 {
        match self {
            Self::Form | Self::NotYet => 200,
            Self::Closed => 410,
        }
    }

    /// The page. `replaces` is the token of the receipt whose sign-up is to be corrected; one that does not
    /// hold makes a plain form.
    pub fn page(
        self,
        workshop: &Workshop,
        replaces: Option<&str>,
        key: &ReceiptKey,
        visit: Visit<'_>,
    ) -> PageAnswer {
        let Visit { base, language, random } = visit;
        let seed = &Seed::from_random(random);
        let page = match self {
            Self::Form => {
                let proven = replaces.filter(|token| verify(token, key, &workshop.id).is_ok());
                let values = &SignupForm { replaces: proven.map(str::to_owned), ..SignupForm::default() };
                let (errors, trouble) = (&[][..], None);
                join_page(&JoinView { workshop, language, base, seed, values, errors, trouble })
            }
            Self::NotYet => shut_page(Message::NotYet, workshop, base, language),
            Self::Closed => shut_page(Message::Closed, workshop, base, language),
        };
        let etag = replaces.is_none().then(|| page.etag(seed));
        PageAnswer { status: self.status(), retry_after: None, etag, page }
    }
}
