//! What each client notes by itself, before it sends and after it was answered: the one witness that no part
//! of Rollcall writes.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// One line of a ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// About to be sent.
    Sent(Person),
    /// Answered 201 or 202: from here on it is promised.
    Promised {
        /// What was sent.
        person: Person,
        /// Whether the edge answered; the venue page otherwise.
        by_edge: bool,
        /// The receipt's address at the edge.
        receipt: Option<String>,
    },
    /// The edge accepted the cancellation of this one.
    Cancelled(String),
    /// The host is about to erase the person whom this id names.
    Erased(String),
    /// About to be put on the queue: a text that no laptop can read.
    PoisonSent(String),
    /// The queue took it.
    PoisonPromised(String),
}

/// What somebody typed, under the id that the phone drew.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Person {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// Eleven digits.
    pub phone: String,
    /// What it corrects.
    #[serde(default)]
    pub replaces: Option<Replaced>,
}

/// A sign-up that is corrected.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Replaced {
    /// Its id.
    pub id: String,
    /// The token of its receipt, which shows that it is the sender's own.
    pub token: String,
}

/// One client's file, appended to.
#[derive(Debug)]
pub struct Ledger(File);

impl Ledger {
    /// Opens the ledger of a client.
    pub fn open(folder: &Path, client: u64) -> Self {
        let file = folder.join(format!("client-{client}.jsonl"));
        Self(OpenOptions::new().create(true).append(true).open(file).unwrap())
    }

    /// Writes a line down. Not synced: it is never the client that is killed.
    pub fn note(&mut self, line: &Line) {
        let mut text = serde_json::to_string(line).unwrap();
        text.push('\n');
        self.0.write_all(text.as_bytes()).unwrap();
    }
}

/// Reads all lines of all clients.
pub fn read(folder: &Path) -> Vec<Line> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let lines = files.iter().flat_map(|file| {
        let text = fs::read_to_string(file).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Line>>()
    });
    lines.collect()
}
