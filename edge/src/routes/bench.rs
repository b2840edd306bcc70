//! `/v1/bench/…`: only for tests and benchmarks. The router finds nothing here without ROLLCALL_BENCH=1.

use rollcall_shared::envelope::addressee;
use rollcall_shared::workshop::WorkshopId;
use serde::Serialize;
use worker::Response;

use crate::answer::{Answer, invalid};
use crate::inbound::Inbound;
use crate::{body, queue};

/// Most bytes that may be put on the queue: more than any reader accepts, less than the queue's own limit of
/// 128 KB.
const MAX_BYTES: usize = 100 * 1024;

/// `POST /v1/bench/queue-only`: sends one message and does nothing else, the least that a sign-up can cost.
pub(crate) async fn queue_only(inbound: &mut Inbound) -> Answer {
    queue::send(&inbound.env, queue::BENCH_MESSAGE).await?;
    Ok(Response::empty()?.with_status(202))
}

/// `POST /v1/bench/deposit?workshop=…`: puts the body on the queue as it is, valid or not, for that workshop.
/// A body that does not name the workshop is wrapped in one that does; without `workshop` it is sent
/// unwrapped.
pub(crate) async fn deposit(inbound: &mut Inbound) -> Answer {
    let bytes = body::any(&mut inbound.request, MAX_BYTES).await?;
    let raw = String::from_utf8_lossy(&bytes).into_owned();
    let workshop = inbound.parameter("workshop").map(|text| WorkshopId::parse(&text)).transpose();
    let workshop = workshop.map_err(|_| invalid("workshop", "id"))?;
    let text = match workshop {
        Some(workshop) if addressee(&raw).as_ref() != Some(&workshop) => {
            serde_json::to_string(&Wrapped { workshop, raw }).map_err(worker::Error::from)?
        }
        _ => raw,
    };
    queue::send(&inbound.env, &text).await?;
    Ok(Response::empty()?.with_status(202))
}

/// A message that no laptop can read, addressed to one.
#[derive(Serialize)]
struct Wrapped {
    workshop: WorkshopId,
    raw: String,
}
