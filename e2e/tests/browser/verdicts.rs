//! What becomes of a sign-up that the server does not take, that comes after the end, or that outlives the
//! page that wrote it.

use rollcall_e2e::edge::client;
use rollcall_e2e::host::{now, ok};
use rollcall_e2e::line::{Fault, Line};
use rollcall_e2e::wait;
use serde_json::json;

use crate::WITH_SCRIPT;
use crate::outbox::with_questions;
use crate::stage::Stage;

#[test]
fn an_unknown_code_is_asked_for_during_two_minutes_then_needs_a_look() {
    let stage = Stage::with_edge(json!({}));
    for look in WITH_SCRIPT {
        let line = Line::to(stage.edge());
        let mut story = stage.begin("unknownCode", &line.url(), look, json!({}));
        story.go_on_after("filled", || line.fail(&[Fault::Status(404); 200]));
        story.go_on_after("attention", || line.mend());
        story.ends_well();
    }
    wait::until_equal(("rows", 60), &2, || stage.folder.count("SELECT count(*) FROM signups"));
}

#[test]
fn what_is_too_large_is_said_and_mended_at_the_edge_and_at_the_venue() {
    let stage = Stage::with_edge(with_questions());
    let venue = stage.venue();
    for (look, server) in WITH_SCRIPT.into_iter().zip([stage.edge(), venue.as_str()]) {
        stage.play("tooLarge", server, look, json!({}));
    }
    wait::until_equal(("rows", 60), &2, || stage.folder.count("SELECT count(*) FROM signups"));
}

#[test]
fn what_waits_when_a_workshop_is_ended_is_seen_and_sent_once_that_is_taken_back() {
    let stage = Stage::with_edge(json!({}));
    let facts = format!("{}/v1/workshops/{}", stage.edge(), stage.workshop.invite_code());
    let is_at_the_edge = |status: u16| {
        wait::until_equal(("the edge's answer", 30), &status, || {
            client().get(&facts).send().unwrap().status().as_u16()
        });
    };
    for look in WITH_SCRIPT {
        let line = Line::to(stage.edge());
        let mut story = stage.begin("endedMeanwhile", &line.url(), look, json!({}));
        story.go_on_after("filled", || line.cut());
        story.go_on_after("waiting", || {
            stage.host.retire(&stage.workshop);
            is_at_the_edge(410);
            line.mend();
        });
        story.go_on_after("closed", || {
            let resume = format!("/control/workshops/{}/resume", stage.workshop.id());
            ok(stage.host.control("POST", &resume).send().unwrap());
            is_at_the_edge(200);
        });
        story.ends_well();
    }
    wait::until_equal(("rows", 60), &2, || stage.folder.count("SELECT count(*) FROM signups"));
    assert_eq!(stage.folder.count("SELECT count(*) FROM duplicates"), 0);
}

#[test]
fn what_was_filled_in_before_closing_is_sent_from_the_closed_page() {
    for look in WITH_SCRIPT {
        let stage = Stage::with_edge(json!({}));
        let line = Line::to(stage.edge());
        let mut story = stage.begin("closedMeanwhile", &line.url(), look, json!({}));
        story.go_on_after("filled", || line.cut());
        story.go_on_after("away", || {
            let facts = format!("{}/v1/workshops/{}", stage.edge(), stage.workshop.invite_code());
            let closes_at = now();
            stage.host.change_workshop(&stage.workshop, json!({ "closes_at": closes_at }));
            wait::until_equal(("the time of closing at the edge", 30), &json!(closes_at), || {
                client().get(&facts).send().unwrap().json::<serde_json::Value>().unwrap()["closes_at"].clone()
            });
            line.mend();
        });
        story.ends_well();
        wait::until_equal(("rows", 60), &1, || {
            stage.folder.count("SELECT count(*) FROM signups WHERE flags LIKE '%late%'")
        });
    }
}

#[test]
fn a_new_version_of_the_page_drops_nothing_that_waits() {
    let stage = Stage::with_edge(json!({}));
    let line = Line::to(stage.edge());
    let mut story = stage.begin("newVersion", &line.url(), WITH_SCRIPT[0], json!({}));
    story.go_on_after("filled", || line.cut());
    story.go_on_after("waiting", || {
        line.mend();
        line.serve_newer();
    });
    story.ends_well();
    wait::until_equal(("rows", 60), &1, || stage.folder.count("SELECT count(*) FROM signups"));
}

#[test]
fn of_many_workshops_a_phone_keeps_the_pages_seen_last() {
    let stage = Stage::with_edge(json!({}));
    stage.play("manyWorkshops", stage.edge(), WITH_SCRIPT[0], json!({}));
}

#[test]
fn after_the_page_was_closed_the_browser_sends_what_waits() {
    let stage = Stage::with_edge(json!({}));
    for ((look, storage), rows) in WITH_SCRIPT.into_iter().zip(["", "flaky"]).zip(1..) {
        let line = Line::to(stage.edge());
        let mut story = stage.begin("wokenToSend", &line.url(), look, json!({ "storage": storage }));
        story.go_on_after("filled", || line.cut());
        story.go_on_after("closed", || {
            assert_eq!(stage.folder.count("SELECT count(*) FROM signups"), rows - 1);
            line.mend();
        });
        story.go_on_after("woken", || {
            wait::until_equal(("rows", 60), &rows, || stage.folder.count("SELECT count(*) FROM signups"));
        });
        story.ends_well();
    }
    assert_eq!(stage.folder.count("SELECT count(*) FROM duplicates"), 0);
}
