//! The edge's three levels, counted: memory, KV, the code's own object.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use rollcall_e2e::edge::client;
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::wait;
use rollcall_shared::cache::{Counters, MEMORY_TTL_MS};
use rollcall_shared::invite_code::InviteCode;
use serde_json::json;

use crate::troubled::Troubled;

/// How many phones send at once, each one sign-up after the other.
const AT_ONCE: u64 = 20;

/// Sends so many sign-ups, all of which are taken; returns what the cache counted meanwhile, which must add
/// up.
fn rush(edge: &Troubled, code: &str, signups: u64) -> Counters {
    let (before, together) = (counters(edge), Barrier::new(usize::try_from(AT_ONCE).unwrap()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                together.wait();
                for _ in 0..signups / AT_ONCE {
                    Teacher::new().sign_up(edge.url(), code, 202);
                }
            });
        }
    });
    let counted = since(before, counters(edge));
    assert_eq!(counted.memory_hits + counted.memory_stale + counted.memory_misses, signups, "{counted:?}");
    let fetched = counted.kv_hits + counted.kv_misses;
    let expected = counted.memory_misses..=counted.memory_misses + counted.memory_stale;
    assert!(expected.contains(&fetched), "what is fetched was missed or stale: {counted:?}");
    assert_eq!(counted.authoritative, counted.kv_misses, "{counted:?}");
    counted
}

fn counters(edge: &Troubled) -> Counters {
    serde_json::from_value(edge.stats()["cache"].clone()).unwrap()
}

fn since(before: Counters, after: Counters) -> Counters {
    Counters {
        memory_hits: after.memory_hits - before.memory_hits,
        memory_stale: after.memory_stale - before.memory_stale,
        memory_misses: after.memory_misses - before.memory_misses,
        kv_hits: after.kv_hits - before.kv_hits,
        kv_misses: after.kv_misses - before.kv_misses,
        authoritative: after.authoritative - before.authoritative,
    }
}

/// How often the code's object was asked since it was claimed.
fn look_ups(edge: &Troubled, code: &str) -> u64 {
    edge.stats_of(code)["invite_code"]["look_ups"].as_u64().unwrap()
}

#[test]
fn five_hundred_after_publishing_ask_no_object_and_find_kv_once_each_at_most() {
    let edge = Troubled::take();
    let (folder, host, workshop) = edge.host(json!({}));
    let code = workshop.invite_code();
    edge.forget_memory();
    let asked = look_ups(&edge, code);
    let counted = rush(&edge, code, 500);
    assert_eq!(counted.authoritative, 0, "{counted:?}");
    assert_eq!(look_ups(&edge, code), asked);
    assert!((1..=AT_ONCE).contains(&counted.memory_misses), "only who was in flight: {counted:?}");
    wait::until_equal(("rows", 30), &500, || folder.count("SELECT count(*) FROM signups"));
    host.wait_until_all_collected();
}

#[test]
fn where_kv_has_nothing_the_object_is_asked_by_those_in_flight_and_nobody_else() {
    let edge = Troubled::take();
    let (_folder, _host, workshop) = edge.host(json!({}));
    let code = workshop.invite_code();
    edge.forget_memory();
    edge.play(&json!({ "kv_get": "is empty" }));
    let (asked, written, began) = (look_ups(&edge, code), edge.used("kv_puts"), Instant::now());
    let first = rush(&edge, code, AT_ONCE);
    assert!((1..=AT_ONCE).contains(&first.authoritative), "{first:?}");
    assert_eq!(look_ups(&edge, code) - asked, first.authoritative);
    let more = rush(&edge, code, 200);
    // One refresh at a time, each time what is in memory has become stale.
    let refreshes = began.elapsed().as_millis() as u64 / MEMORY_TTL_MS.unsigned_abs();
    assert!(more.authoritative <= refreshes, "{more:?} after {:?}", began.elapsed());
    assert_eq!(look_ups(&edge, code) - asked, first.authoritative + more.authoritative);
    // Whoever found nothing has it written again, once a second at most.
    let writes = edge.used("kv_puts") - written;
    assert!((1..=1 + began.elapsed().as_secs()).contains(&writes), "{writes} writes");
}

#[test]
fn where_kv_fails_or_hangs_the_object_answers_and_nobody_notices() {
    let edge = Troubled::take();
    let (_folder, host, workshop) = edge.host(json!({}));
    for fault in ["fails", "hangs"] {
        edge.forget_memory();
        edge.play(&json!({ "kv_get": fault, "kv_put": fault }));
        let began = Instant::now();
        let counted = rush(&edge, workshop.invite_code(), AT_ONCE);
        assert!((1..=AT_ONCE).contains(&counted.authoritative), "{fault}: {counted:?}");
        assert_eq!(counted.kv_hits, 0, "{fault}");
        // Two seconds for reading, two for writing it again.
        assert!(began.elapsed() < Duration::from_secs(8), "{fault}: {:?}", began.elapsed());
        let page = format!("{}/j/{}", edge.url(), workshop.invite_code());
        assert_eq!(client().get(page).send().unwrap().status(), 200);
    }
    host.wait_until_all_collected();
}

#[test]
fn a_workshop_is_published_where_kv_cannot_be_written_and_kv_has_it_once_it_can() {
    let edge = Troubled::take();
    edge.play(&json!({ "kv_put": "fails" }));
    let (_folder, _host, workshop) = edge.host(json!({}));
    let code = workshop.invite_code();
    Teacher::new().sign_up(edge.url(), code, 202).wait_for("registered");
    let tried = edge.used("kv_puts");
    wait::until(("it is tried again", 10), || (edge.used("kv_puts") > tried).then_some(()));
    edge.mend();
    let tried = edge.used("kv_puts");
    wait::until(("KV is written", 10), || (edge.used("kv_puts") > tried).then_some(()));
    edge.forget_memory();
    let counted = rush(&edge, code, AT_ONCE);
    assert_eq!(counted.authoritative, 0, "{counted:?}");
}

#[test]
fn codes_that_nobody_has_cost_no_write_anywhere() {
    let edge = Troubled::take();
    let before = (counters(&edge), edge.used("kv_puts"), edge.used("queue_sends"));
    let codes: Vec<InviteCode> =
        (0..30).map(|_| InviteCode::from_random(*uuid::Uuid::new_v4().as_bytes())).collect();
    for code in &codes {
        let look_up = client().get(format!("{}/v1/workshops/{code}", edge.url())).send().unwrap();
        assert_eq!(look_up.status(), 404);
        assert_eq!(Teacher::new().send(edge.url(), code.as_str()).status(), 404);
        assert_eq!(client().get(format!("{}/j/{code}", edge.url())).send().unwrap().status(), 404);
    }
    assert_eq!((edge.used("kv_puts"), edge.used("queue_sends")), (before.1, before.2));
    let counted = since(before.0, counters(&edge));
    // It is remembered that nobody has it: one question each.
    assert_eq!((counted.authoritative, counted.memory_misses), (30, 30), "{counted:?}");
    assert_eq!(counted.memory_hits, 60, "{counted:?}");
    for code in &codes {
        assert_eq!(edge.ring("INVITE_CODE", code.as_str())["tables"], json!([]), "{code}");
    }
}
