//! Between phone and database nobody can read a name or a number: KV, mailbox, Redis, the Queue's bodies,
//! addresses, headers, figures and logs are searched, for every way to write them (`e2e/src/leaks.rs`).

use rollcall_e2e::edge::{Edge, client};
use rollcall_e2e::host::{Folder, Host, Options, Workshop, text};
use rollcall_e2e::leaks::Leaks;
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::wait;
use serde_json::json;

use crate::form::{open, send, venue};

/// Names of three scripts, and numbers of theirs alone.
const PEOPLE: [(&str, &str); 3] = [
    ("欧阳若溪", "13987612345"),
    ("古丽·阿不都热合曼", "13987612346"),
    ("Xiangyata Quvondiqov", "13987612347"),
];

fn secrets() -> Leaks {
    Leaks::of(PEOPLE.into_iter().flat_map(|(name, phone)| [name, phone]))
}

#[test]
fn no_name_and_no_number_stands_anywhere_on_the_way() {
    // Its own: what passes is listened to.
    let (edge, folder, leaks) = (Edge::start(), Folder::new(), secrets());
    let workshop = {
        let host = folder.start(&Options::on(&edge));
        let workshop = host.make_workshop(json!({}));
        assert!(host.stop().success());
        workshop
    };
    edge.listen();
    // Killed once the mail stands in Redis, before it is read.
    let doomed = folder.start(&Options { failpoints: Some("after_stream_add=return"), ..Options::on(&edge) });
    let rows = everybody_signs_up(edge.url(), &workshop, &leaks, 202);
    let receipt = Teacher { name: PEOPLE[0].0.into(), phone: PEOPLE[0].1.into(), ..Teacher::new() }.sign_up(
        edge.url(),
        workshop.invite_code(),
        202,
    );
    receipt.cancel();
    doomed.killed_by_itself();
    assert!(leaks.none_below(&folder.path().join("redis")) > 0, "nothing to search in Redis's files");
    assert!(leaks.none_below(edge.folder()) > 0, "nothing to search at the edge");

    // As talkative as anybody can make it.
    let mut command = folder.command(&Options::on(&edge));
    let host = folder.start_as(command.env("RUST_LOG", "debug"));
    everybody_signs_up(&venue(&host.status(), &workshop), &workshop, &leaks, 201);
    wait::until_equal("rows", &i64::try_from(2 * rows + 1).unwrap(), || {
        folder.count("SELECT (SELECT count(*) FROM signups) + (SELECT count(*) FROM duplicates)")
    });
    host.wait_until_all_collected();
    for (what, said) in figures(&host, &edge) {
        leaks.none_in(what, said);
    }
    leaks.none_in("the host's log", host.log());
    leaks.none_in("the edge's log", edge.log());
    leaks.none_below(edge.folder());
    leaks.none_below(&folder.path().join("redis"));

    let passed = edge.passed();
    let bodies = passed.iter().filter(|text| text.starts_with('{') && text.contains("\"box\"")).count();
    assert!(bodies > rows, "{bodies} bodies of the Queue's were listened to");
    assert!(passed.iter().any(|text| text.contains("/v1/signups")), "and addresses");
    passed.iter().for_each(|text| leaks.none_in("an address, a header or a queue's body", text));
    assert!(host.stop().success());
    // And they do stand in the database: what is looked for would be found.
    assert!(leaks.find(std::fs::read(folder.database()).unwrap()).is_some());
}

/// Each of them by every way there is, right and wrong; how many rows that makes.
fn everybody_signs_up(server: &str, workshop: &Workshop, leaks: &Leaks, status: u16) -> usize {
    let code = workshop.invite_code();
    let mut rows = 0;
    for (name, phone) in PEOPLE {
        let teacher = Teacher { name: name.into(), phone: phone.into(), ..Teacher::new() };
        let receipt = teacher.sign_up(server, code, status);
        let mut correction = teacher.again().body(code);
        correction["replaces"] = receipt.token().into();
        let corrected = client().post(format!("{server}/v1/signups")).json(&correction).send().unwrap();
        assert_eq!(corrected.status(), status);
        leaks.none_in("a receipt's state", receipt.now().to_string());

        // Without script: where the phone is led to names nobody.
        let address = format!("{server}/j/{code}");
        let (_, hidden) = open(&address);
        let led = send(&address, &hidden, name, phone);
        assert_eq!(led.status(), 303);
        leaks.none_in("the headers of an answer", format!("{:?}", led.headers()));
        // What is refused must not be told to anybody but the phone.
        assert_eq!(send(&address, &hidden, name, &format!("{phone}1")).status(), 422);
        let wrong = json!({ "name": name, "phone": format!("{phone}x") });
        let refused = client().post(format!("{server}/v1/signups")).json(&wrong).send().unwrap();
        assert_eq!(refused.status(), 422);
        leaks.none_in("a refusal", refused.text().unwrap());
        rows += 3;
    }
    rows
}

/// What anybody may be shown of how it goes.
fn figures(host: &Host, edge: &Edge) -> [(&'static str, String); 2] {
    let metrics = client().get(text(&host.ready, "metrics")).send().unwrap().text().unwrap();
    [("/metrics", metrics), ("the edge's figures", edge.stats().to_string())]
}
