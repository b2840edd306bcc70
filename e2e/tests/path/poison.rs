//! Messages that cannot be read end parked, with their bytes, and hold up nobody.

use rollcall_e2e::edge::Edge;
use rollcall_e2e::host::{Folder, Options};
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::wait;
use rollcall_shared::Timestamp;
use rollcall_shared::envelope::Envelope;
use rollcall_shared::signup::SignupForm;
use rollcall_shared::workshop::Workshop as Record;
use serde_json::{Value, json};

#[test]
fn poison_ends_parked_through_redis() {
    poison_ends_parked(false);
}

#[test]
fn poison_ends_parked_without_redis() {
    poison_ends_parked(true);
}

fn poison_ends_parked(direct: bool) {
    let edge = Edge::shared();
    let folder = Folder::new();
    let host = folder.start(&Options { direct, ..Options::on(edge) });
    let workshop = host.make_workshop(json!({}));
    let before = Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202);
    let id = workshop.id();
    let good = sealed(&workshop.record);

    let mut damaged: Value = serde_json::from_str(&good).unwrap();
    let text = damaged["box"].as_str().unwrap().to_owned();
    let (head, tail) = text.split_at(80);
    let other = if tail.starts_with('A') { "B" } else { "A" };
    damaged["box"] = Value::from(format!("{head}{other}{}", &tail[1..]));
    let mut swapped: Value = serde_json::from_str(&good).unwrap();
    swapped["id"] = Value::from(Teacher::new().id);
    let mut newer: Value = serde_json::from_str(&good).unwrap();
    newer["v"] = Value::from(3);
    let garbage = json!({ "workshop": id, "what": "🂡 not an envelope" });
    for poison in [&damaged, &swapped, &newer, &garbage] {
        let answer = edge.deposit_raw(&poison.to_string());
        assert_eq!(answer.status(), 202);
    }

    let after = Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202);
    before.wait_for("registered");
    after.wait_for("registered");
    wait::until_equal(
        ("parked", 20),
        &["box", "malformed", "mismatch", "unknown_version"].map(str::to_owned).to_vec(),
        || folder.read("SELECT reason FROM parked ORDER BY reason", |row| row.get(0)),
    );
    let bytes: Vec<Vec<u8>> =
        folder.read("SELECT bytes FROM parked WHERE reason = 'malformed'", |row| row.get(0));
    assert_eq!(bytes, [garbage.to_string().into_bytes()], "parked as it came");
    host.wait_until_all_collected();

    // The same poison once more is the same poison.
    edge.deposit_raw(&garbage.to_string());
    Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202).wait_for("registered");
    host.wait_until_all_collected();
    assert_eq!(folder.count("SELECT count(*) FROM parked"), 4);
    assert_eq!(folder.count("SELECT count(*) FROM signups"), 3);
}

/// A good envelope to the workshop's key.
fn sealed(record: &Value) -> String {
    let record: Record = serde_json::from_value(record.clone()).unwrap();
    let teacher = Teacher::new();
    let form: SignupForm = serde_json::from_value(teacher.body(record.invite_code.as_str())).unwrap();
    let signup = form.parse(&record).unwrap();
    let mut rng = rand_core::OsRng;
    Envelope::seal_signup(&record, &signup, None, Timestamp::from_millis(rollcall_e2e::host::now()), &mut rng)
        .unwrap()
        .to_text()
}
