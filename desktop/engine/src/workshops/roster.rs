//! The workshops of this laptop: in memory for what asks on every request, in the database for ever.

use std::sync::Arc;

use parking_lot::RwLock;
use rollcall_shared::field_error::FieldError;
use rollcall_shared::invite_code::InviteCode;
use rollcall_shared::retry::Failure;
use rollcall_shared::workshop::{Workshop, WorkshopId};
use rollcall_shared::{Millis, Timestamp};
use tokio::sync::watch;

use crate::clock::now_ms;
use crate::db::events::{Event, WorkshopEvent};
use crate::db::tx::Tx;
use crate::db::workshops::{self, WorkshopRow};
use crate::db::{events, forms, readers::Readers};
use crate::folder::keys::Keys;
use crate::random::random_16;
use crate::view::ErasedRows;
use crate::workshops::draft::{WorkshopDraft, changed, fresh};
use crate::writer::erase;
use crate::writer::{Writer, seats};

/// Characters of a venue token: 31⁶ ≈ 900 million, on a network that has one Rollcall or two.
const VENUE_TOKEN_CHARS: usize = 6;
/// How long a workshop takes sign-ups again that was opened after its end: a day.
const REOPENED_FOR_MS: Millis = 24 * 60 * 60 * 1000;

/// Why a workshop was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum RosterError {
    /// There is no such workshop here.
    #[error("there is no workshop {0} here")]
    Unknown(WorkshopId),
    /// The record breaks a rule.
    #[error("{}: {}", .0.field, .0.code)]
    Invalid(FieldError),
    /// Its intake was ended for good.
    #[error("the workshop was retired, and its code is gone")]
    Retired,
    /// The keys cannot be kept, so nothing is sealed to them.
    #[error("the keys cannot be kept ({0})")]
    Keys(std::io::Error),
    /// It is not any more what was to be taken back.
    #[error("the workshop has been changed since")]
    Changed,
    /// The database cannot be written just now.
    #[error("the database cannot be written just now ({})", .0.cause())]
    Unwritable(Failure),
}

/// A workshop whose invite code was renewed: the way back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CodeRenewed {
    pub(crate) workshop: WorkshopId,
    before: InviteCode,
    after: InviteCode,
}

/// All workshops of one data folder.
pub(crate) struct Roster {
    rows: RwLock<Vec<Arc<WorkshopRow>>>,
    changed: watch::Sender<u64>,
    writer: Writer,
    keys: Arc<Keys>,
}

impl Roster {
    /// Reads them from the database.
    pub(crate) fn read(readers: &Readers, writer: Writer, keys: Arc<Keys>) -> rusqlite::Result<Self> {
        let rows = readers.read(workshops::all)?.into_iter().map(Arc::new).collect();
        Ok(Self { rows: RwLock::new(rows), changed: watch::Sender::new(0), writer, keys })
    }

    /// Returns all of them, oldest first.
    pub(crate) fn all(&self) -> Vec<Arc<WorkshopRow>> {
        self.rows.read().clone()
    }

    /// Returns one of them.
    pub(crate) fn get(&self, id: &WorkshopId) -> Option<Arc<WorkshopRow>> {
        self.find(|row| row.workshop.id == *id)
    }

    /// Returns one that must be there.
    ///
    /// # Errors
    /// [`RosterError::Unknown`] where it is not.
    pub(crate) fn known(&self, id: &WorkshopId) -> Result<Arc<WorkshopRow>, RosterError> {
        self.get(id).ok_or_else(|| RosterError::Unknown(id.clone()))
    }

    /// Returns the one whose venue page is under this token.
    pub(crate) fn by_venue_token(&self, token: &str) -> Option<Arc<WorkshopRow>> {
        self.find(|row| row.venue_token.eq_ignore_ascii_case(token))
    }

    /// Tells of every change of any workshop.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Makes a workshop, or changes one.
    pub(crate) async fn put(&self, draft: WorkshopDraft) -> Result<Arc<WorkshopRow>, RosterError> {
        match draft.id.clone() {
            None => self.make(draft).await,
            Some(id) => {
                let old = self.known(&id)?;
                let forms = self.writer.edit(move |tx| forms::to_continue(tx, &id)).await;
                let changed = changed(&old.workshop, &forms.map_err(RosterError::Unwritable)?, draft);
                self.change(&changed, old.retired_at, WorkshopEvent::Changed).await
            }
        }
    }

    /// Ends the intake by hand. Mail that was accepted still comes in.
    pub(crate) async fn retire(&self, id: &WorkshopId) -> Result<Arc<WorkshopRow>, RosterError> {
        let old = self.known(id)?;
        let retired_at = old.retired_at.unwrap_or_else(now_ms);
        self.change(&old.workshop, Some(retired_at), WorkshopEvent::Retired).await
    }

    /// Takes a retirement back: the code leads to the workshop again, here at once and at the edge once it
    /// hears of it.
    pub(crate) async fn resume(&self, id: &WorkshopId) -> Result<Arc<WorkshopRow>, RosterError> {
        let old = self.known(id)?;
        if old.retired_at.is_none() {
            return Ok(old);
        }
        self.change(&old.workshop, None, WorkshopEvent::Resumed).await
    }

    /// Takes sign-ups from now on: closing moves to the end, or where that is past to [`REOPENED_FOR_MS`]
    /// from now.
    pub(crate) async fn open(&self, id: &WorkshopId) -> Result<Arc<WorkshopRow>, RosterError> {
        let (old, now) = (self.known(id)?, now_ms());
        if old.retired_at.is_some() {
            return Err(RosterError::Retired);
        }
        let w = &old.workshop;
        let closes_at = match (w.closing_time() > now, w.ends_at > now) {
            (true, _) => w.closes_at,
            (false, true) => None,
            (false, false) => Some(now + REOPENED_FOR_MS),
        };
        let opens_at = w.opens_at.filter(|opens| *opens <= now);
        let opened = Workshop { opens_at, closes_at, ..w.clone() };
        self.change_where_other(&old, opened, WorkshopEvent::Opened).await
    }

    /// Takes no more sign-ups. What was filled in before still counts within the grace.
    pub(crate) async fn close(&self, id: &WorkshopId) -> Result<Arc<WorkshopRow>, RosterError> {
        let (old, now) = (self.known(id)?, now_ms());
        let w = &old.workshop;
        let closes_at = if w.closing_time() > now { Some(now) } else { w.closes_at };
        // One that has not opened yet must not open after it has closed.
        let opens_at = w.opens_at.map(|opens| opens.min(closes_at.unwrap_or(opens)));
        let closed = Workshop { opens_at, closes_at, ..w.clone() };
        self.change_where_other(&old, closed, WorkshopEvent::Closed).await
    }

    async fn change_where_other(
        &self,
        old: &Arc<WorkshopRow>,
        workshop: Workshop,
        event: WorkshopEvent,
    ) -> Result<Arc<WorkshopRow>, RosterError> {
        if workshop == old.workshop {
            return Ok(Arc::clone(old));
        }
        self.change(&workshop, old.retired_at, event).await
    }

    /// Draws a new invite code. The old one is answered *gone* once the edge has the new one.
    pub(crate) async fn renew_code(&self, id: &WorkshopId) -> Result<CodeRenewed, RosterError> {
        let old = self.known(id)?;
        let (before, after) = (old.workshop.invite_code.clone(), InviteCode::from_random(random_16()));
        let workshop = Workshop { invite_code: after.clone(), ..old.workshop.clone() };
        self.change(&workshop, old.retired_at, WorkshopEvent::CodeRenewed).await?;
        Ok(CodeRenewed { workshop: id.clone(), before, after })
    }

    /// Leads the old code to the workshop again, and the new one to nothing. The edge keeps a code that it
    /// has shown for the workshop alone, so that nobody else can have it meanwhile.
    ///
    /// # Errors
    /// [`RosterError::Changed`] where it has a third code by now.
    pub(crate) async fn put_code_back(&self, renewed: &CodeRenewed) -> Result<(), RosterError> {
        let CodeRenewed { workshop: id, before, after } = renewed;
        let now = self.known(id)?;
        if now.workshop.invite_code != *after {
            return Err(RosterError::Changed);
        }
        let workshop = Workshop { invite_code: before.clone(), ..now.workshop.clone() };
        self.change(&workshop, now.retired_at, WorkshopEvent::CodePutBack).await.map(drop)
    }

    /// Erases a workshop with everything in it.
    pub(crate) async fn erase(&self, id: &WorkshopId) -> Result<ErasedRows, RosterError> {
        self.known(id)?;
        let (workshop, now) = (id.clone(), now_ms());
        let erased = self.writer.edit(move |tx| erase::erase_workshop(tx, &workshop, now)).await;
        let rows = erased.map_err(RosterError::Unwritable)?;
        self.rows.write().retain(|row| row.workshop.id != *id);
        self.changed.send_modify(|n| *n += 1);
        Ok(rows)
    }

    /// Notes which rev the edge has.
    pub(crate) async fn published(&self, id: &WorkshopId, rev: i64) -> Result<(), RosterError> {
        let workshop = id.clone();
        let note = self.writer.edit(move |tx| workshops::published(tx, &workshop, rev)).await;
        note.map_err(RosterError::Unwritable)?;
        self.replace(id, |row| WorkshopRow { published_rev: rev, ..row.clone() });
        Ok(())
    }

    async fn make(&self, draft: WorkshopDraft) -> Result<Arc<WorkshopRow>, RosterError> {
        let id = new_id();
        // Checked with a stand-in for the keys, so that a refused draft leaves none behind.
        let stand_in = rollcall_shared::seal::SecretKey::from_bytes([1; 32]).public();
        check(&fresh(id.clone(), draft.clone(), stand_in))?;
        let key = self.keys.make(&id).map_err(RosterError::Keys)?;
        let row = WorkshopRow {
            workshop: fresh(id, draft, key),
            venue_token: venue_token(),
            retired_at: None,
            rev: 1,
            published_rev: 0,
        };
        let (stored, now) = (row.clone(), now_ms());
        let insert = move |tx: &Tx<'_>| {
            workshops::insert(tx, &stored, now)?;
            events::add(tx, now, Event::Workshop(&stored.workshop.id, WorkshopEvent::Made))
        };
        self.writer.edit(insert).await.map_err(RosterError::Unwritable)?;
        let row = Arc::new(row);
        self.rows.write().push(Arc::clone(&row));
        self.changed.send_modify(|n| *n += 1);
        Ok(row)
    }

    async fn change(
        &self,
        workshop: &Workshop,
        retired_at: Option<Timestamp>,
        event: WorkshopEvent,
    ) -> Result<Arc<WorkshopRow>, RosterError> {
        check(workshop)?;
        let (stored, now) = (workshop.clone(), now_ms());
        let update = move |tx: &Tx<'_>| {
            events::add(tx, now, Event::Workshop(&stored.id, event))?;
            // More seats than before are somebody's.
            seats::promote_waiting(tx, &stored, now)?;
            workshops::change(tx, &stored, retired_at, now)
        };
        let rev = self.writer.edit(update).await.map_err(RosterError::Unwritable)?;
        let changed = self.replace(&workshop.id, |row| WorkshopRow {
            workshop: workshop.clone(),
            retired_at,
            rev,
            ..row.clone()
        });
        changed.ok_or_else(|| RosterError::Unknown(workshop.id.clone()))
    }

    fn find(&self, is_it: impl Fn(&WorkshopRow) -> bool) -> Option<Arc<WorkshopRow>> {
        self.rows.read().iter().find(|row| is_it(row)).cloned()
    }

    fn replace(
        &self,
        id: &WorkshopId,
        new: impl Fn(&WorkshopRow) -> WorkshopRow,
    ) -> Option<Arc<WorkshopRow>> {
        let mut rows = self.rows.write();
        let row = rows.iter_mut().find(|row| row.workshop.id == *id)?;
        *row = Arc::new(new(row));
        let row = Arc::clone(row);
        drop(rows);
        self.changed.send_modify(|n| *n += 1);
        Some(row)
    }
}

/// Draws an id.
pub(crate) fn new_id() -> WorkshopId {
    WorkshopId::from_random(random_16())
}

fn check(workshop: &Workshop) -> Result<(), RosterError> {
    workshop.check().map_err(|error| RosterError::Invalid(FieldError::new(error.field(), error.to_string())))
}

fn venue_token() -> String {
    // The id's signs are those that people can type without mistaking one for another.
    let mut token = new_id().as_str().to_owned();
    token.truncate(VENUE_TOKEN_CHARS);
    token
}
