//! Cancellations. A receipt proves the right to cancel; the cancellation is a message like the sign-up
//! itself, sealed, through the Queue.

use rand_core::OsRng;
use rollcall_shared::Timestamp;
use rollcall_shared::envelope::Envelope;
use rollcall_shared::form::{Message, message_page};
use rollcall_shared::problem::{Problem, ProblemCode};
use rollcall_shared::receipt::{Receipt, ReceiptState};
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::WorkshopId;
use worker::{Env, Error};

use crate::answer::{self, Answer, Refusal};
use crate::inbound::Inbound;
use crate::queue;
use crate::routes::receipts::{find, issued, receipt, record};

/// `DELETE /v1/receipts/{workshop}/{token}`, from the page's script: 202 with what the receipt says until the
/// host has the cancellation.
pub(crate) async fn take(inbound: &mut Inbound, workshop: &str, token: &str) -> Answer {
    let Some((workshop, id)) = issued(&inbound.env, workshop, token)? else {
        return Err(Problem::new(ProblemCode::NotFound).into());
    };
    answer::json(202, &cancel(&inbound.env, &workshop, id, inbound.now).await?)
}

/// `POST /r/{workshop}/{token}/cancel`, the form on the receipt: back to the receipt, which says that it is
/// being cancelled.
pub(crate) async fn submit(inbound: &mut Inbound, workshop: &str, token: &str) -> Answer {
    let language = inbound.language();
    let Some((workshop, id)) = issued(&inbound.env, workshop, token)? else {
        return answer::page(404, message_page(Message::NotFound, language));
    };
    match cancel(&inbound.env, &workshop, id, inbound.now).await {
        Ok(_) => {
            let receipt = format!("/r/{workshop}/{token}?lang={}&asked=cancel", language.tag());
            Ok(answer::see_other(&receipt, inbound.now)?)
        }
        Err(refusal) => {
            let problem = refusal.into_problem();
            answer::page(problem.status, message_page(Message::Unavailable, language))
        }
    }
}

/// Seals the cancellation and gives it to the Queue.
async fn cancel(env: &Env, workshop: &WorkshopId, id: SignupId, now: Timestamp) -> Result<Receipt, Refusal> {
    let failure = |error: String| Refusal::Failure(Error::RustError(error));
    let found = find(env, workshop, id).await?;
    if found.erased {
        return Err(Problem::new(ProblemCode::NotFound).into());
    }
    let standing = receipt(id, &found);
    if standing.state == ReceiptState::Cancelled {
        // The host has cancelled it already: pressing again costs no message.
        return Ok(standing);
    }
    let record =
        record(&found).ok_or_else(|| failure("there is no record to seal a cancellation to".to_owned()))?;
    let envelope = Envelope::seal_cancellation(&record, id, now, &mut OsRng)
        .map_err(|error| failure(error.to_string()))?;
    queue::send(env, &envelope.to_text()).await?;
    Ok(standing)
}
