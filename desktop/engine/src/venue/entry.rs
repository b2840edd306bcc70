//! Entry codes: what a phone without a network shows, and a desk takes. The same text that the edge would
//! have put on the queue, so that whichever comes later, the code or the phone's own sending, changes
//! nothing.

use rollcall_shared::admission::Outcome;
use rollcall_shared::desk_trouble::EntryTrouble;
use rollcall_shared::digest::Digest;
use rollcall_shared::entry_code::EntryCode;
use rollcall_shared::intake::{Refused, Submission};
use rollcall_shared::receipt::ReceiptState;
use rollcall_shared::retry::Failure;
use rollcall_shared::signup_id::SignupId;

use crate::clock::now_ms;
use crate::codes::scanner::Place;
use crate::db::workshops::WorkshopRow;
use crate::message::{Origin, Written};
use crate::venue::store::store;
use crate::workshops::context::Context;

/// Why an entry code is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// The text is no entry code that opens here, or one that the workshop does not take.
    #[error("the entry code is not taken ({})", .0.code())]
    Code(EntryTrouble),
    /// The database cannot be written just now.
    #[error("the database cannot be written just now ({})", .0.cause())]
    Unwritable(Failure),
}

impl From<EntryError> for Refused {
    fn from(error: EntryError) -> Self {
        match error {
            EntryError::Code(trouble) => trouble.into(),
            EntryError::Unwritable(_) => EntryTrouble::Unavailable.into(),
        }
    }
}

/// What became of one. It names a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredEntry {
    pub(crate) id: SignupId,
    pub(crate) state: ReceiptState,
    pub(crate) outcome: Outcome,
    pub(crate) name: String,
}

/// Takes one; returns after its COMMIT. `origin` is the desk, or the host's own computer.
pub(crate) async fn take(
    context: &Context,
    row: &WorkshopRow,
    text: &str,
    origin: Origin,
) -> Result<StoredEntry, EntryError> {
    let workshop = &row.workshop;
    let code = EntryCode::parse(text).map_err(|error| EntryError::Code(error.into()))?;
    let text = code.message().to_text();
    // As mail it has ended the program more than once: it is not opened again.
    if context.quarantine.contains(&Digest::of(text.as_bytes())) {
        return Err(EntryError::Code(EntryTrouble::Damaged));
    }
    let opened =
        Submission::entry_code(&code, &workshop.id, |key_id| context.keys.secret(&workshop.id, key_id));
    let submission = opened.map_err(|refused| in_the_desks_words(&refused))?;
    if row.retired_at.is_some() {
        return Err(EntryError::Code(EntryTrouble::Closed));
    }
    let checked = submission.check(workshop, &context.keys.receipt_key(), now_ms());
    let accepted = checked.map_err(|refused| in_the_desks_words(&refused))?.waived();
    let stored = store(context, &accepted, origin, text.into()).await;
    let Written { outcome, state } = stored.map_err(EntryError::Unwritable)?;
    let signup = accepted.signup();
    Ok(StoredEntry { id: signup.id, state, outcome, name: signup.name.as_str().to_owned() })
}

/// Takes the one that a picture shows, for which a place was made.
pub(crate) async fn take_picture(
    context: &Context,
    row: &WorkshopRow,
    place: Place,
    picture: Vec<u8>,
    origin: Origin,
) -> Result<StoredEntry, EntryError> {
    let text = place.scan(picture).await.map_err(|error| EntryError::Code(error.into()))?;
    take(context, row, &text, origin).await
}

/// Says it in the desk's words, which every refusal of an entry code has.
fn in_the_desks_words(refused: &Refused) -> EntryError {
    EntryError::Code(refused.entry_trouble().unwrap_or(EntryTrouble::Damaged))
}
