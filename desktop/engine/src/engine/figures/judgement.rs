//! What of the last minute is out of the ordinary: one rule a figure, each with its limit.

use rollcall_shared::{Millis, Timestamp};

use crate::view::{Backlog, Figure, FigureSlot, Level, LookUps, Lost, Reading, Span, Waiting};

/// What is judged; older slots are for looking back.
const JUDGED_MS: Millis = 60_000;
/// From received to stored, mail passes the edge's Queue, which gathers for a second, and one transaction. A
/// few seconds are a rush; more has waited for something: 10 s.
const QUEUE_MS: u32 = 10_000;
/// A transaction takes as long as the disk needs to be sure of it: some milliseconds, a good deal more on an
/// old disk. From one second on people at the venue notice: 1 s.
const COMMIT_MS: u32 = 1_000;
/// What waits longer than it takes to hand on a rush is kept by something: 60 s.
const WAITS_SECONDS: u32 = 60;
/// More than that share of look-ups reaching the InviteCode object means that the levels before it do not
/// hold: 5 %.
const AUTHORITY_PERCENT: u32 = 5;
/// Of fewer look-ups a share says nothing: the first after publishing has to reach it.
const LOOK_UPS: u64 = 100;

/// Judges every figure, in the order of the window.
pub(super) fn of(slots: &[FigureSlot], now: Timestamp) -> Vec<Reading> {
    let last = slots.partition_point(|slot| slot.at <= now - JUDGED_MS);
    let minute = &slots[last..];
    let slow = |of: fn(&FigureSlot) -> Option<Span>, limit: u32| {
        minute.iter().filter_map(of).any(|span| span.most > f64::from(limit))
    };
    let reading = |figure, level, limit| Reading { figure, level, limit };
    let odd = |is_odd: bool| if is_odd { Level::Waiting } else { Level::Ok };
    vec![
        reading(Figure::Queue, odd(slow(|slot| slot.queue_ms, QUEUE_MS)), Some(QUEUE_MS)),
        reading(Figure::Commit, odd(slow(|slot| slot.commit_ms, COMMIT_MS)), Some(COMMIT_MS)),
        reading(Figure::Batch, Level::Ok, None),
        reading(Figure::Backlog, odd(stays(slots, minute, now)), Some(WAITS_SECONDS)),
        reading(Figure::Failures, failures(minute), Some(0)),
        reading(Figure::Retries, odd(minute.iter().any(|slot| !slot.retries.is_empty())), Some(0)),
        reading(Figure::Cache, odd(minute.last().is_some_and(misses)), Some(AUTHORITY_PERCENT)),
    ]
}

/// Whether something waited at one hop at the end of every slot of a minute that has passed.
fn stays(slots: &[FigureSlot], minute: &[FigureSlot], now: Timestamp) -> bool {
    let hops: [fn(&Backlog) -> Waiting; 4] = [|b| b.edge, |b| b.stream, |b| b.writer, |b| b.receipts];
    let has_passed = slots.first().is_some_and(|first| first.at <= now - JUDGED_MS);
    let waits = |hop: fn(&Backlog) -> Waiting| minute.iter().all(|slot| hop(&slot.backlog).left > 0);
    has_passed && !minute.is_empty() && hops.into_iter().any(waits)
}

/// What was delivered in the end is odd; what nobody can read, or nobody gets, waits for a person.
fn failures(minute: &[FigureSlot]) -> Level {
    let Some(slot) = minute.last() else { return Level::Ok };
    let Lost { dead_letters, unaddressed } = slot.lost.unwrap_or_default();
    match (slot.parked + unaddressed, dead_letters) {
        (0, 0) => Level::Ok,
        (0, _) => Level::Waiting,
        _ => Level::Trouble,
    }
}

fn misses(slot: &FigureSlot) -> bool {
    slot.look_ups.is_some_and(|LookUps { memory, kv, authority }| {
        let all = memory + kv + authority;
        all >= LOOK_UPS && authority * 100 > all * u64::from(AUTHORITY_PERCENT)
    })
}
