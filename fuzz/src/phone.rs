//! Phone numbers as people type them.

use std::sync::LazyLock;

use regex::Regex;
use rollcall_shared::phone::{CHINA_DIGITS, MAX_DIGITS, MAX_INPUT_CHARS, MIN_DIGITS, Phone, PhoneError};

use crate::text::text;

static PATTERN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(&format!("^(?:{})$", Phone::html_pattern())).unwrap());

/// A number is its own canonical form, has the digits that were typed and no others, and keeps E.164's
/// limits.
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

    let typed_digits: String = typed.chars().filter_map(digit).collect();
    match digits.strip_prefix("86") {
        Some(national) => {
            assert_eq!(national.len(), CHINA_DIGITS);
            assert!([national, digits, &format!("00{digits}")].contains(&typed_digits.as_str()));
        }
        None => assert_eq!(typed_digits, digits),
    }

    // Neither a log nor a screen in the hall shows a number.
    assert_eq!(format!("{phone:?}"), format!("Phone(…{})", &digits[digits.len() - 2..]));
    let masked = phone.masked();
    assert!(masked.contains('•') && masked.ends_with(&digits[digits.len() - 4..]));

    // A browser without script refuses nothing that is taken here.
    assert!(!is_typed(typed) || PATTERN.is_match(typed), "the page's pattern refuses {typed:?}");
}

fn refused(typed: &str, error: PhoneError) {
    match error {
        PhoneError::TooFewDigits { typed, needed } => assert!(typed < needed),
        PhoneError::TooManyDigits { typed, needed } => assert!(typed > needed),
        PhoneError::TooLong => assert!(typed.chars().count() > MAX_INPUT_CHARS),
        PhoneError::Character(c) => assert!(typed.contains(c) && digit(c).is_none()),
        PhoneError::Empty | PhoneError::NotMobile | PhoneError::CountryCode => {}
    }
}

fn digit(c: char) -> Option<char> {
    let c = match c {
        '０'..='９' => char::from_u32(c as u32 - 0xFEE0)?,
        c => c,
    };
    c.is_ascii_digit().then_some(c)
}

/// Removes what nobody types but address books paste: the pattern does not name it.
pub(crate) fn is_typed(input: &str) -> bool {
    !input.contains(|c: char| {
        matches!(
            c,
            '\u{AD}'
                | '\u{200B}'..='\u{200F}'
                | '\u{202A}'..='\u{202E}'
                | '\u{2060}'
                | '\u{2066}'..='\u{2069}'
                | '\u{FEFF}'
        )
    })
}
