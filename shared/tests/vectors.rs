//! The golden vectors: what each rule takes, what it makes of it, and how it refuses the rest. The page's
//! patterns are held against the same vectors, so that a browser without script refuses nothing that the
//! server takes.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its own data should fail there")]

use std::collections::BTreeSet;

use fancy_regex::Regex;
use icu_normalizer::ComposingNormalizerBorrowed;
use rollcall_shared::entry_code::EntryCode;
use rollcall_shared::envelope::Envelope;
use rollcall_shared::invite_code::InviteCode;
use rollcall_shared::language::Text;
use rollcall_shared::mistake::Mistake;
use rollcall_shared::person_name::{PersonName, PersonNameError};
use rollcall_shared::phone::{self, Phone, PhoneError};
use rollcall_shared::question::{Answer, Answers, FormAge, Kind, Question, canonical_answers};
use rollcall_shared::retry;
use rollcall_shared::signup_id::SignupId;
use serde::Deserialize;

#[derive(Deserialize)]
struct Vectors {
    phones: Vec<Vector>,
    names: Vec<Vector>,
    invite_codes: Vec<Vector>,
    other_notations: Vec<Vector>,
    masked_phones: Vec<Masked>,
    masked_names: Vec<Masked>,
    short_codes: Vec<ShortCode>,
    text_answers: Vec<TextAnswer>,
    delays: Vec<Delay>,
    retried_statuses: Vec<Status>,
    entry_codes: Vec<CodeOfEntry>,
}

impl Vectors {
    fn all_phones(&self) -> Vec<Vector> {
        self.phones.iter().chain(&self.other_notations).cloned().collect()
    }
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

#[derive(Clone, Deserialize)]
struct Vector {
    input: String,
    #[serde(flatten)]
    expected: Expected,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
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
    check(&vectors().all_phones(), 350, |i| Phone::parse(i).map(|p| p.as_str().to_owned()), |e| e.code());
}

#[test]
fn names_of_many_scripts_are_read() {
    check(&vectors().names, 250, |i| PersonName::parse(i).map(|n| n.as_str().to_owned()), |e| e.code());
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

fn whole(pattern: &str) -> Regex {
    Regex::new(&format!("^(?:{pattern})$")).unwrap()
}

#[test]
fn the_pages_patterns_take_what_the_rules_take() {
    let (phone, name) = (whole(&Phone::html_pattern()), whole(&PersonName::html_pattern()));
    let v = vectors();
    for (pattern, vectors) in [(&phone, &v.all_phones()), (&name, &v.names)] {
        let taken = vectors.iter().filter(|v| matches!(v.expected, Expected::Ok(_)));
        // Nobody types a spreadsheet's notation.
        let exponent = Regex::new("[0-9][eE][+0-9]").unwrap();
        for Vector { input, .. } in taken.filter(|v| !exponent.is_match(&v.input).unwrap()) {
            assert!(pattern.is_match(input).unwrap(), "{input:?} is taken but the pattern refuses it");
        }
    }
    for Vector { input, expected } in &v.phones {
        if let Expected::Error(code) = expected {
            let taken = phone.is_match(input).unwrap();
            assert_eq!(taken, SERVER_DECIDES.contains(&input.as_str()), "{input:?} is refused as {code}");
        }
    }
}

/// Numbers that a browser takes and the server refuses: too short without a trunk prefix or `.0`, or no North
/// American number after `00 1`.
const SERVER_DECIDES: [&str; 3] = ["1380013800.0", "+44 (0)20 794", "0013800138000"];

/// What a page's script does: the first pattern that is found in what was typed, once the ordinary pattern
/// refused it.
fn explained<'a>(mistakes: &'a [Mistake], typed: &str) -> Option<&'a Mistake> {
    mistakes.iter().find(|m| Regex::new(&m.pattern).unwrap().is_match(typed).unwrap())
}

/// The sign that a page's script shows: the pattern's group.
fn sign(mistake: &Mistake, typed: &str) -> Option<String> {
    let found = Regex::new(&mistake.pattern).unwrap().captures(typed).unwrap()?;
    Some(found.name("sign")?.as_str().to_owned())
}

/// The page explains a mistake by its code: it must be the one that the rule gives.
#[test]
fn the_pages_patterns_tell_mistakes_apart_as_the_rules_do() {
    let (v, mistakes) = (vectors(), Phone::mistakes());
    let pattern = whole(&Phone::html_pattern());
    let drops = Regex::new(&Phone::fold_drops()).unwrap();
    let mut told_apart = 0;
    for Vector { input, expected } in
        v.phones.iter().filter(|v| v.input.chars().count() <= phone::MAX_INPUT_CHARS)
    {
        let Expected::Error(code) = expected else { continue };
        if pattern.is_match(input).unwrap() {
            continue;
        }
        let folded = ComposingNormalizerBorrowed::new_nfkc().normalize(input);
        let folded = drops.replace_all(&folded, "").into_owned();
        let folded = Phone::FOLDS.iter().fold(folded, |text, (pattern, with)| {
            Regex::new(pattern).unwrap().replace(&text, *with).into_owned()
        });
        let mistake = explained(&mistakes, &folded).unwrap();
        // A spreadsheet's notation comes in files; who types it hears of its letter.
        let code = if code == "shortened" { "character" } else { code };
        assert_eq!(mistake.code, code, "{input:?} as {folded:?}");
        match Phone::parse(input).unwrap_err() {
            PhoneError::Character(c) => {
                let c = ComposingNormalizerBorrowed::new_nfkc().normalize(&c.to_string()).into_owned();
                assert_eq!(sign(mistake, &folded), Some(c), "{input:?}");
            }
            PhoneError::PlusMissing { with_plus } | PhoneError::NorthAmerican { with_plus } => {
                assert_eq!(with_plus.as_str(), format!("+{folded}"));
            }
            PhoneError::TooFewDigits { typed, needed } | PhoneError::TooManyDigits { typed, needed } => {
                let digits = folded.chars().filter(char::is_ascii_digit).count();
                assert_eq!((digits, mistake.needed), (typed, Some(needed)), "{input:?}");
            }
            _ => assert_eq!(mistake.needed, None),
        }
        told_apart += 1;
    }
    assert!(told_apart >= 120, "{told_apart}");
}

#[test]
fn the_pages_patterns_name_the_sign_that_the_rules_name() {
    let (v, mistakes, pattern) = (vectors(), PersonName::mistakes(), whole(&PersonName::html_pattern()));
    let drops = Regex::new(&PersonName::html_pattern()).unwrap();
    let mut told_apart = 0;
    for Vector { input, expected } in v.names.iter().filter(|v| !pattern.is_match(&v.input).unwrap()) {
        let Expected::Error(code) = expected else { panic!("{input:?} is taken") };
        let left = drops.replace_all(input, "");
        let mistake = explained(&mistakes, &left).unwrap();
        assert_eq!(mistake.code, code, "{input:?}");
        if let Err(PersonNameError::Character { sign: c, kind }) = PersonName::parse(input) {
            assert_eq!((sign(mistake, &left), mistake.kind), (Some(c.to_string()), Some(kind)), "{input:?}");
        }
        told_apart += 1;
    }
    assert!(told_apart >= 50, "{told_apart}");
}

/// Each character by itself: a page refuses none that the rule takes, and takes none that it refuses. Only
/// characters that are newer than one of the two tables of Unicode may differ.
#[test]
fn the_pages_patterns_take_the_characters_that_the_rules_take() {
    let (phone, name) = (whole(&Phone::html_pattern()), whole(&PersonName::html_pattern()));
    let newer = Regex::new(r"^\p{Cn}$").unwrap();
    let mut different = Vec::new();
    for c in ('\0'..=char::MAX).filter(|c| !newer.is_match(&c.to_string()).unwrap()) {
        let typed = format!("王{c}芳");
        if name.is_match(&typed).unwrap() != PersonName::parse(&typed).is_ok() {
            different.push(format!("name {c} {:X}", u32::from(c)));
        }
        let typed = format!("1380{c}0138000");
        // A digit more or less is counted elsewhere.
        let is_digit = matches!(Phone::parse(&typed), Err(PhoneError::TooManyDigits { .. }));
        if !is_digit && phone.is_match(&typed).unwrap() != Phone::parse(&typed).is_ok() {
            different.push(format!("phone {c} {:X}", u32::from(c)));
        }
    }
    assert!(different.is_empty(), "{}: {:?}", different.len(), &different[..different.len().min(40)]);
}
