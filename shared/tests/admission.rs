//! The admission table: every row, and every pair of rows in its order.

use rollcall_shared::admission::{
    Decision, Ending, Flags, Found, Incoming, Outcome, Standing, UnderReused, admit, end,
};
use rollcall_shared::receipt::ReceiptState;
use rollcall_shared::signup::Digest;
use rollcall_shared::signup_id::SignupId;

fn id() -> SignupId {
    SignupId::from_random([7; 16])
}

fn digest() -> Digest {
    Digest::of(b"this content")
}

fn other() -> Digest {
    Digest::of(b"other content")
}

const FULL: Found = Found {
    erased: false,
    digest_under_id: None,
    under_reused: UnderReused::Nothing,
    same_bytes_parked: false,
    taken_back: false,
    replaced: None,
    phone_held: false,
    seats_taken: 5,
    capacity: Some(5),
};

fn signup() -> Incoming {
    Incoming::Signup { id: id(), digest: digest() }
}

fn unreadable() -> Incoming {
    Incoming::Unreadable { id: Some(id()) }
}

fn check(
    name: &str,
    incoming: Incoming,
    found: Found,
    outcome: Outcome,
    id_reused: bool,
    receipt: Option<ReceiptState>,
) {
    let stands_under = if id_reused { id().reused(&digest()) } else { id() };
    let see_desk = outcome == Outcome::Parked && receipt.is_some();
    let ending = Ending::Nothing;
    let expected = Decision { outcome, id: Some(stands_under), id_reused, receipt, see_desk, ending };
    assert_eq!(admit(incoming, &found), expected, "{name}");
}

#[test]
fn every_row() {
    use Outcome::{Duplicate, Erased, Parked, Repeated, Stored, Waitlisted};
    use ReceiptState::{Received, Registered, Waitlisted as Waiting};
    let none = Found::default();
    let stored = Some(digest());
    let reused = Some(other());
    let rows = [
        ("1 erased", signup(), Found { erased: true, ..none }, Erased, false, None),
        ("1 erased, unreadable", unreadable(), Found { erased: true, ..none }, Erased, false, None),
        ("2 repeated", signup(), Found { digest_under_id: stored, ..none }, Repeated, false, None),
        ("2 repeated bytes", unreadable(), Found { same_bytes_parked: true, ..none }, Repeated, false, None),
        ("3 reused", signup(), Found { digest_under_id: reused, ..none }, Stored, true, Some(Registered)),
        (
            "3 reused, full",
            signup(),
            Found { digest_under_id: reused, ..FULL },
            Waitlisted,
            true,
            Some(Waiting),
        ),
        ("4 parked", unreadable(), none, Parked, false, Some(Received)),
        ("5 duplicate", signup(), Found { phone_held: true, ..none }, Duplicate, false, Some(Registered)),
        ("5 duplicate, full", signup(), Found { phone_held: true, ..FULL }, Duplicate, false, Some(Waiting)),
        ("6 waitlisted", signup(), FULL, Waitlisted, false, Some(Waiting)),
        ("6 over-full", signup(), Found { seats_taken: 9, ..FULL }, Waitlisted, false, Some(Waiting)),
        ("7 stored", signup(), none, Stored, false, Some(Registered)),
        ("7 the last seat", signup(), Found { seats_taken: 4, ..FULL }, Stored, false, Some(Registered)),
        ("7 no limit", signup(), Found { seats_taken: u32::MAX, ..none }, Stored, false, Some(Registered)),
    ];
    for (name, incoming, found, outcome, id_reused, receipt) in rows {
        check(name, incoming, found, outcome, id_reused, receipt);
    }
}

#[test]
fn the_earlier_row_wins() {
    use Outcome::{Duplicate, Erased, Parked, Repeated};
    let everything = Found {
        erased: true,
        digest_under_id: Some(digest()),
        same_bytes_parked: true,
        phone_held: true,
        ..FULL
    };
    let rows = [
        ("1 before 2", signup(), everything, Erased, false, None),
        ("1 before 4", unreadable(), everything, Erased, false, None),
        ("2 before 5 and 6", signup(), Found { erased: false, ..everything }, Repeated, false, None),
        ("2 before 4", unreadable(), Found { erased: false, ..everything }, Repeated, false, None),
        (
            "3 before 5",
            signup(),
            Found { digest_under_id: Some(other()), phone_held: true, ..Found::default() },
            Duplicate,
            true,
            Some(ReceiptState::Registered),
        ),
        (
            "4 before 5 and 6",
            unreadable(),
            Found { phone_held: true, ..FULL },
            Parked,
            false,
            Some(ReceiptState::Received),
        ),
        (
            "5 before 6",
            signup(),
            Found { phone_held: true, ..FULL },
            Duplicate,
            false,
            Some(ReceiptState::Waitlisted),
        ),
    ];
    for (name, incoming, found, outcome, id_reused, receipt) in rows {
        check(name, incoming, found, outcome, id_reused, receipt);
    }
}

#[test]
fn a_reused_id_is_recognised_when_it_comes_again() {
    let found =
        |under_reused| Found { digest_under_id: Some(other()), under_reused, phone_held: true, ..FULL };
    check("again", signup(), found(UnderReused::Stored), Outcome::Repeated, true, None);
    check("erased since", signup(), found(UnderReused::Erased), Outcome::Erased, true, None);
}

#[test]
fn a_stored_sign_ups_receipt_is_not_spoilt_by_garbage_under_its_id() {
    check(
        "parked beside",
        unreadable(),
        Found { digest_under_id: Some(digest()), ..Found::default() },
        Outcome::Parked,
        false,
        None,
    );
}

#[test]
fn a_message_without_an_id_parks_without_a_receipt() {
    let decision = admit(Incoming::Unreadable { id: None }, &Found::default());
    let expected = Decision {
        outcome: Outcome::Parked,
        id: None,
        id_reused: false,
        receipt: None,
        see_desk: false,
        ending: Ending::Nothing,
    };
    assert_eq!(decision, expected);
}

/// No answer may tell whether a number is on the list: for every state of the seats, a held number and a fresh one get the
/// same receipt.
#[test]
fn a_held_number_is_answered_like_a_fresh_one() {
    for capacity in [None, Some(1), Some(5), Some(6)] {
        for seats_taken in 0..8 {
            let found = Found { capacity, seats_taken, ..Found::default() };
            let fresh = admit(signup(), &found);
            let held = admit(signup(), &Found { phone_held: true, ..found });
            assert_eq!((fresh.receipt, fresh.see_desk), (held.receipt, held.see_desk));
        }
    }
}

/// A correction, by how the one stands that it replaces: what becomes of the two.
#[test]
fn every_correction() {
    use Outcome::{Cancelled, Duplicate, Erased, Repeated, Stored, Waitlisted};
    use ReceiptState::{Cancelled as Off, Registered, Waitlisted as Waiting};
    let none = Found::default();
    let held = Found { phone_held: true, ..none };
    let rows = [
        ("its seat is taken over", Standing::Registered, FULL, Stored, Some(Registered), Ending::Cancelled),
        ("so where all have one", Standing::Registered, none, Stored, Some(Registered), Ending::Cancelled),
        (
            "no seat, none taken over",
            Standing::Waitlisted,
            FULL,
            Waitlisted,
            Some(Waiting),
            Ending::Cancelled,
        ),
        ("a seat has come free", Standing::Waitlisted, none, Stored, Some(Registered), Ending::Cancelled),
        ("a duplicate had no seat", Standing::Beside, FULL, Waitlisted, Some(Waiting), Ending::Cancelled),
        ("a duplicate, a free seat", Standing::Beside, none, Stored, Some(Registered), Ending::Cancelled),
        ("before the first", Standing::Unknown, none, Stored, Some(Registered), Ending::Noted),
        ("before the first, full", Standing::Unknown, FULL, Waitlisted, Some(Waiting), Ending::Noted),
        ("signed up again", Standing::Cancelled, none, Stored, Some(Registered), Ending::Nothing),
        ("signed up again, full", Standing::Cancelled, FULL, Waitlisted, Some(Waiting), Ending::Nothing),
        ("erased", Standing::Erased, none, Erased, Some(Off), Ending::Nothing),
        (
            "to a number that another has",
            Standing::Registered,
            held,
            Duplicate,
            Some(Registered),
            Ending::Cancelled,
        ),
        (
            "overtaken by its own correction",
            Standing::Registered,
            Found { taken_back: true, ..none },
            Cancelled,
            Some(Off),
            Ending::Cancelled,
        ),
        (
            "both before the first",
            Standing::Unknown,
            Found { taken_back: true, ..none },
            Cancelled,
            Some(Off),
            Ending::Noted,
        ),
        (
            "again: the first is left alone",
            Standing::Registered,
            Found { digest_under_id: Some(digest()), ..none },
            Repeated,
            None,
            Ending::Nothing,
        ),
        (
            "again, after the first was erased",
            Standing::Erased,
            Found { digest_under_id: Some(digest()), ..none },
            Repeated,
            None,
            Ending::Nothing,
        ),
        (
            "itself erased",
            Standing::Registered,
            Found { erased: true, ..none },
            Erased,
            None,
            Ending::Nothing,
        ),
    ];
    for (name, replaced, found, outcome, receipt, ending) in rows {
        let decision = admit(signup(), &Found { replaced: Some(replaced), ..found });
        let expected =
            Decision { outcome, id: Some(id()), id_reused: false, receipt, see_desk: false, ending };
        assert_eq!(decision, expected, "{name}");
    }
}

/// A sign-up that comes after its own cancellation, or after its correction, is kept and takes neither number nor seat.
#[test]
fn what_was_taken_back_before_it_came() {
    use ReceiptState::Cancelled as Off;
    let back = Found { taken_back: true, ..Found::default() };
    check("kept as cancelled", signup(), back, Outcome::Cancelled, false, Some(Off));
    let held = Found { phone_held: true, ..back };
    check("whoever has the number", signup(), held, Outcome::Cancelled, false, Some(Off));
    let erased = Found { erased: true, ..back };
    check("erased all the same", signup(), erased, Outcome::Erased, false, None);
    let stored = Found { digest_under_id: Some(digest()), ..back };
    check("delivered again", signup(), stored, Outcome::Repeated, false, None);
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

/// Neither may a correction's answer tell whether a number is on the list.
#[test]
fn a_correction_to_a_held_number_is_answered_like_one_to_a_fresh_number() {
    for replaced in [Standing::Registered, Standing::Waitlisted, Standing::Beside, Standing::Unknown] {
        for seats_taken in [4, 5] {
            let found = Found { replaced: Some(replaced), seats_taken, ..FULL };
            let fresh = admit(signup(), &found);
            let held = admit(signup(), &Found { phone_held: true, ..found });
            assert_eq!((fresh.receipt, fresh.ending), (held.receipt, held.ending), "{replaced:?}");
        }
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
