//! What a host can set wrong: one line that says what is wrong and what to do about it.

use std::path::PathBuf;

/// A setting that cannot be used. Its text is one line, `what is wrong — what to do`.
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
    #[error(
        "the publish key file {} cannot be used ({source}) — save the deployment's publish key there",
        path.display()
    )]
    PublishKeyFile {
        /// The file.
        path: PathBuf,
        /// The operating system's own.
        source: std::io::Error,
    },
    /// The publish key is missing, or has signs that cannot be pasted.
    #[error(
        "the publish key is missing, too long, or holds signs other than printable ASCII — name its file \
         with --publish-key-file; `openssl rand -hex 32` makes a good one"
    )]
    PublishKey,
    /// No edge is named.
    #[error("no edge is named — give its address with --edge-url")]
    NoEdge,
    /// The address of Redis is not one.
    #[error(
        "the Redis URL {url:?} cannot be used ({source}) — give one such as redis://127.0.0.1:6379, or leave \
         --redis-url out"
    )]
    RedisUrl {
        /// As it was given, without its password.
        url: String,
        /// The client's own.
        source: redis::RedisError,
    },
    /// The host's own Redis is too old.
    #[error(
        "the Redis at {url:?} is {found}, older than Rollcall can use — \
         install Redis {}.{} or newer there, or leave --redis-url out",
        oldest.0, oldest.1
    )]
    OldRedis {
        /// As it was given, without its password.
        url: String,
        /// Its name and version.
        found: String,
        /// The oldest that can be used, as major and minor number.
        oldest: (u32, u32),
    },
}
