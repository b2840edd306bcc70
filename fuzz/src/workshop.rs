//! A workshop's record, as a host publishes it and as every phone, cache and database reads it again.

use rollcall_shared::Timestamp;
use rollcall_shared::form::{JoinView, Message, join_page, shut_page};
use rollcall_shared::language::{Language, Text};
use rollcall_shared::mailbox::Publication;
use rollcall_shared::question::{Kind, MAX_LABEL_CHARS, MAX_OPTIONS, MAX_QUESTIONS};
use rollcall_shared::signup::SignupForm;
use rollcall_shared::workshop::{
    Intake, MAX_GRACE_MS, MAX_NOTICE_CHARS, MAX_RECORD_BYTES, MAX_TEXT_CHARS, MAX_VENUE_CHARS, Workshop,
};

use crate::bounds::within_bounds;
use crate::sample;

/// A record that passes its check keeps its limits, opens and closes at every time there is, and makes a page
/// of its own words only.
pub fn workshop(data: &[u8]) {
    // The edge bounds the body before it reads it.
    if data.len() > MAX_RECORD_BYTES {
        return;
    }
    if let Ok(publication) = within_bounds(data, || serde_json::from_slice::<Publication>(data)) {
        let _ = publication.has_valid_hash();
        record(publication.workshop);
    }
    if let Ok(workshop) = within_bounds(data, || serde_json::from_slice::<Workshop>(data)) {
        record(workshop);
    }
}

fn record(mut workshop: Workshop) {
    let json = serde_json::to_vec(&workshop).unwrap();
    assert_eq!(serde_json::from_slice::<Workshop>(&json).unwrap(), workshop);
    // The key's id is a hash, which libFuzzer cannot find.
    workshop.key = sample::secret_key().public();
    if workshop.check().is_err() {
        return;
    }
    limits(&workshop);
    intake(&workshop);
    for language in [Language::Zh, Language::En] {
        let html = page(&workshop, language);
        let plain = page(&without_marks(&workshop), language);
        // The page holds its script's data as JSON, in which `>` is a sign like any other.
        assert_eq!(html.matches('<').count(), plain.matches('<').count(), "{workshop:?}");
        assert!(html.len() <= 128 * 1_024 + 8 * json.len());
        let _ = shut_page(Message::NotYet, &workshop, "", language);
    }
}

fn limits(workshop: &Workshop) {
    for text in [&workshop.title, &workshop.organisation, &workshop.place] {
        assert!(!text.is_empty() && fits(text, MAX_TEXT_CHARS));
    }
    assert!(fits(&workshop.notice.purpose, MAX_NOTICE_CHARS));
    assert!(workshop.venue.as_ref().is_none_or(|url| {
        url.len() <= MAX_VENUE_CHARS
            && url.starts_with("http://")
            && url.bytes().all(|b| b.is_ascii_graphic())
    }));
    assert!((0..=MAX_GRACE_MS).contains(&workshop.grace_ms));
    assert!(workshop.questions.len() <= MAX_QUESTIONS);
    for question in &workshop.questions {
        assert!(fits(&question.label, MAX_LABEL_CHARS));
        if let Kind::Choice { options } | Kind::Many { options } = &question.kind {
            assert!((1..=MAX_OPTIONS).contains(&options.len()));
            assert!(options.iter().all(|option| fits(&option.label, MAX_LABEL_CHARS)));
        }
    }
}

fn fits(text: &Text, most: usize) -> bool {
    [&text.zh, &text.en].into_iter().all(|t| t.chars().count() <= most && !t.contains(char::is_control))
}

/// At every time on every clock it is said whether a sign-up is taken, and a phone's clock gains nothing.
fn intake(workshop: &Workshop) {
    let closing = workshop.closing_time();
    let zero = Timestamp::default();
    let mut times = vec![Timestamp::MIN, zero - 1, zero, sample::NOW, Timestamp::MAX];
    for edge in [Some(closing), workshop.opens_at, Some(closing + workshop.grace_ms)].into_iter().flatten() {
        times.extend([edge - 1, edge, edge + 1]);
    }
    for now in &times {
        let at_once = workshop.intake(*now, None);
        for filled_at in &times {
            match workshop.intake(*now, Some(*filled_at)) {
                Intake::Late => assert!(*filled_at < closing && *now >= closing),
                intake => assert!(intake == at_once || at_once == Intake::Late),
            }
        }
    }
}

fn page(workshop: &Workshop, language: Language) -> String {
    let values = SignupForm::default();
    let view = JoinView {
        workshop,
        language,
        base: "",
        seed: &sample::seed(),
        values: &values,
        errors: &[],
        trouble: None,
    };
    join_page(&view).html
}

fn without_marks(workshop: &Workshop) -> Workshop {
    let mut plain = workshop.clone();
    let clean = |text: &mut Text| {
        for text in [&mut text.zh, &mut text.en] {
            *text = text.replace('<', "x");
        }
    };
    for text in [&mut plain.title, &mut plain.organisation, &mut plain.place, &mut plain.notice.purpose] {
        clean(text);
    }
    for question in &mut plain.questions {
        clean(&mut question.label);
        if let Kind::Choice { options } | Kind::Many { options } = &mut question.kind {
            options.iter_mut().for_each(|option| clean(&mut option.label));
        }
    }
    plain
}
