//! A few faults that are always played, on a laptop with Redis and on one without.

use rollcall_e2e::edge::Edge;
use rollcall_e2e::faults::plan::{Act, Away, Kill, Plan, STEPS};
use rollcall_e2e::faults::run::{Report, play};
use rollcall_e2e::faults::table::Table;

/// Plays them and expects nothing lost, nothing doubled and nothing said too soon.
fn survives(direct: bool, acts: Vec<Act>) -> Report {
    let report = play(Edge::shared(), &Plan::of_acts(1, direct, acts), &[]);
    let mut table = Table::default();
    table.add(&report);
    println!("{table}");
    assert!(report.verdict.is_well(), "{:#?}", report.verdict.lines());
    report
}

fn every_step() -> Act {
    Act::Kills(STEPS.map(|step| Kill::At(step, 1)).to_vec())
}

#[test]
fn a_host_that_is_killed_at_every_step() {
    survives(false, vec![every_step(), Act::Kills(vec![Kill::After(100); 4]), Act::KilledInHand(800)]);
}

#[test]
fn a_host_without_redis_that_is_killed_at_every_step() {
    survives(true, vec![every_step()]);
}

#[test]
fn a_message_that_kills_the_host_is_the_only_one_left_to_a_person() {
    for direct in [false, true] {
        let report = survives(direct, vec![Act::Killer]);
        assert_eq!(report.interrupted, 1);
    }
}

#[test]
fn a_redis_that_dies_stands_still_and_loses_its_files() {
    survives(
        false,
        vec![
            Act::RedisKilled(3),
            Act::RedisDeleted(600),
            Act::RedisDamaged(600),
            Act::RedisStands(800),
            Act::RedisDown(1_500),
        ],
    );
}

#[test]
fn a_disk_that_is_full_locked_read_only_or_broken() {
    let acts = vec![Act::DiskFull(1_500), Act::Locked(2_000), Act::ReadOnly, Act::DiskFails(1_000)];
    let report = survives(false, acts);
    // A fault that the host did not notice proves nothing.
    for (what, noticed) in [
        ("disk full", "cause=\"disk_full\""),
        ("SQLite locked", "cause=\"busy\""),
        ("disk read-only", "Read-only file system"),
        ("disk errors", "cause=\"io\""),
    ] {
        let is_skipped = report.skipped.iter().any(|skipped| skipped.starts_with(what));
        assert!(is_skipped || report.log.contains(noticed), "{what} is not noticed:\n{}", report.log);
    }
}

#[test]
fn an_edge_that_lies_loses_its_answers_and_delivers_again_and_again() {
    let acts = vec![
        Act::ShortLeases(1_000),
        Act::AnswersLost(800),
        Act::Garbage(500),
        Act::EdgeAnswers(500, 500),
        Act::EdgeAway(500),
    ];
    survives(false, acts);
}

#[test]
fn a_clock_that_is_wrong_by_years() {
    let year = 365 * 86_400_000;
    survives(true, vec![Act::Clock(9 * year, -9 * year), Act::ClockMoment(-3 * year)]);
}

#[test]
fn people_who_are_erased_and_a_backup_that_is_restored() {
    survives(false, vec![Act::EdgeSlow(10, 1_000), Act::Erase(4), Act::Restore(1_000), Act::Erase(1)]);
}

#[test]
fn a_second_laptop_that_takes_over() {
    survives(
        false,
        vec![Act::Backlog(Away::Edge(1_000), 100), Act::TakeOver, Act::Kills(vec![Kill::After(50); 2])],
    );
}
