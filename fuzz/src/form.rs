//! The form as browsers send it without script: `application/x-www-form-urlencoded`.

use std::sync::LazyLock;

use fancy_regex::Regex;
use rollcall_shared::form::{JoinView, join_page};
use rollcall_shared::language::Language;
use rollcall_shared::problem::FieldError;
use rollcall_shared::question::Answer;
use rollcall_shared::signup::{FormError, MAX_BODY_BYTES, SignupForm};
use rollcall_shared::workshop::Workshop;

use crate::bounds::{for_nothing, within_bounds};
use crate::sample;
use crate::signup::holds;

/// A form is read within its limits, comes back as it was typed, and what is taken of it is [a sign-up](crate::signup()).
pub fn form(data: &[u8]) {
    if data.len() > MAX_BODY_BYTES {
        return assert_eq!(for_nothing(|| SignupForm::from_urlencoded(data)), Err(FormError::TooLarge));
    }
    let Ok((form, seed)) = within_bounds(data, || SignupForm::from_urlencoded(data)) else { return };
    let again = written(&form, &seed);
    if again.len() <= MAX_BODY_BYTES {
        assert_eq!(SignupForm::from_urlencoded(again.as_bytes()), Ok((form.clone(), seed.clone())));
    }
    let workshop = sample::workshop();
    // A browser sends the seed that it was given; libFuzzer need not find one.
    match form.parse_seeded(&seed, &workshop).or_else(|_| form.parse_seeded(sample::SEED, &workshop)) {
        Ok(signup) => holds(&signup, &workshop),
        Err(errors) => comes_back(&form, &errors, &workshop, data.len()),
    }
}

/// As a browser writes it.
fn written(form: &SignupForm, seed: &str) -> String {
    let SignupForm { id, invite_code, name, phone, answers, form_version, filled_at, proof: _, replaces } =
        form;
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.append_pair("id", id).append_pair("invite_code", invite_code).append_pair("name", name);
    body.append_pair("phone", phone).append_pair("seed", seed);
    body.extend_pairs(form_version.map(|version| ("form_version", version.to_string())));
    body.extend_pairs(filled_at.map(|at| ("filled_at", at.to_string())));
    body.extend_pairs(replaces.as_ref().map(|token| ("replaces", token)));
    for (key, answer) in answers {
        let values = match answer {
            Answer::One(value) => std::slice::from_ref(value),
            Answer::Many(values) => values,
            Answer::Ticked(_) => panic!("a form without script has texts alone"),
        };
        body.extend_pairs(values.iter().map(|value| (format!("answers.{key}"), value)));
    }
    body.finish()
}

/// The page with the form as it was filled in: every mistake has a field and a code, nothing typed becomes markup, and the page is
/// not much longer than what was sent.
pub(crate) fn comes_back(form: &SignupForm, errors: &[FieldError], workshop: &Workshop, sent: usize) {
    assert!(!errors.is_empty());
    for FieldError { field, code } in errors {
        assert!(!field.is_empty() && field.chars().count() <= 8 + 32, "{field}");
        assert!(!code.is_empty() && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
    }
    // Both languages take turns: a page costs more than everything else here.
    let language = if sent.is_multiple_of(2) { Language::Zh } else { Language::En };
    let page = |values| {
        let seed = sample::SEED;
        join_page(&JoinView { workshop, language, base: "", seed, values, errors, unavailable: false }).html
    };
    let (filled, empty) = (page(form), page(&SignupForm::default()));
    // A correction has lines of its own.
    if form.replaces.is_none() {
        assert_eq!(marks(&filled), marks(&empty));
    }
    // `&quot;` is six bytes, and a value stands in few places.
    assert!(filled.len() <= empty.len() + 4_096 + 40 * sent, "{} bytes for {sent}", filled.len());
}

/// Outside of signs that are named, each of which stands in an element of its own.
fn marks(html: &str) -> [usize; 3] {
    static SIGN: LazyLock<Regex> = LazyLock::new(|| Regex::new("<b>[^<>\"]{1,8}</b>").unwrap());
    let html = SIGN.replace_all(html, "");
    ['<', '>', '"'].map(|mark| html.matches(mark).count())
}
