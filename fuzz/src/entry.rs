//! What is in the box. At the edge it was checked before it was sealed; in an entry code, which a phone seals
//! by itself and the desk reads off its screen, it is whatever somebody with the page put there.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rollcall_shared::envelope::{Envelope, OpenError, Opened, SealedSignup};
use rollcall_shared::signup::SignupForm;
use serde_json::{Value, json};

use crate::bounds::within_bounds;
use crate::sample;
use crate::signup::holds;

/// What comes out of a box is what its envelope says, comes out again as it was, and is taken at the desk as
/// the venue page would take it. The first byte is the envelope's version, the rest is what was sealed.
pub fn entry(data: &[u8]) {
    let Some((version, plain)) = data.split_first() else { return };
    let envelope = around(1 + u32::from(version % 2), plain);
    let Some(envelope) = envelope else { return };
    match within_bounds(data, || envelope.open(&sample::secret_key())) {
        Ok(Opened::Signup(sealed)) => signup(&envelope, *sealed),
        Ok(Opened::Cancellation(sealed)) => {
            assert_eq!((&sealed.workshop, sealed.id), (&envelope.workshop, envelope.id));
            let mut workshop = sample::workshop();
            workshop.id = sealed.workshop.clone();
            let again =
                Envelope::seal_cancellation(&workshop, sealed.id, sealed.received_at, &mut sample::rng())
                    .unwrap();
            assert_eq!(again.open(&sample::secret_key()), Ok(Opened::Cancellation(sealed)));
        }
        Err(error) => assert!(matches!(error, OpenError::Content | OpenError::Mismatch)),
    }
}

/// The envelope that the content says it belongs to, so that most boxes come to be compared.
fn around(version: u32, plain: &[u8]) -> Option<Envelope> {
    let content: Value = serde_json::from_slice(plain).unwrap_or_default();
    let or = |member: &str, default: Value| content.get(member).cloned().unwrap_or(default);
    let key = sample::secret_key().public();
    let text = json!({
        "v": version,
        "workshop": or("workshop", json!(sample::workshop().id)),
        "id": or("id", or("cancels", json!(sample::id()))),
        "key_id": key.key_id,
        "received_at": or("received_at", json!(0)),
        "box": STANDARD_NO_PAD.encode(key.seal(plain, &mut sample::rng()).unwrap()),
    });
    Envelope::parse(&text.to_string()).ok()
}

fn signup(envelope: &Envelope, sealed: SealedSignup) {
    let SealedSignup { workshop, signup, replaces, received_at, notice_version } = &sealed;
    assert_eq!((workshop, signup.id, *received_at), (&envelope.workshop, envelope.id, envelope.received_at));

    let mut theirs = sample::workshop();
    theirs.id = workshop.clone();
    theirs.notice.version = *notice_version;
    let again = Envelope::seal_signup(&theirs, signup, *replaces, *received_at, &mut sample::rng()).unwrap();
    assert_eq!(again.open(&sample::secret_key()), Ok(Opened::Signup(Box::new(sealed.clone()))));

    // As the engine's `entry` checks it.
    let workshop = sample::workshop();
    let form = SignupForm {
        id: signup.id.to_string(),
        invite_code: workshop.invite_code.to_string(),
        name: signup.name.as_str().to_owned(),
        phone: signup.phone.as_str().to_owned(),
        answers: signup.answers.clone(),
        form_version: Some(signup.form_version),
        filled_at: signup.filled_at,
        ..SignupForm::default()
    };
    if let Ok(taken) = form.parse(&workshop) {
        holds(&taken, &workshop);
    }
}
