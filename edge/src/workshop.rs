//! The Workshop object, named by the workshop's id: who may drain it, its mailbox, its receipts.
//!
//! It is found with the first publication, or with the first message where that one came earlier. Until then it has no
//! tables, so that asking about workshops that never were costs no storage.

mod mail;
mod receipt_states;
mod registration;

use std::cell::Cell;

use rollcall_shared::Millis;
use rollcall_shared::invite_code::InviteCode;
use rollcall_shared::mailbox::{
    AckRequest, AckResult, Collector, KEEP_ACKED_MS, Publication, PullRequest, PullResult, ReceiptUpdate,
    ReplayRequest,
};
use rollcall_shared::secret;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::{KEEP_AFTER_END_MS, Workshop as Record, WorkshopId};
use serde::{Deserialize, Serialize};
use worker::{DurableObject, Env, Request, Response, Result, SqlStorage, State, Stub, durable_object};

use crate::object::{Ask, asks, name, serve};
use crate::workshop::receipt_states::StoredState;
use crate::workshop::registration::Registration;
use crate::{clock, sql};

asks! {
    /// May the workshop be published like this? Asked before anything is written anywhere.
    Authorize { key: ShownKey, drain_key_sha256: String } -> Verdict<()>;
    /// Writes the record down. Codes that the workshop had before come back, to be retired.
    Publish { key: ShownKey, publication: Publication } -> Verdict<Published>;
    /// Closes the intake. The codes that lead to the workshop come back, to be retired.
    Retire { key: ShownKey } -> Verdict<Vec<InviteCode>>;
    /// This code has been retired; it need not be named again.
    Left { code: InviteCode } -> ();
    /// Puts messages into the mailbox; those that are there already change nothing.
    Deposit { messages: Vec<String> } -> ();
    /// Leases messages.
    Pull { key: ShownKey, request: PullRequest } -> Verdict<PullResult>;
    /// Acknowledges leases, or gives them back.
    Acknowledge { key: ShownKey, request: AckRequest } -> Verdict<AckResult>;
    /// Makes acknowledged messages wait again; says how many.
    Replay { key: ShownKey, request: ReplayRequest } -> Verdict<u64>;
    /// Makes this installation the collector; names the one before.
    TakeOver { key: ShownKey, collector: Collector } -> Verdict<Option<Collector>>;
    /// Stores receipts' states.
    StoreReceipts { key: ShownKey, receipts: Vec<ReceiptUpdate> } -> Verdict<()>;
    /// What is known about one receipt.
    FindReceipt { id: SignupId } -> FoundReceipt;
}

/// The key that a host showed, hashed: the object never sees a key.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ShownKey {
    /// SHA-256 of the Bearer token.
    pub(crate) sha256: String,
    /// Whether it is the deployment's publish key.
    pub(crate) publishes: bool,
}

/// What a host gets, or why it does not.
pub(crate) type Verdict<T> = std::result::Result<T, Denial>;

/// Why a host is denied.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Denial {
    /// The key is not this workshop's.
    Unauthorized,
    /// Another installation collects.
    OwnedElsewhere(Collector),
}

/// What publishing came to.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Published {
    /// Whether the workshop was not known before.
    pub(crate) new: bool,
    /// Codes that are no longer the workshop's.
    pub(crate) leaving: Vec<InviteCode>,
}

/// A receipt as far as the edge knows it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct FoundReceipt {
    /// The workshop's record, unless it was erased.
    pub(crate) workshop: Option<Record>,
    /// The state that the laptop sent; none yet means *received*.
    pub(crate) state: Option<StoredState>,
}

/// The object that belongs to a workshop.
pub(crate) fn object(env: &Env, workshop: &WorkshopId) -> Result<Stub> {
    env.durable_object("WORKSHOP")?.get_by_name(workshop.as_str())
}

/// See the module.
#[durable_object]
pub struct Workshop {
    state: State,
    sql: SqlStorage,
    founded: Cell<bool>,
}

impl DurableObject for Workshop {
    fn new(state: State, _env: Env) -> Self {
        let sql = state.storage().sql();
        let founded = Cell::new(sql::has_table(&sql, "mail"));
        Self { state, sql, founded }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        match name(&request).as_str() {
            Authorize::NAME => serve(request, async |ask: Authorize| self.authorize(&ask)).await,
            Publish::NAME => serve(request, async |ask| self.publish(ask).await).await,
            Retire::NAME => serve(request, async |ask| self.retire(ask)).await,
            Left::NAME => serve(request, async |ask: Left| registration::left(&self.sql, &ask.code)).await,
            Deposit::NAME => serve(request, async |ask| self.deposit(ask).await).await,
            Pull::NAME => serve(request, async |ask| self.pull(ask)).await,
            Acknowledge::NAME => serve(request, async |ask| self.acknowledge(ask).await).await,
            Replay::NAME => serve(request, async |ask| self.replay(ask)).await,
            TakeOver::NAME => serve(request, async |ask| self.take_over(ask)).await,
            StoreReceipts::NAME => serve(request, async |ask| self.store_receipts(ask)).await,
            FindReceipt::NAME => serve(request, async |ask| self.find_receipt(ask)).await,
            _ => Response::error("no such question", 404),
        }
    }

    async fn alarm(&self) -> Result<Response> {
        let now = clock::now();
        if self.end_of_keeping()?.is_some_and(|end| end <= now) {
            self.state.storage().delete_all().await?;
            self.founded.set(false);
        } else if self.founded.get() {
            mail::forget_acknowledged(&self.sql, now - KEEP_ACKED_MS)?;
            self.set_alarm().await?;
        }
        Response::empty()
    }
}

impl Workshop {
    fn authorize(&self, ask: &Authorize) -> Result<Verdict<()>> {
        Ok(may_publish(self.registration()?.as_ref(), &ask.key, &ask.drain_key_sha256))
    }

    async fn publish(&self, ask: Publish) -> Result<Verdict<Published>> {
        let before = self.registration()?;
        if let Err(denial) = may_publish(before.as_ref(), &ask.key, &ask.publication.drain_key_sha256) {
            return Ok(Err(denial));
        }
        self.found()?;
        registration::write(&self.sql, &ask.publication)?;
        let leaving = registration::leaving(&self.sql)?;
        self.set_alarm().await?;
        Ok(Ok(Published { new: before.is_none(), leaving }))
    }

    fn retire(&self, ask: Retire) -> Result<Verdict<Vec<InviteCode>>> {
        let Some(registration) = self.opened_by(&ask.key)? else { return Ok(Err(Denial::Unauthorized)) };
        let mut codes = registration::leaving(&self.sql)?;
        codes.push(registration.workshop.invite_code);
        Ok(Ok(codes))
    }

    async fn deposit(&self, ask: Deposit) -> Result<()> {
        self.found()?;
        mail::deposit(&self.sql, &ask.messages, clock::now())?;
        self.bring_alarm_forward().await
    }

    fn pull(&self, ask: Pull) -> Result<Verdict<PullResult>> {
        if let Err(denial) = self.collect(&ask.key, &ask.request.collector)? {
            return Ok(Err(denial));
        }
        mail::pull(&self.sql, &ask.request, clock::now()).map(Ok)
    }

    async fn acknowledge(&self, ask: Acknowledge) -> Result<Verdict<AckResult>> {
        if let Err(denial) = self.collect(&ask.key, &ask.request.collector)? {
            return Ok(Err(denial));
        }
        let answer = mail::acknowledge(&self.sql, &ask.request, clock::now())?;
        self.bring_alarm_forward().await?;
        Ok(Ok(answer))
    }

    fn replay(&self, ask: Replay) -> Result<Verdict<u64>> {
        if let Err(denial) = self.collect(&ask.key, &ask.request.collector)? {
            return Ok(Err(denial));
        }
        mail::replay(&self.sql, ask.request.since, clock::now()).map(Ok)
    }

    fn take_over(&self, ask: TakeOver) -> Result<Verdict<Option<Collector>>> {
        let Some(before) = self.opened_by(&ask.key)? else { return Ok(Err(Denial::Unauthorized)) };
        registration::set_collector(&self.sql, &ask.collector)?;
        // What the other installation has leased and not acknowledged comes to this one at once.
        if before.collector.as_ref().is_some_and(|other| other.id != ask.collector.id) {
            mail::release_leases(&self.sql, clock::now())?;
        }
        Ok(Ok(before.collector))
    }

    fn store_receipts(&self, ask: StoreReceipts) -> Result<Verdict<()>> {
        if self.opened_by(&ask.key)?.is_none() {
            return Ok(Err(Denial::Unauthorized));
        }
        receipt_states::store(&self.sql, &ask.receipts).map(Ok)
    }

    fn find_receipt(&self, ask: FindReceipt) -> Result<FoundReceipt> {
        let Some(registration) = self.registration()? else {
            return Ok(FoundReceipt { workshop: None, state: None });
        };
        let state = receipt_states::find(&self.sql, &ask.id)?;
        Ok(FoundReceipt { workshop: Some(registration.workshop), state })
    }

    /// Lets a collector in: the one there is, or the first that comes.
    fn collect(&self, key: &ShownKey, collector: &Collector) -> Result<Verdict<()>> {
        let Some(registration) = self.opened_by(key)? else { return Ok(Err(Denial::Unauthorized)) };
        match registration.collector {
            Some(owner) if owner.id != collector.id => return Ok(Err(Denial::OwnedElsewhere(owner))),
            Some(owner) if owner == *collector => {}
            _ => registration::set_collector(&self.sql, collector)?,
        }
        Ok(Ok(()))
    }

    /// The registration, where the key is its drain key.
    fn opened_by(&self, key: &ShownKey) -> Result<Option<Registration>> {
        Ok(self.registration()?.filter(|registration| same(&registration.drain_key_sha256, &key.sha256)))
    }

    fn registration(&self) -> Result<Option<Registration>> {
        if self.founded.get() { registration::read(&self.sql) } else { Ok(None) }
    }

    fn found(&self) -> Result<()> {
        if !self.founded.get() {
            for table in [registration::TABLE, mail::TABLE, receipt_states::TABLE] {
                self.sql.exec(table, None)?;
            }
            self.founded.set(true);
        }
        Ok(())
    }

    /// When the object is erased: so long after the workshop's end, or after the last message where none was published.
    fn end_of_keeping(&self) -> Result<Option<Millis>> {
        let last = match self.registration()? {
            Some(registration) => Some(registration.workshop.ends_at),
            None if self.founded.get() => mail::last_deposit(&self.sql)?,
            None => None,
        };
        Ok(last.map(|end| end.saturating_add(KEEP_AFTER_END_MS)))
    }

    fn due(&self) -> Result<Option<Millis>> {
        let acknowledged = mail::first_acknowledged(&self.sql)?.map(|at| at + KEEP_ACKED_MS);
        Ok(self.end_of_keeping()?.into_iter().chain(acknowledged).min())
    }

    /// Sets the alarm to when something is due, whatever it was set to before.
    async fn set_alarm(&self) -> Result<()> {
        match self.due()? {
            Some(due) => self.state.storage().set_alarm(due - clock::now()).await,
            None => Ok(()),
        }
    }

    /// Sets the alarm where it is later than what is due.
    async fn bring_alarm_forward(&self) -> Result<()> {
        match (self.due()?, self.state.storage().get_alarm().await?) {
            (Some(due), Some(alarm)) if alarm <= due => Ok(()),
            _ => self.set_alarm().await,
        }
    }
}

/// A new workshop is published with the deployment's key, a known one changed with its own. The publish key with the
/// very drain key that is written down is let in as well: a publication that broke off is sent again like that.
fn may_publish(known: Option<&Registration>, key: &ShownKey, drain_key_sha256: &str) -> Verdict<()> {
    let allowed = match known {
        None => key.publishes,
        Some(known) => {
            same(&known.drain_key_sha256, &key.sha256)
                || (key.publishes && same(&known.drain_key_sha256, drain_key_sha256))
        }
    };
    if allowed { Ok(()) } else { Err(Denial::Unauthorized) }
}

fn same(a: &str, b: &str) -> bool {
    secret::equal(a.as_bytes(), b.as_bytes())
}
