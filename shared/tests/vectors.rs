//! The golden vectors: what each rule takes, what it makes of it, and how it refuses the rest. The page's
//! patterns are held against the same vectors, so that a browser without script refuses nothing that the
//! server takes.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its own data should fail there")]

use std::collections::BTreeSet;

use icu_normalizer::ComposingNormalizerBorrowed;
use regex::Regex;
use rollcall_shared::entry_code::EntryCode;
use rollcall_shared::envelope::Envelope;
use rollcall_shared::invite_code::InviteCode;
use rollcall_shared::language::Text;
use rollcall_shared::mistake::Mistake;
use rollcall_shared::person_name::PersonName;
use rollcall_shared::phone::{self, Phone};
use rollcall_shared::question::{Answer, Answers, FormAge, Kind, Question, canonical_answers};
use rollcall_shared::retry;
use rollcall_shared::signup_id::SignupId;
use serde::Deserialize;

#[derive(Deserialize)]
struct Vectors {
    phones: Vec<Vector>,
    names: Vec<Vector>,
    invite_codes: Vec<Vector>,
    masked_phones: Vec<Masked>,
    masked_names: Vec<Masked>,
    short_codes: Vec<ShortCode>,
    text_answers: Vec<TextAnswer>,
    delays: Vec<Delay>,
    retried_statuses: Vec<Status>,
    entry_codes: Vec<CodeOfEntry>,
}

#[derive(Deserialize)]
struct Masked {
    input: String,
    masked: String,
}

#[derive(Deserialize)]
struct ShortCode {
    id: SignupId,
    code: String,
}

#[derive(Deserialize)]
struct CodeOfEntry {
    message: Envelope,
    digits: String,
}

#[derive(Deserialize)]
struct TextAnswer {
    input: String,
    text: String,
}

#[derive(Deserialize)]
struct Delay {
    attempt: u32,
    random: u32,
    delay_ms: u128,
}

#[derive(Deserialize)]
struct Status {
    status: u16,
    retried: bool,
}

#[derive(Deserialize)]
struct Vector {
    input: String,
    #[serde(flatten)]
    expected: Expected,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Expected {
    Ok(String),
    Error(String),
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("vectors.json")).unwrap()
}

fn check<E>(
    vectors: &[Vector],
    at_least: usize,
    parse: impl Fn(&str) -> Result<String, E>,
    code: impl Fn(&E) -> &str,
) {
    let inputs: BTreeSet<&str> = vectors.iter().map(|v| v.input.as_str()).collect();
    assert_eq!(inputs.len(), vectors.len(), "a vector stands twice");
    assert!(vectors.len() >= at_least, "{} vectors, at least {at_least} are promised", vectors.len());
    let wrong: Vec<String> = vectors
        .iter()
        .filter_map(|v| {
            let got = match parse(&v.input) {
                Ok(text) => Expected::Ok(text),
                Err(e) => Expected::Error(code(&e).to_owned()),
            };
            (got != v.expected).then(|| format!("{:?}: expected {:?}, got {got:?}", v.input, v.expected))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn phones_are_read_as_people_type_them() {
    check(&vectors().phones, 120, |i| Phone::parse(i).map(|p| p.as_str().to_owned()), |e| e.code());
}

#[test]
fn names_of_many_scripts_are_read() {
    check(&vectors().names, 120, |i| PersonName::parse(i).map(|n| n.as_str().to_owned()), |e| e.code());
}

#[test]
fn invite_codes_are_read_as_people_type_them() {
    check(&vectors().invite_codes, 60, |i| InviteCode::parse(i).map(|c| c.to_string()), |e| e.code());
}

#[test]
fn people_are_masked() {
    let Vectors { masked_phones, masked_names, .. } = vectors();
    assert!(masked_phones.len() >= 12 && masked_names.len() >= 10);
    for Masked { input, masked } in masked_phones {
        assert_eq!(Phone::parse(&input).unwrap().masked(), masked, "{input}");
    }
    for Masked { input, masked } in masked_names {
        assert_eq!(PersonName::parse(&input).unwrap().masked(), masked, "{input}");
    }
}

#[test]
fn ids_have_short_codes() {
    let codes = vectors().short_codes;
    assert!(codes.len() >= 10);
    for ShortCode { id, code } in codes {
        assert_eq!(id.short_code(), code, "{id}");
    }
}

#[test]
fn entry_codes_are_digits() {
    let codes = vectors().entry_codes;
    assert!(codes.len() >= 10);
    for CodeOfEntry { message, digits } in codes {
        assert_eq!(EntryCode::parse(&digits).as_ref().map(EntryCode::message), Ok(&message), "{digits}");
        assert_eq!(EntryCode::new(message).to_digits(), digits);
    }
}

#[test]
fn texts_have_one_form() {
    let text = Question {
        key: "q".into(),
        label: Text::new("问", "q"),
        required: false,
        kind: Kind::Text { max_chars: 99 },
    };
    for TextAnswer { input, text: expected } in vectors().text_answers {
        let answers = Answers::from([("q".to_owned(), Answer::One(input.clone()))]);
        let kept = canonical_answers(std::slice::from_ref(&text), &answers, FormAge::Current).unwrap();
        let kept = match kept.get("q") {
            Some(Answer::One(text)) => text.as_str(),
            _ => "",
        };
        assert_eq!(kept, expected, "{input:?}");
    }
}

#[test]
fn delays_follow_from_the_attempt_and_random_bits() {
    for Delay { attempt, random, delay_ms } in vectors().delays {
        let delay = retry::full_jitter(attempt, retry::BASE, retry::CAP, random);
        assert_eq!(delay.as_millis(), delay_ms, "{attempt} {random}");
    }
}

#[test]
fn some_statuses_are_asked_again() {
    let statuses = vectors().retried_statuses;
    for Status { status, retried } in &statuses {
        assert_eq!(retry::is_retried(*status), *retried, "{status}");
    }
    for status in retry::RETRIED_STATUSES {
        assert!(statuses.iter().any(|vector| vector.status == status), "{status} has no vector");
    }
}

/// Characters that nobody types but address books paste; the pattern cannot name them all, a text field drops
/// line breaks.
fn is_typed(input: &str) -> bool {
    let is_pasted = |c: char| {
        matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
            || matches!(c, '\u{FEFF}' | '\u{AD}')
    };
    !input.contains(is_pasted)
}

#[test]
fn the_pages_patterns_take_what_the_rules_take() {
    let phone = Regex::new(&format!("^(?:{})$", Phone::html_pattern())).unwrap();
    let name = Regex::new(&format!("^(?:{})$", PersonName::html_pattern())).unwrap();
    let v = vectors();
    for (pattern, vectors) in [(&phone, &v.phones), (&name, &v.names)] {
        for vector in vectors.iter().filter(|v| matches!(v.expected, Expected::Ok(_)) && is_typed(&v.input)) {
            assert!(
                pattern.is_match(&vector.input),
                "{:?} is taken but the pattern refuses it",
                vector.input
            );
        }
    }
    let refused = v.phones.iter().filter(|v| matches!(v.expected, Expected::Error(_)));
    for vector in refused {
        assert!(!phone.is_match(&vector.input), "{:?} is refused but the pattern takes it", vector.input);
    }
}

/// What a page's script does: the first pattern that is found in what was typed, once the ordinary pattern
/// refused it.
fn explained<'a>(mistakes: &'a [Mistake], typed: &str) -> Option<&'a str> {
    mistakes.iter().find(|m| Regex::new(&m.pattern).unwrap().is_match(typed)).map(|m| m.code)
}

/// The page explains a mistake by its code: it must be the one that the rule gives.
#[test]
fn the_pages_patterns_tell_mistakes_apart_as_the_rules_do() {
    let (v, phones, names) = (vectors(), Phone::mistakes(), PersonName::mistakes());
    let drops = Regex::new(Phone::FOLD_DROPS).unwrap();
    let prefix = Regex::new(Phone::FOLD_PREFIX).unwrap();
    let mut told_apart = 0;
    for Vector { input, expected } in
        v.phones.iter().filter(|v| v.input.chars().count() <= phone::MAX_INPUT_CHARS)
    {
        if let Expected::Error(code) = expected {
            let folded = ComposingNormalizerBorrowed::new_nfkc().normalize(input);
            let folded = drops.replace_all(&folded, "");
            let explained = explained(&phones, &prefix.replace(&folded, "$1")).unwrap_or("empty");
            assert_eq!(explained, code, "{input:?}");
            told_apart += 1;
        }
    }
    let pattern = Regex::new(&format!("^(?:{})$", PersonName::html_pattern())).unwrap();
    for Vector { input, expected } in
        v.names.iter().filter(|v| is_typed(&v.input) && !pattern.is_match(&v.input))
    {
        if let Expected::Error(code) = expected {
            assert_eq!(explained(&names, input).unwrap_or("empty"), code, "{input:?}");
            told_apart += 1;
        }
    }
    assert!(told_apart >= 60, "{told_apart}");
}
