//! Entry codes: what a phone without a network shows, and a desk takes. The same text that the edge would have put on the queue, so
//! that whichever comes later, the code or the phone's own sending, changes nothing.

use rollcall_shared::admission::Outcome;
use rollcall_shared::entry_code::{self, EntryCodeError};
use rollcall_shared::form::EntryTrouble;
use rollcall_shared::receipt::ReceiptState;
use rollcall_shared::retry::Failure;
use rollcall_shared::signup::{Signup, SignupForm};
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::Workshop;

use crate::clock::now_ms;
use crate::db::workshops::WorkshopRow;
use crate::message::{Content, Message, Path};
use crate::pipeline::unsealer::{Opened, Unsealer};
use crate::venue::routes::is_taken_now;
use crate::writer::Writer;

/// Why an entry code is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// The text is no entry code that opens here.
    #[error("the entry code is not taken ({})", .0.code())]
    Code(EntryTrouble),
    /// The database cannot be written just now.
    #[error("the database cannot be written just now ({})", .0.cause())]
    Unwritable(Failure),
}

/// What became of one. It names a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) id: SignupId,
    pub(crate) state: ReceiptState,
    pub(crate) outcome: Outcome,
    pub(crate) name: String,
}

/// Takes one; returns after its COMMIT. `device` is the desk's id, none for the host's own computer.
pub(crate) async fn take(
    row: &WorkshopRow,
    text: &str,
    device: Option<String>,
    unsealer: &Unsealer,
    writer: &Writer,
) -> Result<Taken, EntryError> {
    let text = entry_code::read(text).map_err(|error| EntryError::Code(unread(error)))?;
    let message = match unsealer.open(text) {
        Opened::Message(message) => message,
        Opened::MissingKey(_) => return Err(EntryError::Code(EntryTrouble::UnknownKey)),
    };
    let mut sealed = match message.content {
        // What proves a correction only a server can check.
        Content::Signup(sealed) if sealed.replaces.is_none() => sealed,
        Content::Signup(_) | Content::Cancellation(_) => {
            return Err(EntryError::Code(EntryTrouble::NotAnEntry));
        }
        Content::Unreadable { reason, .. } => return Err(EntryError::Code(trouble(reason))),
    };
    sealed.signup = checked(sealed.signup, &row.workshop)?;
    if row.retired_at.is_some() || !is_taken_now(row, &sealed.signup) {
        return Err(EntryError::Code(EntryTrouble::Closed));
    }
    // It is received now: what the phone wrote there is its own clock's.
    sealed.received_at = now_ms();
    let (id, name) = (sealed.signup.id, sealed.signup.name.as_str().to_owned());
    let message = Message { path: Path::Desk, device, content: Content::Signup(sealed), ..message };
    let written = writer.admit_now(message).await.map_err(EntryError::Unwritable)?;
    Ok(Taken { id, state: written.state, outcome: written.outcome, name })
}

/// No edge has looked at it: whoever has the page can seal anything. The rules for its fields are the venue page's.
fn checked(signup: Signup, workshop: &Workshop) -> Result<Signup, EntryError> {
    let Signup { id, name, phone, answers, form_version, filled_at } = signup;
    let form = SignupForm {
        id: id.to_string(),
        invite_code: workshop.invite_code.to_string(),
        name: name.as_str().to_owned(),
        phone: phone.as_str().to_owned(),
        answers,
        form_version: Some(form_version),
        filled_at,
        ..SignupForm::default()
    };
    form.parse(workshop).map_err(|_| EntryError::Code(EntryTrouble::Damaged))
}

/// Why a text is none, in the desk's words.
fn unread(error: EntryCodeError) -> EntryTrouble {
    match error {
        EntryCodeError::NotACode => EntryTrouble::NotAnEntry,
        EntryCodeError::Damaged => EntryTrouble::Damaged,
        EntryCodeError::Newer => EntryTrouble::Newer,
        EntryCodeError::Keyboard => EntryTrouble::Keyboard,
    }
}

/// The unsealer's reason in the desk's words.
fn trouble(reason: &str) -> EntryTrouble {
    match reason {
        "malformed" | "too_large" => EntryTrouble::NotAnEntry,
        "unknown_version" => EntryTrouble::Newer,
        "other_workshop" => EntryTrouble::OtherWorkshop,
        _ => EntryTrouble::Damaged,
    }
}
