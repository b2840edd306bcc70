//! What must hold for whatever bytes come from outside: one property a parser, over raw bytes.
//!
//! `cargo xtask fuzz` has libFuzzer look for bytes that break one (`libfuzzer/`, a workspace of its own); what it found
//! interesting is kept in `corpus/`, one folder a property, and every test run replays it here. A property says more than that
//! nothing panics: what was parsed parses again as itself, has one canonical form, keeps the limits that its rule states, and
//! was read without taking more memory than its length allows.

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
mod envelope;
mod form;
mod mailbox;
mod person_name;
mod phone;
mod proof;
mod sample;
mod signup;
mod workshop;

pub use codes::codes;
pub use cookie::cookie;
pub use entry::entry;
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
pub const PROPERTIES: [(&str, Property); 11] = [
    ("codes", codes),
    ("cookie", cookie),
    ("entry", entry),
    ("envelope", envelope),
    ("form", form),
    ("mailbox", mailbox),
    ("person_name", person_name),
    ("phone", phone),
    ("proof", proof),
    ("signup", signup),
    ("workshop", workshop),
];

/// The bytes as text, where they are one. What takes text never sees others.
fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}

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

#[cfg(test)]
mod seeds_tmp {
    use super::sample::*;
    #[test]
    #[ignore]
    fn seeds() {
        use rollcall_shared::{
            allowance::Device, envelope::Envelope, proof, receipt, signup::SignupForm, signup_id::SignupId,
        };
        let put = |t: &str, n: &str, b: &[u8]| {
            let d = format!("/tmp/seeds/{t}");
            std::fs::create_dir_all(&d).unwrap();
            std::fs::write(format!("{d}/genuine-{n}"), b).unwrap();
        };
        let w = workshop();
        let form = SignupForm {
            id: id().to_string(),
            invite_code: w.invite_code.to_string(),
            name: "王芳".into(),
            phone: "13800138000".into(),
            answers: serde_json::from_str(r#"{"school":"一中","days":["sat"],"lunch":true}"#).unwrap(),
            ..Default::default()
        };
        let s = form.parse(&w).unwrap();
        let old = SignupId::from_random([8; 16]);
        for (n, e) in [
            ("plain", Envelope::seal(&w, &s, 42, &mut rng()).unwrap()),
            ("correction", Envelope::seal_signup(&w, &s, Some(old), 42, &mut rng()).unwrap()),
            ("cancellation", Envelope::seal_cancellation(&w, old, 42, &mut rng()).unwrap()),
        ] {
            let t = e.to_text();
            put("envelope", n, t.as_bytes());
            put("envelope", &format!("{n}-v3"), t.replacen("\"v\":1", "\"v\":3", 1).as_bytes());
            put("laptop", n, &[&[2u8][..], t.as_bytes()].concat());
            put(
                "laptop",
                &format!("{n}-b"),
                &[&[2u8][..], t.replacen("\"v\":1", "\"v\":2", 1).as_bytes()].concat(),
            );
        }
        let ch = proof::challenge(&proof_key(), id(), NOW, &mut rng());
        let p = proof::solve(&ch).unwrap();
        put("proof", "solved", p.as_bytes());
        use base64::Engine as _;
        put("proof", "solved-json", &base64::engine::general_purpose::STANDARD.decode(&p).unwrap());
        let ch = proof::challenge(&proof_key(), id(), NOW - proof::LIFETIME_MS - 60_000, &mut rng());
        put("proof", "expired", proof::solve(&ch).unwrap().as_bytes());
        let ch = proof::challenge(&proof_key(), old, NOW, &mut rng());
        put("proof", "other", proof::solve(&ch).unwrap().as_bytes());
        put("codes", "token", receipt::token(&receipt_key(), &w.id, id()).as_bytes());
        let mut d = Device::default();
        for n in 0..6u8 {
            d.note(SignupId::from_random([n; 16]), NOW - 1000);
            let c = d.set_cookie(&proof_key());
            put("cookie", &format!("set{n}"), format!("a=b; {}", c.split(';').next().unwrap()).as_bytes());
        }
        let tok = receipt::token(&receipt_key(), &w.id, id());
        let f = SignupForm { replaces: Some(tok), ..form };
        put("signup", "replaces", &serde_json::to_vec(&f).unwrap());
        let mut ww = w.clone();
        ww.venue = Some("http://192.168.137.1:8080/k7m2qx".into());
        put("workshop", "sample", &serde_json::to_vec(&ww).unwrap());
        put(
            "workshop",
            "publication",
            &serde_json::to_vec(&rollcall_shared::mailbox::Publication {
                workshop: ww,
                drain_key_sha256: "ab".repeat(32),
            })
            .unwrap(),
        );
        put(
            "mailbox",
            "figures",
            &[
                &[10u8][..],
                &serde_json::to_vec(&rollcall_shared::mailbox::EdgeFigures {
                    cache: Default::default(),
                    alarms: Default::default(),
                })
                .unwrap(),
            ]
            .concat(),
        );
    }
}
