//! Holds docs/NAMES-AND-NUMBERS.md to the code: what is kept of every row, and the words that people read.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot read the page should fail there")]

use std::collections::BTreeSet;

use fancy_regex::Regex;
use rollcall_shared::fold::same_person;
use rollcall_shared::form::{JoinView, join_page};
use rollcall_shared::language::{Language, Text};
use rollcall_shared::person_name::{PersonName, PersonNameError, SignKind};
use rollcall_shared::phone::Phone;
use rollcall_shared::question::{Answer, Kind, Question};
use rollcall_shared::seal::SecretKey;
use rollcall_shared::search::Query;
use rollcall_shared::seed::Seed;
use rollcall_shared::signup::SignupForm;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::{Workshop, sample};

const PAGE: &str = include_str!("../../docs/NAMES-AND-NUMBERS.md");

/// The cells of the rows of all tables under a heading whose head has so many columns.
fn rows(heading: &str, columns: usize) -> Vec<Vec<&'static str>> {
    let (_, behind) = PAGE.split_once(&format!("## {heading}\n")).unwrap();
    let section = behind.split("\n## ").next().unwrap();
    let cells =
        |line: &'static str| -> Vec<&str> { line.trim_matches('|').split(" | ").map(str::trim).collect() };
    let lines = section.lines().filter(|line| line.starts_with("| "));
    let rows: Vec<_> =
        lines.map(cells).filter(|cells| cells.len() == columns && cells[0].len() > 1).collect();
    // The head itself has no code in it.
    let rows: Vec<_> = rows.into_iter().filter(|cells| cells.iter().any(|cell| cell.contains('`'))).collect();
    assert!(rows.len() > 1 || columns == 4, "{heading} has {} rows", rows.len());
    rows
}

/// A text in code: `‹200B›` is that character, `x×3` is `xxx`.
fn decoded(code: &str) -> String {
    let inner =
        code.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')).unwrap_or_else(|| panic!("{code}"));
    if let Some((what, times)) = inner.split_once('×') {
        return what.repeat(times.parse().unwrap());
    }
    let mut pieces = inner.split('‹');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (code, rest) = piece.split_once('›').unwrap();
        text.push(char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap());
        text.push_str(rest);
    }
    text
}

fn workshop() -> Workshop {
    let mut workshop = sample::workshop(SecretKey::from_bytes([9; 32]).public());
    let kind = Kind::Text { max_chars: 99 };
    workshop.questions = vec![Question { key: "t".into(), label: Text::new("t", "t"), required: true, kind }];
    workshop
}

/// A form in which nothing is wrong.
fn form() -> SignupForm {
    SignupForm {
        id: SignupId::from_random([7; 16]).to_string(),
        invite_code: workshop().invite_code.to_string(),
        name: "王芳".into(),
        phone: "13800138000".into(),
        answers: [("t".to_owned(), Answer::One("x".into()))].into(),
        ..SignupForm::default()
    }
}

/// What the page says under a field of a form that comes back.
fn said(form: &SignupForm, field: &str, language: Language) -> String {
    let workshop = workshop();
    let errors = form.parse(&workshop).unwrap_err();
    let seed = &Seed::from_random([0; 16]);
    let view = JoinView {
        workshop: &workshop,
        language,
        base: "",
        seed,
        values: form,
        errors: &errors,
        trouble: None,
    };
    let html = join_page(&view).html;
    let place = format!(r#"<p class="error" id="{field}-error" aria-live="polite">"#);
    let text = html.split_once(&place).unwrap().1.split("</p>").next().unwrap();
    let text = text.replace("<b>", "").replace("</b>", "");
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// Holds the rows of refusals to the words on the page, in both languages.
fn check_words(rows: &[Vec<&str>], field: &str, fill: impl Fn(&mut SignupForm, String)) {
    for row in rows {
        let mut form = form();
        fill(&mut form, decoded(row[1]));
        assert_eq!(said(&form, field, Language::Zh), row[2], "{}", row[1]);
        assert_eq!(said(&form, field, Language::En), row[3], "{}", row[1]);
    }
}

#[test]
fn names_are_kept_as_the_page_says() {
    let rows = rows("Names that are taken", 3);
    assert!(rows.len() >= 20);
    for row in rows {
        let kept = PersonName::parse(&decoded(row[1])).map(String::from);
        assert_eq!(kept, Ok(decoded(row[2])), "{}", row[1]);
    }
}

#[test]
fn names_are_refused_in_the_words_of_the_page() {
    let rows = rows("Names that are refused", 4);
    check_words(&rows, "name", |form, typed| form.name = typed);
    let errors = rows.iter().map(|row| PersonName::parse(&decoded(row[1])).unwrap_err());
    let mut codes = BTreeSet::new();
    let mut kinds = Vec::new();
    for error in errors {
        codes.insert(error.code());
        if let PersonNameError::Character { kind, .. } = error {
            kinds.push(kind);
        }
    }
    assert_eq!(codes, BTreeSet::from(["character", "empty", "no_letter", "too_long"]));
    assert!(SignKind::ALL.iter().all(|kind| kinds.contains(kind)));
}

#[test]
fn names_are_one_or_two_as_the_page_says() {
    let name = |code| PersonName::parse(&decoded(code)).unwrap();
    let same = rows("When two names are one", 2);
    assert!(same.len() >= 8);
    for row in same {
        for spelling in row[1].split(", ") {
            assert!(same_person(&name(row[0]), &name(spelling)), "{} and {spelling}", row[0]);
        }
    }
    for row in rows("When they are two", 2) {
        assert!(!same_person(&name(row[0]), &name(row[1])), "{row:?}");
    }
}

#[test]
fn numbers_are_kept_as_the_page_says() {
    let rows = rows("Numbers that are taken", 3);
    assert!(rows.len() >= 15);
    for row in rows {
        let kept = Phone::parse(&decoded(row[1])).map(String::from);
        assert_eq!(kept, Ok(decoded(row[2])), "{}", row[1]);
    }
}

#[test]
fn numbers_are_refused_in_the_words_of_the_page() {
    let rows = rows("Numbers that are refused", 4);
    check_words(&rows, "phone", |form, typed| form.phone = typed);
    let codes: BTreeSet<_> =
        rows.iter().map(|row| Phone::parse(&decoded(row[1])).unwrap_err().code()).collect();
    // All of them: see `PhoneError::code`.
    let all = [
        "character",
        "country_code",
        "empty",
        "landline",
        "north_american",
        "not_mobile",
        "plus_missing",
        "service_number",
        "shortened",
        "too_few_digits",
        "too_long",
        "too_many_digits",
        "two_numbers",
    ];
    assert_eq!(codes, BTreeSet::from(all));
}

#[test]
fn answers_are_kept_and_refused_as_the_page_says() {
    let answer = |form: &mut SignupForm, typed| form.answers = [("t".to_owned(), Answer::One(typed))].into();
    for row in rows("Answers and hosts' texts", 3) {
        let mut form = form();
        answer(&mut form, decoded(row[1]));
        let kept = form.parse(&workshop()).unwrap().answers.remove("t");
        assert_eq!(kept, Some(Answer::One(decoded(row[2]))), "{}", row[1]);
    }
    check_words(&rows("Answers and hosts' texts", 4), "answers.t", answer);
    // A host's text is read in the same way, but for line breaks.
    for row in rows("Answers and hosts' texts", 3) {
        let typed = decoded(row[1]);
        if !typed.contains('\n') {
            assert_eq!(Text::new(&typed, "").zh, decoded(row[2]));
        }
    }
}

#[test]
fn searches_find_what_the_page_says() {
    for row in rows("Search", 2) {
        let (query, found) = (Query::of(&decoded(row[0])).unwrap(), decoded(row[1]));
        let is_found = match Phone::parse(&found) {
            Ok(phone) => query.finds_phone(&phone),
            Err(_) => query.finds_name(&PersonName::parse(&found).unwrap().key()),
        };
        assert!(is_found, "{row:?}");
    }
}

/// Every row is read by one of these tests.
#[test]
fn no_row_is_left_out() {
    let code = Regex::new(r"(?m)^\| .*`.*\|$").unwrap();
    let all = code.find_iter(PAGE).count();
    let read = [
        ("Names that are taken", 3),
        ("Names that are refused", 4),
        ("When two names are one", 2),
        ("When they are two", 2),
        ("Numbers that are taken", 3),
        ("Numbers that are refused", 4),
        ("Answers and hosts' texts", 3),
        ("Answers and hosts' texts", 4),
        ("Search", 2),
    ];
    assert_eq!(read.into_iter().map(|(heading, columns)| rows(heading, columns).len()).sum::<usize>(), all);
}
