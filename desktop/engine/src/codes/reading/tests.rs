use std::time::Duration;

use super::*;
use crate::codes::photographs::Shot;
use crate::codes::picture::luma;

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

/// As long as a usual sign-up's.
fn digits() -> String {
    (0..728_u32).map(|n| char::from(b'0' + u8::try_from(n * n * 7 % 11 % 10).unwrap())).collect()
}

/// As phones show that have an older page: 502 signs of JSON.
fn old() -> String {
    let box_ = "q7Zt3Vx/Kd+9LmRw".repeat(22);
    format!(
        r#"{{"v":1,"workshop":"abcdefghjkmnpqrs","id":"0f8fad5b-d9cb-469f-a165-70867728950e","key_id":"0123456789abcdef","received_at":1700000000000,"box":"{box_}9x"}}"#
    )
}

/// How many of those photographs are read, and what was not.
fn read_of(text: &str, shots: impl Iterator<Item = Shot>) -> (usize, Vec<Shot>) {
    let (mut count, mut missed) = (0, Vec::new());
    for shot in shots {
        count += 1;
        let found = read(&luma(&shot.taken_of(text)).unwrap(), soon(), |_| true);
        match found {
            Some(found) => assert_eq!(found, text, "{shot:?}"),
            None => missed.push(shot),
        }
    }
    (count, missed)
}

/// At least so many of a hundred.
fn at_least(percent: usize, text: &str, shots: impl Iterator<Item = Shot>) {
    let (count, missed) = read_of(text, shots);
    println!("{} of {count} read; not {missed:#?}", count - missed.len());
    assert!((count - missed.len()) * 100 >= percent * count, "{} of {count} were not read", missed.len());
}

#[test]
#[ignore = "some ten seconds; by hand, after whatever changes the reader or the code"]
fn all_photographs() {
    at_least(98, &digits(), (0..120).map(Shot::near));
    at_least(95, &digits(), (0..120).map(Shot::far));
    at_least(98, &old(), (0..120).map(Shot::near));
    at_least(95, &old(), (0..120).map(Shot::far));
}
