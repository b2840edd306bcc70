//! A sign-up is corrected or taken back by whoever holds its receipt, at the edge and at the venue.

use reqwest::blocking::Response;
use rollcall_e2e::edge::{Edge, client};
use rollcall_e2e::host::{Folder, Host, Options, Workshop};
use rollcall_e2e::teacher::{Receipt, Teacher};
use rollcall_e2e::wait;
use serde_json::{Value, json};

use crate::form::venue;

struct Place {
    folder: Folder,
    _host: Host,
    workshop: Workshop,
    /// The address before `/v1/`.
    server: String,
    /// What a kept sign-up is answered with.
    kept: u16,
}

impl Place {
    fn at_the_edge(workshop: Value) -> Self {
        let edge = Edge::shared();
        let folder = Folder::new();
        let host = folder.start(&Options::on(edge));
        let workshop = host.make_workshop(workshop);
        Self { folder, _host: host, workshop, server: edge.url().to_owned(), kept: 202 }
    }

    fn at_the_venue(workshop: Value) -> Self {
        let folder = Folder::new();
        let host = folder.start(&Options::default());
        let workshop = host.make_workshop(workshop);
        let server = venue(&host.status(), &workshop);
        Self { folder, _host: host, workshop, server, kept: 201 }
    }

    fn sign_up(&self, teacher: &Teacher) -> Receipt {
        teacher.sign_up(&self.server, self.workshop.invite_code(), self.kept)
    }

    fn correct(&self, teacher: &Teacher, token: &str) -> Response {
        let mut body = teacher.body(self.workshop.invite_code());
        body["replaces"] = token.into();
        client().post(format!("{}/v1/signups", self.server)).json(&body).send().unwrap()
    }

    fn names(&self, state: &str) -> Vec<String> {
        self.folder.read(&format!("SELECT name FROM signups WHERE state = '{state}'"), |row| row.get(0))
    }
}

#[test]
fn a_correction_takes_the_first_ones_place_at_the_edge() {
    corrected(&Place::at_the_edge(json!({ "capacity": 1 })));
}

#[test]
fn a_correction_takes_the_first_ones_place_at_the_venue() {
    corrected(&Place::at_the_venue(json!({ "capacity": 1 })));
}

fn corrected(place: &Place) {
    let teacher = Teacher { name: "王方".into(), ..Teacher::new() };
    let first = place.sign_up(&teacher);
    first.wait_for("registered");
    let mended = Teacher { name: "王芳".into(), ..teacher.again() };
    // Twice, as after a lost answer.
    for _ in 0..2 {
        assert_eq!(place.correct(&mended, first.token()).status(), place.kept);
    }
    first.wait_for("cancelled");
    wait::until_equal(("the list", 20), &vec!["王芳".to_owned()], || place.names("registered"));
    assert_eq!(place.names("cancelled"), ["王方"]);

    // Only who holds the receipt corrects.
    let forged = format!("{}AAAA", &first.token()[..first.token().len() - 4]);
    let refused = place.correct(&Teacher::new(), &forged);
    assert_eq!(refused.status(), 422);
    let problem: Value = refused.json().unwrap();
    assert_eq!(problem["errors"], json!([{ "field": "replaces", "code": "token" }]));
}

#[test]
fn a_cancellation_frees_the_seat_for_who_waits_at_the_edge() {
    cancelled(&Place::at_the_edge(json!({ "capacity": 1, "waiting_list": true })));
}

#[test]
fn a_cancellation_frees_the_seat_for_who_waits_at_the_venue() {
    cancelled(&Place::at_the_venue(json!({ "capacity": 1, "waiting_list": true })));
}

fn cancelled(place: &Place) {
    let first = place.sign_up(&Teacher::new());
    first.wait_for("registered");
    let waiting = place.sign_up(&Teacher { name: "李伟".into(), ..Teacher::new() });
    waiting.wait_for("waitlisted");
    first.cancel();
    first.cancel();
    first.wait_for("cancelled");
    waiting.wait_for("registered");
    assert_eq!(
        (place.names("registered"), place.names("cancelled")),
        (vec!["李伟".into()], vec!["王芳".into()])
    );

    // The form on the receipt, without script.
    let answer = client().post(format!("{}/cancel?lang=en", waiting.page())).send().unwrap();
    assert_eq!(answer.status(), 303);
    let location = answer.headers()["location"].to_str().unwrap();
    assert!(location.contains("/r/") && location.contains("lang=en"), "{location}");
    waiting.wait_for("cancelled");

    let forged = format!("{}AAAA", &first.page()[..first.page().len() - 4]);
    assert_eq!(client().post(format!("{forged}/cancel")).send().unwrap().status(), 404);
    assert_eq!(client().delete(forged.replace("/r/", "/v1/receipts/")).send().unwrap().status(), 404);
}
