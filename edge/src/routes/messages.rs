//! `POST /v1/host/workshops/{workshop}/messages/…` and `…/takeover`: the mailbox, in Cloudflare's shape.

use rollcall_shared::mailbox::{
    AckRequest, Answer as Success, MAX_ENTRIES, PullRequest, ReplayRequest, ReplayResult, TakeoverRequest,
    TakeoverResult,
};

use crate::answer::{self, Answer};
use crate::body::host_json;
use crate::object::ask;
use crate::router::Inbound;
use crate::routes::host::{Host, checked, granted, invalid};
use crate::workshop::{Acknowledge, Pull, Replay, TakeOver};

/// Leases messages to the collector.
pub(crate) async fn pull(inbound: &mut Inbound, workshop: &str) -> Answer {
    let host = Host::of(inbound, workshop)?;
    let request: PullRequest = host_json(&mut inbound.request).await?;
    checked(&request.collector)?;
    let result = granted(ask(&host.object, &Pull { key: host.key, request }).await?)?;
    answer::json(200, &Success::of(result))
}

/// Acknowledges leases and gives others back.
pub(crate) async fn acknowledge(inbound: &mut Inbound, workshop: &str) -> Answer {
    let host = Host::of(inbound, workshop)?;
    let request: AckRequest = host_json(&mut inbound.request).await?;
    checked(&request.collector)?;
    if request.acks.len() + request.retries.len() > MAX_ENTRIES {
        return Err(invalid("acks", "too_many"));
    }
    let result = granted(ask(&host.object, &Acknowledge { key: host.key, request }).await?)?;
    answer::json(200, &Success::of(result))
}

/// Delivers acknowledged messages again, after a restore or a take-over.
pub(crate) async fn replay(inbound: &mut Inbound, workshop: &str) -> Answer {
    let host = Host::of(inbound, workshop)?;
    let request: ReplayRequest = host_json(&mut inbound.request).await?;
    checked(&request.collector)?;
    let replayed = granted(ask(&host.object, &Replay { key: host.key, request }).await?)?;
    answer::json(200, &Success::of(ReplayResult { replayed }))
}

/// Makes this installation the one that collects.
pub(crate) async fn take_over(inbound: &mut Inbound, workshop: &str) -> Answer {
    let host = Host::of(inbound, workshop)?;
    let TakeoverRequest { collector } = host_json(&mut inbound.request).await?;
    checked(&collector)?;
    let previous = granted(ask(&host.object, &TakeOver { key: host.key, collector }).await?)?;
    answer::json(200, &Success::of(TakeoverResult { previous }))
}
