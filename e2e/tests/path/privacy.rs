//! Between the edge and the laptop nobody can read a name or a number: KV, Queue, mailbox, Redis and logs are
//! searched.

use std::fs;
use std::path::Path;

use rollcall_e2e::edge::{Edge, client};
use rollcall_e2e::host::{Folder, Options};
use rollcall_e2e::teacher::Teacher;
use serde_json::json;

#[test]
fn no_name_and_no_number_stands_anywhere_on_the_way() {
    let edge = Edge::shared();
    let folder = Folder::new();
    let workshop = {
        let host = folder.start(&Options::on(edge));
        let workshop = host.make_workshop(json!({}));
        assert!(host.stop().success());
        workshop
    };
    // Killed once the mail stands in Redis, before it is read.
    let doomed = folder.start(&Options { failpoints: Some("after_stream_add=return"), ..Options::on(edge) });
    let name = "Xiangyata Quvondiqov";
    let teacher = Teacher { name: name.into(), phone: "13987612345".into(), ..Teacher::new() };
    let receipt = teacher.sign_up(edge.url(), workshop.invite_code(), 202);
    let mut correction = teacher.again().body(workshop.invite_code());
    correction["replaces"] = receipt.token().into();
    let corrected = client().post(format!("{}/v1/signups", edge.url())).json(&correction).send().unwrap();
    assert_eq!(corrected.status(), 202);
    receipt.cancel();
    doomed.killed_by_itself();
    // Requests that fail must not be logged with what they held.
    client()
        .post(format!("{}/v1/signups", edge.url()))
        .json(&json!({ "name": name, "phone": "13987612345x" }))
        .send()
        .unwrap();

    for (what, path) in [("the edge's state", edge.state()), ("Redis's files", folder.path().join("redis"))] {
        let searched = search(&path, &[name, "13987612345"]);
        assert!(searched > 0, "{what}: nothing to search at {}", path.display());
    }
    for secret in [name, "13987612345"] {
        assert!(!edge.log().contains(secret), "the edge's log holds {secret}");
    }

    let host = folder.start(&Options::on(edge));
    rollcall_e2e::wait::until_equal(("rows", 10), &2, || folder.count("SELECT count(*) FROM signups"));
    for secret in [name, "13987612345"] {
        assert!(!host.log().contains(secret), "the host's log holds {secret}");
    }
}

/// Searches every file below `path`; returns how many there were.
pub(crate) fn search(path: &Path, secrets: &[&str]) -> usize {
    if path.is_dir() {
        return fs::read_dir(path).unwrap().map(|entry| search(&entry.unwrap().path(), secrets)).sum();
    }
    // Files come and go while workerd runs.
    let Ok(bytes) = fs::read(path) else { return 0 };
    for secret in secrets {
        let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "{} holds {secret}", path.display());
    }
    1
}
