//! `POST /v1/signups`: a sign-up from the page's script.

use rand_core::OsRng;
use rollcall_shared::Millis;
use rollcall_shared::envelope::Envelope;
use rollcall_shared::invite_code::InviteCode;
use rollcall_shared::problem::{Problem, ProblemCode};
use rollcall_shared::receipt::{Accepted, ReceiptState};
use rollcall_shared::signup::{FormError, MAX_BODY_BYTES, Signup, SignupForm};
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::{Intake, Workshop};
use worker::{Env, Error};

use crate::answer::{self, Answer, Refusal};
use crate::guard::{self, Guarded};
use crate::inbound::Inbound;
use crate::routes::host::invalid;
use crate::routes::workshops::published;
use crate::{body, queue, settings};

/// Takes one: 202 once the Queue keeps it.
pub(crate) async fn take(inbound: &mut Inbound) -> Answer {
    let bytes = body::read(&mut inbound.request, "application/json", MAX_BODY_BYTES).await?;
    let form = SignupForm::from_json(&bytes).map_err(|error| unreadable(&error))?;
    let code = InviteCode::parse(&form.invite_code).map_err(|error| invalid("invite_code", error.code()))?;
    let workshop = &published(inbound, &code).await?;
    match workshop.intake(inbound.now, form.filled_at) {
        Intake::Open | Intake::Late => {}
        Intake::NotYet => return Err(Problem::new(ProblemCode::Closed).with_detail("not open yet").into()),
        Intake::Closed => return Err(Problem::new(ProblemCode::Closed).into()),
    }
    let signup = form.parse(workshop).map_err(Problem::invalid)?;
    let replaces = form
        .replaces(&settings::receipt_key(&inbound.env)?, &workshop.id)
        .map_err(|error| Problem::invalid(vec![error]))?;
    let pass = match guard::check(inbound, workshop, signup.id, form.proof.as_deref())? {
        Guarded::Passed(pass) => pass,
        Guarded::ProofRequired(_) => {
            return Err(Problem::proof_required(guard::challenge(inbound, signup.id)?).into());
        }
    };
    let accepted = keep(&inbound.env, workshop, &signup, replaces, inbound.now).await?;
    Ok(pass.stamp(answer::json(202, &accepted)?)?)
}

/// Seals a sign-up and gives it to the Queue. Only then is a receipt issued: nothing else may be called received.
pub(crate) async fn keep(
    env: &Env,
    workshop: &Workshop,
    signup: &Signup,
    replaces: Option<SignupId>,
    now: Millis,
) -> Result<Accepted, Refusal> {
    let receipt_key = settings::receipt_key(env)?;
    let envelope = Envelope::seal_signup(workshop, signup, replaces, now, &mut OsRng)
        .map_err(|error| Refusal::Failure(Error::RustError(error.to_string())))?;
    queue::send(env, &envelope.to_text()).await?;
    Ok(Accepted::issue(&receipt_key, "", &workshop.id, signup.id, ReceiptState::Received))
}

/// A body that is no form.
pub(crate) fn unreadable(error: &FormError) -> Problem {
    let code = match error {
        FormError::TooLarge => ProblemCode::TooLarge,
        FormError::Json { .. } | FormError::Encoding => ProblemCode::Malformed,
    };
    Problem::new(code).with_detail(error.to_string())
}
