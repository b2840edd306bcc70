//! Publish and change, seen through memory and KV.

use rollcall_e2e::edge::{Edge, client};
use rollcall_e2e::host::{Folder, Options};
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::wait;
use serde_json::{Value, json};

use crate::form::venue;

#[test]
fn a_change_is_seen_through_the_cache() {
    let edge = Edge::shared();
    let folder = Folder::new();
    let host = folder.start(&Options::on(edge));
    let workshop = host.make_workshop(json!({}));
    let title = || {
        let url = format!("{}/v1/workshops/{}", edge.url(), workshop.invite_code());
        client().get(url).send().unwrap().json::<Value>().unwrap()["title"]["en"].clone()
    };
    assert_eq!(title(), "Maths Teaching Workshop");
    host.change_workshop(&workshop, json!({ "title": { "zh": "语文", "en": "Chinese Teaching" } }));
    wait::until_equal(("the changed title", 20), &json!("Chinese Teaching"), title);
    let page =
        client().get(format!("{}/j/{}", edge.url(), workshop.invite_code())).send().unwrap().text().unwrap();
    assert!(page.contains("语文"), "{page}");
}

#[test]
fn publishing_waits_for_the_edge_and_the_venue_page_does_not() {
    let edge = Edge::start();
    edge.stop();
    let folder = Folder::new();
    let host = folder.start(&Options::on(&edge));
    let workshop = host.make_local_workshop(json!({}));
    let venue = venue(&host.status(), &workshop);
    let early = Teacher::new();
    assert_eq!(early.sign_up(&venue, workshop.invite_code(), 201).now()["state"], "registered");

    edge.start_again();
    let url = format!("{}/v1/workshops/{}", edge.url(), workshop.invite_code());
    wait::until(("the workshop is published", 30), || {
        client().get(&url).send().ok().filter(|answer| answer.status() == 200)
    });
    // The same sign-up over both ways is one row.
    early.sign_up(edge.url(), workshop.invite_code(), 202).wait_for_within("registered", 30);
    Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202).wait_for("registered");
    assert_eq!(folder.count("SELECT count(*) FROM signups"), 2);
    assert_eq!(folder.count("SELECT count(*) FROM duplicates"), 0);
}
