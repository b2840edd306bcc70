//! What a host can set wrong: one line that says what is wrong and what to do about it.

use std::path::PathBuf;

/// A setting that keeps the engine from starting. Its text is one line, `what is wrong — what to do`; the
/// program prints it and exits with code 2. A network that is away is no setting: the engine starts and keeps
/// trying.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The address of the edge is not an address.
    #[error("the edge URL {url:?} is not an address ({why}) — give one such as https://signup.example.org")]
    EdgeUrl {
        /// As it was given.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// The file with the publish key is missing, unreadable or empty.
    #[error("the publish key file {} cannot be used ({why}) — save the deployment's publish key there", path.display())]
    PublishKeyFile {
        /// The file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// The edge refused the keys.
    #[error("the edge at {url} refuses {key} — {remedy}")]
    WrongKey {
        /// The edge.
        url: String,
        /// Which key.
        key: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// The edge refused the record.
    #[error(
        "the edge at {url} does not take the workshop ({why}) — change it with `rollcall-host workshop change`"
    )]
    Refused {
        /// The edge.
        url: String,
        /// Its answer.
        why: String,
    },
    /// A port could not be listened on.
    #[error(
        "cannot listen on {address} for {purpose} ({why}) — choose another port with {flag}, or end the program that has it"
    )]
    Port {
        /// Address and port.
        address: String,
        /// What for.
        purpose: &'static str,
        /// The operating system's words.
        why: String,
        /// The setting to change.
        flag: &'static str,
    },
    /// The data folder cannot be made or written.
    #[error("the data folder {} cannot be used ({why}) — choose one that you may write with --data-dir", path.display())]
    Folder {
        /// The folder or the file in it.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// Another engine works in this folder.
    #[error("another Rollcall{} already uses {} — stop it first, or choose another folder with --data-dir",
        pid.map(|pid| format!(" (process {pid})")).unwrap_or_default(), folder.display())]
    Locked {
        /// The folder.
        folder: PathBuf,
        /// The other process, where it said so.
        pid: Option<u32>,
    },
    /// A file that the engine keeps does not hold what it should.
    #[error("{} is damaged ({why}) — put back a copy of it, or move it away to start anew", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A backup cannot be restored.
    #[error("{0}")]
    Backup(String),
    /// The database may not be written.
    #[error("the database {} cannot be written ({why}) — give yourself the right to write it and its folder", path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
        /// SQLite's words.
        why: String,
    },
    /// The database was written by a newer Rollcall.
    #[error("the database {} is of version {found}, this Rollcall knows {known} — install the newer Rollcall that wrote it", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// The database cannot be opened for another reason.
    #[error("the database {} cannot be opened ({why}) — put back a copy of it, or choose another folder with --data-dir", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// SQLite's words.
        why: String,
    },
    /// The SQLite that was linked can corrupt a WAL.
    #[error(
        "the SQLite linked into this program is {found}, which can damage a database — build with SQLite 3.51.3 or newer"
    )]
    OldSqlite {
        /// Its version.
        found: String,
    },
    /// The address of Redis is not one, or it refused the password.
    #[error(
        "the Redis URL {url:?} cannot be used ({why}) — give one such as redis://127.0.0.1:6379, or leave --redis-url out"
    )]
    RedisUrl {
        /// As it was given, without its password.
        url: String,
        /// Why not.
        why: String,
    },
    /// The operating system refuses threads.
    #[error("the operating system refuses a thread ({0}) — close other programs and start again")]
    Thread(String),
}
