//! Who is let in, who is out, and what is taken back.

use super::*;
use crate::testing::Hall;

async fn open() -> (Hall, Desks) {
    let hall = Hall::open().await;
    let settings = Arc::new(VenueSettings::open(hall.dir.path().join("venue.json")));
    let desks = Desks::read(&hall.readers, hall.writer.clone(), settings).unwrap();
    desks.renew(&hall.workshop.id).await.unwrap();
    (hall, desks)
}

#[tokio::test]
async fn a_device_is_let_in_by_the_pin_and_out_when_it_is_renewed() {
    let (hall, desks) = open().await;
    let id = &hall.workshop.id;
    let pin = desks.pin(id).unwrap();
    let spaced = format!(" {} {}", &pin[..3], &pin[3..]);
    let Entered { token } =
        desks.enter(id, &spaced, " Desk  1 ", Timestamp::from_millis(5)).await.ok().unwrap();
    let desk = desks.by_token(id, &token, Timestamp::from_millis(6)).unwrap();
    assert_eq!((desk.name.as_str(), desks.seen(&desk.id)), ("Desk 1", Some(Some(Timestamp::from_millis(6)))));
    assert_eq!(desks.by_token(id, "other", Timestamp::from_millis(6)), None);
    let elsewhere = WorkshopId::from_random([9; 16]);
    assert_eq!(desks.by_token(&elsewhere, &token, Timestamp::from_millis(6)), None);

    // A restart keeps it: only the token's digest is in the database.
    let again = Desks::read(&hall.readers, hall.writer.clone(), Arc::clone(&desks.settings)).unwrap();
    assert_eq!(again.by_token(id, &token, Timestamp::from_millis(7)).unwrap(), desk);
    let stored = hall.texts("SELECT hex(session) FROM desks");
    assert!(!stored[0].eq_ignore_ascii_case(&token), "{stored:?}");

    desks.renew(id).await.unwrap();
    assert_eq!(desks.by_token(id, &token, Timestamp::from_millis(8)), None);
    assert_eq!(hall.count("SELECT count(*) FROM desks WHERE session IS NULL AND ended_at IS NOT NULL"), 1);
    let again = Desks::read(&hall.readers, hall.writer.clone(), Arc::clone(&desks.settings)).unwrap();
    assert_eq!(again.by_token(id, &token, Timestamp::from_millis(9)), None);
}

#[tokio::test]
async fn one_desk_is_ended_and_the_others_go_on() {
    let (hall, desks) = open().await;
    let id = &hall.workshop.id;
    let pin = desks.pin(id).unwrap();
    let first = desks.enter(id, &pin, "1", Timestamp::from_millis(5)).await.ok().unwrap().token;
    let second = desks.enter(id, &pin, "2", Timestamp::from_millis(5)).await.ok().unwrap().token;
    let ended = desks.by_token(id, &first, Timestamp::from_millis(6)).unwrap().id;
    desks.end(id, ended).await.unwrap();
    assert!(
        desks.by_token(id, &first, Timestamp::from_millis(7)).is_none()
            && desks.by_token(id, &second, Timestamp::from_millis(7)).is_some()
    );
    desks.shut(id).await.unwrap();
    assert!(desks.by_token(id, &second, Timestamp::from_millis(8)).is_none());
    assert!(matches!(desks.enter(id, &pin, "3", Timestamp::from_millis(9)).await, Err(Refused::Shut)));
}

#[tokio::test]
async fn a_new_pin_an_ended_desk_and_shut_desks_are_taken_back() {
    let (hall, desks) = open().await;
    let id = &hall.workshop.id;
    let at = Timestamp::from_millis;
    let is_in = |desks: &Desks, token: &str| desks.by_token(id, token, at(7)).is_some();
    let pin = desks.pin(id).unwrap();
    let first = desks.enter(id, &pin, "1", at(5)).await.ok().unwrap().token;
    let second = desks.enter(id, &pin, "2", at(5)).await.ok().unwrap().token;

    let undo = desks.end(id, desks.by_token(id, &first, at(6)).unwrap().id).await.unwrap();
    assert!(!is_in(&desks, &first));
    desks.put_back(&undo).await.unwrap();
    assert!(is_in(&desks, &first) && is_in(&desks, &second));
    assert_eq!(hall.count("SELECT count(*) FROM desks WHERE ended_at IS NOT NULL"), 0);

    let (renewed, ended) = (desks.renew(id).await.unwrap(), desks.pin(id).unwrap());
    let third = desks.enter(id, &ended, "3", at(8)).await.ok().unwrap().token;
    desks.put_back(&renewed).await.unwrap();
    assert_eq!(desks.pin(id).as_ref(), Some(&pin));
    assert!(is_in(&desks, &first) && is_in(&desks, &second));
    assert!(!is_in(&desks, &third), "a session ends with its PIN");

    let shut = desks.shut(id).await.unwrap();
    desks.put_back(&shut).await.unwrap();
    assert!(desks.pin(id).as_ref() == Some(&pin) && is_in(&desks, &first));
    let again = Desks::read(&hall.readers, hall.writer.clone(), Arc::clone(&desks.settings)).unwrap();
    assert!(is_in(&again, &first) && !is_in(&again, &third), "a restart shows the same");

    // Another PIN by now: it would let in whom the host has put out since.
    let old = desks.end(id, desks.by_token(id, &second, at(9)).unwrap().id).await.unwrap();
    desks.renew(id).await.unwrap();
    assert!(matches!(desks.put_back(&old).await, Err(Unkept::Changed)));
    assert!(matches!(desks.put_back(&shut).await, Err(Unkept::Changed)));
    assert!(!is_in(&desks, &second));
}

#[tokio::test]
async fn guessing_becomes_slow_for_everybody_and_the_right_one_waits_its_turn() {
    let (hall, desks) = open().await;
    let id = &hall.workshop.id;
    let pin = desks.pin(id).unwrap();
    let wrong = if pin == "000000" { "000001" } else { "000000" };
    let try_at = async |pin: &str, now| desks.enter(id, pin, "1", now).await.err();
    for _ in 0..4 {
        assert_eq!(try_at(wrong, Timestamp::from_millis(0)).await, Some(Refused::Wrong));
    }
    assert_eq!(try_at(wrong, Timestamp::from_millis(0)).await, Some(Refused::Wait(1)));
    // Or a guess during the pause would be worth something.
    assert_eq!(try_at(&pin, Timestamp::from_millis(999)).await, Some(Refused::Wait(1)));
    assert_eq!(try_at(&pin, Timestamp::from_millis(1_000)).await, None);
    assert_eq!(
        try_at(wrong, Timestamp::from_millis(1_001)).await,
        Some(Refused::Wrong),
        "after a right one mistakes are free again"
    );
    assert_eq!(try_at("", Timestamp::from_millis(1_001)).await, Some(Refused::Wrong));
    for name in ["", "  ", &"x".repeat(21), "a\u{7}b"] {
        assert_eq!(
            desks.enter(id, &pin, name, Timestamp::from_millis(1_002)).await.err(),
            Some(Refused::Name),
            "{name:?}"
        );
    }
}

#[test]
fn pins_are_six_digits_and_typed_in_many_ways() {
    for _ in 0..50 {
        let pin = draw_pin();
        assert!(pin.len() == PIN_DIGITS && pin.bytes().all(|b| b.is_ascii_digit()), "{pin}");
    }
    assert_eq!(digits(" ０12 345 "), "012345");
}
