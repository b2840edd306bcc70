//! What phones read of their receipts at the edge when two laptops speak of them.

use std::fs;

use rollcall_e2e::edge::{Edge, client};
use rollcall_e2e::host::{Folder, Options, Workshop, ok};
use rollcall_e2e::teacher::Teacher;
use serde_json::{Value, json};

fn drain_key(folder: &Folder, workshop: &Workshop) -> String {
    let keys: Value = serde_json::from_slice(&fs::read(folder.path().join("keys.json")).unwrap()).unwrap();
    keys["workshops"][workshop.id()]["drain_key"].as_str().unwrap().to_owned()
}

/// Revisions are times of the laptop that sends them: another one's clock may be ahead or behind, and it may
/// still be at work on what it had in hand when it was relieved.
#[test]
fn what_the_collector_says_stands_whatever_another_laptop_sends_later() {
    let edge = Edge::shared();
    let folder = Folder::new();
    let host = folder.start(&Options::on(edge));
    let workshop = host.make_workshop(json!({}));
    let receipt = Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202);
    receipt.wait_for("registered");
    host.wait_until_all_collected();
    let key = drain_key(&folder, &workshop);
    assert!(host.stop().success());

    let at = format!("{}/v1/host/workshops/{}", edge.url(), workshop.id());
    let say = |collector: Option<&str>, id: &Value, state: &str, rev: i64| {
        let update = json!({ "id": id, "state": state, "see_desk": false, "rev": rev });
        let mut body = json!({ "receipts": [update] });
        if let Some(id) = collector {
            body["collector"] = json!({ "id": id, "name": "A laptop" });
        }
        ok(client().post(format!("{at}/receipts")).bearer_auth(&key).json(&body).send().unwrap());
    };
    let take_over = |id: &str| {
        let body = json!({ "collector": { "id": id, "name": "A laptop" } });
        ok(client().post(format!("{at}/takeover")).bearer_auth(&key).json(&body).send().unwrap());
    };
    let (id, far) = (&receipt.issued["id"], 1 << 52);
    take_over("second");
    // Its clock is behind that of the first, by much.
    say(Some("second"), id, "cancelled", 5);
    assert_eq!(receipt.now()["state"], "cancelled");
    say(Some("first"), id, "registered", far);
    assert_eq!(receipt.now()["state"], "cancelled", "a laptop that was relieved");
    say(Some("second"), id, "waitlisted", 4);
    assert_eq!(receipt.now()["state"], "cancelled", "an older word of the same laptop");
    say(Some("second"), id, "waitlisted", 6);
    assert_eq!(receipt.now()["state"], "waitlisted");
    // Who registered somebody at the venue without collecting says so until the collector does.
    let at_venue = Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202);
    say(Some("first"), &at_venue.issued["id"], "registered", 7);
    say(Some("first"), &at_venue.issued["id"], "cancelled", 8);
    assert_eq!(at_venue.now()["state"], "cancelled");
    say(Some("second"), &at_venue.issued["id"], "registered", 1);
    assert_eq!(at_venue.now()["state"], "registered");
    take_over("first");
    say(Some("first"), id, "registered", 1);
    assert_eq!(receipt.now()["state"], "registered");
    // A program from before laptops said who they are.
    say(None, id, "cancelled", far);
    assert_eq!(receipt.now()["state"], "cancelled");
    say(None, id, "waitlisted", 9);
    assert_eq!(receipt.now()["state"], "cancelled");
}

/// The other one may have cancelled somebody, which no mail tells of.
#[test]
fn who_takes_over_has_every_receipt_say_what_its_own_list_says() {
    let edge = Edge::shared();
    let folder = Folder::new();
    let host = folder.start(&Options::on(edge));
    let workshop = host.make_workshop(json!({}));
    let receipt = Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202);
    receipt.wait_for("registered");
    host.wait_until_all_collected();

    let at = format!("{}/v1/host/workshops/{}", edge.url(), workshop.id());
    let post = |path: &str, body: Value| {
        let request = client().post(format!("{at}{path}")).bearer_auth(drain_key(&folder, &workshop));
        ok(request.json(&body).send().unwrap())
    };
    let other = json!({ "id": "other", "name": "Another laptop" });
    post("/takeover", json!({ "collector": other }));
    let cancelled = json!({ "id": receipt.issued["id"], "state": "cancelled", "see_desk": false, "rev": 1 });
    post("/receipts", json!({ "collector": other, "receipts": [cancelled] }));
    assert_eq!(receipt.now()["state"], "cancelled");

    let take_over = format!("/control/workshops/{}/takeover", workshop.id());
    ok(host.control("POST", &take_over).send().unwrap());
    receipt.wait_for("registered");
    assert!(host.stop().success());
}
