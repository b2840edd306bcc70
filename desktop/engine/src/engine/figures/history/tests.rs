use rollcall_shared::retry::Failure;

use super::*;
use crate::engine::figures::judgement;
use crate::metrics::Metrics;
use crate::view::{Figure, Level};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(1_000_000_000 + seconds * 1_000)
}

/// A slot in which nothing happened.
fn quiet(seconds: i64) -> FigureSlot {
    slot(at(seconds), &Recent::default(), &Tables::default(), None)
}

#[test]
fn a_slot_has_what_was_seen_since_the_last_one() {
    let metrics = Metrics::new();
    metrics.committed(3, Duration::from_millis(4));
    metrics.committed(1, Duration::from_millis(2));
    metrics.queued(100);
    metrics.queued(300);
    metrics.retried(Failure::Busy);
    metrics.retried(Failure::Locked);
    metrics.retried(Failure::Http(503));
    metrics.retried(Failure::Http(429));
    let share = metrics.backlog_share(Hop::Edge);
    let other = metrics.backlog_share(Hop::Edge);
    share.set(500);
    other.set(40);
    share.set(10);
    let cache =
        Counters { memory_hits: 90, memory_stale: 5, kv_hits: 4, authoritative: 1, ..Default::default() };
    metrics.set_edge(&EdgeFigures { cache, alarms: Alarms { dead_letters: 2, unaddressed: 1 } });

    let tables = Tables { read_at: None, parked: 7, receipts: 0 };
    let seen = slot(at(0), &metrics.take_recent(), &tables, metrics.edge_within(Duration::from_secs(60)));
    assert_eq!(seen.commit_ms, Some(Span { count: 2, mean: 3.0, most: 4.0 }));
    assert_eq!(seen.batch, Some(Span { count: 2, mean: 2.0, most: 3.0 }));
    assert_eq!(seen.queue_ms, Some(Span { count: 2, mean: 200.0, most: 300.0 }));
    let retries = [(Cause::Http, 2), (Cause::Busy, 2)].map(|(cause, count)| Retries { cause, count });
    assert_eq!(seen.retries, retries);
    assert_eq!(seen.backlog.edge, Waiting { most: 540, left: 50 });
    assert_eq!(seen.backlog.writer, Waiting { most: 0, left: 0 });
    assert_eq!((seen.parked, seen.lost), (7, Some(Lost { dead_letters: 2, unaddressed: 1 })));
    assert_eq!(seen.look_ups, Some(LookUps { memory: 95, kv: 4, authority: 1 }));

    // What was taken is gone; what waits still does; what the edge said too long ago is not shown.
    let next = slot(at(5), &metrics.take_recent(), &tables, metrics.edge_within(Duration::ZERO));
    assert_eq!((next.commit_ms, next.queue_ms, next.batch), (None, None, None));
    assert_eq!((next.retries.len(), next.backlog.edge), (0, Waiting { most: 50, left: 50 }));
    assert_eq!((next.lost, next.look_ups), (None, None));
}

#[test]
fn a_quarter_of_an_hour_is_kept_and_no_more() {
    let history = History::default();
    for number in 0..10_000 {
        history.push(quiet(number * 5));
    }
    let kept = history.since(at(9_999 * 5));
    assert_eq!(kept.len(), KEPT);
    assert_eq!((kept[0].at, kept[KEPT - 1].at), (at(9_820 * 5), at(9_999 * 5)));
    assert_eq!(history.0.lock().len(), KEPT);
    // The laptop slept: what is from before is no part of the last minutes.
    assert_eq!(history.since(at(9_999 * 5 + 600)).len(), 60);
    assert_eq!(history.since(at(9_999 * 5 + 86_400)), []);
}

#[test]
fn a_clock_that_was_wrong_for_a_moment_costs_its_own_slots() {
    let history = History::default();
    for seconds in [0, 5, 1_000_000_000, 1_000_000_005, 10, 15] {
        history.push(quiet(seconds));
    }
    let times: Vec<_> = history.since(at(15)).into_iter().map(|slot| slot.at).collect();
    assert_eq!(times, [at(0), at(5), at(10), at(15)]);
}

#[test]
fn what_is_out_of_the_ordinary_is_said() {
    /// Two minutes, the last one changed: how a figure is judged then.
    fn check(figure: Figure, expected: Level, change: fn(&mut FigureSlot)) {
        let mut slots: Vec<_> = (1..=24).map(|number| quiet(number * 5)).collect();
        slots[12..].iter_mut().for_each(change);
        let found = judgement::of(&slots, at(120));
        assert_eq!(found.len(), 7);
        for reading in found {
            let wanted = if reading.figure == figure { expected } else { Level::Ok };
            assert_eq!(reading.level, wanted, "{reading:?}");
        }
    }
    fn spread(most: f64) -> Option<Span> {
        Some(Span { count: 2, mean: 1.0, most })
    }
    fn waits(left: u64) -> Waiting {
        Waiting { most: 90, left }
    }
    check(Figure::Queue, Level::Ok, |slot| slot.queue_ms = spread(10_000.0));
    check(Figure::Queue, Level::Waiting, |slot| slot.queue_ms = spread(10_001.0));
    check(Figure::Commit, Level::Ok, |slot| slot.commit_ms = spread(1_000.0));
    check(Figure::Commit, Level::Waiting, |slot| slot.commit_ms = spread(1_001.0));
    check(Figure::Batch, Level::Ok, |slot| slot.batch = spread(512.0));
    check(Figure::Backlog, Level::Ok, |slot| slot.backlog.edge = waits(0));
    check(Figure::Backlog, Level::Waiting, |slot| slot.backlog.edge = waits(1));
    check(Figure::Backlog, Level::Waiting, |slot| slot.backlog.stream = waits(1));
    check(Figure::Backlog, Level::Waiting, |slot| slot.backlog.writer = waits(1));
    check(Figure::Backlog, Level::Waiting, |slot| slot.backlog.receipts = waits(1));
    check(Figure::Failures, Level::Trouble, |slot| slot.parked = 1);
    check(Figure::Failures, Level::Waiting, |slot| {
        slot.lost = Some(Lost { dead_letters: 1, unaddressed: 0 });
    });
    check(Figure::Failures, Level::Trouble, |slot| {
        slot.lost = Some(Lost { dead_letters: 0, unaddressed: 1 });
    });
    check(Figure::Failures, Level::Ok, |slot| slot.lost = Some(Lost { dead_letters: 0, unaddressed: 0 }));
    check(Figure::Retries, Level::Waiting, |slot| {
        slot.retries = vec![Retries { cause: Cause::Network, count: 1 }];
    });
    check(Figure::Cache, Level::Ok, |slot| {
        slot.look_ups = Some(LookUps { memory: 0, kv: 0, authority: 99 });
    });
    check(Figure::Cache, Level::Ok, |slot| {
        slot.look_ups = Some(LookUps { memory: 90, kv: 5, authority: 5 });
    });
    check(Figure::Cache, Level::Waiting, |slot| {
        slot.look_ups = Some(LookUps { memory: 90, kv: 4, authority: 6 });
    });
}

#[test]
fn what_is_over_is_judged_no_more_and_a_rush_is_none() {
    let mut slots: Vec<_> = (1..=24).map(|number| quiet(number * 5)).collect();
    let level = |slots: &[FigureSlot], figure| {
        judgement::of(slots, at(120)).into_iter().find(|reading| reading.figure == figure).unwrap().level
    };
    slots[11].retries = vec![Retries { cause: Cause::Network, count: 9 }];
    assert_eq!(level(&slots, Figure::Retries), Level::Ok);
    // Something waits, and there was a moment within the minute at which nothing did.
    slots[12..].iter_mut().for_each(|slot| slot.backlog.writer = Waiting { most: 500, left: 500 });
    slots[20].backlog.writer.left = 0;
    assert_eq!(level(&slots, Figure::Backlog), Level::Ok);
    // In its first minute a program cannot know what stays.
    let first = &mut slots[20..];
    first.iter_mut().for_each(|slot| slot.backlog.writer.left = 500);
    assert_eq!(level(first, Figure::Backlog), Level::Ok);
    assert_eq!(level(&[], Figure::Backlog), Level::Ok);
}
