//! What the host does with rows: each act is one transaction in the writer's turn, with its receipts and its
//! entry in the audit log, and each can be taken back as long as the rows are as it left them.

mod error;
mod reopen;
mod rules;
mod snapshot;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use parking_lot::Mutex;
use rollcall_shared::retry::Failure;
use rollcall_shared::seal::KeyId;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::WorkshopId;
use rusqlite::Connection;

use crate::clock::now_ms;
use crate::db::events::{Event, Subject};
use crate::db::failure::is_constraint;
use crate::db::readers::Readers;
use crate::db::tx::Tx;
use crate::db::{events, parked, workshops};
use crate::message::Content;
use crate::random::random_16;
use crate::view::{Act, KEPT, Resolution, Undo};
use crate::writer::Writer;
pub(crate) use error::ActError;
use error::Stop;
use snapshot::{Change, Recorder};

/// The acts of one run, and the ways back from the last [`KEPT`] of them.
pub(crate) struct Acts {
    writer: Writer,
    done: Mutex<VecDeque<Done>>,
}

struct Done {
    token: String,
    change: Change,
}

impl Acts {
    /// None yet.
    pub(crate) fn new(writer: Writer) -> Self {
        Self { writer, done: Mutex::default() }
    }

    /// Cancels a sign-up. Its seat goes to the person who has waited longest, where the workshop keeps a
    /// waiting list.
    pub(crate) async fn cancel(&self, workshop: &WorkshopId, id: SignupId) -> Result<Undo, ActError> {
        self.run(workshop, Act::Cancel, move |recorder| rules::cancel(recorder, id)).await
    }

    /// Puts a cancelled sign-up back: with a seat where there is one, else at the end of those who wait.
    pub(crate) async fn restore(&self, workshop: &WorkshopId, id: SignupId) -> Result<Undo, ActError> {
        self.run(workshop, Act::Restore, move |recorder| rules::restore(recorder, id)).await
    }

    /// Gives a free seat to one who waits, whatever their turn.
    pub(crate) async fn promote(&self, workshop: &WorkshopId, id: SignupId) -> Result<Undo, ActError> {
        self.run(workshop, Act::Promote, move |recorder| rules::promote(recorder, id)).await
    }

    /// Decides a case. `unseal` opens a message that came sealed, or says which key is missing.
    pub(crate) async fn resolve(
        &self,
        workshop: &WorkshopId,
        resolution: Resolution,
        readers: &Readers,
        unseal: impl FnOnce(String) -> Result<Content, KeyId>,
    ) -> Result<Undo, ActError> {
        match resolution {
            Resolution::AnotherPerson { duplicate: id } => {
                self.run(workshop, Act::AnotherPerson, move |recorder| rules::another_person(recorder, id))
                    .await
            }
            Resolution::UseNewer { duplicate: id } => {
                self.run(workshop, Act::UseNewer, move |recorder| rules::use_newer(recorder, id)).await
            }
            Resolution::KeepFirst { duplicate: id } => {
                self.run(workshop, Act::KeepFirst, move |recorder| rules::keep_first(recorder, id)).await
            }
            Resolution::DismissParked { seq } => {
                self.run(workshop, Act::DismissParked, move |recorder| rules::dismiss(recorder, seq)).await
            }
            Resolution::RetryParked { seq } => {
                let read = |conn: &Connection| {
                    Ok((parked::get(conn, workshop, seq)?, workshops::record(conn, workshop)?))
                };
                let (row, record) = readers.read(read).map_err(|_| ActError::Unwritable(Failure::Io))?;
                let message = reopen::open(row.ok_or(ActError::Unknown)?, &record, unseal)?;
                self.run(workshop, Act::RetryParked, move |recorder| rules::retry(recorder, seq, &message))
                    .await
            }
        }
    }

    /// Takes an act back.
    pub(crate) async fn undo(&self, token: &str) -> Result<(), ActError> {
        let change = self.take(token).ok_or(ActError::UndoGone)?;
        let again = change.clone();
        let undone = in_act(&self.writer, move |tx| change.undo(tx, now_ms())).await;
        if let Err(ActError::Unwritable(_)) = undone {
            // Nothing is wrong with the rows: the host may press again.
            self.keep(Done { token: token.to_owned(), change: again });
        }
        undone
    }

    /// Forgets the ways back of a workshop: they hold rows as they were, and somebody of it was erased.
    pub(crate) fn forget(&self, workshop: &WorkshopId) {
        let mut done = self.done.lock();
        done.retain(|act| act.change.workshop != *workshop);
    }

    async fn run(
        &self,
        workshop: &WorkshopId,
        act: Act,
        rule: impl FnOnce(&mut Recorder<'_>) -> Result<Subject, Stop> + Send + 'static,
    ) -> Result<Undo, ActError> {
        let workshop = workshop.clone();
        let change = in_act(&self.writer, move |tx| {
            let mut recorder = Recorder::new(tx, workshop, now_ms())?;
            let subject = rule(&mut recorder)?;
            events::add(tx, recorder.now, Event::Acted(act, subject))?;
            Ok(recorder.finish(subject)?)
        })
        .await?;
        let token = hex::encode(random_16());
        self.keep(Done { token: token.clone(), change });
        Ok(Undo { token, what: act })
    }

    fn keep(&self, act: Done) {
        let mut done = self.done.lock();
        done.push_back(act);
        if done.len() > KEPT {
            done.pop_front();
        }
    }

    fn take(&self, token: &str) -> Option<Change> {
        let mut done = self.done.lock();
        let at = done.iter().position(|act| act.token == token)?;
        done.remove(at).map(|act| act.change)
    }
}

/// Runs an act in a transaction that is committed whole or leaves nothing.
async fn in_act<T: Send + 'static>(
    writer: &Writer,
    act: impl FnOnce(&Tx<'_>) -> Result<T, Stop> + Send + 'static,
) -> Result<T, ActError> {
    let edit = move |tx: &Tx<'_>| {
        tx.attempt(|tx| match act(tx) {
            Ok(value) => Ok(Ok(value)),
            Err(Stop::Refused(why)) => Ok(Err(why)),
            // A rule of the tables (one number, one row) says that something came in between.
            Err(Stop::Database(error)) if is_constraint(&error) => Ok(Err(ActError::Changed)),
            Err(Stop::Database(error)) => Err(error),
        })
    };
    writer.edit(edit).await.map_err(ActError::Unwritable)?
}
