//! A sign-up posted to the edge stands in the host's database, and the teacher learns of it.

use rollcall_e2e::edge::Edge;
use rollcall_e2e::host::{Folder, Options, text};
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::wait;
use serde_json::json;

#[test]
fn a_sign_up_reaches_the_database_through_redis() {
    a_sign_up_reaches_the_database(false);
}

#[test]
fn a_sign_up_reaches_the_database_without_redis() {
    a_sign_up_reaches_the_database(true);
}

fn a_sign_up_reaches_the_database(direct: bool) {
    let edge = Edge::shared();
    let folder = Folder::new();
    let host = folder.start(&Options { direct, ..Options::on(edge) });
    let workshop = host.make_workshop(json!({}));
    let teacher = Teacher { name: " 古丽•阿依 ".into(), ..Teacher::new() };

    let receipt = teacher.sign_up(edge.url(), workshop.invite_code(), 202);
    assert_eq!(receipt.issued["state"], "received", "nothing may be called registered before COMMIT");
    assert_eq!(text(&receipt.issued, "short_code").len(), 7);
    receipt.wait_for("registered");

    let rows = folder.read("SELECT id, workshop_id, phone, name, state, path FROM signups", |row| {
        (0..6).map(|i| row.get(i)).collect::<Result<Vec<String>, _>>()
    });
    let phone = format!("+86{}", teacher.phone);
    assert_eq!(
        rows,
        [[teacher.id.as_str(), workshop.id(), &phone, "古丽·阿依", "registered", "edge"].map(str::to_owned)]
    );
    host.wait_until_all_collected();
    wait::until(("the edge's figures beside the laptop's", 60), || {
        host.metric("rollcall_edge_alarms{kind=\"dead_letters\"}")?;
        host.metric("rollcall_edge_cache{look_up=\"memory_hit\"}")
    });
    assert!(host.stop().success());
}

#[test]
fn seats_run_out_and_the_receipt_says_so() {
    let edge = Edge::shared();
    let folder = Folder::new();
    let host = folder.start(&Options::on(edge));
    let workshop = host.make_workshop(json!({ "capacity": 2, "waiting_list": true }));
    let receipts: Vec<_> =
        (0..4).map(|_| Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202)).collect();
    wait::until_equal(("rows", 10), &4, || folder.count("SELECT count(*) FROM signups"));
    assert_eq!(folder.count("SELECT count(*) FROM signups WHERE state = 'registered'"), 2);
    let mut states: Vec<String> = receipts
        .iter()
        .map(|receipt| {
            wait::until(("a state", 20), || {
                Some(receipt.now()["state"].as_str()?.to_owned()).filter(|s| s != "received")
            })
        })
        .collect();
    states.sort();
    assert_eq!(states, ["registered", "registered", "waitlisted", "waitlisted"]);
}

#[test]
fn answers_to_the_workshops_questions_are_kept() {
    let edge = Edge::shared();
    let folder = Folder::new();
    let host = folder.start(&Options::on(edge));
    let label = json!({ "zh": "学校", "en": "School" });
    let question =
        json!({ "key": "school", "label": label, "required": true, "kind": "text", "max_chars": 40 });
    let workshop = host.make_workshop(json!({ "questions": [question] }));
    let teacher = Teacher::new();
    let refused = teacher.send(edge.url(), workshop.invite_code());
    assert_eq!(refused.status(), 422);
    let problem: serde_json::Value = refused.json().unwrap();
    assert_eq!(problem["errors"], json!([{ "field": "answers.school", "code": "required" }]));

    let mut body = teacher.body(workshop.invite_code());
    body["answers"] = json!({ "school": " 一  中 " });
    let answer =
        rollcall_e2e::edge::client().post(format!("{}/v1/signups", edge.url())).json(&body).send().unwrap();
    assert_eq!(answer.status(), 202);
    wait::until_equal(("the answers", 20), &vec![json!({ "school": "一 中" }).to_string()], || {
        folder.read("SELECT answers FROM signups", |row| row.get(0))
    });
}
