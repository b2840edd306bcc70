//! The admission tables: every row, and every pair of rows in its order.

#![allow(clippy::panic, reason = "a helper of tests")]

use rollcall_shared::admission::{
    Ending, Flags, Found, FoundUnreadable, Keep, ListState, Outcome, ParkVerdict, Place, Seats, Standing,
    UnderId, UnderReused, Verdict, admit, end, park,
};
use rollcall_shared::digest::Digest;
use rollcall_shared::receipt::ReceiptState;
use rollcall_shared::signup_id::SignupId;

const FULL: Seats = Seats { taken: 5, capacity: Some(5) };

fn id() -> SignupId {
    SignupId::from_random([7; 16])
}

fn somebody() -> SignupId {
    SignupId::from_random([9; 16])
}

fn digest() -> Digest {
    Digest::of(b"this content")
}

fn reused_id() -> SignupId {
    id().reused(&digest())
}

fn none() -> Found {
    Found::default()
}

fn full() -> Found {
    Found { seats: FULL, ..none() }
}

fn held() -> Found {
    Found { holder: Some(somebody()), ..none() }
}

/// The same sign-up is stored.
fn same() -> UnderId {
    UnderId::Stored { digest: digest(), under_reused: UnderReused::Nothing }
}

/// Another sign-up is stored under the id.
fn other(under_reused: UnderReused) -> UnderId {
    UnderId::Stored { digest: Digest::of(b"other content"), under_reused }
}

fn kept(place: Place) -> Verdict {
    Verdict::Keep(Keep { id: id(), id_reused: false, place, ending: Ending::Nothing })
}

fn kept_reused(place: Place) -> Verdict {
    Verdict::Keep(Keep { id: reused_id(), id_reused: true, place, ending: Ending::Nothing })
}

fn duplicate(as_if: ListState) -> Place {
    Place::Duplicate { of: somebody(), as_if }
}

fn check(name: &str, found: &Found, expected: Verdict, outcome: Outcome) {
    let verdict = admit(id(), digest(), found);
    assert_eq!((verdict, verdict.outcome()), (expected, outcome), "{name}");
}

#[test]
fn every_row() {
    use ListState::{Registered, Waitlisted};
    let seats = |taken, capacity| Found { seats: Seats { taken, capacity }, ..none() };
    let under = |under_id| Found { under_id, ..none() };
    let rows = [
        ("1", Found { erased: true, ..none() }, Verdict::Erased { id: id() }, Outcome::Erased),
        ("2", under(same()), Verdict::Repeated { id: id() }, Outcome::Repeated),
        ("3", under(other(UnderReused::Nothing)), kept_reused(Place::Registered), Outcome::Stored),
        (
            "3, full",
            Found { under_id: other(UnderReused::Nothing), ..full() },
            kept_reused(Place::Waitlisted),
            Outcome::Waitlisted,
        ),
        ("3a", under(other(UnderReused::Erased)), Verdict::Erased { id: reused_id() }, Outcome::Erased),
        ("3b", under(other(UnderReused::Stored)), Verdict::Repeated { id: reused_id() }, Outcome::Repeated),
        (
            "4",
            Found { replaced: Some(Standing::Erased), ..none() },
            Verdict::EraseToo { id: id() },
            Outcome::Erased,
        ),
        ("5", under(UnderId::TakenBack), kept(Place::Cancelled), Outcome::Cancelled),
        ("6", held(), kept(duplicate(Registered)), Outcome::Duplicate),
        ("6, full", Found { seats: FULL, ..held() }, kept(duplicate(Waitlisted)), Outcome::Duplicate),
        ("7", full(), kept(Place::Waitlisted), Outcome::Waitlisted),
        ("7, more people than seats", seats(9, Some(5)), kept(Place::Waitlisted), Outcome::Waitlisted),
        ("8", none(), kept(Place::Registered), Outcome::Stored),
        ("8, the last seat", seats(4, Some(5)), kept(Place::Registered), Outcome::Stored),
        ("8, no limit", seats(u32::MAX, None), kept(Place::Registered), Outcome::Stored),
    ];
    for (name, found, verdict, outcome) in rows {
        check(name, &found, verdict, outcome);
    }
}

#[test]
fn the_earlier_row_wins() {
    let everything = Found { replaced: Some(Standing::Erased), ..Found { seats: FULL, ..held() } };
    let erased = Found { erased: true, ..everything };
    let reused = |under_reused| Found { under_id: other(under_reused), ..everything };
    let rows = [
        ("1 before 2", Found { under_id: same(), ..erased }, Verdict::Erased { id: id() }),
        (
            "1 before 3",
            Found { under_id: other(UnderReused::Stored), ..erased },
            Verdict::Erased { id: id() },
        ),
        ("1 before 4", erased, Verdict::Erased { id: id() }),
        ("1 before 5", Found { under_id: UnderId::TakenBack, ..erased }, Verdict::Erased { id: id() }),
        ("2 before 4", Found { under_id: same(), ..everything }, Verdict::Repeated { id: id() }),
        ("3a before 4", reused(UnderReused::Erased), Verdict::Erased { id: reused_id() }),
        ("3b before 4", reused(UnderReused::Stored), Verdict::Repeated { id: reused_id() }),
        ("3 and 4", reused(UnderReused::Nothing), Verdict::EraseToo { id: reused_id() }),
        ("4 before 5", Found { under_id: UnderId::TakenBack, ..everything }, Verdict::EraseToo { id: id() }),
        ("4 before 6 and 7", everything, Verdict::EraseToo { id: id() }),
        (
            "5 before 6 and 7",
            Found { under_id: UnderId::TakenBack, replaced: None, ..everything },
            kept(Place::Cancelled),
        ),
        (
            "3 and 6",
            Found { under_id: other(UnderReused::Nothing), ..held() },
            kept_reused(duplicate(ListState::Registered)),
        ),
        ("6 before 7", Found { replaced: None, ..everything }, kept(duplicate(ListState::Waitlisted))),
    ];
    for (name, found, verdict) in rows {
        check(name, &found, verdict, verdict.outcome());
    }
}

#[test]
fn unreadable_messages_are_parked_once() {
    let nothing = FoundUnreadable::default();
    let again = FoundUnreadable { same_bytes_parked: true, ..nothing };
    let stored = FoundUnreadable { id_stored: true, ..nothing };
    let everything = FoundUnreadable { erased: true, id_stored: true, same_bytes_parked: true };
    let rows = [
        ("1", Some(id()), FoundUnreadable { erased: true, ..nothing }, ParkVerdict::Erased),
        ("1 before 2 and 3", Some(id()), everything, ParkVerdict::Erased),
        ("2", Some(id()), again, ParkVerdict::Repeated),
        ("2 without an id", None, again, ParkVerdict::Repeated),
        ("2 before 3", Some(id()), FoundUnreadable { erased: false, ..everything }, ParkVerdict::Repeated),
        ("3", Some(id()), nothing, ParkVerdict::Park { receipt: Some(id()) }),
        ("3 without an id", None, nothing, ParkVerdict::Park { receipt: None }),
        ("3, a sign-up's own receipt stays", Some(id()), stored, ParkVerdict::Park { receipt: None }),
    ];
    for (name, id, found, verdict) in rows {
        assert_eq!(park(id, &found), verdict, "{name}");
    }
    let outcomes = [ParkVerdict::Erased, ParkVerdict::Repeated, ParkVerdict::Park { receipt: None }];
    assert_eq!(outcomes.map(ParkVerdict::outcome), [Outcome::Erased, Outcome::Repeated, Outcome::Parked]);
}

#[test]
fn seats_are_counted() {
    let check = |taken, capacity, free, overfull| {
        let seats = Seats { taken, capacity };
        assert_eq!(
            (seats.free(), seats.has_free(), seats.is_overfull()),
            (free, free > 0, overfull),
            "{seats:?}"
        );
        let state = if free > 0 { ListState::Registered } else { ListState::Waitlisted };
        assert_eq!(seats.state_for_new(), state, "{seats:?}");
    };
    check(0, None, u32::MAX, false);
    check(u32::MAX, None, u32::MAX, false);
    check(0, Some(2), 2, false);
    check(1, Some(2), 1, false);
    check(2, Some(2), 0, false);
    check(3, Some(2), 0, true);
    check(0, Some(u32::MAX), u32::MAX, false);
    assert_eq!(ReceiptState::from(ListState::Registered), ReceiptState::Registered);
    assert_eq!(ReceiptState::from(ListState::Waitlisted), ReceiptState::Waitlisted);
}

fn receipt(found: &Found) -> (ReceiptState, Ending) {
    match admit(id(), digest(), found) {
        Verdict::Keep(keep) => (keep.place.receipt(), keep.ending),
        verdict => panic!("not kept: {verdict:?}"),
    }
}

/// No answer may tell whether a number is on the list: for every state of the seats, a held number and a
/// fresh one get the same receipt.
#[test]
fn a_held_number_is_answered_like_a_fresh_one() {
    for capacity in [None, Some(1), Some(5), Some(6)] {
        for taken in 0..8 {
            let found = Found { seats: Seats { taken, capacity }, ..none() };
            assert_eq!(receipt(&found), receipt(&Found { holder: Some(somebody()), ..found }));
        }
    }
}

/// Neither may a correction's answer tell whether a number is on the list.
#[test]
fn a_correction_to_a_held_number_is_answered_like_one_to_a_fresh_number() {
    for replaced in [Standing::Registered, Standing::Waitlisted, Standing::Beside, Standing::Unknown] {
        for taken in [4, 5] {
            let seats = Seats { taken, ..FULL };
            let found = Found { replaced: Some(replaced), seats, ..none() };
            assert_eq!(
                receipt(&found),
                receipt(&Found { holder: Some(somebody()), ..found }),
                "{replaced:?}"
            );
        }
    }
}

/// A correction, by the state of the one that it replaces: what becomes of the two.
#[test]
fn every_correction() {
    use Place::{Cancelled, Registered, Waitlisted};
    let back = Found { under_id: UnderId::TakenBack, ..none() };
    let rows = [
        ("its seat is taken over", Standing::Registered, full(), Registered, Ending::Cancelled),
        ("so where all have one", Standing::Registered, none(), Registered, Ending::Cancelled),
        ("no seat, none taken over", Standing::Waitlisted, full(), Waitlisted, Ending::Cancelled),
        ("a seat has come free", Standing::Waitlisted, none(), Registered, Ending::Cancelled),
        ("a duplicate had no seat", Standing::Beside, full(), Waitlisted, Ending::Cancelled),
        ("a duplicate, a free seat", Standing::Beside, none(), Registered, Ending::Cancelled),
        ("before the first", Standing::Unknown, none(), Registered, Ending::Noted),
        ("before the first, full", Standing::Unknown, full(), Waitlisted, Ending::Noted),
        ("signed up again", Standing::Cancelled, none(), Registered, Ending::Nothing),
        ("signed up again, full", Standing::Cancelled, full(), Waitlisted, Ending::Nothing),
        (
            "to a number that another has",
            Standing::Registered,
            held(),
            duplicate(ListState::Registered),
            Ending::Cancelled,
        ),
        ("overtaken by its own correction", Standing::Registered, back, Cancelled, Ending::Cancelled),
        ("both before the first", Standing::Unknown, back, Cancelled, Ending::Noted),
    ];
    for (name, replaced, found, place, ending) in rows {
        let verdict = admit(id(), digest(), &Found { replaced: Some(replaced), ..found });
        let keep = Keep { id: id(), id_reused: false, place, ending };
        assert_eq!(verdict, Verdict::Keep(keep), "{name}");
    }
    // What has been decided before is not decided again: the first is left alone.
    for replaced in [Standing::Registered, Standing::Erased] {
        let again = Found { under_id: same(), replaced: Some(replaced), ..none() };
        assert_eq!(admit(id(), digest(), &again), Verdict::Repeated { id: id() });
    }
}

#[test]
fn whatever_is_named_ends_once() {
    let rows = [
        (Standing::Unknown, Ending::Noted),
        (Standing::Erased, Ending::Nothing),
        (Standing::Registered, Ending::Cancelled),
        (Standing::Waitlisted, Ending::Cancelled),
        (Standing::Beside, Ending::Cancelled),
        (Standing::Cancelled, Ending::Nothing),
    ];
    for (standing, ending) in rows {
        assert_eq!(end(standing), ending, "{standing:?}");
    }
}

#[test]
fn every_outcome_has_one_word_on_the_wire_and_in_figures() {
    let check = |outcome: Outcome, word: &str| {
        assert_eq!(outcome.as_str(), word);
        assert_eq!(serde_json::to_value(outcome).unwrap(), word);
    };
    check(Outcome::Erased, "erased");
    check(Outcome::Repeated, "repeated");
    check(Outcome::Parked, "parked");
    check(Outcome::Duplicate, "duplicate");
    check(Outcome::Cancelled, "cancelled");
    check(Outcome::Waitlisted, "waitlisted");
    check(Outcome::Stored, "stored");
}

#[test]
fn flags_are_written_where_they_are_set_and_read_again() {
    let set = Flags { id_reused: true, late: true, older_form: true };
    let json = serde_json::json!({"id_reused": true, "late": true, "older_form": true});
    assert_eq!(serde_json::to_value(set).unwrap(), json);
    assert_eq!(serde_json::to_string(&Flags::default()).unwrap(), "{}");
    for flags in [set, Flags::default()] {
        assert_eq!(serde_json::from_str::<Flags>(&serde_json::to_string(&flags).unwrap()).unwrap(), flags);
    }
}
