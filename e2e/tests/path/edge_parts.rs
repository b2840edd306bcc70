//! What becomes of sign-ups where a part behind the worker fails: the Queue refuses or hangs, mail cannot be
//! deposited or names nobody; and what the edge deletes by itself, and when.

use std::fs;
use std::time::{Duration, Instant};

use rollcall_e2e::edge::client;
use rollcall_e2e::host::{Folder, Options, Workshop, now, ok};
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::wait;
use rollcall_shared::workshop::WorkshopId;
use serde_json::{Value, json};

use crate::form::{open, send};
use crate::troubled::Troubled;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

#[test]
fn where_the_queue_refuses_or_hangs_nothing_is_called_received_and_the_same_sign_up_is_taken_later() {
    let edge = Troubled::take();
    let (folder, host, workshop) = edge.host(json!({}));
    let teacher = Teacher::new();
    // The last one is on the queue, and nobody knows: sent again it is the same.
    for (fault, least) in [("fails", 0), ("hangs", 5), ("loses its answer", 5)] {
        edge.play(&json!({ "queue": fault }));
        let (began, refused) = (Instant::now(), teacher.send(edge.url(), workshop.invite_code()));
        let took = began.elapsed();
        assert!((least..least + 4).contains(&took.as_secs()), "{fault}: {took:?}");
        assert_eq!(refused.status(), 503, "{fault}");
        assert_eq!(refused.headers()["retry-after"], "2", "{fault}");
        assert_eq!(refused.headers()["content-type"], "application/problem+json", "{fault}");
        let problem: Value = refused.json().unwrap();
        assert_eq!(
            (&problem["code"], &problem["retry_after"]),
            (&json!("unavailable"), &json!(2)),
            "{fault}"
        );
        assert!(problem["receipt"].is_null(), "{fault}: {problem}");
    }
    // Without script the form comes back with all that was typed, and its seed.
    edge.play(&json!({ "queue": "fails" }));
    let (page, by_form) = (format!("{}/j/{}", edge.url(), workshop.invite_code()), Teacher::new());
    let (_, hidden) = open(&page);
    let refused = send(&page, &hidden, "李伟", &by_form.phone);
    assert_eq!((refused.status().as_u16(), refused.headers()["retry-after"].as_bytes()), (503, &b"2"[..]));
    let html = refused.text().unwrap();
    assert!(html.contains("李伟") && html.contains(&by_form.phone), "{html}");
    assert!(hidden.iter().all(|(_, value)| html.contains(value)), "the same sign-up: {html}");

    edge.mend();
    teacher.sign_up(edge.url(), workshop.invite_code(), 202).wait_for("registered");
    assert_eq!(send(&page, &hidden, "李伟", &by_form.phone).status(), 303);
    wait::until_equal(("rows", 10), &2, || folder.count("SELECT count(*) FROM signups"));
    host.wait_until_all_collected();
    let rows = folder.read("SELECT name FROM signups ORDER BY name", |row| row.get::<_, String>(0));
    assert_eq!(rows, ["李伟", "王芳"]);
    assert_eq!(folder.count("SELECT count(*) FROM duplicates"), 0);
}

#[test]
fn mail_that_cannot_be_deposited_is_a_dead_letter_is_counted_once_and_arrives_all_the_same() {
    let edge = Troubled::take();
    let (folder, host, workshop) = edge.host(json!({}));
    let before = edge.alarms("dead_letters");
    edge.play(&json!({ "objects": "fails" }));
    let people: Vec<_> =
        (0..3).map(|_| Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202)).collect();
    wait::until_equal(("dead letters", 20), &(before + 3), || edge.alarms("dead_letters"));
    // The dead-letter queue delivers them again and again.
    let log = edge.log().matches("dead letters").count();
    wait::until(("they are delivered again", 20), || {
        (edge.log().matches("dead letters").count() > log).then_some(())
    });
    assert_eq!(folder.count("SELECT count(*) FROM signups"), 0);
    edge.mend();
    // After a pause that is as long as the messages are old.
    people.iter().for_each(|receipt| receipt.wait_for_within("registered", 60));
    assert_eq!(edge.alarms("dead_letters"), before + 3);
    assert_eq!(folder.count("SELECT count(*) FROM signups"), 3);
    host.wait_until_all_collected();
}

#[test]
fn mail_that_names_no_workshop_is_kept_counted_and_holds_nobody_up() {
    let edge = Troubled::take();
    let (_folder, host, workshop) = edge.host(json!({}));
    let before = edge.alarms("unaddressed");
    let unique = uuid::Uuid::new_v4();
    for text in [format!("no envelope {unique}"), json!({ "v": 1, "id": unique.to_string() }).to_string()] {
        for _ in 0..2 {
            assert_eq!(edge.deposit_raw(&text).status(), 202);
        }
    }
    Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202).wait_for("registered");
    wait::until_equal(("lost mail", 10), &(before + 2), || edge.alarms("unaddressed"));
    host.wait_until_all_collected();
    // For 90 days, whenever the alarm rings.
    edge.move_clock(89 * DAY_MS);
    assert_eq!(edge.ring("LOST_MAIL", "lost mail")["rings"], true);
    assert_eq!(edge.alarms("unaddressed"), before + 2);
    edge.move_clock(91 * DAY_MS);
    assert_eq!(edge.ring("LOST_MAIL", "lost mail")["rings"], true);
    assert_eq!((edge.alarms("unaddressed"), edge.alarms("dead_letters")), (0, 0));
    assert!(edge.ring("LOST_MAIL", "lost mail")["due"].is_null(), "nothing is left to be deleted");
}

/// Within a minute of `expected`.
fn is_about(due: &Value, expected: i64) -> bool {
    due.as_i64().is_some_and(|due| (due - expected).abs() < 60_000)
}

#[test]
fn acknowledged_mail_is_deleted_after_fourteen_days_and_what_was_not_delivered_is_not() {
    let edge = Troubled::take();
    let (folder, host, workshop) = edge.host(json!({ "ends_at": now() + 30 * DAY_MS }));
    let first = Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202);
    first.wait_for("registered");
    host.wait_until_all_collected();
    assert!(host.stop().success());
    Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202);

    edge.move_clock(14 * DAY_MS - HOUR_MS);
    let early = edge.ring("WORKSHOP", workshop.id());
    assert!(early["rings"] == false && is_about(&early["due"], now() + 14 * DAY_MS), "{early}");
    edge.move_clock(14 * DAY_MS + HOUR_MS);
    assert_eq!(edge.ring("WORKSHOP", workshop.id())["rings"], true);
    // Next comes the end of everything.
    let next = edge.ring("WORKSHOP", workshop.id());
    assert!(next["rings"] == false && is_about(&next["due"], now() + 120 * DAY_MS), "{next}");
    edge.mend();

    let host = folder.start(&Options::on(&edge));
    wait::until_equal(("rows", 20), &2, || folder.count("SELECT count(*) FROM signups"));
    host.wait_until_all_collected();
    let path = format!("/control/workshops/{}/replay", workshop.id());
    let replayed = ok(host.control("POST", &path).json(&json!({ "since": 0 })).send().unwrap());
    assert_eq!(replayed["replayed"], 1, "the first is there no more");
    assert_eq!(first.now()["state"], "registered");
}

#[test]
fn undelivered_mail_and_all_that_belongs_to_a_workshop_is_deleted_ninety_days_after_its_end() {
    let edge = Troubled::take();
    let ends_at = now() + HOUR_MS;
    let (folder, host, workshop) = edge.host(json!({ "ends_at": ends_at }));
    assert!(host.stop().success());
    let receipt = Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202);
    let pull = || {
        let url = format!("{}/v1/host/workshops/{}/messages/pull", edge.url(), workshop.id());
        let body = json!({ "collector": collector(&folder), "visibility_timeout_ms": 1 });
        client().post(url).bearer_auth(drain_key(&folder, &workshop)).json(&body).send().unwrap()
    };
    wait::until_equal(("the mail", 10), &1, || {
        ok(pull())["result"]["message_backlog_count"].as_i64().unwrap()
    });

    edge.move_clock(90 * DAY_MS - HOUR_MS);
    let early = edge.ring("WORKSHOP", workshop.id());
    assert!(early["rings"] == false && is_about(&early["due"], ends_at + 90 * DAY_MS), "{early}");
    assert_eq!(ok(pull())["result"]["message_backlog_count"], 1, "on the 89th day");
    edge.move_clock(90 * DAY_MS + 2 * HOUR_MS);
    assert_eq!(edge.ring("WORKSHOP", workshop.id())["rings"], true);
    let gone = edge.ring("WORKSHOP", workshop.id());
    assert!(gone["due"].is_null() && gone["tables"] == json!([]), "{gone}");
    assert_eq!(pull().status(), 401);
    // The receipt was issued, and names nothing any more.
    let page = client().get(receipt.page()).send().unwrap().text().unwrap();
    assert!(!page.contains("数学教研工作坊") && !page.contains("Maths Teaching"), "{page}");
    // The code's object lets go of it by itself.
    let code = edge.ring("INVITE_CODE", workshop.invite_code());
    assert!(code["rings"] == true && is_about(&code["due"], ends_at + 90 * DAY_MS), "{code}");
    assert_eq!(edge.ring("INVITE_CODE", workshop.invite_code())["tables"], json!([]));
}

#[test]
fn mail_for_a_workshop_that_is_never_published_is_deleted_ninety_days_after_it_came() {
    let edge = Troubled::take();
    let id = WorkshopId::from_random(*uuid::Uuid::new_v4().as_bytes());
    assert_eq!(edge.deposit_raw(&json!({ "workshop": id }).to_string()).status(), 202);
    wait::until(("it is deposited", 10), || edge.ring("WORKSHOP", id.as_str())["due"].as_i64());
    edge.move_clock(90 * DAY_MS - HOUR_MS);
    let early = edge.ring("WORKSHOP", id.as_str());
    assert!(early["rings"] == false && is_about(&early["due"], now() + 90 * DAY_MS), "{early}");
    edge.move_clock(90 * DAY_MS + HOUR_MS);
    assert_eq!(edge.ring("WORKSHOP", id.as_str())["rings"], true);
    assert_eq!(edge.ring("WORKSHOP", id.as_str())["tables"], json!([]));
}

fn drain_key(folder: &Folder, workshop: &Workshop) -> String {
    let keys: Value = serde_json::from_slice(&fs::read(folder.path().join("keys.json")).unwrap()).unwrap();
    keys["workshops"][workshop.id()]["drain_key"].as_str().unwrap().to_owned()
}

/// As whom the folder's host collects.
fn collector(folder: &Folder) -> Value {
    serde_json::from_slice(&fs::read(folder.path().join("installation.json")).unwrap()).unwrap()
}

/// A phone that gives up waits no longer than this edge takes to say no.
#[test]
fn an_edge_that_waits_for_its_queue_answers_others_meanwhile() {
    let edge = Troubled::take();
    let (_folder, _host, workshop) = edge.host(json!({}));
    edge.play(&json!({ "queue": "hangs" }));
    std::thread::scope(|scope| {
        let hanging = scope.spawn(|| Teacher::new().send(edge.url(), workshop.invite_code()).status());
        let began = Instant::now();
        let page = client().get(format!("{}/j/{}", edge.url(), workshop.invite_code())).send().unwrap();
        assert_eq!(page.status(), 200);
        assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
        assert_eq!(hanging.join().unwrap(), 503);
    });
}
