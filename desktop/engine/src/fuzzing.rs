//! What must hold for whatever a host pastes, a data folder holds or a mailbox delivers. Compiled for tests
//! and by fuzzers alone (`fuzz/` at the root of the repository, which has the rules' own properties).

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a property that does not hold ends the run: that is how a fuzzer hears of it"
)]

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use rollcall_shared::seal::SecretKey;
use rollcall_shared::workshop::WorkshopId;

use crate::edge::connection::{ConnectionLine, MAX_CHARS};
use crate::folder::keys::Keys;
use crate::folder::unsealer::{Opened, Unsealer};
use crate::message::{Content, UnreadableReason};

/// The workshop whose mail is opened, and its one key: those of the samples in `fuzz/`.
const WORKSHOP: &str = "abcdefghjkmnpqrs";
const SECRET: [u8; 32] = [9; 32];

/// A connection line, a key file, a message: the first byte says which.
pub fn laptop(data: &[u8]) {
    let Some((kind, data)) = data.split_first() else { return };
    match kind % 3 {
        0 => connection(data),
        1 => key_file(data),
        _ => mail(data),
    }
}

/// A line leads to one address over TLS or to this machine, and is read again as itself.
fn connection(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(line) = ConnectionLine::parse(text) else { return };
    let edge = line.edge().unwrap();
    let (url, key) = (edge.url(), edge.publish_key().unwrap());
    assert!(url.starts_with("https://") || (url.starts_with("http://") && edge.is_loopback()), "{url}");
    assert!(!url.ends_with('/') && !url.contains(['#', '?']) && url.is_ascii(), "{url}");
    let authority = url.split('/').nth(2).unwrap();
    assert!(!authority.is_empty() && !authority.contains('@'), "{url}");
    assert!(!key.is_empty() && key.bytes().all(|b| b.is_ascii_graphic()));
    let again = format!("rollcall:{url}#{key}");
    // An address grows by its percent signs.
    assert!(again.len() > MAX_CHARS || ConnectionLine::parse(&again) == Ok(line), "{url}");
}

/// A key file is written as it was read.
fn key_file(data: &[u8]) {
    let Ok(keys) = Keys::read(data) else { return };
    let text = keys.text().unwrap();
    assert_eq!(Keys::read(&text).unwrap().text().unwrap(), text);
}

/// Whatever a mailbox delivers becomes a message that keeps its bytes, or asks for a key that is not here.
fn mail(data: &[u8]) {
    static OPENER: LazyLock<Unsealer> = LazyLock::new(|| {
        let secret: String = SECRET.iter().map(|byte| format!("{byte:02x}")).collect();
        let file = serde_json::json!({
            "receipt_key": "00".repeat(32),
            "workshops": { WORKSHOP: { "drain_key": "k", "secret_keys": [secret] } },
        });
        let keys = Keys::read(file.to_string().as_bytes()).unwrap();
        Unsealer::new(WorkshopId::parse(WORKSHOP).unwrap(), Arc::new(keys), Arc::new(HashSet::new()))
    });
    let Ok(body) = std::str::from_utf8(data) else { return };
    match OPENER.open(body.to_owned()) {
        Opened::Message(message) => {
            assert_eq!(message.bytes, data);
            assert_eq!(message.workshop.as_str(), WORKSHOP);
            match message.content {
                Content::Signup(sealed) => assert_eq!(sealed.workshop.as_str(), WORKSHOP),
                Content::Cancellation(sealed) => assert_eq!(sealed.workshop.as_str(), WORKSHOP),
                // `failed` is what a panic is parked for.
                Content::Unreadable { reason, .. } => assert_ne!(reason, UnreadableReason::Failed),
            }
        }
        Opened::MissingKey(key_id) => assert_ne!(key_id, *SecretKey::from_bytes(SECRET).key_id()),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// Replays what the fuzzer kept.
    #[test]
    fn the_corpus_holds() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/laptop");
        let files: Vec<_> = std::fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(files.len() >= 10, "there is a corpus");
        for file in files {
            let bytes = std::fs::read(&file).unwrap();
            let held = std::panic::catch_unwind(|| laptop(&bytes));
            assert!(held.is_ok(), "laptop does not hold for {}", file.display());
        }
    }
}
