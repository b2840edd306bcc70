//! What holds for every input: what was parsed parses again as itself, and nothing that anyone can send
//! panics.

#![allow(clippy::unwrap_used, reason = "a test that cannot build its own data should fail there")]

use std::sync::LazyLock;

use fancy_regex::Regex;
use proptest::prelude::*;
use rollcall_shared::envelope::{Envelope, addressee};
use rollcall_shared::field_error::FieldError;
use rollcall_shared::fold::{same_person, search_key};
use rollcall_shared::form::{JoinView, Message, join_page};
use rollcall_shared::invite_code::InviteCode;
use rollcall_shared::language::Language;
use rollcall_shared::language::Text;
use rollcall_shared::mailbox::{AckRequest, Publication, PullRequest, ReceiptsRequest};
use rollcall_shared::person_name::PersonName;
use rollcall_shared::phone::Phone;
use rollcall_shared::question::{Choice, Kind, Question};
use rollcall_shared::receipt::{self, ReceiptKey};
use rollcall_shared::seal::SecretKey;
use rollcall_shared::search::Query;
use rollcall_shared::seed::Seed;
use rollcall_shared::signup::SignupForm;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::{Workshop, WorkshopId, sample};

fn workshop() -> Workshop {
    let choice = |key: &str| Choice { key: key.into(), label: Text::new(key, key) };
    let mut workshop = sample::workshop(SecretKey::from_bytes([9; 32]).public());
    workshop.questions = vec![
        Question {
            key: "t".into(),
            label: Text::new("t", "t"),
            required: false,
            kind: Kind::Text { max_chars: 99 },
        },
        Question {
            key: "m".into(),
            label: Text::new("m", "m"),
            required: false,
            kind: Kind::Many { options: vec![choice("a"), choice("b")] },
        },
    ];
    workshop
}

/// Sends a text through everything that takes text from outside; the properties are asserted on the way.
fn try_everywhere(text: &str) {
    if let Ok(phone) = Phone::parse(text) {
        assert_eq!(Phone::parse(phone.as_str()), Ok(phone.clone()));
        assert!(phone.masked().ends_with(&phone.as_str()[phone.as_str().len() - 4..]));
    }
    if let Ok(name) = PersonName::parse(text) {
        assert_eq!(PersonName::parse(name.as_str()), Ok(name.clone()));
        let key = name.key();
        assert!(!key.is_empty());
        // Whoever types what is on the list finds it.
        for typed in [text, name.as_str(), &key] {
            let searched = search_key(typed);
            assert!(searched == key || searched.is_empty(), "{typed:?}: {searched:?} and {key:?}");
        }
    }
    if let (Some(query), Ok(phone)) = (Query::of(text), Phone::parse(text)) {
        assert!(query.finds_phone(&phone), "{text:?}");
    }
    if let Ok(code) = InviteCode::parse(text) {
        assert_eq!(InviteCode::parse(code.as_str()), Ok(code));
    }
    if let Ok(id) = SignupId::parse(text) {
        assert_eq!(SignupId::parse(&id.to_string()), Ok(id));
    }
    let workshop = workshop();
    let seed = &Seed::from_random([7; 16]);
    let form = SignupForm {
        id: text.into(),
        invite_code: text.into(),
        name: text.into(),
        phone: text.into(),
        answers: [("t".to_owned(), rollcall_shared::question::Answer::One(text.into()))].into(),
        ..SignupForm::default()
    };
    for form_version in [None, Some(0)] {
        let form = SignupForm { form_version, ..form.clone() };
        let errors = form.parse(&workshop).err().unwrap_or_default();
        assert_page_is_safe(&workshop, &form, &errors);
        if let Ok(signup) = form.parse_seeded(seed, &workshop) {
            let again = SignupForm {
                id: signup.id.to_string(),
                name: signup.name.as_str().into(),
                phone: signup.phone.as_str().into(),
                answers: signup.answers.clone(),
                ..form
            };
            assert_eq!(again.parse(&workshop).map(|s| s.digest()), Ok(signup.digest()));
        }
    }
    let _ = SignupForm::from_json(text.as_bytes());
    let _ = SignupForm::from_urlencoded(text.as_bytes());
    let _ = Envelope::parse(text);
    let _ = addressee(text);
    let _ = WorkshopId::parse(text);
    let _ = Language::from_accept_language(text);
    let _ = ReceiptKey::from_hex(text);
    let _ = receipt::verify(text, &ReceiptKey::from_bytes([1; 32]), &workshop.id);
    let _ = serde_json::from_str::<Publication>(text);
    let _ = serde_json::from_str::<PullRequest>(text);
    let _ = serde_json::from_str::<AckRequest>(text);
    let _ = serde_json::from_str::<ReceiptsRequest>(text);
}

/// A character that is named: an element of its own.
static SIGN: LazyLock<Regex> = LazyLock::new(|| Regex::new("<b>[^<>\"]{1,8}</b>").unwrap());

/// What was typed comes back as text: no tag and no attribute of it becomes the page's.
fn assert_page_is_safe(workshop: &Workshop, form: &SignupForm, errors: &[FieldError]) {
    let page = |values| {
        let view = JoinView {
            workshop,
            language: Language::Zh,
            base: "",
            seed: &Seed::from_random([0; 16]),
            values,
            errors,
            trouble: Some(Message::Unavailable),
        };
        join_page(&view).html
    };
    let marks = |html: &str| {
        let html = SIGN.replace_all(html, "");
        (html.matches('<').count(), html.matches('>').count(), html.matches('"').count())
    };
    assert_eq!(marks(&page(form)), marks(&page(&SignupForm::default())), "{:?}", form.name);
}

#[test]
fn naughty_strings_do_no_harm() {
    let strings: Vec<String> = serde_json::from_str(include_str!("blns.json")).unwrap();
    assert!(strings.len() > 400);
    strings.iter().for_each(|s| try_everywhere(s));
}

fn json_like() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        Just("null".to_owned()),
        "[0-9]{1,20}",
        "\"\\PC{0,20}\"",
        Just("[]".into()),
        Just("{}".into())
    ];
    let member = prop_oneof![
        Just("v"),
        Just("workshop"),
        Just("id"),
        Just("box"),
        Just("name"),
        Just("answers"),
        Just("collector")
    ];
    proptest::collection::vec((member, value), 0..6).prop_map(|m| {
        format!("{{{}}}", m.iter().map(|(k, v)| format!("\"{k}\":{v}")).collect::<Vec<_>>().join(","))
    })
}

proptest! {
    #[test]
    fn no_text_does_harm(text in any::<String>()) {
        try_everywhere(&text);
    }

    #[test]
    fn no_text_that_looks_like_a_phone_does_harm(text in r"[+＋]?[0-9０-９ \-()（）./eE٠-٩']{0,24}") {
        try_everywhere(&text);
    }

    #[test]
    fn no_text_of_letters_and_marks_does_harm(
        text in r"[\p{L}\p{M}\p{Zs}·'’.\u{200B}-\u{200F}\u{202A}-\u{202E}]{0,70}"
    ) {
        try_everywhere(&text);
    }

    #[test]
    fn no_json_does_harm(text in json_like()) {
        try_everywhere(&text);
    }

    #[test]
    fn no_bytes_do_harm(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = SignupForm::from_json(&bytes);
        let _ = SignupForm::from_urlencoded(&bytes);
    }

    #[test]
    fn every_mainland_number_is_its_own_in_every_spelling(second in 3_u8..=9, rest in 0_u32..1_000_000_000) {
        let digits = format!("1{second}{rest:09}");
        let phone = Phone::parse(&digits).unwrap();
        prop_assert_eq!(phone.as_str(), format!("+86{digits}"));
        let grouped = format!("{} {} {}", &digits[..3], &digits[3..7], &digits[7..]);
        let prefixed = [format!("86{digits}"), format!("0086 {digits}"), format!("+86-{digits}")];
        for spelling in prefixed.into_iter().chain([grouped]) {
            prop_assert_eq!(Phone::parse(&spelling), Ok(phone.clone()), "{}", spelling);
        }
    }

    #[test]
    fn what_shows_nothing_makes_no_second_person(
        name in r"[\p{Han}a-zA-Zа-я]{1,12}",
        invisible in r"[\u{AD}\u{200B}\u{202A}-\u{202E}\u{2060}\u{FEFF}\u{3164}\u{FE00}-\u{FE0F}]{1,3}",
        at in any::<proptest::sample::Index>(),
    ) {
        let places: Vec<usize> = name.char_indices().map(|(at, _)| at).chain([name.len()]).collect();
        let at = places[at.index(places.len())];
        let typed = format!("{}{invisible}{}", &name[..at], &name[at..]);
        prop_assert_eq!(PersonName::parse(&typed), PersonName::parse(&name));
        let phone = "13800138000";
        let at = at % phone.len();
        let typed = format!("{}{invisible}{}", &phone[..at], &phone[at..]);
        prop_assert_eq!(Phone::parse(&typed), Phone::parse(phone));
    }

    #[test]
    fn being_one_person_is_mutual(
        one in r"[\p{L}\p{M} ·.'-]{1,8}",
        other in r"[\p{L}\p{M} ·.'-]{1,8}",
        similar in r"[a-cA-Cá·\- ]{1,3}",
        alike in r"[a-cA-Cá·\- ]{1,3}",
    ) {
        for (one, other) in [(&one, &other), (&similar, &alike)] {
            if let (Ok(one), Ok(other)) = (PersonName::parse(one), PersonName::parse(other)) {
                prop_assert!(same_person(&one, &one));
                prop_assert_eq!(same_person(&one, &other), same_person(&other, &one));
            }
        }
    }

    #[test]
    fn a_number_from_abroad_is_its_own_in_every_spelling(digits in r"[1-9][0-9]{6,13}") {
        if let Ok(phone) = Phone::parse(&format!("+{digits}")) {
            prop_assert_eq!(Phone::parse(phone.as_str()), Ok(phone.clone()));
            if !digits.starts_with('1') {
                prop_assert_eq!(Phone::parse(&format!("00{digits}")), Ok(phone));
            }
        }
    }

    #[test]
    fn drawn_ids_and_codes_are_read_back(random in any::<[u8; 16]>()) {
        let id = SignupId::from_random(random);
        prop_assert_eq!(SignupId::parse(&id.to_string()), Ok(id));
        let code = InviteCode::from_random(random);
        prop_assert_eq!(InviteCode::parse(code.as_str()), Ok(code));
        let workshop = WorkshopId::from_random(random);
        prop_assert_eq!(WorkshopId::parse(workshop.as_str()), Ok(workshop));
    }
}
