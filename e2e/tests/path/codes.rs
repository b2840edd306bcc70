//! Codes that are unknown, mistyped, retired, renewed.

use rollcall_e2e::edge::{Edge, client};
use rollcall_e2e::host::{Folder, Options};
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::wait;
use serde_json::{Value, json};

fn look_up(edge: &Edge, code: &str) -> (u16, Value) {
    let answer = client().get(format!("{}/v1/workshops/{code}", edge.url())).send().unwrap();
    (answer.status().as_u16(), answer.json().unwrap())
}

fn page_status(edge: &Edge, code: &str) -> u16 {
    client().get(format!("{}/j/{code}", edge.url())).send().unwrap().status().as_u16()
}

#[test]
fn an_unknown_code_is_404_everywhere() {
    let edge = Edge::shared();
    assert_eq!(look_up(edge, "WXYZ-98765").0, 404);
    assert_eq!(look_up(edge, "WXYZ-98765").1["code"], "unknown_code");
    assert_eq!(page_status(edge, "WXYZ-98765"), 404);
    let refused = Teacher::new().send(edge.url(), "WXYZ-98765");
    assert_eq!(refused.status(), 404);
    assert_eq!(refused.json::<Value>().unwrap()["code"], "unknown_code");
}

#[test]
fn a_code_is_read_as_people_type_it_and_a_mistyped_one_is_refused() {
    let edge = Edge::shared();
    let folder = Folder::new();
    let host = folder.start(&Options::on(edge));
    let workshop = host.make_workshop(json!({}));
    let typed = workshop.invite_code().to_lowercase().replace('-', "");
    assert_eq!(look_up(edge, &typed).0, 200);
    Teacher::new().sign_up(edge.url(), &typed, 202).wait_for("registered");
    let mistyped = workshop.invite_code().replacen(|c: char| c.is_ascii_alphabetic(), "0", 1);
    assert_eq!(look_up(edge, &mistyped).0, 404);
    assert_eq!(page_status(edge, &mistyped), 404);
    let refused = Teacher::new().send(edge.url(), &mistyped);
    assert!(matches!(refused.status().as_u16(), 404 | 422), "{}", refused.status());
}

#[test]
fn a_retired_workshop_is_closed_and_what_it_took_is_delivered() {
    let edge = Edge::shared();
    let folder = Folder::new();
    let host = folder.start(&Options::on(edge));
    let workshop = host.make_workshop(json!({}));
    let receipt = Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202);
    host.retire(&workshop);
    wait::until_equal(("the closed code", 20), &410, || look_up(edge, workshop.invite_code()).0);
    assert_eq!(look_up(edge, workshop.invite_code()).1["code"], "closed");
    assert_eq!(page_status(edge, workshop.invite_code()), 410);
    assert_eq!(Teacher::new().send(edge.url(), workshop.invite_code()).status(), 410);
    receipt.wait_for("registered");
}

#[test]
fn a_renewed_code_takes_over_and_the_old_one_closes() {
    let edge = Edge::shared();
    let folder = Folder::new();
    let host = folder.start(&Options::on(edge));
    let old = host.make_workshop(json!({}));
    let new = host.renew_code(&old);
    assert_ne!(old.invite_code(), new.invite_code());
    wait::until_equal(("the new code", 20), &200, || look_up(edge, new.invite_code()).0);
    wait::until_equal(("the old code", 20), &410, || look_up(edge, old.invite_code()).0);
    Teacher::new().sign_up(edge.url(), new.invite_code(), 202).wait_for("registered");
    assert_eq!(folder.count("SELECT count(*) FROM workshops"), 1);
}
