//! The phone's page in a real Chromium and in Firefox, against the real edge and the real venue page:
//! `e2e/browser/stories.mjs` says what people do there, and each test here prepares a workshop, has a story
//! played and looks into the database.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod desk;
mod earlier;
mod firefox;
mod offline;
mod outbox;
mod phones;
mod stage;
mod verdicts;

use rollcall_e2e::host::now;
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::wait;
use rusqlite::Connection;
use serde_json::{Value, json};

use stage::{Look, Stage};

/// Both languages, light and dark, with script and without: every value of each at least once with every
/// other's.
const LOOKS: [Look; 4] = [
    Look { language: "zh", scheme: "light", script: true },
    Look { language: "en", scheme: "dark", script: true },
    Look { language: "zh", scheme: "dark", script: false },
    Look { language: "en", scheme: "light", script: false },
];
const WITH_SCRIPT: [Look; 2] = [LOOKS[0], LOOKS[1]];

#[test]
fn a_teacher_signs_up_at_the_edge() {
    let stage = Stage::with_edge(json!({}));
    for look in LOOKS {
        stage.play("signUp", stage.edge(), look, json!({ "path": "edge" }));
    }
    wait::until_equal(("rows", 60), &4, || {
        stage.folder.count("SELECT count(*) FROM signups WHERE path = 'edge'")
    });
}

#[test]
fn a_teacher_signs_up_at_the_venue() {
    let stage = Stage::venue_only(json!({}));
    for look in LOOKS {
        stage.play("signUp", &stage.venue(), look, json!({ "path": "venue" }));
    }
    assert_eq!(stage.folder.count("SELECT count(*) FROM signups WHERE state = 'registered'"), 4);
}

#[test]
fn mistakes_are_explained_where_they_are() {
    let stage = Stage::venue_only(json!({}));
    for look in LOOKS {
        stage.play("mistakes", &stage.venue(), look, json!({}));
    }
    assert_eq!(stage.folder.count("SELECT count(*) FROM signups"), 0);
}

#[test]
fn a_workshops_own_questions_are_answered() {
    let text = |zh: &str, en: &str| json!({ "zh": zh, "en": en });
    let option = |key: &str, zh: &str, en: &str| json!({ "key": key, "label": text(zh, en) });
    let questions = json!([
        { "key": "school", "label": text("学校", "School"), "required": true, "kind": "text", "max_chars": 40 },
        { "key": "stage", "label": text("学段", "Stage"), "required": true, "kind": "choice",
          "options": [option("primary", "小学", "Primary"), option("middle", "初中", "Middle school")] },
        { "key": "days", "label": text("哪几天来", "Which days"), "required": true, "kind": "many",
          "options": [option("sat", "周六", "Saturday"), option("sun", "周日", "Sunday")] },
        { "key": "photo", "label": text("同意拍照", "Photographs are fine"), "required": true, "kind": "checkbox" },
    ]);
    let stage = Stage::venue_only(json!({ "questions": questions }));
    for look in LOOKS {
        stage.play("questions", &stage.venue(), look, json!({}));
    }
    let answers = json!({ "days": ["sat", "sun"], "photo": true, "school": "一 中", "stage": "middle" });
    let stored: Vec<String> = stage.folder.read("SELECT DISTINCT answers FROM signups", |row| row.get(0));
    assert_eq!(stored, [answers.to_string()], "with script and without, the same answers");
    assert_eq!(stage.folder.count("SELECT count(*) FROM signups"), 4);
}

#[test]
fn a_sign_up_is_corrected_at_the_edge() {
    let stage = Stage::with_edge(json!({}));
    corrected(&stage, stage.edge(), [LOOKS[0], LOOKS[3]]);
}

#[test]
fn a_sign_up_is_corrected_at_the_venue() {
    let stage = Stage::venue_only(json!({}));
    corrected(&stage, &stage.venue(), [LOOKS[1], LOOKS[2]]);
}

fn corrected(stage: &Stage, server: &str, looks: [Look; 2]) {
    for look in looks {
        stage.play("correct", server, look, json!({}));
    }
    let names = |state: &str| -> Vec<String> {
        stage.folder.read(&format!("SELECT name FROM signups WHERE state = '{state}'"), |row| row.get(0))
    };
    assert_eq!(
        (names("registered"), names("cancelled")),
        (vec!["王芳".to_owned(); 2], vec!["王方".to_owned(); 2])
    );
}

#[test]
fn a_sign_up_is_cancelled_at_the_edge_and_made_again() {
    let stage = Stage::with_edge(json!({}));
    cancelled(&stage, stage.edge(), [LOOKS[1], LOOKS[2]]);
}

#[test]
fn a_sign_up_is_cancelled_at_the_venue_and_made_again() {
    let stage = Stage::venue_only(json!({}));
    cancelled(&stage, &stage.venue(), [LOOKS[0], LOOKS[3]]);
}

fn cancelled(stage: &Stage, server: &str, looks: [Look; 2]) {
    for look in looks {
        stage.play("cancel", server, look, json!({}));
    }
    assert_eq!(stage.folder.count("SELECT count(*) FROM signups WHERE state = 'registered'"), 2);
    assert_eq!(stage.folder.count("SELECT count(*) FROM signups WHERE state = 'cancelled'"), 2);
    assert_eq!(stage.folder.count("SELECT count(*) FROM duplicates"), 0);
}

#[test]
fn a_full_workshop_says_so() {
    let stage = Stage::venue_only(json!({ "capacity": 1 }));
    Teacher::new().sign_up(&stage.venue(), stage.workshop.invite_code(), 201);
    for look in LOOKS {
        let mut story = stage.begin("seatless", &stage.venue(), look, json!({ "state": "full" }));
        story.go_on_after("waiting", || {});
        story.ends_well();
    }
}

#[test]
fn who_waits_gets_the_seat_that_comes_free() {
    for look in [LOOKS[0], LOOKS[3]] {
        let stage = Stage::venue_only(json!({ "capacity": 1, "waiting_list": true }));
        let first = Teacher::new().sign_up(&stage.venue(), stage.workshop.invite_code(), 201);
        let mut story = stage.begin("seatless", &stage.venue(), look, json!({ "state": "waiting" }));
        story.go_on_after("waiting", || assert_eq!(first.cancel()["state"], "cancelled"));
        story.ends_well();
    }
}

#[test]
fn what_is_not_open_is_said_at_the_edge_and_at_the_venue() {
    let stage = Stage::with_edge(json!({}));
    let day = 86_400_000;
    let closed = stage.host.make_workshop(json!({ "starts_at": now() - 2 * day, "ends_at": now() - day }));
    let not_yet = stage.host.make_workshop(json!({ "opens_at": now() + day / 2 }));
    let join = |code: &str| format!("/j/{code}");
    let messages = [
        ("closed", join(closed.invite_code()), 410, 410),
        ("notYet", join(not_yet.invite_code()), 200, 200),
        ("unknown", join("ABCD-23456"), 404, 404),
    ];
    for (look, (says, address, at_the_edge, at_the_venue)) in LOOKS.into_iter().cycle().zip(&messages) {
        let told = |status: u16, path: &str| json!({ "address": address, "status": status, "says": says, "path": path });
        stage.play("message", stage.edge(), look, told(*at_the_edge, "edge"));
        let workshop = if *says == "notYet" { &not_yet } else { &closed };
        stage.play("message", &stage.venue_of(workshop), look, told(*at_the_venue, "venue"));
    }
    let told = json!({ "address": "/r/nothing/here", "status": 404, "says": "nothing" });
    stage.play("message", stage.edge(), LOOKS[0], told.clone());
    stage.play("message", &stage.venue(), LOOKS[3], told);
}

#[test]
fn without_a_network_nothing_is_lost_and_nothing_doubled() {
    let stage = Stage::venue_only(json!({}));
    for look in WITH_SCRIPT {
        stage.play("noNetwork", &stage.venue(), look, json!({}));
    }
    assert_eq!(stage.folder.count("SELECT count(*) FROM signups"), 2);
    assert_eq!(stage.folder.count("SELECT count(*) FROM duplicates"), 0);
}

#[test]
fn while_the_database_is_locked_the_page_says_not_yet() {
    let stage = Stage::venue_only(json!({}));
    let locked = Connection::open(stage.folder.database()).unwrap();
    for look in LOOKS {
        let mut story = stage.begin("notNow", &stage.venue(), look, json!({}));
        story.go_on_after("open", || locked.execute_batch("BEGIN IMMEDIATE").unwrap());
        story.go_on_after("refused", || {
            locked.execute_batch("ROLLBACK").unwrap();
            // The writer looks by itself whether the disk takes writes again.
            wait::until(("the venue takes sign-ups", 30), || {
                let answer = Teacher::new().send(&stage.venue(), stage.workshop.invite_code());
                Some(()).filter(|()| answer.status() == 201)
            });
        });
        story.ends_well();
    }
}

#[test]
fn a_double_tap_sends_once() {
    let stage = Stage::venue_only(json!({}));
    stage.play("twice", &stage.venue(), LOOKS[0], json!({}));
    assert_eq!(stage.folder.count("SELECT count(*) FROM signups"), 1);
}

#[test]
fn every_refusal_has_its_words() {
    let stage = Stage::venue_only(json!({}));
    for look in WITH_SCRIPT {
        stage.play("refusals", &stage.venue(), look, json!({}));
    }
}

#[test]
fn the_golden_vectors_hold_in_chromium() {
    let stage = Stage::venue_only(json!({}));
    stage.play("vectors", &stage.venue(), LOOKS[0], golden_vectors());
}

fn golden_vectors() -> Value {
    let vectors: Value = serde_json::from_str(include_str!("../../../shared/tests/vectors.json")).unwrap();
    json!({ "phones": vectors["phones"], "names": vectors["names"] })
}
