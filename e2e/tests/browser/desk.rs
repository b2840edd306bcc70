//! The desk in a real Chromium, at a phone's size: plain HTTP, no service worker, with script and without.

use rand_core::OsRng;
use rollcall_e2e::edge::Edge;
use rollcall_e2e::host::{Workshop as Made, ok, text};
use rollcall_e2e::teacher::Teacher;
use rollcall_shared::Timestamp;
use rollcall_shared::entry_code::EntryCode;
use rollcall_shared::envelope::Envelope;
use rollcall_shared::signup::SignupForm;
use rollcall_shared::workshop::{Workshop, WorkshopId};
use serde_json::{Value, json};

use crate::stage::Stage;
use crate::{LOOKS, WITH_SCRIPT};

/// Opens a workshop's desk; its PIN.
pub(crate) fn open_desk(stage: &Stage, workshop: &Made) -> String {
    let path = format!("/control/workshops/{}/desk", workshop.id());
    text(&ok(stage.host.control("POST", &path).send().unwrap()), "pin").to_owned()
}

/// What a phone without a network shows for a sign-up.
pub(crate) fn entry(workshop: &Workshop, teacher: &Teacher) -> EntryCode {
    let body = teacher.body(workshop.invite_code.as_str());
    let form: SignupForm = serde_json::from_value(body).unwrap();
    let signup = form.parse(workshop).unwrap();
    let now = Timestamp::from_millis(rollcall_e2e::host::now());
    EntryCode::new(Envelope::seal_signup(workshop, &signup, None, now, &mut OsRng).unwrap())
}

pub(crate) fn record(made: &Made) -> Workshop {
    serde_json::from_value(made.record.clone()).unwrap()
}

#[test]
fn a_helper_signs_people_up_one_after_another() {
    let stage = Stage::venue_only(json!({}));
    let workshop = record(&stage.workshop);
    let elsewhere = Workshop { id: WorkshopId::from_random([5; 16]), ..workshop.clone() };
    for look in LOOKS {
        let pin = open_desk(&stage, &stage.workshop);
        let people: Vec<Value> =
            ["古丽·阿不都热合曼", "李伟"].map(|name| json!([name, Teacher::new().phone])).into();
        let new = || entry(&workshop, &Teacher::new());
        // By a scanner from a phone with an older page, and by photographs of phones with today's.
        let entries = [new().message().to_text(), new().to_digits(), new().to_digits()];
        let other = entry(&elsewhere, &Teacher::new()).to_digits();
        let told = json!({ "pin": pin, "people": people, "entries": entries, "other": other });
        stage.play("desk", &stage.venue(), look, told);
    }
    // Two by the form, one by a scanner, two by photographs.
    assert_eq!(
        stage.folder.count("SELECT count(*) FROM signups WHERE path = 'desk' AND device IS NOT NULL"),
        4 * 5
    );
    let names = "SELECT count(DISTINCT desks.name) FROM signups JOIN desks ON desks.id = device";
    assert_eq!(stage.folder.count(names), 4);
}

#[test]
fn a_desk_that_the_host_ends_keeps_what_was_typed() {
    let stage = Stage::venue_only(json!({}));
    for look in WITH_SCRIPT {
        let pin = open_desk(&stage, &stage.workshop);
        let mut story = stage.begin("deskEnded", &stage.venue(), look, json!({ "pin": pin }));
        story.go_on_after("filled", || drop(open_desk(&stage, &stage.workshop)));
        story.ends_well();
    }
    assert_eq!(stage.folder.count("SELECT count(*) FROM signups"), 0);
}

#[test]
fn one_sign_up_over_the_internet_at_the_venue_and_by_its_code_is_one_row() {
    let stage = Stage::with_edge(json!({}));
    let teacher = Teacher::new();
    let code = entry(&record(&stage.workshop), &teacher);
    let (old, new) = (code.message().to_text(), code.to_digits());
    let pin = open_desk(&stage, &stage.workshop);
    let people = json!([["李伟", Teacher::new().phone], ["赵敏", Teacher::new().phone]]);
    let other =
        entry(&Workshop { id: WorkshopId::from_random([5; 16]), ..record(&stage.workshop) }, &Teacher::new());
    let told =
        json!({ "pin": pin, "people": people, "entries": [old, new, new], "other": other.to_digits() });
    // By a scanner, and by a photograph of the same code.
    stage.play("desk", &stage.venue(), LOOKS[0], told);
    teacher.sign_up(&stage.venue(), stage.workshop.invite_code(), 201);
    teacher.sign_up(Edge::shared().url(), stage.workshop.invite_code(), 202).wait_for("registered");
    stage.host.wait_until_all_collected();
    assert_eq!(stage.folder.count("SELECT count(*) FROM signups"), 3);
    assert_eq!(stage.folder.count("SELECT count(*) FROM duplicates"), 0);
}
