//! What a host's laptop does with its mailbox: it leases, acknowledges and replays mail, takes over, stores
//! receipts' states and erases. The worker passes these requests on as they are; they are answered here.

use rollcall_shared::mailbox::{
    AckRequest, Answer as Success, Collector, EraseRequest, EraseResult, MAX_ENTRIES, PullRequest,
    ReceiptsRequest, ReceiptsResult, ReplayRequest, ReplayResult, TakeoverRequest, TakeoverResult,
};
use rollcall_shared::problem::Problem;
use serde::de::DeserializeOwned;
use worker::Result;

use super::object::Workshop;
use super::receipt_states::{self, Speaker};
use super::{erased, mail, registration};
use crate::answer::{self, Answer, Refusal, invalid, unauthorized};
use crate::{body, clock};

/// One operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HostOperation {
    /// `POST …/messages/pull`
    Pull,
    /// `POST …/messages/ack`
    Acknowledge,
    /// `POST …/messages/replay`
    Replay,
    /// `POST …/takeover`
    TakeOver,
    /// `POST …/receipts`
    StoreReceipts,
    /// `POST …/erase`
    Erase,
}

impl HostOperation {
    const ALL: [Self; 6] =
        [Self::Pull, Self::Acknowledge, Self::Replay, Self::TakeOver, Self::StoreReceipts, Self::Erase];

    /// The name by which the worker passes it on.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Acknowledge => "acknowledge",
            Self::Replay => "replay",
            Self::TakeOver => "take-over",
            Self::StoreReceipts => "store-receipts",
            Self::Erase => "erase",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operation| operation.name() == name)
    }
}

impl Workshop {
    /// Answers a host's request.
    pub(super) async fn run(&self, operation: HostOperation, key: &str, bytes: &[u8]) -> Answer {
        match operation {
            HostOperation::Pull => self.pull(key, &read(bytes)?),
            HostOperation::Acknowledge => self.acknowledge(key, &read(bytes)?).await,
            HostOperation::Replay => self.replay(key, &read(bytes)?),
            HostOperation::TakeOver => self.take_over(key, &read(bytes)?),
            HostOperation::StoreReceipts => self.store_receipts(key, &read(bytes)?),
            HostOperation::Erase => self.erase(key, &read(bytes)?).await,
        }
    }

    fn pull(&self, key: &str, request: &PullRequest) -> Answer {
        self.collect(key, &request.collector)?;
        if request.release {
            mail::release_leases(&self.sql, clock::now())?;
        }
        answer::json(200, &Success::of(mail::pull(&self.sql, request, clock::now())?))
    }

    async fn acknowledge(&self, key: &str, request: &AckRequest) -> Answer {
        if request.acks.len() + request.retries.len() > MAX_ENTRIES {
            return Err(invalid("acks", "too_many"));
        }
        self.collect(key, &request.collector)?;
        let result = mail::acknowledge(&self.sql, request, clock::now())?;
        self.bring_alarm_forward().await?;
        answer::json(200, &Success::of(result))
    }

    fn replay(&self, key: &str, request: &ReplayRequest) -> Answer {
        self.collect(key, &request.collector)?;
        let replayed = mail::replay(&self.sql, request.since, clock::now())?;
        answer::json(200, &Success::of(ReplayResult { replayed }))
    }

    fn take_over(&self, key: &str, request: &TakeoverRequest) -> Answer {
        let TakeoverRequest { collector } = request;
        check(collector)?;
        let registration = self.opened_by(key)?.ok_or_else(unauthorized)?;
        let (previous, workshop_erased) = (registration.collector, registration.erased);
        let is_another = previous.as_ref().is_none_or(|other| other.id != collector.id);
        if is_another {
            registration::set_collector(&self.sql, collector, Some(clock::now()))?;
        } else {
            registration::rename_collector(&self.sql, collector)?;
        }
        // What the other installation has leased and not acknowledged is delivered to this one at once.
        if previous.as_ref().is_some_and(|other| other.id != collector.id) {
            mail::release_leases(&self.sql, clock::now())?;
            // So that the other one hears of it now, and not when it looks for mail by itself.
            self.wake();
        }
        let erased = erased::all(&self.sql)?;
        answer::json(200, &Success::of(TakeoverResult { previous, erased, workshop_erased }))
    }

    fn store_receipts(&self, key: &str, request: &ReceiptsRequest) -> Answer {
        let ReceiptsRequest { collector, receipts } = request;
        if receipts.len() > MAX_ENTRIES {
            return Err(invalid("receipts", "too_many"));
        }
        let registration = self.opened_by(key)?.ok_or_else(unauthorized)?;
        let speaker = match collector {
            None => Speaker::Unnamed,
            Some(speaker) => {
                check(speaker)?;
                let collects = registration.collector.is_some_and(|owner| owner.id == speaker.id);
                if collects { Speaker::Collector(speaker) } else { Speaker::Other(speaker) }
            }
        };
        receipt_states::store(&self.sql, &speaker, receipts)?;
        answer::json(200, &Success::of(ReceiptsResult { stored: receipts.len() as u64 }))
    }

    /// Erases. Any installation with the drain key may do so, not the collector alone: an erasure that a
    /// person asked for does not wait for a take-over.
    async fn erase(&self, key: &str, request: &EraseRequest) -> Answer {
        self.opened_by(key)?.ok_or_else(unauthorized)?;
        let messages = match request {
            EraseRequest::Ids(ids) if ids.len() > MAX_ENTRIES => return Err(invalid("ids", "too_many")),
            EraseRequest::Ids(ids) => erased::add(&self.sql, ids)?,
            EraseRequest::Workshop => {
                registration::erase(&self.sql, clock::now())?;
                receipt_states::erase(&self.sql)?;
                let messages = mail::erase(&self.sql)?;
                self.set_alarm().await?;
                messages
            }
        };
        answer::json(200, &Success::of(EraseResult { messages }))
    }

    /// Lets a collector in: the current one, or the first one.
    fn collect(&self, key: &str, collector: &Collector) -> Result<(), Refusal> {
        check(collector)?;
        let registration = self.opened_by(key)?.ok_or_else(unauthorized)?;
        match registration.collector {
            Some(owner) if owner.id != collector.id => {
                Err(Problem::owned_elsewhere(owner, registration.collector_since).into())
            }
            Some(owner) if owner == *collector => Ok(()),
            Some(_) => Ok(registration::rename_collector(&self.sql, collector)?),
            None => Ok(registration::set_collector(&self.sql, collector, None)?),
        }
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(bytes).map_err(|error| body::malformed(&error).into())
}

/// Refuses a collector whose id or name cannot be shown.
fn check(collector: &Collector) -> Result<(), Refusal> {
    if collector.is_valid() { Ok(()) } else { Err(invalid("collector", "text")) }
}
