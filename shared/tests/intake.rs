//! How a sign-up is taken: every case of `intake.json`, in all six ways.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test whose own data is wrong should fail there")]

use std::collections::BTreeMap;

use rollcall_shared::allowance::ProofReason;
use rollcall_shared::desk_trouble::EntryTrouble;
use rollcall_shared::entry_code::EntryCode;
use rollcall_shared::envelope::Envelope;
use rollcall_shared::form::{Message, message_page};
use rollcall_shared::intake::{
    AcceptedSignup, CheckedSignup, Landing, PageAnswer, ProofMissing, Refused, Submission, Visit,
};
use rollcall_shared::language::Language;
use rollcall_shared::media_type::MediaType;
use rollcall_shared::proof::{self, ProofKey};
use rollcall_shared::question::{Answer, Answers};
use rollcall_shared::receipt::{self, ReceiptKey};
use rollcall_shared::seal::SecretKey;
use rollcall_shared::signup::{FormError, Signup, SignupForm};
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::testing::intake::{BodyFault, Case, Expected, FilledIn, Good, Leads, Shows, cases};
use rollcall_shared::testing::rng;
use rollcall_shared::workshop::{ProofMode, Workshop, WorkshopId, sample};
use rollcall_shared::{Millis, Timestamp};
use serde_json::Value;

const NOW: Timestamp = Timestamp::from_millis(1_795_539_000_500);
const HOUR_MS: Millis = 3_600_000;
const VISIT: Visit<'_> = Visit { base: "/k7m2qx", language: Language::En, random: [0xA7; 16] };

/// One of the six ways in which a sign-up comes; the desk has two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    EdgeJson,
    EdgeForm,
    VenueJson,
    VenueForm,
    DeskJson,
    DeskForm,
    EntryCode,
}

const WAYS: [Way; 7] = [
    Way::EdgeJson,
    Way::EdgeForm,
    Way::VenueJson,
    Way::VenueForm,
    Way::DeskJson,
    Way::DeskForm,
    Way::EntryCode,
];

impl Way {
    fn media_type(self) -> MediaType {
        match self {
            Self::EdgeForm | Self::VenueForm | Self::DeskForm => MediaType::Form,
            Self::EdgeJson | Self::VenueJson | Self::DeskJson | Self::EntryCode => MediaType::Json,
        }
    }

    fn expected(self, case: &Case) -> Option<&Expected> {
        match self {
            Self::EdgeJson => case.json.as_ref(),
            Self::EdgeForm => case.form.as_ref(),
            Self::VenueJson | Self::DeskJson => case.venue.json.as_ref().or(case.json.as_ref()),
            Self::VenueForm | Self::DeskForm => case.venue.form.as_ref().or(case.form.as_ref()),
            Self::EntryCode => case.entry_code.as_ref(),
        }
    }
}

fn secret_key() -> SecretKey {
    SecretKey::from_bytes([9; 32])
}

fn receipt_key() -> ReceiptKey {
    ReceiptKey::from_bytes([1; 32])
}

/// What the route finds.
fn find(leads: Leads) -> Result<Workshop, Refused> {
    let mut workshop = sample::workshop(secret_key().public());
    (workshop.starts_at, workshop.ends_at) = (NOW - HOUR_MS, NOW + HOUR_MS);
    match leads {
        Leads::Open | Leads::CannotStore => {}
        Leads::NotYet => workshop.opens_at = Some(NOW + 1),
        Leads::Closed => workshop.closes_at = Some(NOW - 1),
        Leads::AsksForProof => workshop.proof = ProofMode::On,
        Leads::Retired => return Err(Refused::retired()),
        Leads::Unknown | Leads::NoCode => return Err(Refused::unknown_code()),
    }
    Ok(workshop)
}

fn good(case: &Case) -> Good {
    Good {
        id: "0f8fad5b-d9cb-469f-a165-70867728950e".into(),
        seed: "00112233445566778899aabbccddeeff".into(),
        invite_code: match case.workshop {
            Leads::NoCode => "ABC0-23456".into(),
            _ => sample::workshop(secret_key().public()).invite_code.to_string(),
        },
        name: "王芳".into(),
        phone: "138 0013 8000".into(),
        filled_at: match case.filled_in {
            FilledIn::Now => NOW,
            FilledIn::BeforeClosing => NOW - HOUR_MS,
        },
    }
}

/// Reads and opens an entry code, as a desk does.
fn opened(text: &str, workshop: &WorkshopId, key: Option<SecretKey>) -> Result<Submission, Refused> {
    let code = EntryCode::parse(text).map_err(EntryTrouble::from)?;
    Submission::entry_code(&code, workshop, |_| key)
}

/// The text that a phone would show, if it sealed whatever it has.
fn entry_code(case: &Case) -> String {
    if case.body.contains(&BodyFault::NotAForm) {
        return "http://192.168.1.20:7470/k7m2qx/j/ABCD-23456".into();
    }
    if case.body.contains(&BodyFault::TooLarge) {
        return "x".repeat(140_000);
    }
    let sent: Value = serde_json::from_slice(&case.json_body(&good(case))).unwrap();
    let workshop = sample::workshop(secret_key().public());
    let form = SignupForm { answers: Answers::new(), ..serde_json::from_value(sent.clone()).unwrap() };
    let answers: BTreeMap<String, Answer> = serde_json::from_value(
        sent.get("answers").cloned().unwrap_or_else(|| Value::Object(Default::default())),
    )
    .unwrap();
    let signup = Signup { answers, ..form.parse(&workshop).unwrap() };
    Envelope::seal_signup(&workshop, &signup, None, Timestamp::from_millis(1), &mut rng(1)).unwrap().to_text()
}

/// As a route does it.
fn take(case: &Case, way: Way) -> Result<(), Refused> {
    let media_type = way.media_type();
    if way == Way::EntryCode {
        let workshop = find(case.workshop)?;
        let submission = opened(&entry_code(case), &workshop.id, Some(secret_key()))?;
        return store(case, submission.check(&workshop, &receipt_key(), NOW)?.waived());
    }
    if !media_type.is_named_by(case.media_type(media_type.as_str())) {
        return Err(FormError::MediaType(media_type).into());
    }
    let submission = match media_type {
        MediaType::Json => Submission::json(&case.json_body(&good(case)))?,
        MediaType::Form => Submission::form(&case.form_body(&good(case)))?,
    };
    if media_type == MediaType::Json {
        submission.invite_code()?;
    }
    let workshop = find(case.workshop).map_err(|refused| submission.given_back(refused))?;
    let checked = submission.check(&workshop, &receipt_key(), NOW)?;
    let accepted = match way {
        Way::EdgeJson | Way::EdgeForm => {
            let missing = missing_proof(&checked, &workshop);
            checked.proven(missing)?
        }
        _ => checked.waived(),
    };
    store(case, accepted)
}

fn missing_proof(checked: &CheckedSignup<'_>, workshop: &Workshop) -> Option<ProofMissing> {
    let key = ProofKey::of(&receipt_key());
    let challenge = || proof::challenge(&key, checked.id(), NOW, &mut rng(1));
    let missing = workshop.proof == ProofMode::On && checked.proof().is_none();
    missing.then(|| ProofMissing { reason: ProofReason::Always, challenge: challenge() })
}

fn store(case: &Case, accepted: AcceptedSignup<'_>) -> Result<(), Refused> {
    assert_eq!(accepted.is_late(), case.filled_in == FilledIn::BeforeClosing, "{}", case.name);
    let received = accepted.received(NOW);
    assert_eq!((&received.signup, received.received_at), (accepted.signup(), NOW));
    if case.workshop == Leads::CannotStore { Err(accepted.unavailable()) } else { Ok(()) }
}

fn shown(shows: Shows) -> Option<Message> {
    match shows {
        Shows::Form => None,
        Shows::NotYet => Some(Message::NotYet),
        Shows::Closed => Some(Message::Closed),
        Shows::UnknownCode => Some(Message::UnknownCode),
        Shows::Malformed => Some(Message::Malformed),
    }
}

fn title(html: &str) -> &str {
    html.split_once("<title>").unwrap().1.split_once('<').unwrap().0
}

fn check_page(answer: &PageAnswer, expected: &Expected, context: &str) {
    let Expected { status, page, new_seed, retry_after, .. } = expected;
    assert_eq!((answer.status, answer.retry_after), (*status, *retry_after), "{context}");
    let html = &answer.page.html;
    match shown(page.unwrap()) {
        Some(message) => {
            let page = message_page(message, Language::En).html;
            assert!(html.contains(title(&page)), "{context}: {html}");
        }
        None => {
            assert!(html.contains("id=\"signup\""), "{context}");
            let fresh = html.contains(&"a7".repeat(16));
            assert_eq!(fresh, *new_seed, "{context}");
        }
    }
}

/// Whoever sends a form that can be read finds in the answer what was typed, whatever the refusal.
fn check_nothing_is_lost(refused: &Refused, case: &Case, context: &str) {
    if !case.body.is_empty() {
        return;
    }
    let (html, sent) = (refused.page(VISIT).page.html, case.form_body(&good(case)));
    let (form, _) = SignupForm::from_urlencoded(&sent).unwrap();
    assert!(html.contains("id=\"signup\""), "{context}: {html}");
    for typed in [&form.name, &form.phone] {
        assert!(html.contains(&format!("value=\"{typed}\"")), "{context}: {typed} in {html}");
    }
}

fn check_refusal(refused: &Refused, expected: &Expected, case: &Case, way: Way, context: &str) {
    let Expected { status, code, detail, errors, retry_after, .. } = expected;
    if way.media_type() == MediaType::Form {
        let shown: Vec<_> = refused.form_again().map(|form| form.errors.to_vec()).unwrap_or_default();
        let shown: Vec<_> = shown.iter().map(|e| (e.field.to_string(), e.code.to_string())).collect();
        assert_eq!(shown, *errors, "{context}");
        check_page(&refused.page(VISIT), expected, context);
        return check_nothing_is_lost(refused, case, context);
    }
    let problem = serde_json::to_value(refused.problem()).unwrap();
    assert_eq!(
        (&problem["status"], problem["code"].as_str()),
        (&Value::from(*status), code.as_deref()),
        "{context}"
    );
    if let Some(detail) = detail {
        assert_eq!(problem["detail"], detail.as_str(), "{context}");
    }
    let got: Vec<(String, String)> =
        refused.problem().errors.into_iter().map(|e| (e.field.to_string(), e.code.into_owned())).collect();
    assert_eq!((&got, refused.problem().retry_after), (errors, *retry_after), "{context}");
    assert_eq!(problem.get("challenge").is_some(), *status == 428, "{context}");
    assert_eq!(refused.entry_trouble().is_some(), way == Way::EntryCode, "{context}");
}

#[test]
fn every_case_is_answered_alike_in_every_way() {
    let mut played = 0;
    for case in cases() {
        for way in WAYS {
            let Some(expected) = way.expected(&case) else { continue };
            let context = format!("{}, {way:?}", case.name);
            match take(&case, way) {
                Ok(()) => assert!(expected.taken, "{context}: taken"),
                Err(refused) => {
                    assert!(!expected.taken, "{context}: {:?}", refused.problem());
                    check_refusal(&refused, expected, &case, way, &context);
                }
            }
            played += 1;
        }
        if let Some(expected) = &case.landing {
            let page = match find(case.workshop) {
                Ok(workshop) => Landing::of(&workshop, NOW).page(&workshop, None, &receipt_key(), VISIT),
                Err(refused) => refused.page(VISIT),
            };
            let expected = Expected { new_seed: expected.page == Some(Shows::Form), ..expected.clone() };
            check_page(&page, &expected, &format!("{}, GET", case.name));
        }
    }
    assert!(played >= 180, "{played}");
}

#[test]
fn a_correction_is_proven_by_its_receipt_in_every_way_but_by_entry_code() {
    let workshop = find(Leads::Open).ok().unwrap();
    let old = SignupId::from_random([8; 16]);
    let token = receipt::token(&receipt_key(), &workshop.id, old);
    let body = serde_json::json!({
        "id": "0f8fad5b-d9cb-469f-a165-70867728950e", "name": "王芳", "phone": "13800138000", "replaces": token,
    });
    let submission = Submission::json(body.to_string().as_bytes()).unwrap();
    // The code is the route's to read; here the workshop is known.
    let refused = submission.clone().check(&workshop, &receipt_key(), NOW).unwrap_err();
    assert_eq!(refused.problem().errors.len(), 1, "without a code it is no sign-up");
    let body = format!("seed={}&name=%E7%8E%8B%E8%8A%B3&phone=13800138000&replaces={token}", "0".repeat(32));
    let checked = Submission::form(body.as_bytes()).unwrap().check(&workshop, &receipt_key(), NOW).unwrap();
    let accepted = checked.waived();
    assert_eq!((accepted.replaces(), accepted.received(NOW).replaces), (Some(old), Some(old)));

    let sealed = Envelope::seal_signup(
        &workshop,
        accepted.signup(),
        Some(old),
        Timestamp::from_millis(1),
        &mut rng(1),
    )
    .unwrap();
    let refused = opened(&sealed.to_text(), &workshop.id, Some(secret_key())).unwrap_err();
    assert_eq!(refused.entry_trouble().unwrap().code(), "not_an_entry");
}

#[test]
fn an_entry_code_that_does_not_open_says_why() {
    let workshop = find(Leads::Open).ok().unwrap();
    let case = cases().into_iter().next().unwrap();
    let text = entry_code(&case);
    let elsewhere = Workshop { id: WorkshopId::from_random([5; 16]), ..workshop.clone() };
    let check = |text: &str, workshop: &Workshop, key: Option<SecretKey>, code: &str| {
        let refused = opened(text, &workshop.id, key).unwrap_err();
        assert_eq!(refused.entry_trouble().unwrap().code(), code);
        assert_eq!(refused.problem().status, 422);
    };
    check("garbage", &workshop, Some(secret_key()), "not_an_entry");
    check(&text.replacen("\"v\":1", "\"v\":9", 1), &workshop, Some(secret_key()), "newer");
    check(&text, &elsewhere, Some(secret_key()), "other_workshop");
    check(&text, &workshop, None, "unknown_key");
    check(&text, &workshop, Some(SecretKey::from_bytes([7; 32])), "unknown_key");
    check(&text.replacen("\"box\":\"", "\"box\":\"AAAA", 1), &workshop, Some(secret_key()), "damaged");
    let cancellation = Envelope::seal_cancellation(
        &workshop,
        SignupId::from_random([8; 16]),
        Timestamp::from_millis(1),
        &mut rng(1),
    )
    .unwrap();
    check(&cancellation.to_text(), &workshop, Some(secret_key()), "not_an_entry");
    assert!(opened(&format!(" {text}\r\n"), &workshop.id, Some(secret_key())).is_ok());
}
