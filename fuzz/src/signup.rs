//! A sign-up as the page's script sends it: JSON. And what holds of every sign-up that is taken, whatever way
//! it came.

use rollcall_shared::digest::Digest;
use rollcall_shared::envelope::{self, Envelope, Opened, SealedSignup};
use rollcall_shared::question::{Answer, Answers, Kind, MAX_KEY_CHARS, MAX_OPTIONS, MAX_TEXT_CHARS};
use rollcall_shared::signup::{FormError, MAX_BODY_BYTES, MAX_CANONICAL_BYTES, Signup, SignupForm};
use rollcall_shared::workshop::Workshop;

use crate::bounds::{for_nothing, within_bounds};
use crate::refused::comes_back;
use crate::sample;

/// A body is read within its limits and written as it was read; what is taken of it holds.
pub fn signup(data: &[u8]) {
    if data.len() > MAX_BODY_BYTES {
        return assert_eq!(for_nothing(|| SignupForm::from_json(data)), Err(FormError::TooLarge));
    }
    let Ok(form) = within_bounds(data, || SignupForm::from_json(data)) else { return };
    let again = serde_json::to_vec(&form).unwrap();
    if again.len() <= MAX_BODY_BYTES {
        assert_eq!(SignupForm::from_json(&again).as_ref(), Ok(&form));
    }
    let workshop = sample::workshop();
    match form.parse(&workshop) {
        Ok(signup) => {
            assert_eq!(signup.id.to_string(), form.id.to_ascii_lowercase());
            holds(&signup, &workshop);
        }
        Err(errors) => comes_back(&form, &errors, &workshop, data.len()),
    }
    // The id is the one field that libFuzzer cannot put together.
    if let Ok(signup) = (SignupForm { id: sample::id().to_string(), ..form.clone() }).parse(&workshop) {
        holds(&signup, &workshop);
    }
    let _ = form.replaces(&sample::receipt_key(), &workshop.id);
}

/// What holds of every sign-up that is taken: it keeps the limits, is its own canonical form, and comes out
/// of the box as it was.
pub(crate) fn holds(signup: &Signup, workshop: &Workshop) {
    let again = SignupForm {
        id: signup.id.to_string(),
        invite_code: workshop.invite_code.to_string(),
        name: signup.name.as_str().to_owned(),
        phone: signup.phone.as_str().to_owned(),
        answers: signup.answers.clone(),
        form_version: Some(signup.form_version),
        filled_at: signup.filled_at,
        ..SignupForm::default()
    };
    // A second way that the same sign-up takes must come to the same digest, or it would count twice.
    assert_eq!(again.parse(workshop).as_ref(), Ok(signup));
    let json = serde_json::json!({
        "answers": signup.answers, "name": signup.name.as_str(), "phone": signup.phone.as_str()
    });
    let canonical = serde_json::to_vec(&json).unwrap();
    assert!(canonical.len() <= MAX_CANONICAL_BYTES);
    assert_eq!(signup.digest(), Digest::of(&canonical));
    if signup.form_version == workshop.form_version {
        answers_fit(&signup.answers, workshop);
    }
    for (key, answer) in &signup.answers {
        assert!(key.len() <= MAX_KEY_CHARS);
        let texts = match answer {
            Answer::One(text) => std::slice::from_ref(text),
            Answer::Many(texts) => texts,
            Answer::Ticked(_) => &[],
        };
        assert!(texts.len() <= MAX_OPTIONS);
        assert!(texts.iter().all(|text| text.chars().count() <= MAX_TEXT_CHARS));
        assert!(
            !texts
                .iter()
                .any(|text| text.contains(|c: char| c.is_control() || matches!(c, '\u{202A}'..='\u{202E}')))
        );
    }
    travels(signup, workshop);
}

fn answers_fit(answers: &Answers, workshop: &Workshop) {
    for (key, answer) in answers {
        let question = workshop.questions.iter().find(|question| question.key == *key).unwrap();
        match (&question.kind, answer) {
            (Kind::Text { max_chars }, Answer::One(text)) => {
                assert!((1..=usize::from(*max_chars)).contains(&text.chars().count()));
            }
            (Kind::Choice { options }, Answer::One(chosen)) => {
                assert!(options.iter().any(|o| o.key == *chosen))
            }
            (Kind::Many { options }, Answer::Many(chosen)) => {
                assert!(!chosen.is_empty() && chosen.len() <= options.len());
                assert!(chosen.iter().all(|key| options.iter().any(|o| o.key == *key)));
            }
            (Kind::Checkbox, Answer::Ticked(true)) => {}
            (kind, answer) => panic!("{kind:?} is not answered by {answer:?}"),
        }
    }
}

/// Sealed at the edge, opened on the laptop.
fn travels(signup: &Signup, workshop: &Workshop) {
    let sealed = Envelope::seal_signup(workshop, signup, None, sample::NOW, &mut sample::rng()).unwrap();
    let message = sealed.to_text();
    // The doc of `envelope::MAX_BYTES` promises as much.
    assert!(message.len() < 7 * 1_024 && message.len() < envelope::MAX_BYTES);
    assert_eq!(envelope::addressee(&message).as_ref(), Some(&workshop.id));
    let opened = Envelope::parse(&message).unwrap().open(&sample::secret_key());
    let expected = SealedSignup {
        workshop: workshop.id.clone(),
        signup: signup.clone(),
        replaces: None,
        received_at: sample::NOW,
        notice_version: workshop.notice.version,
    };
    assert_eq!(opened, Ok(Opened::Signup(Box::new(expected))));
}
