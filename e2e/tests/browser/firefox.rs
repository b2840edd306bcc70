//! Stock Firefox, as Debian ships it, over WebDriver BiDi: no Background Sync, another service worker,
//! another database, another engine for patterns and for the memory of *Back*. What Chromium plays as well is
//! told in `main.rs` and `outbox.rs`.

use rollcall_e2e::edge::client;
use rollcall_e2e::line::{Fault, Line};
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::wait;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::stage::Stage;
use crate::{LOOKS, WITH_SCRIPT};

/// Firefox, and what else a story is told.
fn firefox(with: Value) -> Value {
    let mut told = json!({ "browser": "firefox" });
    told.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
    told
}

#[test]
fn a_teacher_signs_up_at_the_edge() {
    let stage = Stage::with_edge(json!({}));
    for look in LOOKS {
        stage.play("signUp", stage.edge(), look, firefox(json!({ "path": "edge" })));
    }
    wait::until_equal(("rows", 60), &4, || {
        stage.folder.count("SELECT count(*) FROM signups WHERE path = 'edge'")
    });
}

#[test]
fn a_teacher_signs_up_at_the_venue() {
    let stage = Stage::venue_only(json!({}));
    for look in LOOKS {
        stage.play("signUp", &stage.venue(), look, firefox(json!({ "path": "venue" })));
    }
    assert_eq!(stage.folder.count("SELECT count(*) FROM signups WHERE state = 'registered'"), 4);
}

#[test]
fn without_a_network_the_page_opens_and_what_two_people_send_goes_out_by_itself() {
    let stage = Stage::with_edge(json!({}));
    for (look, rows) in WITH_SCRIPT.into_iter().zip([0, 2]) {
        let line = Line::to(stage.edge());
        let mut story = stage.begin("cut", &line.url(), look, firefox(json!({})));
        story.go_on_after("opened", || line.cut());
        story.go_on_after("waiting", || {
            assert!(line.attempts().is_empty(), "nothing came through");
            assert_eq!(stage.folder.count("SELECT count(*) FROM signups"), rows);
            line.mend();
        });
        story.ends_well();
    }
    stage.host.wait_until_all_collected();
    assert_eq!(stage.folder.count("SELECT count(*) FROM signups WHERE state = 'registered'"), 4);
    assert_eq!(stage.folder.count("SELECT count(*) FROM duplicates"), 0);
}

#[test]
fn without_a_network_the_venues_page_keeps_it() {
    let stage = Stage::venue_only(json!({}));
    for look in WITH_SCRIPT {
        stage.play("noNetwork", &stage.venue(), look, firefox(json!({})));
    }
    assert_eq!(stage.folder.count("SELECT count(*) FROM signups"), 2);
    assert_eq!(stage.folder.count("SELECT count(*) FROM duplicates"), 0);
}

#[test]
fn a_lost_answer_is_asked_for_again_under_the_same_id() {
    let stage = Stage::with_edge(json!({}));
    for (look, faults) in
        WITH_SCRIPT.into_iter().zip([[Fault::BeforeAnswer; 2], [Fault::InsideAnswer, Fault::BeforeAnswer]])
    {
        let line = Line::to(stage.edge());
        let mut story = stage.begin("lostAnswer", &line.url(), look, firefox(json!({})));
        story.go_on_after("filled", || line.fail(&faults));
        story.ends_well();
        let attempts = line.attempts();
        assert_eq!(attempts, vec![attempts[0].clone(); 3], "the same three times");
        let row = format!("SELECT count(*) FROM signups WHERE id = '{}'", attempts[0]);
        wait::until_equal(("rows", 60), &1, || stage.folder.count(&row));
    }
    stage.host.wait_until_all_collected();
    assert_eq!(stage.folder.count("SELECT count(*) FROM signups"), 2);
    assert_eq!(stage.folder.count("SELECT count(*) FROM duplicates"), 0);
}

#[test]
fn a_receipt_says_received_until_the_laptop_has_it() {
    let stage = Stage::with_edge(json!({}));
    let locked = Connection::open(stage.folder.database()).unwrap();
    for look in WITH_SCRIPT {
        // The host takes nothing that it cannot write.
        locked.execute_batch("BEGIN IMMEDIATE").unwrap();
        let mut story = stage.begin("receivedFirst", stage.edge(), look, firefox(json!({})));
        story.go_on_after("received", || locked.execute_batch("ROLLBACK").unwrap());
        story.ends_well();
    }
    assert_eq!(stage.folder.count("SELECT count(*) FROM signups WHERE state = 'registered'"), 2);
}

#[test]
fn without_the_internet_an_entry_goes_over_the_venues_network() {
    let stage = Stage::with_edge(crate::outbox::with_questions());
    let facts = format!("{}/v1/workshops/{}", stage.edge(), stage.workshop.invite_code());
    wait::until_equal(("the venue page in the record", 30), &json!(stage.venue()), || {
        client().get(&facts).send().unwrap().json::<Value>().unwrap()["venue"].clone()
    });
    let line = Line::to(stage.edge());
    let told = firefox(json!({ "venue": stage.venue() }));
    let mut story = stage.begin("overVenue", &line.url(), LOOKS[0], told);
    story.go_on_after("filled", || line.cut());
    story.go_on_after("sent", || line.mend());
    story.ends_well();
    crate::outbox::one_row_each(&stage, "venue", 1);
    let ids: Vec<String> = stage.folder.read("SELECT id FROM signups", |row| row.get(0));
    assert_eq!(line.attempts(), ids, "one id on every way");
}

#[test]
fn the_desk_takes_the_code_off_its_screen() {
    let stage = Stage::with_edge(crate::outbox::with_questions());
    let line = Line::to(stage.edge());
    let pin = crate::desk::open_desk(&stage, &stage.workshop);
    let told = firefox(json!({ "desk": stage.venue(), "pin": pin }));
    let mut story = stage.begin("codeAtDesk", &line.url(), LOOKS[1], told);
    story.go_on_after("filled", || line.cut());
    story.go_on_after("taken", || line.mend());
    story.ends_well();
    crate::outbox::one_row_each(&stage, "desk", 1);
}

/// With resistFingerprinting a page sees noise in place of what it draws.
#[test]
fn a_browser_that_hides_pictures_from_pages_has_the_laptop_read_them() {
    let stage = Stage::venue_only(json!({}));
    for look in WITH_SCRIPT {
        let pin = crate::desk::open_desk(&stage, &stage.workshop);
        let code = crate::desk::entry(&crate::desk::record(&stage.workshop), &Teacher::new());
        let told = json!({ "hidesPictures": true, "pin": pin, "entry": code.to_digits() });
        stage.play("hiddenPictures", &stage.venue(), look, firefox(told));
    }
    assert_eq!(stage.folder.count("SELECT count(*) FROM signups WHERE path = 'desk'"), 2);
}

#[test]
fn back_and_reload_send_nothing_twice() {
    let stage = Stage::venue_only(json!({}));
    for look in WITH_SCRIPT {
        stage.play("backForAColleague", &stage.venue(), look, firefox(json!({})));
    }
    assert_eq!(stage.folder.count("SELECT count(*) FROM signups WHERE state = 'registered'"), 4);
    assert_eq!(stage.folder.count("SELECT count(*) FROM duplicates"), 0);
}

#[test]
fn a_phone_that_keeps_nothing_says_so_and_sends_at_once() {
    let stage = Stage::with_edge(json!({}));
    stage.play("notKept", stage.edge(), LOOKS[0], firefox(json!({ "keepsNothing": true })));
    stage.host.wait_until_all_collected();
    assert_eq!(stage.folder.count("SELECT count(*) FROM signups WHERE state = 'registered'"), 1);
}

#[test]
fn mistakes_are_explained_while_one_types() {
    let stage = Stage::venue_only(json!({}));
    for look in WITH_SCRIPT {
        stage.play("mistakes", &stage.venue(), look, firefox(json!({})));
    }
    assert_eq!(stage.folder.count("SELECT count(*) FROM signups"), 0);
}

#[test]
fn the_golden_vectors_hold() {
    let stage = Stage::venue_only(json!({}));
    stage.play("vectors", &stage.venue(), LOOKS[0], firefox(crate::golden_vectors()));
}

#[test]
fn a_network_that_goes_on_the_way_to_the_receipt_hides_nothing() {
    let stage = Stage::with_edge(json!({}));
    let line = Line::to(stage.edge());
    let mut story = stage.begin("cutOnTheWay", &line.url(), LOOKS[0], firefox(json!({})));
    story.go_on_after("filled", || line.fail(&[Fault::AfterAnswer]));
    story.go_on_after("seen", || line.mend());
    story.ends_well();
    wait::until_equal(("rows", 60), &1, || stage.folder.count("SELECT count(*) FROM signups"));
}
