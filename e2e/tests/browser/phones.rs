//! What phones, networks and clocks do against all expectation, in Chromium and in Firefox: see
//! `e2e/browser/phones.mjs`.

use rollcall_e2e::line::{Fault, Line};
use rollcall_e2e::stranger::Says;
use rollcall_e2e::wait;
use serde_json::{Value, json};

use crate::stage::Stage;
use crate::{LOOKS, WITH_SCRIPT};

pub(crate) const BROWSERS: [&str; 2] = ["chromium", "firefox"];

/// What a device on the way says for the server: all that a page could take for a refusal, or for more.
const STRANGERS: [(u16, Says); 22] = [
    (400, Says::Json),
    (401, Says::Page),
    (403, Says::Json),
    (403, Says::Problem),
    (405, Says::Code),
    (409, Says::OtherSignup),
    (410, Says::Code),
    (410, Says::OtherSignup),
    (413, Says::Json),
    (415, Says::Problem),
    (418, Says::Json),
    (422, Says::Code),
    (422, Says::OtherSignup),
    (428, Says::Code),
    (429, Says::Page),
    (451, Says::Page),
    (511, Says::Page),
    (200, Says::Page),
    (201, Says::OtherReceipt),
    (202, Says::Json),
    (302, Says::Elsewhere),
    (307, Says::Elsewhere),
];

fn one_row_each(stage: &Stage, people: i64) {
    wait::until_equal(("rows", 60), &people, || {
        stage.folder.count("SELECT count(*) FROM signups WHERE state = 'registered'")
    });
    assert_eq!(stage.folder.count("SELECT count(*) FROM signups"), people);
    assert_eq!(stage.folder.count("SELECT count(*) FROM duplicates"), 0);
}

#[test]
fn a_storage_that_goes_loses_nothing_and_keeps_nothing_back() {
    let stage = Stage::with_edge(json!({}));
    let mut people = 0;
    for browser in BROWSERS {
        for (storage, look) in ["dropped", "flaky", "upgraded", "cleared", "broken", "silent", "full"]
            .into_iter()
            .zip(WITH_SCRIPT.into_iter().cycle())
        {
            let line = Line::to(stage.edge());
            let told = json!({ "browser": browser, "storage": storage });
            let mut story = stage.begin("storageGoes", &line.url(), look, told);
            story.go_on_after("filled", || line.cut());
            story.go_on_after("waiting", || line.mend());
            story.ends_well();
            people += 2;
        }
    }
    stage.host.wait_until_all_collected();
    one_row_each(&stage, people);
}

#[test]
fn whoever_had_the_turn_to_send_at_the_venue_holds_nobody_back() {
    let stage = Stage::venue_on_the_network(json!({}));
    for (browser, look) in BROWSERS.into_iter().zip(WITH_SCRIPT) {
        stage.play("deadLease", &stage.venue(), look, json!({ "browser": browser }));
    }
    one_row_each(&stage, 2 * 10);
}

#[test]
fn what_a_network_answers_for_the_server_ends_nothing() {
    let stage = Stage::with_edge(json!({}));
    for (browser, look) in BROWSERS.into_iter().zip(WITH_SCRIPT) {
        let line = Line::to(stage.edge());
        let mut story = stage.begin("strangers", &line.url(), look, json!({ "browser": browser }));
        let faults = STRANGERS.map(|(status, says)| Fault::Stranger(status, says));
        story.go_on_after("filled", || line.fail(&faults));
        story.go_on_after("waiting", || {});
        story.ends_well();
        let attempts = line.attempts();
        assert_eq!(attempts, vec![attempts[0].clone(); STRANGERS.len() + 1], "one id, again and again");
    }
    stage.host.wait_until_all_collected();
    one_row_each(&stage, 2);
}

#[test]
fn a_network_that_answers_everything_hides_nothing_that_the_phone_has() {
    let stage = Stage::with_edge(json!({}));
    let mut people = 0;
    for browser in BROWSERS {
        for ((status, says), look) in [
            (403, Says::Json),
            (404, Says::Page),
            (410, Says::Page),
            (200, Says::Page),
            (302, Says::Elsewhere),
        ]
        .into_iter()
        .zip(WITH_SCRIPT.into_iter().cycle())
        {
            let line = Line::to(stage.edge());
            let mut story = stage.begin("seized", &line.url(), look, json!({ "browser": browser }));
            story.go_on_after("opened", || line.seize(status, says));
            story.go_on_after("waiting", || line.mend());
            story.go_on_after("arrived", || line.seize(status, says));
            story.go_on_after("back", || line.mend());
            story.ends_well();
            people += 1;
        }
    }
    stage.host.wait_until_all_collected();
    one_row_each(&stage, people);
}

#[test]
fn what_a_network_answers_for_a_receipt_cancels_nothing() {
    let stage = Stage::venue_only(json!({}));
    for (browser, look) in BROWSERS.into_iter().zip(WITH_SCRIPT) {
        stage.play("strangersAtReceipt", &stage.venue(), look, json!({ "browser": browser }));
    }
    assert_eq!(stage.folder.count("SELECT count(*) FROM signups WHERE state = 'cancelled'"), 2);
}

#[test]
fn back_from_the_receipt_the_form_is_empty_at_the_edge() {
    let stage = Stage::with_edge(back_questions());
    back_is_empty(&stage, stage.edge(), "edge");
    stage.host.wait_until_all_collected();
    one_row_each(&stage, 2 * 2 * 4);
}

#[test]
fn back_from_the_receipt_the_form_is_empty_at_the_venue() {
    let stage = Stage::venue_on_the_network(back_questions());
    back_is_empty(&stage, &stage.venue(), "venue");
    one_row_each(&stage, 2 * 2 * 4);
}

fn back_questions() -> Value {
    crate::outbox::with_questions()
}

fn back_is_empty(stage: &Stage, server: &str, path: &str) {
    for browser in BROWSERS {
        for look in LOOKS {
            let told = json!({ "browser": browser, "path": path, "memory": true });
            stage.play("backIsEmpty", server, look, told);
        }
    }
}

#[test]
fn entries_of_a_clock_that_was_wrong_go_out_and_nothing_spins() {
    let stage = Stage::with_edge(json!({}));
    for (browser, look) in BROWSERS.into_iter().zip(WITH_SCRIPT) {
        let line = Line::to(stage.edge());
        let mut story = stage.begin("wrongClock", &line.url(), look, json!({ "browser": browser }));
        story.go_on_after("opened", || line.cut());
        story.go_on_after("written", || line.mend());
        story.ends_well();
    }
    stage.host.wait_until_all_collected();
    one_row_each(&stage, 2 * 11);
}
