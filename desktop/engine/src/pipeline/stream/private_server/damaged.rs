//! Files with which no server starts.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use super::places::Places;

/// A server's append-only files, in its folder: a folder since Redis 7, before it one file, which a newer one
/// takes over.
const FILES: [&str; 2] = ["appendonlydir", "appendonly.aof"];
/// What the name of those ends in that were set aside, until the next ones are.
const ASIDE: &str = ".damaged";
/// Much more than a server says between its start and its end, which may be a crash with all that it knew.
const LOG_TAIL: i64 = 256 * 1024;

/// Sets files aside with which the server that wrote last has refused to start. What stood in them comes
/// again from the edge, whose leases are not acknowledged; left there, one torn write would keep every server
/// from starting.
pub(super) fn set_aside(places: &Places) {
    if started_in_vain(&places.log()).unwrap_or(false) {
        let there = FILES.map(|name| places.data.join(name)).into_iter().filter(|path| path.exists());
        there.for_each(|path| set_one_aside(&path));
    }
}

fn set_one_aside(path: &Path) {
    let mut aside = path.as_os_str().to_owned();
    aside.push(ASIDE);
    let aside = Path::new(&aside);
    let _ = if aside.is_dir() { std::fs::remove_dir_all(aside) } else { std::fs::remove_file(aside) };
    match std::fs::rename(path, aside) {
        Ok(()) => tracing::warn!(
            aside = %aside.display(),
            "redis-server does not start with its files: set aside, what stood in them comes again"
        ),
        Err(error) => {
            tracing::error!(%error, "redis-server does not start with its files, which cannot be set aside")
        }
    }
}

/// Returns whether the server that wrote last came to its end before it was ready. One of which the beginning
/// is not known was.
fn started_in_vain(log: &Path) -> io::Result<bool> {
    let mut file = std::fs::File::open(log)?;
    let length = i64::try_from(file.metadata()?.len()).unwrap_or(i64::MAX);
    file.seek(SeekFrom::End(-length.min(LOG_TAIL)))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    let tail = String::from_utf8_lossy(&tail);
    // Redis is starting, or Valkey is.
    let last = tail.rsplit_once(" is starting").map(|(_, last)| last);
    Ok(last.is_some_and(|last| !last.contains("eady to accept connections")))
}
