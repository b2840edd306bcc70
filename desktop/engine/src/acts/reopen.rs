//! Reads a parked message again: mail with the keys that are here now, a form with the workshop as it is now.

use rollcall_shared::envelope::{Envelope, SealedCancellation, SealedSignup};
use rollcall_shared::receipt;
use rollcall_shared::signup::{Signup, SignupForm};
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::Workshop;

use super::ActError;
use crate::db::parked;
use crate::folder::unsealer::{Opened, Unsealer};
use crate::message::{CANCEL, Content, Message, Path};

/// The message, where it can be read now.
pub(super) fn open(row: parked::Row, workshop: &Workshop, unsealer: &Unsealer) -> Result<Message, ActError> {
    let content = match row.source {
        Path::Edge | Path::Import => {
            let body =
                String::from_utf8(row.bytes.clone()).map_err(|_| ActError::StillUnreadable("not_text"))?;
            match unsealer.open(body) {
                Opened::Message(message) => message.content,
                Opened::MissingKey(_) => return Err(ActError::KeyMissing),
            }
        }
        Path::Desk if std::str::from_utf8(&row.bytes).is_ok_and(|text| Envelope::parse(text).is_ok()) => {
            // An entry code is sealed as mail is.
            match unsealer.open(String::from_utf8_lossy(&row.bytes).into_owned()) {
                Opened::Message(message) => message.content,
                Opened::MissingKey(_) => return Err(ActError::KeyMissing),
            }
        }
        Path::Venue | Path::Desk => {
            let received_at = row.parked_at;
            match cancelled(&row.bytes) {
                Some(id) => Content::Cancellation(SealedCancellation {
                    workshop: workshop.id.clone(),
                    id,
                    received_at,
                }),
                None => {
                    let (signup, replaces) =
                        form(&row.bytes, workshop).ok_or(ActError::StillUnreadable("form"))?;
                    Content::Signup(Box::new(SealedSignup {
                        workshop: workshop.id.clone(),
                        signup,
                        replaces,
                        received_at,
                        notice_version: workshop.notice.version,
                    }))
                }
            }
        }
    };
    match content {
        Content::Unreadable { reason, .. } => Err(ActError::StillUnreadable(reason)),
        content => Ok(Message {
            workshop: workshop.id.clone(),
            path: row.source,
            device: None,
            content,
            bytes: row.bytes,
            delivered_alone: false,
        }),
    }
}

/// A cancellation as the venue page takes it.
fn cancelled(bytes: &[u8]) -> Option<SignupId> {
    let text = std::str::from_utf8(bytes).ok()?;
    SignupId::parse(text.strip_prefix(CANCEL)?).ok()
}

/// A form as the venue page takes it: JSON from its script, or what a browser sends without; and which sign-up it corrects. The
/// token that says so was checked before the form was taken.
fn form(bytes: &[u8], workshop: &Workshop) -> Option<(Signup, Option<SignupId>)> {
    let (form, seed) = match SignupForm::from_json(bytes) {
        Ok(form) => (form, String::new()),
        Err(_) => SignupForm::from_urlencoded(bytes).ok()?,
    };
    let replaces = form.replaces.as_deref().and_then(receipt::named_by);
    let has_seed = form.id.is_empty() && !seed.is_empty();
    let signup = if has_seed { form.parse_seeded(&seed, workshop) } else { form.parse(workshop) };
    signup.ok().map(|signup| (signup, replaces))
}
