//! `redis-server`, which the engine starts for itself.

use std::process::Command;

use super::apt::Package;
use crate::step::say;
use crate::tool;

/// Nothing where Redis is there; elsewhere than on Linux Rollcall does without it.
pub(super) fn missing_packages() -> Vec<Package> {
    if tool::succeeds(Command::new("redis-server").arg("--version")) {
        return Vec::new();
    }
    if !cfg!(target_os = "linux") {
        say(
            "no redis-server here: messages go from the mailbox straight to the writer, as safely (on macOS: \
             `brew install redis`)",
        );
        return Vec::new();
    }
    vec![Package::new("redis-server", "the stream between the edge's mailbox and SQLite")]
}
