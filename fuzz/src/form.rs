//! The form as browsers send it without script: `application/x-www-form-urlencoded`.

use rollcall_shared::question::Answer;
use rollcall_shared::seed::Seed;
use rollcall_shared::signup::{FormError, MAX_BODY_BYTES, SignupForm};

use crate::bounds::{for_nothing, within_bounds};
use crate::refused::comes_back;
use crate::sample;
use crate::signup::holds;

/// A form is read within its limits, comes back as it was typed, and what is taken of it is [a
/// sign-up](crate::signup()).
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
    let seed = Seed::parse(&seed).unwrap_or_else(|_| sample::seed());
    match form.parse_seeded(&seed, &workshop) {
        Ok(signup) => holds(&signup, &workshop),
        Err(errors) => comes_back(&form, &errors, &workshop, data.len()),
    }
}

/// Writes the form as a browser does.
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
