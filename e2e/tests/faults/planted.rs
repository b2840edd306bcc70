//! The harness sees what it is for: each planted defect, by a test of its name.

use rollcall_e2e::edge::Edge;
use rollcall_e2e::faults::planted::{ALL, Planted, SEEDS};
use rollcall_e2e::faults::run::play;
use rollcall_e2e::told::count;

fn is_caught(name: &str) {
    let planted = ALL.iter().find(|planted| planted.name == name).unwrap();
    let Planted { what, seen_as, .. } = planted;
    let mut said = Vec::new();
    for seed in SEEDS {
        let report = play(Edge::shared(), &planted.plan(seed), &[name.to_owned()]);
        said = report.verdict.lines();
        if let Some(line) = said.iter().find(|line| line.contains(seen_as)) {
            println!("{name} is caught with seed {seed}: {line}");
            return;
        }
        count(&format!("runs that did not see {name}, and were followed by another"));
    }
    panic!("{name} ({what}) is not seen as {seen_as:?}; {:#?}", &said[..said.len().min(12)]);
}

macro_rules! caught {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            is_caught(stringify!($name));
        })*

        #[test]
        fn none_is_forgotten() {
            assert_eq!(ALL.map(|planted| planted.name), [$(stringify!($name)),*]);
        }
    };
}

caught! {
    planted_acknowledge_before_commit
    planted_answer_before_commit
    planted_maxlen
    planted_group_at_end
    planted_no_unique
    planted_pending_not_reclaimed
    planted_interruptions_forgotten
    planted_unreadable_acknowledged
    planted_id_without_digest
    planted_erased_ignored
    planted_attempts_burnt
    planted_receipts_before_commit
    planted_receipts_not_retried
}
