//! Defects of the writer that tests plant, to prove that they would see them. Compiled with the feature
//! `failpoints` alone.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};

use parking_lot::Mutex;
use rollcall_shared::admission::{FoundUnreadable, Outcome, UnderId, UnderReused};
use rollcall_shared::digest::Digest;
use rollcall_shared::envelope::SealedSignup;
use rollcall_shared::receipt::ReceiptState;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::WorkshopId;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::gather::{Gather, Gathered};
use super::list::List;
use super::work::{Answers, Inbox, Queued, Work};
use crate::failpoints::planted;
use crate::message::{Message, Origin, UnreadableReason, Written};

/// Lies about what the database holds, as the environment asks.
pub(super) struct Liar(pub(super) Box<dyn Gather>);

impl Gather for Liar {
    fn signup(
        &self,
        conn: &Connection,
        list: &List,
        sealed: &SealedSignup,
        digest: Digest,
    ) -> rusqlite::Result<Gathered> {
        let mut gathered = self.0.signup(conn, list, sealed, digest)?;
        let found = &mut gathered.found;
        // Nobody asks whether an id was erased.
        if planted("planted_erased_ignored") {
            found.erased = false;
        }
        found.under_id = match found.under_id {
            // Nobody looks whether an id came before.
            UnderId::Stored { .. } if planted("planted_no_unique") => UnderId::Nothing,
            // The same id with other content is taken for a repetition.
            UnderId::Stored { .. } if planted("planted_id_without_digest") => {
                UnderId::Stored { digest, under_reused: UnderReused::Nothing }
            }
            honest => honest,
        };
        Ok(gathered)
    }

    fn unreadable(
        &self,
        conn: &Connection,
        workshop: &WorkshopId,
        id: Option<SignupId>,
        digest: Digest,
    ) -> rusqlite::Result<FoundUnreadable> {
        let found = self.0.unreadable(conn, workshop, id, digest)?;
        // What cannot be read is acknowledged and not parked.
        let same_bytes_parked = found.same_bytes_parked || planted("planted_unreadable_acknowledged");
        Ok(FoundUnreadable { same_bytes_parked, ..found })
    }
}

/// Stands between the queue and the writer's thread, where the environment asks for it.
pub(super) fn tamper(inbox: Inbox) -> Inbox {
    if !planted("planted_answer_before_commit") && !planted("planted_attempts_burnt") {
        return inbox;
    }
    let (sender, receiver) = mpsc::channel();
    let Inbox { work, room } = inbox;
    std::thread::spawn(move || forward(&work, &sender));
    Inbox { work: receiver, room }
}

fn forward(from: &Receiver<Queued>, to: &Sender<Queued>) {
    let burnt = Burnt::default();
    while let Ok(mut queued) = from.recv() {
        queued.work = match queued.work {
            Work::Messages { messages, answer } if messages.iter().all(|m| m.origin == Origin::Edge) => {
                if planted("planted_attempts_burnt") {
                    burn(messages, answer, &burnt)
                } else {
                    Work::Messages { messages, answer }
                }
            }
            Work::Messages { messages, answer } if planted("planted_answer_before_commit") => {
                answer_at_once(messages, answer)
            }
            other => other,
        };
        if to.send(queued).is_err() {
            return;
        }
    }
}

/// The venue page answers before the COMMIT.
fn answer_at_once(messages: Vec<Message>, answer: oneshot::Sender<Answers>) -> Work {
    let written = Written { outcome: Outcome::Stored, state: ReceiptState::Registered };
    let _ = answer.send(messages.iter().map(|_| Ok(written)).collect());
    Work::Messages { messages, answer: oneshot::channel().0 }
}

/// Messages that failed once, by the digests of their bytes.
type Burnt = Arc<Mutex<HashSet<Digest>>>;

/// A transient failure counts against the message: the next time it cannot be read.
fn burn(messages: Vec<Message>, answer: oneshot::Sender<Answers>, burnt: &Burnt) -> Work {
    let digests: Vec<Digest> = messages.iter().map(Message::bytes_digest).collect();
    let failed_before = burnt.lock();
    let messages = messages.into_iter().zip(&digests).map(|(message, digest)| {
        if failed_before.contains(digest) { message.unreadable(UnreadableReason::Failed) } else { message }
    });
    let messages = messages.collect();
    drop(failed_before);
    let (instead, answered) = oneshot::channel::<Answers>();
    let burnt = Arc::clone(burnt);
    std::thread::spawn(move || {
        let Ok(answers) = answered.blocking_recv() else { return };
        let failed = digests.iter().zip(&answers).filter(|(_, answer)| answer.is_err());
        burnt.lock().extend(failed.map(|(digest, _)| *digest));
        let _ = answer.send(answers);
    });
    Work::Messages { messages, answer: instead }
}
