//! What every part of a running engine works with.

use std::collections::HashSet;
use std::sync::Arc;

use rollcall_shared::digest::Digest;
use rollcall_shared::workshop::WorkshopId;
use rusqlite::Connection;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::changes::Changes;
use crate::db::quarantine;
use crate::db::readers::Readers;
use crate::folder::keys::Keys;
use crate::folder::unsealer::Unsealer;
use crate::metrics::Metrics;
use crate::workshops::Roster;
use crate::writer::Writer;

/// The workshops of one data folder, both ends of its database, its keys, and what its loops stop by. Each
/// engine has one.
pub(crate) struct Context {
    pub(crate) roster: Roster,
    pub(crate) keys: Arc<Keys>,
    pub(crate) readers: Arc<Readers>,
    pub(crate) writer: Writer,
    /// Messages that ended the process when they ran alone, by the digest of their bytes.
    pub(crate) quarantine: Arc<HashSet<Digest>>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) changes: Changes,
    /// Ends every loop.
    pub(crate) stop: CancellationToken,
    /// Every loop, so that the engine's end can wait for them.
    pub(crate) tasks: TaskTracker,
}

/// Why an answer from the database did not come.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    /// SQLite refused.
    #[error(transparent)]
    Database(#[from] rusqlite::Error),
    /// The engine is about to end, or the query panicked.
    #[error(transparent)]
    Ended(#[from] tokio::task::JoinError),
}

impl Context {
    /// Reads what the database holds of workshops and of messages in quarantine.
    ///
    /// # Errors
    /// SQLite's own.
    pub(crate) fn open(
        readers: Readers,
        writer: Writer,
        keys: Arc<Keys>,
        metrics: Arc<Metrics>,
    ) -> rusqlite::Result<Self> {
        Ok(Self {
            roster: Roster::read(&readers, writer.clone(), Arc::clone(&keys))?,
            quarantine: Arc::new(readers.read(quarantine::all)?),
            keys,
            readers: Arc::new(readers),
            writer,
            metrics,
            changes: Changes::default(),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        })
    }

    /// Reads from the database on a thread that may wait.
    ///
    /// # Errors
    /// [`ReadError`] where there is no answer.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, ReadError> {
        let readers = Arc::clone(&self.readers);
        Ok(tokio::task::spawn_blocking(move || readers.read(query)).await??)
    }

    /// Returns what opens a workshop's mail.
    pub(crate) fn unsealer(&self, workshop: &WorkshopId) -> Unsealer {
        Unsealer::new(workshop.clone(), Arc::clone(&self.keys), Arc::clone(&self.quarantine))
    }
}
