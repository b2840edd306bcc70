//! Receipts: the page and the state that teachers look at.

use rollcall_shared::form::{Message, ReceiptView, message_page, receipt_page};
use rollcall_shared::problem::{Problem, ProblemCode};
use rollcall_shared::receipt::{self, Receipt, ReceiptState};
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::{Workshop, WorkshopId};
use worker::{Env, Error, console_warn};

use crate::answer::{self, Answer};
use crate::inbound::Inbound;
use crate::object::call;
use crate::settings;
use crate::workshop::{self, FindReceipt, FoundReceipt};

/// `GET /r/{workshop}/{token}`: the page.
pub(crate) async fn show(inbound: &mut Inbound, workshop: &str, token: &str) -> Answer {
    let language = inbound.language();
    let Some((id_of_workshop, id)) = issued(&inbound.env, workshop, token)? else {
        return answer::page(404, message_page(Message::NotFound, language));
    };
    // The token alone proves that the sign-up was received; what the object would add can be looked up later.
    let found = find(&inbound.env, &id_of_workshop, id).await.unwrap_or_else(|error| {
        console_warn!("a receipt is shown as received: {error}");
        FoundReceipt::default()
    });
    if found.erased {
        return answer::page(404, message_page(Message::NotFound, language));
    }
    let record = record(&found);
    let Receipt { id, state, see_desk } = receipt(id, &found);
    let view = ReceiptView {
        workshop: record.as_ref(),
        language,
        base: "",
        address: &format!("{workshop}/{token}"),
        id,
        state,
        see_desk,
        cancelling: inbound.parameter("asked").as_deref() == Some("cancel"),
    };
    answer::page(200, receipt_page(&view))
}

/// `GET /v1/receipts/{workshop}/{token}`: the state.
pub(crate) async fn state(inbound: &mut Inbound, workshop: &str, token: &str) -> Answer {
    let Some((workshop, id)) = issued(&inbound.env, workshop, token)? else {
        return Err(Problem::new(ProblemCode::NotFound).into());
    };
    let found = find(&inbound.env, &workshop, id).await?;
    if found.erased {
        return Err(Problem::new(ProblemCode::NotFound).into());
    }
    answer::json(200, &receipt(id, &found))
}

/// Whose receipt a token is, if it was issued here. No object is called before that is proven.
pub(crate) fn issued(
    env: &Env,
    workshop: &str,
    token: &str,
) -> Result<Option<(WorkshopId, SignupId)>, Error> {
    Ok(receipt::issued(workshop, token, &settings::receipt_key(env)?))
}

/// Looks it up in the workshop's object.
pub(crate) async fn find(env: &Env, workshop: &WorkshopId, id: SignupId) -> Result<FoundReceipt, Error> {
    call(&workshop::object(env, workshop)?, &FindReceipt { id }).await
}

/// What the receipt says.
pub(crate) fn receipt(id: SignupId, found: &FoundReceipt) -> Receipt {
    match found.state {
        Some(stored) => Receipt { id, state: stored.state, see_desk: stored.see_desk },
        None => Receipt { id, state: ReceiptState::Received, see_desk: false },
    }
}

/// The workshop's record, unless it was erased.
pub(crate) fn record(found: &FoundReceipt) -> Option<Workshop> {
    found.record.as_ref().and_then(|record| serde_json::from_slice(record.as_bytes()).ok())
}
