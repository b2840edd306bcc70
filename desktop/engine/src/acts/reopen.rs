//! Reads a parked message again: mail with the keys that are here now, a form with the workshop as it is now.

use rollcall_shared::envelope::{Envelope, SealedCancellation, SealedSignup};
use rollcall_shared::receipt;
use rollcall_shared::seal::KeyId;
use rollcall_shared::seed::Seed;
use rollcall_shared::signup::{Signup, SignupForm};
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::Workshop;

use super::error::ActError;
use crate::db::parked::ParkedRow;

use crate::message::{CANCEL, Content, Message, Origin, Path, UnreadableReason};

/// The message, where it can be read now.
pub(super) fn open(
    row: ParkedRow,
    workshop: &Workshop,
    unseal: impl FnOnce(String) -> Result<Content, KeyId>,
) -> Result<Message, ActError> {
    let content = match sealed(&row) {
        Some(body) => match unseal(body?) {
            Ok(Content::Unreadable { reason, .. }) => return Err(ActError::StillUnreadable(reason)),
            Ok(content) => content,
            Err(_) => return Err(ActError::KeyMissing),
        },
        None => typed(&row, workshop)?,
    };
    let origin = match row.source {
        Path::Edge => Origin::Edge,
        Path::Venue => Origin::Venue,
        // Which desk it was is not stored with a message that cannot be read: the host takes it in now.
        Path::Desk => Origin::HostComputer,
    };
    let workshop = workshop.id.clone();
    Ok(Message { workshop, origin, content, bytes: row.bytes, delivered_alone: false })
}

/// The text of a message that came sealed: mail, or an entry code. `None` for what came over the venue page.
fn sealed(row: &ParkedRow) -> Option<Result<String, ActError>> {
    let text = std::str::from_utf8(&row.bytes);
    match (row.source, text) {
        (Path::Edge, Err(_)) => Some(Err(ActError::StillUnreadable(UnreadableReason::Malformed))),
        (Path::Edge, Ok(text)) => Some(Ok(text.to_owned())),
        (Path::Desk, Ok(text)) if Envelope::parse(text).is_ok() => Some(Ok(text.to_owned())),
        (Path::Desk | Path::Venue, _) => None,
    }
}

/// A form or a cancellation, as the venue page takes them.
fn typed(row: &ParkedRow, workshop: &Workshop) -> Result<Content, ActError> {
    let (of, received_at) = (workshop.id.clone(), row.parked_at);
    if let Some(id) = cancelled(&row.bytes) {
        return Ok(Content::Cancellation(SealedCancellation { workshop: of, id, received_at }));
    }
    let (signup, replaces) =
        form(&row.bytes, workshop).ok_or(ActError::StillUnreadable(UnreadableReason::Content))?;
    let notice_version = workshop.notice.version;
    Ok(Content::Signup(Box::new(SealedSignup {
        workshop: of,
        signup,
        replaces,
        received_at,
        notice_version,
    })))
}

/// The sign-up that a cancellation names.
fn cancelled(bytes: &[u8]) -> Option<SignupId> {
    let text = std::str::from_utf8(bytes).ok()?;
    SignupId::parse(text.strip_prefix(CANCEL)?).ok()
}

/// A form: JSON from the page's script, or what a browser sends without; and the sign-up that it corrects.
/// The token that says so was checked before the form was taken.
fn form(bytes: &[u8], workshop: &Workshop) -> Option<(Signup, Option<SignupId>)> {
    let (form, seed) = match SignupForm::from_json(bytes) {
        Ok(form) => (form, None),
        Err(_) => {
            let (form, seed) = SignupForm::from_urlencoded(bytes).ok()?;
            (form, Seed::parse(&seed).ok())
        }
    };
    let replaces = form.replaces.as_deref().and_then(receipt::named_by);
    let signup = match seed.filter(|_| form.id.is_empty()) {
        Some(seed) => form.parse_seeded(&seed, workshop),
        None => form.parse(workshop),
    };
    signup.ok().map(|signup| (signup, replaces))
}
