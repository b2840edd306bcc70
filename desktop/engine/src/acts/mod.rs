//! What the host does with rows: each act is one transaction in the writer's turn, with its receipts and its
//! entry in the audit log, and each can be taken back as long as the rows are as it left them. The ways back
//! from what the host sets are kept here as well.

mod error;
#[cfg(test)]
pub(crate) mod played;
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
use crate::view::{Act, KEPT, Resolution, Setting, Undo, Undoable};
use crate::writer::Writer;
pub(crate) use error::ActError;
use error::Stop;
use snapshot::{Change, Recorder};

/// The acts of one run, and the ways back from the last [`KEPT`] of them. `S` is the way back from something
/// that was set: this wing knows rows alone, and keeps the others for whoever set it.
pub(crate) struct Acts<S> {
    writer: Writer,
    done: Mutex<VecDeque<Done<S>>>,
}

/// An act that can be taken back.
#[derive(Debug)]
pub(crate) struct Done<S> {
    token: String,
    workshop: WorkshopId,
    /// The way back.
    pub(crate) way: Way<S>,
}

/// The way back from an act.
#[derive(Debug)]
pub(crate) enum Way<S> {
    /// Rows as they were.
    Rows(RowsBefore),
    /// Something that was set, as it was.
    Setting(S),
}

/// Rows as they were before an act, and as it left them.
#[derive(Debug)]
pub(crate) struct RowsBefore(Change);

impl<S> Acts<S> {
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

    /// Notes the way back from something that was set.
    pub(crate) fn note(&self, workshop: WorkshopId, what: Setting, before: S) -> Undo {
        self.keep(workshop, Way::Setting(before), Undoable::Setting(what))
    }

    /// Takes the way back that belongs to a token: it leads back once.
    ///
    /// # Errors
    /// [`ActError::UndoGone`] where there is none.
    pub(crate) fn take(&self, token: &str) -> Result<Done<S>, ActError> {
        let mut done = self.done.lock();
        let at = done.iter().position(|act| act.token == token);
        at.and_then(|at| done.remove(at)).ok_or(ActError::UndoGone)
    }

    /// Gives a way back that could not be gone just now: nothing is wrong with it, and the host may press
    /// again.
    pub(crate) fn give_back(&self, done: Done<S>) {
        self.push(done);
    }

    /// Puts rows back.
    pub(crate) async fn put_back(&self, rows: &RowsBefore) -> Result<(), ActError> {
        let change = rows.0.clone();
        in_act(&self.writer, move |tx| change.undo(tx, now_ms())).await
    }

    /// Forgets the ways back of a workshop: they hold rows as they were, and somebody of it was erased.
    pub(crate) fn forget(&self, workshop: &WorkshopId) {
        let mut done = self.done.lock();
        done.retain(|act| act.workshop != *workshop);
    }

    async fn run(
        &self,
        workshop: &WorkshopId,
        act: Act,
        rule: impl FnOnce(&mut Recorder<'_>) -> Result<Subject, Stop> + Send + 'static,
    ) -> Result<Undo, ActError> {
        let workshop = workshop.clone();
        let change = in_act(&self.writer, move |tx| recorded(tx, workshop, act, rule)).await?;
        Ok(self.keep(change.workshop.clone(), Way::Rows(RowsBefore(change)), Undoable::Rows(act)))
    }

    fn keep(&self, workshop: WorkshopId, way: Way<S>, what: Undoable) -> Undo {
        let token = hex::encode(random_16());
        self.push(Done { token: token.clone(), workshop, way });
        Undo { token, what }
    }

    fn push(&self, act: Done<S>) {
        let mut done = self.done.lock();
        done.push_back(act);
        if done.len() > KEPT {
            done.pop_front();
        }
    }
}

/// Does what a rule says; the way back.
fn recorded(
    tx: &Tx<'_>,
    workshop: WorkshopId,
    act: Act,
    rule: impl FnOnce(&mut Recorder<'_>) -> Result<Subject, Stop>,
) -> Result<Change, Stop> {
    let mut recorder = Recorder::new(tx, workshop, now_ms())?;
    let subject = rule(&mut recorder)?;
    events::add(tx, recorder.now, Event::Acted(act, subject))?;
    Ok(recorder.finish(subject)?)
}

/// Runs an act in a transaction that is committed whole or leaves nothing.
async fn in_act<T: Send + 'static>(
    writer: &Writer,
    act: impl FnOnce(&Tx<'_>) -> Result<T, Stop> + Send + 'static,
) -> Result<T, ActError> {
    writer.edit(move |tx| whole_or_nothing(tx, act)).await.map_err(ActError::Unwritable)?
}

fn whole_or_nothing<T>(
    tx: &Tx<'_>,
    act: impl FnOnce(&Tx<'_>) -> Result<T, Stop>,
) -> rusqlite::Result<Result<T, ActError>> {
    tx.attempt(|tx| match act(tx) {
        Ok(value) => Ok(Ok(value)),
        Err(Stop::Refused(why)) => Ok(Err(why)),
        // A rule of the tables (one number, one row) says that something came in between.
        Err(Stop::Database(error)) if is_constraint(&error) => Ok(Err(ActError::Changed)),
        Err(Stop::Database(error)) => Err(error),
    })
}
