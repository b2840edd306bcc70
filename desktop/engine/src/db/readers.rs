//! Connections that read: short, and never the writer's.

use std::path::PathBuf;

use parking_lot::Mutex;
use rusqlite::Connection;

use super::open::open_reader;

/// Idle connections kept open. More are opened when more is asked at once, and closed again.
const KEPT: usize = 4;

/// Opens and keeps reading connections of one file.
pub(crate) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    /// Reads from that file.
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, idle: Mutex::default() }
    }

    /// Reads with a connection of its own. Blocking: one short query, no transaction left open, so that the
    /// WAL can be checkpointed.
    pub(crate) fn read<T>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let idle = self.idle.lock().pop();
        let conn = idle.map_or_else(|| open_reader(&self.path), Ok)?;
        let answer = query(&conn);
        let mut idle = self.idle.lock();
        if answer.is_ok() && idle.len() < KEPT {
            idle.push(conn);
        }
        answer
    }
}
