//! Erasing a person or a whole workshop, everywhere that this laptop reaches: the database and its write-ahead log, the copies
//! that upgrades and restores left beside it, the ways back of the window's acts, the stream, and by id the edge's mailbox.
//!
//! The transaction that deletes the rows also notes what has to be told to the edge, which is told when it can be reached.
//! What the host carried elsewhere, backups and exports, is theirs to delete; a backup that is restored has everybody erased
//! again whom this folder or the edge remembers.

mod copies;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rollcall_shared::Millis;
use rollcall_shared::mailbox::{EraseRequest, TakeoverResult};
use rollcall_shared::retry::Failure;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::WorkshopId;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::acts::ActError;
use crate::clock::now_ms;
use crate::db::{self, erased, erased_workshops, workshops};
use crate::engine::EngineError;
use crate::export::OfflineError;
use crate::folder::Folder;
use crate::status::Desk;
use crate::stream::redis::RedisStream;
use crate::workshops::{Roster, RosterError};
use crate::writer::erase::{self, ErasedRows};
use crate::writer::{self, Writer};
pub(crate) use copies::Gone;

/// How long the write-ahead log is waited for: readers are short.
const LOG_FOR: Duration = Duration::from_secs(10);
/// Between two looks at it.
const LOG_EVERY: Duration = Duration::from_millis(50);
/// Between two tries to finish the erasure of a workshop.
const FINISH_EVERY: Duration = Duration::from_secs(30);

/// Whom to erase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Whom {
    /// A sign-up with all that corrects it or is corrected by it.
    Person(SignupId),
    /// A message that could not be read.
    Parked(i64),
    /// The whole workshop.
    Workshop,
}

/// What was erased, or would be.
#[derive(Debug, Clone, Default, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Erasure {
    /// Rows of the database.
    #[serde(flatten)]
    pub rows: ErasedRows,
    /// Copies beside the database from which they were deleted as well.
    pub copies: Vec<PathBuf>,
    /// Copies that could not be changed: to be deleted by hand.
    pub copies_left: Vec<PathBuf>,
    /// Whether nothing is left in the write-ahead log. Otherwise it is emptied when the engine ends.
    pub log_emptied: bool,
}

impl Desk {
    /// Erases. The edge hears of it as soon as it can be reached.
    pub(crate) async fn erase(&self, workshop: &WorkshopId, whom: &Whom) -> Result<Erasure, EngineError> {
        let rows = match whom {
            Whom::Workshop => self.erase_workshop(workshop).await?,
            Whom::Person(_) | Whom::Parked(_) => {
                let (whom, of, now) = (*whom, workshop.clone(), now_ms());
                let edit = self.parts.writer.edit(move |conn| rows(conn, &of, &whom, now)).await;
                edit.map_err(ActError::Unwritable)?.ok_or(ActError::Unknown)?
            }
        };
        let gone = Gone::of(workshop, whom, &rows);
        self.acts.forget(workshop);
        self.parts.changes.moved();
        let log_emptied = empty_log(&self.parts.writer).await;
        let data_dir = self.data_dir.clone();
        let (copies, copies_left) =
            tokio::task::spawn_blocking(move || copies::erase(&data_dir, &gone)).await.unwrap_or_default();
        Ok(Erasure { rows, copies, copies_left, log_emptied })
    }

    /// What [`Desk::erase`] would erase. Blocking: it erases in a copy of the database in memory.
    pub(crate) fn would_erase(&self, workshop: &WorkshopId, whom: &Whom) -> Result<Erasure, EngineError> {
        let rows = self.parts.readers.read(|conn| rehearse(conn, workshop, whom))?;
        let rows = rows.ok_or(ActError::Unknown)?;
        Ok(Erasure { rows, ..Erasure::default() })
    }

    async fn erase_workshop(&self, workshop: &WorkshopId) -> Result<ErasedRows, EngineError> {
        // Its loops first: they would find the rows gone under their hands.
        if let Some(line) = self.lines().get(workshop) {
            line.end().await;
        }
        let erased = self.roster.erase(workshop).await;
        if erased.is_err() && self.roster.get(workshop).is_some() {
            self.restart_line(workshop);
        } else {
            self.drop_line(workshop);
        }
        let rows = erased?;
        if let Err(why) = self.finish(workshop).await {
            tracing::info!(%workshop, %why, "the workshop is erased here; the rest follows");
        }
        Ok(rows)
    }

    /// Deletes what is left of erased workshops outside the database, now and whenever it can be done.
    pub(crate) async fn finish_erasures(self: Arc<Self>) {
        let mut changes = self.roster.changes();
        loop {
            let unfinished = self.parts.readers.read(erased_workshops::unfinished).unwrap_or_default();
            for workshop in &unfinished {
                if let Err(why) = self.finish(workshop).await {
                    tracing::debug!(%workshop, %why, "something is left of an erased workshop");
                }
            }
            tokio::select! {
                changed = changes.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(FINISH_EVERY), if !unfinished.is_empty() => {}
                () = self.parts.stop.cancelled() => return,
            }
        }
    }

    /// The stream, the keys, the edge, in this order: the key that shows the edge whose laptop this is goes last.
    async fn finish(&self, workshop: &WorkshopId) -> Result<(), String> {
        if let Some(client) = &self.parts.redis {
            RedisStream::new(client.clone(), workshop).delete().await.map_err(|e| e.to_string())?;
        }
        let keys = &self.parts.keys;
        keys.forget_secrets(workshop).map_err(|e| e.to_string())?;
        if keys.drain_key(workshop).is_some() {
            let edge = self.parts.edge().ok_or("there is no edge to be told")?;
            match edge.erase(workshop, &EraseRequest::Workshop).await {
                // It never heard of this workshop, or has let go of it: nothing of it is there.
                Err(error) if error.is_unauthorized() => {}
                result => result.map_err(|e| e.to_string())?,
            }
            keys.forget(workshop).map_err(|e| e.to_string())?;
        }
        let of = workshop.clone();
        let noted = self.parts.writer.edit(move |conn| erased_workshops::finish(conn, &of)).await;
        noted.map_err(|failure| failure.cause().to_owned())
    }
}

/// Erases here what the edge says was erased while another installation collected, or since a backup was made. Whether the
/// workshop is still there.
pub(crate) async fn follow(
    taken: TakeoverResult,
    workshop: &WorkshopId,
    writer: &Writer,
    roster: &Roster,
) -> Result<bool, Failure> {
    let TakeoverResult { previous: _, erased: ids, workshop_erased } = taken;
    if workshop_erased {
        return match roster.erase(workshop).await {
            Ok(_) | Err(RosterError::Unknown(_)) => Ok(false),
            Err(RosterError::Unwritable(failure)) => Err(failure),
            Err(_) => Err(Failure::Io),
        };
    }
    if !ids.is_empty() {
        let (of, now) = (workshop.clone(), now_ms());
        let edit = move |conn: &Connection| {
            erase::erase(conn, &of, &ids, now)?;
            // The edge told us.
            erased::sent(conn, &of, &ids)
        };
        writer.edit(edit).await?;
        empty_log(writer).await;
    }
    Ok(true)
}

/// Erases in a data folder that no engine uses, or without `yes` says what would be erased. The edge is told by the next
/// engine that runs there. The workshop is named by its id or invite code.
///
/// # Errors
/// [`OfflineError::Settings`] where an engine runs there or the folder cannot be used, [`OfflineError::Engine`] where there is
/// nothing to erase.
pub fn offline(data_dir: &Path, workshop: &str, whom: &Whom, yes: bool) -> Result<Erasure, OfflineError> {
    let folder = Folder::take(data_dir)?;
    let mut conn = db::open_writer(&folder.join("rollcall.db"))?;
    let unreadable = |e| OfflineError::Engine(EngineError::Database(e));
    let all = workshops::all(&conn).map_err(unreadable)?;
    let record = crate::export::named(workshop, all.iter().map(|row| &row.workshop));
    let workshop = record.ok_or_else(|| OfflineError::Unknown(workshop.to_owned()))?.id.clone();
    let erased = if yes {
        writer::in_transaction(&mut conn, |conn| rows(conn, &workshop, whom, now_ms()))
    } else {
        rehearse(&conn, &workshop, whom)
    };
    let rows = erased.map_err(unreadable)?.ok_or(EngineError::Act(ActError::Unknown))?;
    if !yes {
        return Ok(Erasure { rows, ..Erasure::default() });
    }
    let log_emptied = writer::empty_log(&conn).map_err(unreadable)?;
    let (copies, copies_left) = copies::erase(&folder.join(""), &Gone::of(&workshop, whom, &rows));
    Ok(Erasure { rows, copies, copies_left, log_emptied })
}

/// Erases inside a transaction. `None` where nothing is known of that name.
fn rows(
    conn: &Connection,
    workshop: &WorkshopId,
    whom: &Whom,
    now: Millis,
) -> rusqlite::Result<Option<ErasedRows>> {
    match whom {
        Whom::Person(id) if erase::known(conn, workshop, &[*id])?.is_empty() => Ok(None),
        Whom::Person(id) => erase::erase(conn, workshop, &[*id], now).map(Some),
        Whom::Parked(seq) => erase::erase_parked(conn, workshop, *seq, now),
        Whom::Workshop => erase::erase_workshop(conn, workshop, now).map(Some),
    }
}

/// What [`rows`] would erase: done in a copy in memory, so that there is one rule for both and nothing is written.
fn rehearse(conn: &Connection, workshop: &WorkshopId, whom: &Whom) -> rusqlite::Result<Option<ErasedRows>> {
    let mut copy = Connection::open_in_memory()?;
    rusqlite::backup::Backup::new(conn, &mut copy)?.step(-1)?;
    rows(&copy, workshop, whom, now_ms())
}

async fn empty_log(writer: &Writer) -> bool {
    let deadline = Instant::now() + LOG_FOR;
    loop {
        match writer.empty_log().await {
            Ok(true) => return true,
            Ok(false) | Err(_) if Instant::now() < deadline => tokio::time::sleep(LOG_EVERY).await,
            Ok(false) | Err(_) => {
                tracing::warn!(
                    "the write-ahead log is emptied when the engine ends: something goes on reading"
                );
                return false;
            }
        }
    }
}
