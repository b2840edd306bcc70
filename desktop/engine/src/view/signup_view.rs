//! A sign-up as the window shows it.

use rollcall_shared::Timestamp;
use rollcall_shared::admission::ListState;
use rollcall_shared::language::Text;
use rollcall_shared::receipt::ReceiptState;
use rollcall_shared::signup_id::SignupId;
use serde::{Deserialize, Serialize};

use crate::message::Path;
use crate::view::answer_view::{AnswerView, AsideView};

/// A sign-up as the window shows it. It names a person: it goes to the window and nowhere else.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SignupView {
    /// The id under which it is stored.
    pub id: SignupId,
    /// As it was given.
    pub name: String,
    /// E.164: `+8613800138000`.
    pub phone: String,
    /// For a screen that a whole hall sees: `138••••8000`.
    pub phone_masked: String,
    /// Whether it has a seat.
    pub state: SignupState,
    /// By which path it came.
    pub path: Path,
    /// The desk that took it, by its name; none with the path `desk` means the host's own computer.
    pub desk: Option<String>,
    /// What is unusual about it.
    pub flags: SignupFlags,
    /// Whether the host said that two people share this number.
    pub shared_phone: bool,
    /// Six signs that the person can read out: `K7M 2QX`.
    pub short_code: String,
    /// What its form asked and was answered, in the form's order.
    pub answers: Vec<AnswerView>,
    /// Whatever else came.
    pub aside: Vec<AsideView>,
    /// When it was filled in, by the phone's clock.
    pub filled_at: Option<Timestamp>,
    /// When it was received, by the edge's clock, or the laptop's at the venue.
    pub received_at: Timestamp,
    /// When it was committed.
    pub stored_at: Timestamp,
    /// The notice that its person agreed to, at [`SignupView::received_at`].
    pub notice: NoticeView,
}

/// A notice as a page showed it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct NoticeView {
    /// Counts up with every change of the text.
    pub version: u32,
    /// When the host wrote it; `None` where that was not kept.
    pub since: Option<Timestamp>,
    /// What it said; `None` where it was written and replaced before texts were kept.
    pub text: Option<Text>,
}

/// Whether a sign-up has a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum SignupState {
    /// With a seat.
    Registered,
    /// Without one.
    Waitlisted,
    /// Taken off the list.
    Cancelled,
}

impl SignupState {
    /// Returns the word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Waitlisted => "waitlisted",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads the word in the database.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        [Self::Registered, Self::Waitlisted, Self::Cancelled].into_iter().find(|state| state.as_str() == word)
    }
}

impl From<ListState> for SignupState {
    fn from(state: ListState) -> Self {
        match state {
            ListState::Registered => Self::Registered,
            ListState::Waitlisted => Self::Waitlisted,
        }
    }
}

impl From<SignupState> for ReceiptState {
    fn from(state: SignupState) -> Self {
        match state {
            SignupState::Registered => Self::Registered,
            SignupState::Waitlisted => Self::Waitlisted,
            SignupState::Cancelled => Self::Cancelled,
        }
    }
}

/// What is unusual about a sign-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SignupFlags {
    /// Its id came before with other content.
    pub id_reused: bool,
    /// Filled in before closing, arrived after it.
    pub late: bool,
    /// Filled in on an older version of the form.
    pub older_form: bool,
}
