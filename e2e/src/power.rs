//! What a power cut leaves on a disk. The real program runs under strace, which notes every write, every sync
//! and every answer in their order; from that the disk is built as it could be found after a cut at any
//! moment: what was synced is there, of what was not synced any part may be.
//!
//! Models what POSIX promises, and no more: a sync that has returned keeps what was written to that file
//! before it began; unsynced writes may be there, torn at any sector, or not. A file whose content was synced
//! is there under its name.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a disk writes at once.
const SECTOR: usize = 512;
/// Longer than any write of SQLite or answer of the host.
const MAX_STRING: &str = "1000000";

/// One thing that the program did.
#[derive(Debug, Clone)]
pub enum Event {
    /// Wrote into a file.
    Write {
        /// Which.
        file: PathBuf,
        /// Where.
        at: usize,
        /// What.
        bytes: Vec<u8>,
    },
    /// Wrote at the end of a file.
    Append {
        /// Which.
        file: PathBuf,
        /// What.
        bytes: Vec<u8>,
    },
    /// Cut a file, or made it longer.
    Truncate {
        /// Which.
        file: PathBuf,
        /// To how many bytes.
        length: usize,
    },
    /// Everything that was written to a file before is on the disk from here on.
    Synced {
        /// Which.
        file: PathBuf,
        /// How many events had been when the sync began.
        since: usize,
    },
    /// Began to send something to somebody.
    Sent {
        /// What.
        bytes: Vec<u8>,
    },
}

/// Wraps `command` in strace, which writes to `trace`.
pub fn traced(command: &Command, trace: &Path) -> Command {
    let mut traced = Command::new("strace");
    traced
        .args(["-f", "-yy", "-xx", "-s", MAX_STRING, "-e"])
        .arg("trace=pwrite64,fsync,fdatasync,ftruncate,sendto,write,writev")
        .arg("-o")
        .arg(trace)
        .arg("--")
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => traced.env(name, value),
            None => traced.env_remove(name),
        };
    }
    traced
}

/// Reads what strace noted.
pub fn events(trace: &Path) -> Vec<Event> {
    let mut events = Vec::new();
    // By thread: a sync that has begun, with how many events there had been.
    let mut begun: BTreeMap<&str, (PathBuf, usize)> = BTreeMap::new();
    let text = fs::read_to_string(trace).unwrap();
    for line in text.lines() {
        let Some((thread, call)) = line.split_once(' ') else { continue };
        let call = call.trim_start();
        if let Some(resumed) = call.strip_prefix("<... ") {
            if let Some((file, since)) = begun.remove(thread).filter(|_| resumed.ends_with("= 0")) {
                events.push(Event::Synced { file, since });
            }
            continue;
        }
        let Some((name, rest)) = call.split_once('(') else { continue };
        let Some((fd, arguments)) = rest.split_once('>') else { continue };
        let Some((_, target)) = fd.split_once('<') else { continue };
        let file = || PathBuf::from(String::from_utf8(unhex(target)).unwrap());
        match name {
            "fsync" | "fdatasync" if arguments.contains("unfinished") => {
                begun.insert(thread, (file(), events.len()));
            }
            "fsync" | "fdatasync" if arguments.ends_with("= 0") => {
                events.push(Event::Synced { file: file(), since: events.len() });
            }
            "ftruncate" => {
                let length = arguments.trim_matches([',', ' ']).split([')', ' ']).next().unwrap();
                events.push(Event::Truncate { file: file(), length: length.parse().unwrap() });
            }
            "pwrite64" => {
                let (bytes, rest) = quoted(arguments).unwrap();
                let at = rest.split([',', ')', ' ']).filter(|part| !part.is_empty()).nth(1).unwrap();
                events.push(Event::Write { file: file(), at: at.parse().unwrap(), bytes });
            }
            // Answers: what goes to a socket. All strings of one call, one after the other.
            "sendto" | "write" | "writev" if target.starts_with("TCP") => {
                let (mut all, mut rest) = (Vec::new(), arguments);
                while let Some((bytes, after)) = quoted(rest) {
                    all.extend(bytes);
                    rest = after;
                }
                events.push(Event::Sent { bytes: all });
            }
            // Redis's append-only files.
            "write" if !target.starts_with("TCP") && file().extension().is_some_and(|end| end == "aof") => {
                let (bytes, _) = quoted(arguments).unwrap();
                events.push(Event::Append { file: file(), bytes });
            }
            _ => {}
        }
    }
    events
}

/// Returns the first string of a call, and what follows it.
fn quoted(arguments: &str) -> Option<(Vec<u8>, &str)> {
    let (_, rest) = arguments.split_once('"')?;
    let (hex, rest) = rest.split_once('"')?;
    Some((unhex(hex), rest))
}

/// `\x2f\x74` → `/t`
fn unhex(text: &str) -> Vec<u8> {
    text.split("\\x").skip(1).map(|digits| u8::from_str_radix(&digits[..2], 16).unwrap()).collect()
}

/// Builds the files of `folder`, and Redis's below it, in `into` as a cut after the first `cut` events could
/// leave them. Of what was not synced, `keeps` says for each sector of each write whether it is there. Files
/// must have been written from their beginning.
pub fn after_a_cut(
    events: &[Event],
    cut: usize,
    folder: &Path,
    into: &Path,
    mut keeps: impl FnMut() -> bool,
) {
    let events = &events[..cut];
    let mut durable: BTreeMap<&Path, usize> = BTreeMap::new();
    for event in events {
        if let Event::Synced { file, since } = event {
            let until = durable.entry(file).or_default();
            *until = (*until).max(*since);
        }
    }
    let mut files: BTreeMap<&Path, Vec<u8>> = BTreeMap::new();
    // Where files that are appended to end for whoever writes.
    let mut ends: BTreeMap<&Path, usize> = BTreeMap::new();
    for (at, event) in events.iter().enumerate() {
        let is_durable = |file: &PathBuf| durable.get(file.as_path()).is_some_and(|until| at < *until);
        match event {
            Event::Write { file, at: start, bytes } => {
                let synced = is_durable(file);
                write(files.entry(file).or_default(), *start, bytes, || synced || keeps());
            }
            Event::Append { file, bytes } => {
                let (end, synced) = (ends.entry(file).or_default(), is_durable(file));
                write(files.entry(file).or_default(), *end, bytes, || synced || keeps());
                *end += bytes.len();
            }
            Event::Truncate { file, length } => {
                if is_durable(file) || keeps() {
                    files.entry(file).or_default().resize(*length, 0);
                }
            }
            Event::Synced { .. } | Event::Sent { .. } => {}
        }
    }
    for (file, content) in files {
        let end = file.extension().unwrap_or_default();
        // The index of the WAL lives in memory and is built again.
        let is_list = file.parent() == Some(folder) && (end == "db" || end == "db-wal");
        if let Some(inside) = file.strip_prefix(folder).ok().filter(|_| is_list || end == "aof") {
            let found = into.join(inside);
            fs::create_dir_all(found.parent().unwrap()).unwrap();
            fs::write(found, content).unwrap();
        }
    }
}

/// Writes into a file, sector by sector, what `keeps` says of each.
fn write(content: &mut Vec<u8>, start: usize, bytes: &[u8], mut keeps: impl FnMut() -> bool) {
    for (index, sector) in bytes.chunks(SECTOR).enumerate().filter(|_| keeps()) {
        let start = start + index * SECTOR;
        content.resize(content.len().max(start + sector.len()), 0);
        content[start..start + sector.len()].copy_from_slice(sector);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_append_only_file_what_was_synced_is_left() {
        let (folder, found) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let file = folder.path().join("redis/a.aof");
        let append = |text: &str| Event::Append { file: file.clone(), bytes: text.into() };
        let events =
            [append("one "), append("two "), Event::Synced { file: file.clone(), since: 1 }, append("three")];
        let left = |keeps: fn() -> bool| {
            after_a_cut(&events, events.len(), folder.path(), found.path(), keeps);
            fs::read(found.path().join("redis/a.aof")).unwrap()
        };
        assert_eq!(left(|| false), b"one ");
        assert_eq!(left(|| true), b"one two three");
    }
}
