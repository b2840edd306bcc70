//! *Deleted N days after the workshop*, by the engine alone: the clock is moved, nobody has a window.

use std::collections::BTreeSet;

use rollcall_e2e::edge::Edge;
use rollcall_e2e::host::{Folder, Host, Options, Workshop, now};
use rollcall_e2e::leaks::Leaks;
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::wait;
use serde_json::{Value, json};

const DAY: i64 = 24 * 60 * 60 * 1000;
const YEARS: i64 = 5 * 365 * DAY;
const NAME: &str = "Zebuniso Yusupova";
const PHONE: &str = "13987698765";

/// A host whose clock is ahead by so much, and which trusts a clock that goes evenly for a moment.
fn start(folder: &Folder, edge: &Edge, ahead: i64) -> Host {
    let failpoints = format!("patience=return(100);clock=return({ahead})");
    folder.start(&Options { failpoints: Some(&failpoints), ..Options::on(edge) })
}

/// What the status command says of a workshop.
fn status(host: &Host, workshop: &Workshop) -> Option<Value> {
    let status = host.status();
    status["workshops"].as_array().unwrap().iter().find(|one| one["id"] == workshop.id()).cloned()
}

/// Waits until it is announced, and returns the announcement.
fn announced(host: &Host, workshop: &Workshop) -> Value {
    wait::until("it is announced", || {
        status(host, workshop).map(|one| one["deletion"].clone()).filter(Value::is_object)
    })
}

#[test]
fn a_due_list_is_announced_and_goes_where_nobody_has_a_window() {
    let edge = Edge::shared();
    let folder = Folder::new();
    let host = start(&folder, edge, 0);
    let (due, stays) = (host.make_workshop(json!({ "retention_days": 10 })), host.make_workshop(json!({})));
    let teacher = Teacher { name: NAME.into(), phone: PHONE.into(), ..Teacher::new() };
    let receipt = teacher.sign_up(edge.url(), due.invite_code(), 202);
    receipt.wait_for("registered");
    Teacher::new().sign_up(edge.url(), stays.invite_code(), 202).wait_for("registered");
    let delete_by = due.record["ends_at"].as_i64().unwrap() + 10 * DAY;
    let one = status(&host, &due).unwrap();
    assert_eq!((&one["delete_by"], &one["deletion"]), (&json!(delete_by), &Value::Null));
    assert!(host.stop().success());

    let host = start(&folder, edge, 5 * DAY);
    let deletion = announced(&host, &due);
    let expected = (&json!(delete_by), &json!("week"), &json!(1));
    assert_eq!((&deletion["at"], &deletion["stage"], &deletion["entries"]), expected);
    assert_eq!(status(&host, &stays).unwrap()["deletion"], Value::Null);
    let log = host.log();
    assert!(log.contains("the list is deleted on ") && !log.contains(NAME) && !log.contains(PHONE), "{log}");
    assert!(host.stop().success());

    // A clock that is wrong by years announces, and is not believed; nor is what it announced.
    let host = start(&folder, edge, YEARS);
    wait::until("it is announced anew", || (announced(&host, &due)["stage"] == "day").then_some(()));
    announced(&host, &stays);
    assert!(host.stop().success());
    let host = start(&folder, edge, 5 * DAY);
    wait::until_equal("the day of before", &json!(delete_by), || announced(&host, &due)["at"].clone());
    wait::until_equal("the other one is far", &Value::Null, || {
        status(&host, &stays).unwrap()["deletion"].clone()
    });
    assert_eq!(folder.count("SELECT count(*) FROM signups"), 2);
    assert!(host.stop().success());

    // Off on the day; at the next start it goes, with everything that an erasure takes along.
    let host = start(&folder, edge, 14 * DAY);
    wait::until_equal("it is gone", &true, || status(&host, &due).is_none());
    let done = wait::until("it is said", || host.status()["deleted"].as_array()?.first().cloned());
    assert_eq!((&done["workshop"], &done["entries"]), (&json!(due.id()), &json!(1)));
    wait::until_equal("finished", &1, || {
        folder.count("SELECT count(*) FROM erased_workshops WHERE done = 1")
    });
    assert_eq!(Teacher::new().send(edge.url(), due.invite_code()).status(), 410);
    Teacher::new().sign_up(edge.url(), stays.invite_code(), 202);
    wait::until_equal("the other list goes on", &2, || folder.count("SELECT count(*) FROM signups"));
    assert!(host.stop().success());
    assert!(Leaks::of([NAME, PHONE]).none_below(folder.path()) > 0, "nothing to search");
    let events: BTreeSet<String> =
        folder.read("SELECT what FROM events", |row| row.get(0)).into_iter().collect();
    assert!(events.contains("deletion announced") && events.contains("workshop erased"), "{events:?}");
}

#[test]
fn a_list_that_was_never_announced_stays_for_another_day_and_other_days_put_it_off() {
    let folder = Folder::new();
    let edge = Edge::shared();
    let host = start(&folder, edge, 0);
    // More than a week ahead: nothing is announced yet.
    let workshop = host.make_workshop(json!({ "retention_days": 30 }));
    Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202).wait_for("registered");
    assert!(host.stop().success());

    // The laptop was off for two months.
    let host = start(&folder, edge, 60 * DAY);
    let deletion = announced(&host, &workshop);
    let day_after = now() + 61 * DAY;
    let at = deletion["at"].as_i64().unwrap();
    assert!(at > day_after - DAY / 24 && at <= day_after && deletion["stage"] == "day", "{deletion}");

    // Other days, which the pages say, are the only thing that puts it off; who was told earlier is counted.
    let longer = host.change_workshop(&workshop, json!({ "retention_days": 90 }));
    wait::until_equal("put off", &Value::Null, || status(&host, &longer).unwrap()["deletion"].clone());
    let told = &status(&host, &longer).unwrap()["told_earlier"];
    let by = workshop.record["ends_at"].as_i64().unwrap() + 30 * DAY;
    assert_eq!((&told["people"], &told["by"]), (&json!(1), &json!(by)));
    assert!(host.log().contains("tell them"), "{}", host.log());
    let shorter = host.change_workshop(&workshop, json!({ "retention_days": 30 }));
    assert_eq!(announced(&host, &shorter)["stage"], "day");
    assert_eq!(status(&host, &shorter).unwrap()["told_earlier"], Value::Null);
    assert!(host.stop().success());
    let host = start(&folder, edge, 61 * DAY + DAY / 24);
    wait::until_equal("it is gone", &0, || folder.count("SELECT count(*) FROM workshops"));
    assert!(host.stop().success());
}
