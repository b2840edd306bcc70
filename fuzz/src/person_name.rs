//! Names as people type them.

use std::sync::LazyLock;

use fancy_regex::Regex;
use rollcall_shared::fold::{same_person, search_key};
use rollcall_shared::person_name::{
    MAX_INPUT_BYTES, MAX_TYPED_CHARS, MIN_CHARS, PersonName, PersonNameError, folded,
};

use crate::bounds::{for_nothing, within_bounds};
use crate::text::text;

static PATTERN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(&format!("^(?:{})$", PersonName::html_pattern())).unwrap());

static UNASSIGNED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\p{Cn}").unwrap());

/// A name is its own canonical form, keeps its limits, and is found by whatever spelling was typed.
pub fn person_name(data: &[u8]) {
    let Some(typed) = text(data) else { return };
    if typed.len() > MAX_INPUT_BYTES {
        return assert_eq!(for_nothing(|| PersonName::parse(typed)), Err(PersonNameError::TooLong));
    }
    let Ok(name) = within_bounds(data, || PersonName::parse(typed)) else { return };
    let canonical = name.as_str();
    assert_eq!(PersonName::parse(canonical).as_ref(), Ok(&name));
    let json = serde_json::to_string(&name).unwrap();
    assert_eq!(serde_json::from_str::<PersonName>(&json).unwrap(), name);

    let chars = canonical.chars().count();
    assert!((MIN_CHARS..=MAX_TYPED_CHARS).contains(&chars));
    // Letters of a newer Unicode than these tables know are no letters to an older browser, either.
    let is_known = !UNASSIGNED.is_match(typed).unwrap();
    assert!(!is_known || canonical.chars().any(char::is_alphabetic));
    assert!(
        !canonical
            .contains(|c: char| c.is_control() || c.is_ascii_digit() || (c.is_whitespace() && c != ' '))
    );
    assert!(!canonical.contains(['\u{AD}', '\u{200B}', '\u{200E}', '\u{200F}', '\u{2060}', '\u{FEFF}']));
    assert!(!canonical.contains(|c| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')));
    assert!(!canonical.contains("  ") && canonical.trim() == canonical);
    assert_eq!(format!("{name:?}"), format!("PersonName({chars} characters)"));

    // A search folds what it is given like a name: it must come to the same.
    assert_eq!(folded(canonical), canonical);
    assert_eq!(folded(typed), canonical);
    assert!(same_person(&name, &name) && !name.key().is_empty());
    assert_eq!(search_key(typed), search_key(canonical));

    // A browser without script refuses nothing that is taken here, as far as it can be typed into one line.
    assert!(!is_known || PATTERN.is_match(typed).unwrap(), "the page's pattern refuses {typed:?}");
}
