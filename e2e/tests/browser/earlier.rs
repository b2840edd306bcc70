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

    let workshop = told["workshop"].as_str().unwrap();
    for (language, [school, lunch]) in [("zh", ["学校", "午餐"]), ("en", ["School", "Lunch"])] {
        let answers = answers(&folder, workshop, language, [school, lunch]);
        // What was asked under a key before is not known any more: the answers stand apart, as they came.
        let then = |key: &str| match language {
            "zh" => format!("{key}（现为：{}）", if key == "o1" { "荤" } else { "素" }),
            // As a text for spreadsheets, which would see more in it.
            _ => format!("=\"{key} (now: {})\"", if key == "o1" { "With meat" } else { "Without meat" }),
        };
        let now = |key: &str| match (language, key) {
            ("zh", "o1") => "荤",
            ("zh", _) => "素",
            (_, "o1") => "With meat",
            _ => "Without meat",
        };
        let expected = [
            ("8001", ["", ""].map(str::to_owned), ["一中".to_owned(), then("o1")]),
            ("8002", ["", ""].map(str::to_owned), ["二中".to_owned(), then("o2")]),
            ("8003", ["", ""].map(str::to_owned), ["三中".to_owned(), then("o2")]),
            ("8004", ["四中", now("o1")].map(str::to_owned), [String::new(), String::new()]),
            ("8005", ["五中", now("o2")].map(str::to_owned), [String::new(), String::new()]),
            ("8006", ["六中", now("o2")].map(str::to_owned), [String::new(), String::new()]),
        ];
        let expected = expected.map(|(number, now, then)| (number.to_owned(), (now, then)));
        assert_eq!(answers, BTreeMap::from(expected), "{language}");
    }
    drop(host);
}

/// Lays out one folder of the archive.
fn unpack(made: &Path, name: &str, to: &Path) {
    let mut tar = Command::new("tar");
    tar.arg("-xzf").arg(made.join("edge-and-host.tar.gz")).arg("--strip-components=1").arg("-C").arg(to);
    assert!(tar.arg(name).status().unwrap().success());
}

/// The list as a file: by the number's end, what stands under the questions, and under what nobody knows to be
/// theirs.
fn answers(
    folder: &Folder,
    workshop: &str,
    language: &str,
    questions: [&str; 2],
) -> BTreeMap<String, ([String; 2], [String; 2])> {
    let file = folder.path().join(format!("list-{language}.csv"));
    let mut export = Command::new(place("ROLLCALL_HOST_BIN", "target/release/rollcall-host"));
    export.arg("export").arg("--data-dir").arg(folder.path()).args(["--language", language]);
    assert!(export.arg(workshop).arg(&file).status().unwrap().success());
    let mut rows = csv::ReaderBuilder::new().has_headers(false).from_path(file).unwrap().into_records();
    let head = rows.next().unwrap().unwrap();
    let place = |heading: &dyn Fn(&str) -> bool| head.iter().position(heading).unwrap();
    let now = questions.map(|question| place(&|cell| cell == question));
    let then = questions.map(|question| place(&|cell| cell != question && cell.starts_with(question)));
    rows.map(|row| {
        let row = row.unwrap();
        let cells = |places: [usize; 2]| places.map(|place| row[place].to_owned());
        let digits: String = row[1].chars().filter(char::is_ascii_digit).collect();
        (digits[9..].to_owned(), (cells(now), cells(then)))
    })
    .collect()
}
