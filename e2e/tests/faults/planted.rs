//! The harness sees what it is for.

use rollcall_e2e::edge::Edge;
use rollcall_e2e::faults::planted::{ALL, Planted};
use rollcall_e2e::faults::run::play;

fn is_caught(planted: &Planted) {
    let report = play(Edge::shared(), &planted.plan(), &[planted.name.to_owned()]);
    let lines = report.verdict.lines();
    let seen = lines.iter().find(|line| line.contains(planted.seen_as));
    let some = &lines[..lines.len().min(12)];
    match seen {
        Some(line) => println!("{} is caught: {line}", planted.name),
        None => panic!("{} ({}) is not seen as {:?}; {some:#?}", planted.name, planted.what, planted.seen_as),
    }
}

/// One of them where `cargo xtask faults --planted` names it, else all.
#[test]
fn planted_defects_are_caught() {
    let wanted = std::env::var("ROLLCALL_FAULTS_PLANTED").ok().filter(|name| name != "all");
    let mut missed = Vec::new();
    for planted in ALL.iter().filter(|planted| wanted.as_deref().is_none_or(|name| planted.name == name)) {
        if std::panic::catch_unwind(|| is_caught(planted)).is_err() {
            missed.push(planted.name);
        }
    }
    assert!(missed.is_empty(), "{missed:?}");
}
