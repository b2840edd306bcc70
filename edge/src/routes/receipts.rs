//! Receipts: the page and the state that teachers look at, and the states that the host's laptop sends.

use rollcall_shared::form::{Message, ReceiptView, message_page, receipt_page};
use rollcall_shared::mailbox::{Answer as Success, MAX_ENTRIES, ReceiptsRequest, ReceiptsResult};
use rollcall_shared::problem::{Problem, ProblemCode};
use rollcall_shared::receipt::{Receipt, ReceiptState, verify};
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::WorkshopId;
use worker::{Env, Error, console_warn};

use crate::answer::{self, Answer};
use crate::body::host_json;
use crate::object::ask;
use crate::router::Inbound;
use crate::routes::host::{Host, granted, invalid};
use crate::settings;
use crate::workshop::{self, FindReceipt, FoundReceipt, StoreReceipts};

/// `GET /r/{workshop}/{token}`: the page.
pub(crate) async fn show(inbound: &mut Inbound, workshop: &str, token: &str) -> Answer {
    let language = inbound.language();
    let Some((workshop, id)) = issued(&inbound.env, workshop, token)? else {
        return answer::page(404, message_page(Message::NotFound, language));
    };
    // The token alone proves that the sign-up was received; what the object would add can be had later.
    let found = find(&inbound.env, &workshop, id).await.unwrap_or_else(|error| {
        console_warn!("a receipt is shown as received: {error}");
        FoundReceipt { workshop: None, state: None }
    });
    let Receipt { id, state, see_desk } = receipt(id, &found);
    let view = ReceiptView { workshop: found.workshop.as_ref(), language, id, state, see_desk };
    answer::page(200, receipt_page(&view))
}

/// `GET /v1/receipts/{workshop}/{token}`: the state.
pub(crate) async fn state(inbound: &mut Inbound, workshop: &str, token: &str) -> Answer {
    let Some((workshop, id)) = issued(&inbound.env, workshop, token)? else {
        return Err(Problem::new(ProblemCode::NotFound).into());
    };
    answer::json(200, &receipt(id, &find(&inbound.env, &workshop, id).await?))
}

/// `POST /v1/host/workshops/{workshop}/receipts`: the states that stand from now on.
pub(crate) async fn store(inbound: &mut Inbound, workshop: &str) -> Answer {
    let host = Host::of(inbound, workshop)?;
    let ReceiptsRequest { receipts } = host_json(&mut inbound.request).await?;
    if receipts.len() > MAX_ENTRIES {
        return Err(invalid("receipts", "too_many"));
    }
    let stored = receipts.len() as u64;
    granted(ask(&host.object, &StoreReceipts { key: host.key, receipts }).await?)?;
    answer::json(200, &Success::of(ReceiptsResult { stored }))
}

/// Whose receipt a token is, if it was issued here. Nothing is asked of any object before that is proven.
fn issued(env: &Env, workshop: &str, token: &str) -> Result<Option<(WorkshopId, SignupId)>, Error> {
    let Ok(workshop) = WorkshopId::parse(workshop) else { return Ok(None) };
    let id = verify(token, &settings::receipt_key(env)?, &workshop);
    Ok(id.ok().map(|id| (workshop, id)))
}

async fn find(env: &Env, workshop: &WorkshopId, id: SignupId) -> Result<FoundReceipt, Error> {
    ask(&workshop::object(env, workshop)?, &FindReceipt { id }).await
}

fn receipt(id: SignupId, found: &FoundReceipt) -> Receipt {
    match found.state {
        Some(stored) => Receipt { id, state: stored.state, see_desk: stored.see_desk },
        None => Receipt { id, state: ReceiptState::Received, see_desk: false },
    }
}
