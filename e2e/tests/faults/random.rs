//! `cargo xtask faults`: as many runs as one likes, each from a seed of its own. One in the regular test.

use std::time::{Duration, Instant};

use rollcall_e2e::edge::Edge;
use rollcall_e2e::faults::plan::Plan;
use rollcall_e2e::faults::run::play;
use rollcall_e2e::faults::table::Table;
use rollcall_e2e::place;

/// Of the regular test.
const RUNS: u64 = 1;
const FIRST_SEED: u64 = 1;

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().expect("a whole number"))
}

/// What the hosts said in a run that failed: played again it need not fail.
fn keep_log(seed: u64, log: &str) {
    let folder = place("ROLLCALL_FAULTS_LOGS", "target/faults");
    let file = folder.join(format!("seed-{seed}.log"));
    match std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&file, log)) {
        Ok(()) => eprintln!("  the hosts' log: {}", file.display()),
        Err(error) => eprintln!("  the hosts' log could not be kept in {}: {error}", file.display()),
    }
}

#[test]
fn random_runs_lose_nothing_and_double_nothing() {
    let minutes = setting("ROLLCALL_FAULTS_MINUTES");
    let runs = setting("ROLLCALL_FAULTS_RUNS").unwrap_or(if minutes.is_some() { u64::MAX } else { RUNS });
    let first = setting("ROLLCALL_FAULTS_SEED").unwrap_or(FIRST_SEED);
    let (began, most) = (Instant::now(), minutes.map(|minutes| Duration::from_secs(minutes * 60)));
    // Its own: a run may kill it.
    let edge = Edge::start();
    let (mut table, mut failed) = (Table::default(), Vec::new());
    for seed in (first..).take(usize::try_from(runs).unwrap_or(usize::MAX)) {
        if most.is_some_and(|most| began.elapsed() > most) {
            break;
        }
        let plan = Plan::of(seed);
        eprintln!("seed {seed}: {:?} {:?}", plan.make, plan.acts);
        let playing = std::panic::AssertUnwindSafe(|| play(&edge, &plan, &[]));
        let Ok(report) = std::panic::catch_unwind(playing) else {
            eprintln!("seed {seed} FAILED; once more: cargo xtask faults --runs 1 --seed {seed}");
            failed.push(seed);
            continue;
        };
        for line in report.verdict.lines() {
            eprintln!("  {line}");
        }
        if !report.verdict.is_well() {
            keep_log(seed, &report.log);
            eprintln!("seed {seed} FAILED; once more: cargo xtask faults --runs 1 --seed {seed}");
            failed.push(seed);
        }
        table.add(&report);
        eprintln!("  {} s, {} kills so far", began.elapsed().as_secs(), table.kills());
    }
    println!("{table}");
    assert!(failed.is_empty(), "seeds {failed:?}");
}
