//! Reads a parked message again: mail with the keys that are here now, a form with the workshop as it is now.

use rollcall_shared::envelope::SealedSignup;
use rollcall_shared::signup::{Signup, SignupForm};
use rollcall_shared::workshop::Workshop;

use super::ActError;
use crate::db::parked;
use crate::message::{Content, Message, Path};
use crate::opener::{Opened, Opener};

/// The message, where it can be read now.
pub(super) fn open(row: parked::Row, workshop: &Workshop, opener: &Opener) -> Result<Message, ActError> {
    let content = match row.source {
        Path::Edge | Path::Import => {
            let body =
                String::from_utf8(row.bytes.clone()).map_err(|_| ActError::StillUnreadable("not_text"))?;
            match opener.open(body) {
                Opened::Message(message) => message.content,
                Opened::MissingKey(_) => return Err(ActError::KeyMissing),
            }
        }
        Path::Venue | Path::Desk => {
            let signup = form(&row.bytes, workshop).ok_or(ActError::StillUnreadable("form"))?;
            Content::Signup(Box::new(SealedSignup {
                workshop: workshop.id.clone(),
                signup,
                received_at: row.parked_at,
                notice_version: workshop.notice.version,
            }))
        }
    };
    match content {
        Content::Unreadable { reason, .. } => Err(ActError::StillUnreadable(reason)),
        content => Ok(Message {
            workshop: workshop.id.clone(),
            path: row.source,
            content,
            bytes: row.bytes,
            suspect: false,
        }),
    }
}

/// A form as the venue page takes it: JSON from its script, or what a browser sends without.
fn form(bytes: &[u8], workshop: &Workshop) -> Option<Signup> {
    if let Ok(form) = SignupForm::from_json(bytes) {
        return form.parse(workshop).ok();
    }
    let (form, seed) = SignupForm::from_urlencoded(bytes).ok()?;
    let signup = if form.id.is_empty() { form.parse_seeded(&seed, workshop) } else { form.parse(workshop) };
    signup.ok()
}
