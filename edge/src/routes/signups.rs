//! `POST /v1/signups`: a sign-up from the page's script.

use rand_core::OsRng;
use rollcall_shared::Timestamp;
use rollcall_shared::envelope::Envelope;
use rollcall_shared::intake::{AcceptedSignup, Submission};
use rollcall_shared::media_type::MediaType;
use rollcall_shared::receipt::{Accepted, ReceiptState};
use rollcall_shared::workshop::Workshop;
use worker::{Env, Error};

use crate::answer::{self, Answer};
use crate::inbound::Inbound;
use crate::routes::workshops::published;
use crate::{body, guard, queue, settings};

/// Takes one: 202 once the Queue has accepted it.
pub(crate) async fn take(inbound: &mut Inbound) -> Answer {
    let bytes = body::signup(&mut inbound.request, MediaType::Json).await?;
    let submission = Submission::json(&bytes)?;
    let workshop = &published(inbound, &submission.invite_code()?).await?;
    let checked = submission.check(workshop, &settings::receipt_key(&inbound.env)?, inbound.now)?;
    let (accepted, pass) = guard::check(inbound, workshop, checked)?;
    let receipt = store(&inbound.env, workshop, &accepted, inbound.now).await?;
    Ok(pass.stamp(answer::json(202, &receipt)?)?)
}

/// Seals a sign-up and gives it to the Queue. Only then is a receipt issued: nothing else may be called
/// received.
pub(crate) async fn store(
    env: &Env,
    workshop: &Workshop,
    accepted: &AcceptedSignup<'_>,
    now: Timestamp,
) -> Result<Accepted, Error> {
    let (key, signup) = (settings::receipt_key(env)?, accepted.signup());
    let envelope = Envelope::seal_signup(workshop, signup, accepted.replaces(), now, &mut OsRng)
        .map_err(|error| Error::RustError(error.to_string()))?;
    queue::send(env, &envelope.to_text()).await?;
    Ok(Accepted::issue(&key, "", &workshop.id, signup.id, ReceiptState::Received))
}
