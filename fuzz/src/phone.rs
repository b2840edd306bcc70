//! Phone numbers as people type them.

use std::sync::LazyLock;

use fancy_regex::Regex;
use rollcall_shared::phone::{
    CHINA_DIGITS, MAX_DIGITS, MAX_INPUT_CHARS, MIN_DIGITS, Phone, PhoneError, TWO_NUMBERS_DIGITS,
};
use rollcall_shared::search::Query;

use crate::text::text;

static PATTERN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(&format!("^(?:{})$", Phone::html_pattern())).unwrap());

/// A number is its own canonical form, has digits that were typed and no others, keeps E.164's limits, and is
/// found by what was typed.
pub fn phone(data: &[u8]) {
    let Some(typed) = text(data) else { return };
    match Phone::parse(typed) {
        Ok(phone) => accepted(typed, &phone),
        Err(error) => refused(typed, error),
    }
}

fn accepted(typed: &str, phone: &Phone) {
    let canonical = phone.as_str();
    let digits = canonical.strip_prefix('+').unwrap();
    assert!(typed.chars().count() <= MAX_INPUT_CHARS);
    assert!((MIN_DIGITS..=MAX_DIGITS).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()));
    assert!(!digits.starts_with('0'));

    assert_eq!(Phone::parse(canonical).as_ref(), Ok(phone), "{canonical}");
    let json = serde_json::to_string(phone).unwrap();
    assert_eq!(serde_json::from_str::<Phone>(&json).unwrap(), *phone);
    assert!(Query::of(typed).unwrap().finds_phone(phone));

    // No digit is made up, except Argentina's 9, which replaces a 15.
    if typed.is_ascii() && !digits.starts_with("54") {
        let mut left = typed.bytes();
        let national = digits.strip_prefix("86").unwrap_or(digits);
        assert!(national.bytes().all(|digit| left.any(|b| b == digit)), "{typed} as {canonical}");
    }
    if let Some(national) = digits.strip_prefix("86") {
        assert_eq!(national.len(), CHINA_DIGITS);
    }

    // Neither a log nor a screen in the hall shows a number.
    assert_eq!(format!("{phone:?}"), format!("Phone(…{})", &digits[digits.len() - 2..]));
    let masked = phone.masked();
    assert!(masked.contains('•') && masked.ends_with(&digits[digits.len() - 4..]));

    // A browser without script refuses nothing that is taken here, but a spreadsheet's notation.
    let is_typed = !typed.contains(['e', 'E', 'ｅ', 'Ｅ']);
    assert!(!is_typed || PATTERN.is_match(typed).unwrap(), "the page's pattern refuses {typed:?}");
}

fn refused(typed: &str, error: PhoneError) {
    match error {
        PhoneError::TooFewDigits { typed, needed } => assert!(typed < needed || needed == MIN_DIGITS),
        PhoneError::TooManyDigits { typed, needed } => assert!(typed > needed),
        PhoneError::TooLong => assert!(typed.chars().count() > MAX_INPUT_CHARS),
        PhoneError::Character(c) => assert!(typed.contains(c) && !c.is_ascii_digit()),
        PhoneError::PlusMissing { with_plus } | PhoneError::NorthAmerican { with_plus } => {
            assert_eq!(Phone::parse(with_plus.as_str()), Ok(with_plus));
        }
        PhoneError::TwoNumbers => {
            assert!(typed.contains(['+', '＋']) || typed.chars().count() >= TWO_NUMBERS_DIGITS)
        }
        PhoneError::Shortened => assert!(typed.contains(['e', 'E', 'ｅ', 'Ｅ'])),
        PhoneError::Empty
        | PhoneError::NotMobile
        | PhoneError::Landline
        | PhoneError::ServiceNumber
        | PhoneError::CountryCode => {}
    }
}
