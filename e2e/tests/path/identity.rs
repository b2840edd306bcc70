//! The same sign-up once; other content on its own; one number once on the list, without telling anybody.

use rollcall_e2e::edge::Edge;
use rollcall_e2e::host::{Folder, Host, Options, Workshop};
use rollcall_e2e::teacher::Teacher;
use serde_json::json;

fn set_up() -> (&'static Edge, Folder, Host, Workshop) {
    let edge = Edge::shared();
    let folder = Folder::new();
    let host = folder.start(&Options::on(edge));
    let workshop = host.make_workshop(json!({}));
    (edge, folder, host, workshop)
}

/// Waits until a sign-up sent after all others is stored: then those are decided as well, for the path keeps
/// their order well enough that nothing sent before it is still under way once the mailbox is empty.
fn wait_until_all_arrived(edge: &Edge, folder: &Folder, host: &Host, workshop: &Workshop) {
    Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202).wait_for("registered");
    host.wait_until_all_collected();
    assert_eq!(folder.count("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
}

#[test]
fn the_same_id_twice_is_one_row() {
    let (edge, folder, host, workshop) = set_up();
    let teacher = Teacher::new();
    let first = teacher.sign_up(edge.url(), workshop.invite_code(), 202);
    let second = teacher.sign_up(edge.url(), workshop.invite_code(), 202);
    assert_eq!(first.issued, second.issued, "a repetition is answered like the first");
    first.wait_for("registered");
    teacher.sign_up(edge.url(), workshop.invite_code(), 202).wait_for("registered");
    wait_until_all_arrived(edge, &folder, &host, &workshop);
    assert_eq!(folder.count("SELECT count(*) FROM signups"), 2, "the teacher and the last one");
    assert_eq!(folder.count("SELECT count(*) FROM duplicates"), 0);
}

#[test]
fn the_same_id_with_other_content_is_a_sign_up_of_its_own() {
    let (edge, folder, host, workshop) = set_up();
    let teacher = Teacher::new();
    teacher.sign_up(edge.url(), workshop.invite_code(), 202).wait_for("registered");
    let colleague = Teacher { id: teacher.id.clone(), name: "李伟".into(), ..Teacher::new() };
    colleague.sign_up(edge.url(), workshop.invite_code(), 202);
    colleague.sign_up(edge.url(), workshop.invite_code(), 202);
    wait_until_all_arrived(edge, &folder, &host, &workshop);
    let ids = folder.read("SELECT id FROM signups WHERE name = '李伟'", |row| row.get::<_, String>(0));
    assert_eq!(ids.len(), 1, "once, however often it comes");
    assert_ne!(ids[0], teacher.id);
    assert_eq!(folder.count(&format!("SELECT count(*) FROM signups WHERE id = '{}'", teacher.id)), 1);
}

#[test]
fn one_number_twice_is_answered_alike_and_both_are_seen_inside() {
    let (edge, folder, host, workshop) = set_up();
    let teacher = Teacher::new();
    let first = teacher.sign_up(edge.url(), workshop.invite_code(), 202);
    first.wait_for("registered");
    let again = Teacher { name: "王方".into(), ..teacher.again() };
    let second = again.sign_up(edge.url(), workshop.invite_code(), 202);
    second.wait_for("registered");
    let shape = |receipt: &serde_json::Value| {
        let mut members: Vec<String> = receipt.as_object().unwrap().keys().cloned().collect();
        members.sort();
        members
    };
    assert_eq!(shape(&first.issued), shape(&second.issued));
    assert_eq!(shape(&first.now()), shape(&second.now()));
    wait_until_all_arrived(edge, &folder, &host, &workshop);
    let duplicates = folder.read("SELECT id, original_id FROM duplicates", |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
    });
    assert_eq!(duplicates, [(again.id, teacher.id)]);
    assert_eq!(
        folder.count("SELECT count(*) FROM signups"),
        2,
        "the first with the number, and the last one"
    );
}
