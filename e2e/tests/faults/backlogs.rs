//! `cargo xtask faults --backlogs`: how soon five hundred sign-ups are stored once what was away is back.
//! Figures, not a test: a busy machine takes longer.

use rollcall_e2e::edge::Edge;
use rollcall_e2e::faults::plan::{Act, Away, Plan};
use rollcall_e2e::faults::run::play;
use rollcall_e2e::faults::table::Table;

const HALL: usize = 500;
/// Long enough for every back-off to have grown to its longest.
const AWAY_MS: [u64; 2] = [10_000, 45_000];

#[test]
#[ignore = "measures: cargo xtask faults --backlogs"]
fn a_backlog_of_five_hundred() {
    let edge = Edge::start();
    let mut table = Table::default();
    let seed = std::env::var("ROLLCALL_FAULTS_SEED").map_or(1, |seed| seed.parse().expect("a whole number"));
    for ms in AWAY_MS {
        for away in [Away::Redis(ms), Away::Database(ms), Away::Disk(ms), Away::Edge(ms)] {
            for again in 0..2 {
                let plan = Plan::of_acts(seed + again, false, vec![Act::Backlog(away, HALL)]);
                let report = play(&edge, &plan, &[]);
                assert!(report.verdict.is_well(), "{:#?}", report.verdict.lines());
                eprintln!(
                    "{away:?}: {:?}",
                    report.played.iter().map(|played| played.drain).collect::<Vec<_>>()
                );
                table.add(&report);
            }
        }
    }
    println!("{table}");
}
