//! `POST /v1/host/workshops/{workshop}/messages/…`, `…/takeover` and `…/receipts`: what a host's laptop says to its mailbox.
//!
//! The worker bounds the body and hashes the key; the Workshop object does the rest and answers.

use rollcall_shared::mailbox::MAX_BODY_BYTES;

use crate::answer::Answer;
use crate::inbound::Inbound;
use crate::routes::host::Host;
use crate::workshop::Errand;
use crate::{body, object};

/// Hands the request on.
pub(crate) async fn forward(inbound: &mut Inbound, workshop: &str, errand: Errand) -> Answer {
    let host = Host::of(inbound, workshop)?;
    let bytes = body::json(&mut inbound.request, MAX_BODY_BYTES).await?;
    Ok(object::forward(&host.object, errand.name(), &host.key.sha256, &bytes).await?)
}
