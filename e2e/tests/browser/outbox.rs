//! A sign-up that its phone cannot send: by its code at the desk, over the venue's network, and later by
//! itself; always one row.

use rollcall_e2e::edge::{Edge, client};
use rollcall_e2e::line::{Fault, Line};
use rollcall_e2e::wait;
use rollcall_shared::entry_code::EntryCode;
use rollcall_shared::envelope::Opened;
use rollcall_shared::seal::SecretKey;
use rollcall_shared::signup::SignupForm;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::Workshop;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::desk::{open_desk, record};
use crate::stage::Stage;
use crate::{LOOKS, WITH_SCRIPT};

/// A question of each kind whose answer can be written in more ways than one.
pub(crate) fn with_questions() -> Value {
    let text = |zh: &str, en: &str| json!({ "zh": zh, "en": en });
    let option = |key: &str, zh: &str, en: &str| json!({ "key": key, "label": text(zh, en) });
    json!({ "questions": [
        { "key": "school", "label": text("学校", "School"), "required": true, "kind": "text", "max_chars": 40 },
        { "key": "days", "label": text("哪几天来", "Which days"), "required": true, "kind": "many",
          "options": [option("sat", "周六", "Saturday"), option("sun", "周日", "Sunday")] },
        { "key": "photo", "label": text("同意拍照", "Photographs are fine"), "kind": "checkbox" },
    ] })
}

#[test]
fn what_the_page_seals_is_the_message_that_the_edge_would_send() {
    let stage = Stage::with_edge(with_questions());
    // The key is the test's own: the host's stays where it is.
    let key = SecretKey::from_bytes([9; 32]);
    let workshop = Workshop { key: key.public(), ..record(&stage.workshop) };
    let people = [
        ("王芳", "13800138000"),
        (" 古丽•阿不都热合曼  ", "+86 138-0013-8001"),
        ("Zoe\u{308} d’Arc", "１３８ ００１３ ８００２"),
        ("𠮷田 花子", "+852 9123 4567"),
    ];
    let signups: Vec<Value> = (0..40)
        .map(|i| {
            let (name, phone) = people[i % people.len()];
            json!({
                "id": Uuid::new_v4().to_string(), "invite_code": workshop.invite_code, "name": name, "phone": phone,
                "answers": { "school": "第 “一” 中学\\", "days": ["sat", "sun"], "photo": true },
                "form_version": workshop.form_version, "filled_at": 1_700_000_000_000_i64 + 1000 * i64::try_from(i).unwrap(),
            })
        })
        .collect();
    let to = json!({
        "workshop": workshop.id, "key_id": workshop.key.key_id, "notice_version": workshop.notice.version,
        "x25519": workshop.key.x25519.map(|byte| format!("{byte:02x}")).concat(),
    });
    let told = json!({ "signups": signups, "to": to });
    let mut story = stage.begin("sealed", stage.edge(), LOOKS[0], told);
    story.hears(|made| {
        let made = made.as_array().unwrap().clone();
        assert_eq!(made.len(), signups.len());
        for (signup, made) in signups.iter().zip(made) {
            let text = made["text"].as_str().unwrap();
            let Opened::Signup(opened) = EntryCode::parse(text).unwrap().message().open(&key).unwrap() else {
                panic!("a cancellation");
            };
            let form: SignupForm = serde_json::from_value(signup.clone()).unwrap();
            let direct = form.parse(&workshop).unwrap();
            assert_eq!(opened.signup, direct, "what comes over the internet is the same");
            assert_eq!((&opened.workshop, opened.replaces), (&workshop.id, None));
            assert_eq!(opened.notice_version, workshop.notice.version);
            assert_eq!(made["short_code"], SignupId::parse(&form.id).unwrap().short_code());
        }
    });
    story.ends_well();
}

#[test]
fn while_the_edges_queue_refuses_the_phone_keeps_the_entry_and_sends_it_by_itself_once_it_takes_it() {
    let edge = Edge::start();
    let stage = Stage::on(&edge, json!({ "proof": "off" }));
    for look in WITH_SCRIPT {
        let mut story = stage.begin("queueRefuses", stage.edge(), look, json!({}));
        story.go_on_after("filled", || {
            edge.play(&json!({ "queue": "fails" }));
        });
        story.go_on_after("waiting", || {
            edge.play(&json!({ "reset": true }));
        });
        story.ends_well();
    }
    wait::until_equal(("rows", 10), &2, || stage.folder.count("SELECT count(*) FROM signups"));
    assert_eq!(stage.folder.count("SELECT count(*) FROM duplicates"), 0);
}

#[test]
fn without_a_network_the_desk_takes_the_code_off_the_screen() {
    let stage = Stage::with_edge(with_questions());
    for (look, rows) in WITH_SCRIPT.into_iter().zip(1..) {
        let line = Line::to(stage.edge());
        let pin = open_desk(&stage, &stage.workshop);
        let told = json!({ "desk": stage.venue(), "pin": pin });
        let mut story = stage.begin("codeAtDesk", &line.url(), look, told);
        story.go_on_after("filled", || line.cut());
        story.go_on_after("taken", || {
            assert_eq!(stage.folder.count("SELECT count(*) FROM signups WHERE path = 'desk'"), rows);
            line.mend();
        });
        story.ends_well();
        assert!(!line.attempts().is_empty(), "the phone has sent it, too");
    }
    one_row_each(&stage, "desk", WITH_SCRIPT.len());
}

#[test]
fn without_the_internet_an_entry_goes_over_the_venues_network() {
    let stage = Stage::with_edge(with_questions());
    let facts = format!("{}/v1/workshops/{}", stage.edge(), stage.workshop.invite_code());
    wait::until_equal(("the venue page in the record", 30), &json!(stage.venue()), || {
        client().get(&facts).send().unwrap().json::<Value>().unwrap()["venue"].clone()
    });
    for (look, rows) in WITH_SCRIPT.into_iter().zip(1..) {
        let line = Line::to(stage.edge());
        let mut story = stage.begin("overVenue", &line.url(), look, json!({ "venue": stage.venue() }));
        story.go_on_after("filled", || line.cut());
        story.go_on_after("sent", || {
            assert_eq!(stage.folder.count("SELECT count(*) FROM signups WHERE path = 'venue'"), rows);
            line.mend();
        });
        story.ends_well();
        let ids: Vec<String> = stage.folder.read("SELECT id FROM signups", |row| row.get(0));
        let attempts = line.attempts();
        assert!(!attempts.is_empty() && attempts.iter().all(|id| ids.contains(id)), "one id on every way");
    }
    one_row_each(&stage, "venue", WITH_SCRIPT.len());
}

/// All that was sent has arrived, and whatever came second has changed nothing.
pub(crate) fn one_row_each(stage: &Stage, path: &str, people: usize) {
    stage.host.wait_until_all_collected();
    let answers = json!({ "days": ["sat", "sun"], "photo": true, "school": "一 中" }).to_string();
    let rows: Vec<(String, String)> =
        stage.folder.read("SELECT path, answers FROM signups", |row| Ok((row.get(0)?, row.get(1)?)));
    assert_eq!(rows, vec![(path.to_owned(), answers); people]);
    assert_eq!(stage.folder.count("SELECT count(*) FROM duplicates"), 0);
    assert_eq!(stage.folder.count("SELECT count(*) FROM parked"), 0);
}

#[test]
fn the_page_does_the_work_that_the_edge_asks_for() {
    let stage = Stage::with_edge(json!({ "proof": "on" }));
    for look in WITH_SCRIPT {
        stage.play("proven", Edge::shared().url(), look, json!({}));
    }
    stage.host.wait_until_all_collected();
    assert_eq!(stage.folder.count("SELECT count(*) FROM signups WHERE state = 'registered'"), 2);
}

#[test]
fn one_page_on_two_phones_is_two_sign_ups() {
    let stage = Stage::venue_only(json!({}));
    for look in [LOOKS[0], LOOKS[3]] {
        stage.play("onePageTwoPhones", &stage.venue(), look, json!({}));
    }
    assert_eq!(stage.folder.count("SELECT count(*) FROM signups WHERE state = 'registered'"), 4);
    assert_eq!(stage.folder.count("SELECT count(*) FROM duplicates"), 0);
}

#[test]
fn back_and_reload_send_nothing_twice() {
    let stage = Stage::venue_only(json!({}));
    for look in LOOKS {
        stage.play("backForAColleague", &stage.venue(), look, json!({}));
    }
    assert_eq!(stage.folder.count("SELECT count(*) FROM signups WHERE state = 'registered'"), 8);
    assert_eq!(stage.folder.count("SELECT count(*) FROM duplicates"), 0);
}

#[test]
fn a_phone_that_keeps_nothing_says_so_and_sends_at_once() {
    let stage = Stage::with_edge(json!({}));
    for look in WITH_SCRIPT {
        stage.play("notKept", stage.edge(), look, json!({ "keepsNothing": true }));
    }
    stage.host.wait_until_all_collected();
    assert_eq!(stage.folder.count("SELECT count(*) FROM signups WHERE state = 'registered'"), 2);
}

#[test]
fn who_taps_before_the_storage_is_open_sees_what_waits_and_that_nothing_can_be_kept() {
    let stage = Stage::with_edge(json!({}));
    for (look, rows) in WITH_SCRIPT.into_iter().zip(1..) {
        let line = Line::to(stage.edge());
        let mut story = stage.begin("tappedEarly", &line.url(), look, json!({}));
        story.go_on_after("filled", || line.cut());
        story.go_on_after("waiting", || line.mend());
        story.ends_well();
        wait::until_equal(("rows", 60), &rows, || stage.folder.count("SELECT count(*) FROM signups"));
    }
}

#[test]
fn a_network_that_goes_on_the_way_to_the_receipt_hides_nothing() {
    let stage = Stage::with_edge(json!({}));
    for (look, rows) in WITH_SCRIPT.into_iter().zip(1..) {
        let line = Line::to(stage.edge());
        let mut story = stage.begin("cutOnTheWay", &line.url(), look, json!({}));
        story.go_on_after("filled", || line.fail(&[Fault::AfterAnswer]));
        story.go_on_after("seen", || line.mend());
        story.ends_well();
        wait::until_equal(("rows", 60), &rows, || stage.folder.count("SELECT count(*) FROM signups"));
    }
}
