//! A restore: the backup's database takes the place of the one in a data folder, and at the next start claims
//! from the edge whatever came since.
//!
//! Nothing is thrown away: what was there is set aside. People who were erased since the backup was made are
//! erased in it again, as far as the replaced database says, and at the start as far as the edge does. The
//! restored database is an installation of its own, so that the edge cannot mistake it for the one that
//! acknowledged what it does not have.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use rollcall_shared::Timestamp;
use rollcall_shared::receipt::ReceiptState;
use serde::Serialize;

use super::{BackupError, BackupNote, DATABASE, KEYS, LAYOUT, MAX_NOTE_BYTES, NOTE, sha256_of};
use crate::clock::now_ms;
use crate::db::copies::SET_ASIDE;
use crate::db::events::Event;
use crate::db::open_error::OpenError;
use crate::db::tx::Tx;
use crate::db::{self, announced_deletions, erased, erased_workshops, events, receipts_out};
use crate::db::{takeovers_due, workshops};
use crate::folder::error::FolderError;
use crate::folder::keys::{Keys, known_edge};
use crate::folder::{CONNECTION, Folder, atomic_file};
use crate::private;
use crate::view::Durability;
use crate::writer::erase;
use sha2::{Digest as _, Sha256};

/// Where a restore prepares the database. What it holds is the backup's, changed or not: it can be thrown
/// away.
const STAGE: &str = "restoring";

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Restored {
    /// When the backup was made.
    pub made_at: Timestamp,
    /// Rows of all lists.
    pub signups: u64,
    /// Sign-ups and messages that were erased since the backup was made, and again just now.
    pub erased_again: usize,
    /// Where the database is that was replaced.
    pub set_aside: Option<PathBuf>,
    /// How surely it stays.
    pub durability: Durability,
    /// Why it is not known who was erased since: the replaced database could not be read. The edge is asked
    /// at the next start.
    pub erasures_unknown: Option<String>,
}

/// A backup that can be restored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct BackupFound {
    /// The folder.
    pub folder: PathBuf,
    /// When it was made.
    pub made_at: Timestamp,
    /// Rows of all lists in it.
    pub signups: u64,
}

/// Looks whether a folder is a whole backup that this program can restore. Reads all of it.
///
/// # Errors
/// [`BackupError::NoBackup`], [`BackupError::Damaged`], [`BackupError::Newer`].
pub fn look(from: &Path) -> Result<BackupFound, BackupError> {
    let (BackupNote { made_at, signups, .. }, _) = read(from)?;
    Ok(BackupFound { folder: from.to_owned(), made_at, signups })
}

/// Throws away what a restore prepared that was interrupted: the database in the folder is the one of before.
pub(crate) fn forget_interrupted(folder: &Folder) {
    let _ = fs::remove_dir_all(folder.join(STAGE));
}

/// Restores a backup into a data folder that no engine uses.
///
/// # Errors
/// [`BackupError`]: an engine runs there, the backup is damaged, or something cannot be written. The
/// database in the folder is the one of before then.
pub fn restore(data_dir: &Path, from: &Path) -> Result<Restored, BackupError> {
    let folder = Folder::take(data_dir)?;
    let unusable = |source| FolderError::Unusable { path: folder.join(""), source };
    let (note, keys) = read(from)?;
    forget_interrupted(&folder);
    let stage = folder.join(STAGE);
    private::make_folder(&stage).map_err(unusable)?;
    let staged = stage.join(DATABASE);
    fs::copy(from.join(DATABASE), &staged).map_err(unusable)?;
    // A copy has the permissions of what is copied, and memory sticks have none.
    private::close(&staged);
    let mut conn = db::open_writer(&staged)?;
    let damaged = |_: String| BackupError::Damaged(from.join(DATABASE));
    db::check(&conn).map_err(damaged)?;

    let now = now_ms();
    let current = folder.join(DATABASE);
    let (known, erasures_unknown) = match current.exists().then(|| Erased::read(&current)) {
        None => (Erased::default(), None),
        Some(Ok(known)) => (known, None),
        Some(Err(why)) => (Erased::default(), Some(why)),
    };
    let database = |e| OpenError::of(&staged, e);
    let erased_again = conn
        .in_transaction(|tx| {
            let erased_again = known.erase_in(tx, now)?;
            takeovers_due::add_all(tx)?;
            receipts_out::send_all_again(tx, now)?;
            announced_deletions::remove_all(tx)?;
            events::add(tx, now, Event::Restored(note.made_at.as_millis()))?;
            Ok(erased_again)
        })
        .map_err(database)?;
    let (signups, _) = db::check(&conn).map_err(damaged)?;
    conn.empty_log().map_err(database)?;
    conn.close().map_err(database)?;
    let content = atomic_file::sync(&staged).map_err(unusable)?;

    merge_keys(&folder, &keys)?;
    connect(&folder, &keys)?;
    let set_aside = set_aside(&folder, now).map_err(unusable)?;
    let durability = content.and(atomic_file::rename(&staged, &current).map_err(unusable)?);
    fs::remove_dir_all(&stage).map_err(unusable)?;
    Ok(Restored { made_at: note.made_at, signups, erased_again, set_aside, durability, erasures_unknown })
}

/// Reads the note and the key file of a backup, which is whole.
fn read(from: &Path) -> Result<(BackupNote, Vec<u8>), BackupError> {
    let no_backup = |why: String| BackupError::NoBackup { path: from.to_owned(), why };
    let mut bytes = Vec::new();
    let note = File::open(from.join(NOTE)).map_err(|e| no_backup(format!("{NOTE}: {e}")))?;
    note.take(MAX_NOTE_BYTES).read_to_end(&mut bytes).map_err(|e| no_backup(e.to_string()))?;
    let note: BackupNote = serde_json::from_slice(&bytes).map_err(|e| no_backup(format!("{NOTE}: {e}")))?;
    if note.layout > LAYOUT || note.database_version > db::VERSION {
        return Err(BackupError::Newer { path: from.to_owned(), version: note.rollcall });
    }
    let missing = |name: &str, e: &std::io::Error| no_backup(format!("{name}: {e}"));
    let database = sha256_of(&from.join(DATABASE)).map_err(|e| missing(DATABASE, &e))?;
    let keys = fs::read(from.join(KEYS)).map_err(|e| missing(KEYS, &e))?;
    if database != note.database_sha256 {
        return Err(BackupError::Damaged(from.join(DATABASE)));
    }
    if hex::encode(Sha256::digest(&keys)) != note.keys_sha256 {
        return Err(BackupError::Damaged(from.join(KEYS)));
    }
    Ok((note, keys))
}

/// Who was erased in the database that is replaced.
#[derive(Default)]
struct Erased {
    ids: Vec<rollcall_shared::signup_id::SignupId>,
    workshops: Vec<rollcall_shared::workshop::WorkshopId>,
    /// Whose list ids were on.
    lists: Vec<(rollcall_shared::workshop::WorkshopId, rollcall_shared::signup_id::SignupId)>,
}

impl Erased {
    fn read(database: &Path) -> Result<Self, String> {
        let conn = db::open_writer(database).map_err(|e| e.to_string())?;
        let read = || -> rusqlite::Result<Self> {
            let (ids, workshops) = (erased::all(&conn)?, erased_workshops::all(&conn)?);
            let erased = Self { ids, workshops, lists: erased::with_workshop(&conn)? };
            // It is moved without its log.
            conn.empty_log()?;
            Ok(erased)
        };
        read().map_err(|e| e.to_string())
    }

    /// Erases the same in another database; how many sign-ups and messages that were.
    fn erase_in(&self, tx: &Tx<'_>, now: Timestamp) -> rusqlite::Result<usize> {
        let mut count = 0;
        for workshop in &self.workshops {
            count += erase::erase_workshop(tx, workshop, now)?.count();
        }
        for row in workshops::all(tx)? {
            let workshop = &row.workshop.id;
            let known = receipts_out::known(tx, workshop, &self.ids)?;
            count += erase::erase(tx, workshop, &known, now)?.count();
            // Also whom the backup never had: the edge may not have heard of it, and would go on saying
            // *registered*.
            for (_, id) in self.lists.iter().filter(|(list, _)| list == workshop) {
                erased::add(tx, workshop, *id)?;
                receipts_out::set(tx, workshop, *id, ReceiptState::Cancelled, false, now)?;
            }
        }
        for id in &self.ids {
            erased::remember(tx, *id)?;
        }
        Ok(count)
    }
}

/// Keys that came after the backup stay; keys that are missing come back. A key file that cannot be read is
/// set aside.
fn merge_keys(folder: &Folder, keys: &[u8]) -> Result<(), FolderError> {
    let path = folder.join(KEYS);
    let unusable = |source| FolderError::Unusable { path: path.clone(), source };
    let kept = path.exists().then(|| Keys::open(path.clone()));
    match kept {
        Some(Ok(kept)) => {
            kept.merge(keys).map(drop).map_err(|e| FolderError::Damaged { path, why: e.to_string() })
        }
        Some(Err(_)) => {
            let _ = atomic_file::rename(&path, &folder.join("keys.damaged.json")).map_err(unusable)?;
            atomic_file::write(&path, keys).map(|_| ()).map_err(unusable)
        }
        None => atomic_file::write(&path, keys).map(|_| ()).map_err(unusable),
    }
}

/// Connects to the edge that the backup's keys name, where the host has not connected the folder to one.
fn connect(folder: &Folder, keys: &[u8]) -> Result<(), FolderError> {
    let path = folder.join(CONNECTION);
    let Some(known) = known_edge(keys).filter(|_| !path.exists()) else { return Ok(()) };
    let unusable = |source| FolderError::Unusable { path: path.clone(), source };
    let known = serde_json::to_vec(&known).map_err(|e| unusable(e.into()))?;
    atomic_file::write(&path, &known).map(|_| ()).map_err(unusable)
}

/// Keeps what is replaced in a folder of its own. The installation's id goes there as well: a new one is
/// drawn at the next start.
fn set_aside(folder: &Folder, now: Timestamp) -> std::io::Result<Option<PathBuf>> {
    let database = folder.join(DATABASE);
    if !database.exists() {
        return Ok(None);
    }
    let aside = (0..).map(|n| folder.join(&format!("{SET_ASIDE}{}", now + n))).find(|path| !path.exists());
    let aside = aside.unwrap_or_else(|| folder.join(SET_ASIDE));
    private::make_folder(&aside)?;
    // The database stays where it is until the other one takes its place in one step. A copy, not a second
    // name: a restore that breaks off here leaves the first one in use. A log that it left behind must not be
    // taken for the other one's.
    let kept = aside.join(DATABASE);
    fs::copy(&database, &kept)?;
    let _ = atomic_file::sync(&kept)?.and(atomic_file::sync_folder(&aside)?);
    for name in ["installation.json", "rollcall.db-shm", "rollcall.db-wal"] {
        let path = folder.join(name);
        if path.exists() {
            let _ = atomic_file::rename(&path, &aside.join(name))?;
        }
    }
    Ok(Some(aside))
}
