//! The stream without Redis: in memory, gone with the process. As safe, because the edge keeps what is not
//! acknowledged.

use std::collections::BTreeMap;

use parking_lot::{Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::Notify;

use super::{Delivered, Entry, Restarted, Stream, StreamError};

/// How long a read waits for something new.
const WAIT: Duration = Duration::from_secs(1);

/// Entries by their number, oldest first.
#[derive(Default)]
pub(crate) struct DirectStream {
    kept: Mutex<Entries>,
    added: Notify,
}

#[derive(Default)]
struct Entries {
    entries: BTreeMap<u64, Entry>,
    next: u64,
    /// Everything before it was handed out.
    unread: u64,
}

impl DirectStream {
    fn kept(&self) -> MutexGuard<'_, Entries> {
        self.kept.lock()
    }

    fn take(&self, most: usize) -> Vec<Delivered> {
        let mut kept = self.kept();
        let taken: Vec<(u64, Delivered)> = kept
            .entries
            .range(kept.unread..)
            .take(most)
            .map(|(number, entry)| {
                // The process's memory of interruptions ended with it; the edge's has not.
                let interruptions = entry.attempts.saturating_sub(1);
                (*number, Delivered { key: number.to_string(), interruptions, entry: entry.clone() })
            })
            .collect();
        if let Some((last, _)) = taken.last() {
            kept.unread = last + 1;
        }
        taken.into_iter().map(|(_, delivered)| delivered).collect()
    }
}

impl Stream for DirectStream {
    async fn add(&self, entries: Vec<Entry>) -> Result<(), StreamError> {
        let mut kept = self.kept();
        for entry in entries {
            let number = kept.next;
            kept.entries.insert(number, entry);
            kept.next += 1;
        }
        drop(kept);
        self.added.notify_one();
        Ok(())
    }

    async fn read(&self, most: usize) -> Result<Vec<Delivered>, StreamError> {
        let taken = self.take(most);
        if !taken.is_empty() {
            return Ok(taken);
        }
        // A notice that came before the wait is kept, so nothing added in between is slept over.
        let _ = tokio::time::timeout(WAIT, self.added.notified()).await;
        Ok(self.take(most))
    }

    async fn acknowledge(&self, keys: Vec<String>) -> Result<(), StreamError> {
        let mut kept = self.kept();
        for number in keys.iter().filter_map(|key| key.parse().ok()) {
            kept.entries.remove(&number);
        }
        Ok(())
    }

    async fn restart(&self) -> Result<Restarted, StreamError> {
        self.kept().unread = 0;
        Ok(Restarted::Same)
    }

    async fn waiting(&self) -> Result<u64, StreamError> {
        Ok(self.kept().entries.len() as u64)
    }
}
