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

/// Answers of a busy laptop overtake each other, and what was not answered is sent again.
#[test]
fn revisions_of_one_laptop_in_any_order_and_any_number_of_times_end_at_the_highest() {
    let edge = Edge::shared();
    let folder = Folder::new();
    let host = folder.start(&Options::on(edge));
    let workshop = host.make_workshop(json!({ "proof": "off" }));
    let key = drain_key(&folder, &workshop);
    assert!(host.stop().success());
    let collector: Value =
        serde_json::from_slice(&fs::read(folder.path().join("installation.json")).unwrap()).unwrap();
    let url = format!("{}/v1/host/workshops/{}/receipts", edge.url(), workshop.id());
    let say = |updates: &[Value]| {
        let body = json!({ "collector": collector, "receipts": updates });
        ok(client().post(&url).bearer_auth(&key).json(&body).send().unwrap());
    };
    let states = ["registered", "waitlisted", "cancelled", "registered"];
    for order in orders(states.len()) {
        let receipt = Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202);
        let update = |rev: &usize| {
            let see_desk = *rev == states.len() - 1;
            json!({ "id": receipt.issued["id"], "state": states[*rev], "see_desk": see_desk, "rev": rev + 1 })
        };
        let updates: Vec<Value> = order.iter().map(update).collect();
        // One after the other, the highest so far stands; then all at once, and once more.
        for (sent, one) in updates.iter().enumerate() {
            say(std::slice::from_ref(one));
            let highest = order[..=sent].iter().max().unwrap();
            assert_eq!(receipt.now()["state"], states[*highest], "{order:?} after {sent}");
        }
        say(&updates);
        say(&updates[..1]);
        let now = receipt.now();
        assert_eq!((&now["state"], &now["see_desk"]), (&json!("registered"), &json!(true)), "{order:?}");
        // The same revision with another word is no newer word.
        let other = json!({ "id": receipt.issued["id"], "state": "cancelled", "see_desk": false, "rev": 4 });
        say(&[other]);
        assert_eq!(receipt.now()["state"], "registered", "{order:?}");
    }
}

/// All orders of so many things.
fn orders(things: usize) -> Vec<Vec<usize>> {
    let Some(last) = things.checked_sub(1) else { return vec![Vec::new()] };
    let longer = |order: Vec<usize>| {
        (0..things).map(move |place| {
            let mut longer = order.clone();
            longer.insert(place, last);
            longer
        })
    };
    orders(last).into_iter().flat_map(longer).collect()
}
