//! `POST /v1/host/workshops/{workshop}/messages/…`, `…/takeover` and `…/receipts`: what a host's laptop does
//! with its mailbox.
//!
//! The worker bounds the body and hashes the key; the Workshop object does the rest and answers.

use rollcall_shared::mailbox::MAX_BODY_BYTES;

use crate::answer::Answer;
use crate::inbound::Inbound;
use crate::routes::host::Host;
use crate::workshop::HostOperation;
use crate::{body, object};

/// Passes the request on.
pub(crate) async fn forward(inbound: &mut Inbound, workshop: &str, operation: HostOperation) -> Answer {
    let host = Host::of(inbound, workshop)?;
    let bytes = body::json(&mut inbound.request, MAX_BODY_BYTES).await?;
    Ok(object::forward(&host.object, operation.name(), &host.key.sha256, &bytes).await?)
}
