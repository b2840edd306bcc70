//! What must hold for whatever bytes come from outside: one property per parser, over raw bytes.
//!
//! `cargo xtask fuzz` has libFuzzer look for bytes that break one (`libfuzzer/`, a workspace of its own);
//! what it found interesting is kept in `corpus/`, one folder per property, and every test run replays it
//! here. A property says more than that nothing panics: what was parsed parses again as itself, has one
//! canonical form, keeps the limits that its rule states, and was read without taking more memory than its
//! length allows.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a property that does not hold ends the run: that is how a fuzzer hears of it"
)]

mod bounds;
mod codes;
mod cookie;
mod entry;
mod entry_code;
mod envelope;
mod form;
mod mailbox;
mod person_name;
mod phone;
mod proof;
mod refused;
mod sample;
mod signup;
mod text;
mod workshop;

pub use codes::codes;
pub use cookie::cookie;
pub use entry::entry;
pub use entry_code::entry_code;
pub use envelope::envelope;
pub use form::form;
pub use mailbox::mailbox;
pub use person_name::person_name;
pub use phone::phone;
pub use proof::proof;
pub use signup::signup;
pub use workshop::workshop;

/// A property: it panics where the bytes break it.
pub type Property = fn(&[u8]);

/// Every property of the rules by its name, which its folder under `corpus/` has, too.
pub const PROPERTIES: [(&str, Property); 12] = [
    ("codes", codes),
    ("cookie", cookie),
    ("entry", entry),
    ("entry_code", entry_code),
    ("envelope", envelope),
    ("form", form),
    ("mailbox", mailbox),
    ("person_name", person_name),
    ("phone", phone),
    ("proof", proof),
    ("signup", signup),
    ("workshop", workshop),
];

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    /// Replays what the fuzzer kept. Which bytes break a property is told by the file's name.
    #[test]
    fn the_corpora_hold() {
        let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
        for (name, property) in PROPERTIES {
            let mut files: Vec<_> =
                fs::read_dir(corpora.join(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
            files.sort();
            assert!(files.len() >= 10, "{name} has a corpus");
            for file in files {
                let bytes = fs::read(&file).unwrap();
                let held = std::panic::catch_unwind(|| property(&bytes));
                assert!(held.is_ok(), "{name} does not hold for {}", file.display());
            }
        }
    }
}
