//! Opens boxes, on all cores, before the writer's channel: the one step that costs more than the database.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rayon::prelude::*;
use rollcall_shared::digest::Digest;
use rollcall_shared::envelope::{self, Envelope, EnvelopeError, OpenError};
use rollcall_shared::seal::KeyId;
use rollcall_shared::workshop::WorkshopId;

use crate::failpoints;
use crate::folder::keys::Keys;
use crate::message::{Content, Message, Origin, UnreadableReason};

/// Opens the mail of one workshop.
#[derive(Clone)]
pub(crate) struct Unsealer {
    workshop: WorkshopId,
    keys: Arc<Keys>,
    /// Messages that ended the process the last time they ran alone.
    quarantine: Arc<HashSet<Digest>>,
}

/// What a message turned out to be.
#[derive(Debug)]
pub(crate) enum Opened {
    /// Ready for the writer.
    Message(Message),
    /// Sealed to a key that is not here: no fault of the message, and nothing is decided about it.
    MissingKey(KeyId),
}

impl Unsealer {
    /// Makes one for a workshop; messages in `quarantine` are parked unopened.
    pub(crate) fn new(workshop: WorkshopId, keys: Arc<Keys>, quarantine: Arc<HashSet<Digest>>) -> Self {
        Self { workshop, keys, quarantine }
    }

    /// Opens all of them at once, away from the threads that do I/O. In their order.
    pub(crate) async fn open_all(&self, bodies: Vec<String>) -> Vec<Opened> {
        let (done, opened) = tokio::sync::oneshot::channel();
        let unsealer = self.clone();
        rayon::spawn(move || {
            let opened = bodies.into_par_iter().map(|body| unsealer.open(body)).collect();
            let _ = done.send(opened);
        });
        opened.await.unwrap_or_default()
    }

    /// Opens one; what it says, or the key that is not here.
    pub(crate) fn unseal(&self, body: &str) -> Result<Content, KeyId> {
        catch_unwind(AssertUnwindSafe(|| self.content(body)))
            .unwrap_or(Ok(Content::Unreadable { id: None, reason: UnreadableReason::Failed }))
    }

    /// Opens one, as the edge delivered it.
    pub(crate) fn open(&self, body: String) -> Opened {
        match self.unseal(&body) {
            Ok(content) => Opened::Message(Message {
                workshop: self.workshop.clone(),
                origin: Origin::Edge,
                content,
                bytes: body.into_bytes(),
                delivered_alone: false,
            }),
            Err(key_id) => Opened::MissingKey(key_id),
        }
    }

    /// Returns whether a message ended the process when it ran alone.
    pub(crate) fn is_quarantined(&self, body: &str) -> bool {
        !self.quarantine.is_empty() && self.quarantine.contains(&Digest::of(body.as_bytes()))
    }

    fn content(&self, body: &str) -> Result<Content, KeyId> {
        let envelope = match Envelope::parse(body) {
            Ok(envelope) => envelope,
            Err(error) => return Ok(Content::Unreadable { id: None, reason: unparsed(&error) }),
        };
        let id = Some(envelope.id);
        if envelope.workshop != self.workshop {
            return Ok(Content::Unreadable { id, reason: UnreadableReason::OtherWorkshop });
        }
        if self.is_quarantined(body) {
            return Ok(Content::Unreadable { id, reason: UnreadableReason::Interrupted });
        }
        failpoints::touched(&envelope.id);
        let Some(key) = self.keys.secret(&self.workshop, &envelope.key_id) else {
            return Err(envelope.key_id);
        };
        match envelope.open(&key) {
            Ok(envelope::Opened::Signup(sealed)) => Ok(Content::Signup(sealed)),
            Ok(envelope::Opened::Cancellation(sealed)) => Ok(Content::Cancellation(sealed)),
            Err(OpenError::OtherKey) => Err(envelope.key_id),
            Err(OpenError::Box) => Ok(Content::Unreadable { id, reason: UnreadableReason::Box }),
            Err(OpenError::Content) => Ok(Content::Unreadable { id, reason: UnreadableReason::Content }),
            Err(OpenError::Mismatch) => Ok(Content::Unreadable { id, reason: UnreadableReason::Mismatch }),
        }
    }
}

fn unparsed(error: &EnvelopeError) -> UnreadableReason {
    match error {
        EnvelopeError::TooLarge(_) => UnreadableReason::TooLarge,
        EnvelopeError::Malformed => UnreadableReason::Malformed,
        EnvelopeError::UnknownVersion(_) => UnreadableReason::UnknownVersion,
    }
}
