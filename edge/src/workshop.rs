//! The Workshop object, named by the workshop's id: who may drain it, its mailbox, its receipts.
//!
//! It is found with the first publication, or with the first message where that one came earlier. Until then it has no
//! tables, so that asking about workshops that never were costs no storage.

mod erased;
mod errand;
mod mail;
mod receipt_states;
mod registration;
mod wake;

use std::cell::Cell;

use rollcall_shared::Millis;
use rollcall_shared::invite_code::InviteCode;
use rollcall_shared::mailbox::KEEP_ACKED_MS;
use rollcall_shared::secret;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::{KEEP_AFTER_END_MS, WorkshopId};
use serde::{Deserialize, Serialize};
use worker::{
    DurableObject, Env, Error, Request, Response, Result, SqlStorage, State, Stub, WebSocket,
    WebSocketIncomingMessage, durable_object,
};

use crate::object::{Ask, KEY_HEADER, asks, name, question, reply};
pub(crate) use crate::workshop::errand::Errand;
use crate::workshop::receipt_states::StoredState;
use crate::workshop::registration::Registration;
pub(crate) use crate::workshop::wake::WAKE;
use crate::{answer, clock, sql};

asks! {
    /// May the workshop be published like this? Asked before anything is written anywhere.
    Authorize { key: ShownKey, drain_key_sha256: String } -> Granted;
    /// Writes the record down. `None` where the key is not the one.
    Publish { key: ShownKey, drain_key_sha256: String, publication: Published } -> Option<Recorded>;
    /// Closes the intake: the codes that lead to the workshop, to be retired. `None` where the key is not the one.
    Retire { key: ShownKey } -> Option<Vec<InviteCode>>;
    /// This code has been retired; it need not be named again.
    Left { code: InviteCode } -> ();
    /// Puts messages into the mailbox; those that are there already change nothing.
    Deposit { messages: Vec<String> } -> ();
    /// What is known about one receipt.
    FindReceipt { id: SignupId } -> FoundReceipt;
}

/// The key that a host showed, hashed: the object never sees a key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ShownKey {
    /// SHA-256 of the Bearer token.
    pub(crate) sha256: String,
    /// Whether it is the deployment's publish key.
    pub(crate) publishes: bool,
}

/// Whether a key is the one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Granted {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// It is, and the workshop was erased.
    Erased,
}

/// A record as the objects keep it: its text, and what they need of it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Published {
    /// The public record as JSON.
    pub(crate) record: String,
    /// The code in it.
    pub(crate) invite_code: InviteCode,
    /// The end in it.
    pub(crate) ends_at: Millis,
}

/// What publishing came to.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Recorded {
    /// Whether the workshop was not known before.
    pub(crate) new: bool,
    /// Codes that are no longer the workshop's, to be retired.
    pub(crate) leaving: Vec<InviteCode>,
}

/// A receipt as far as the edge knows it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct FoundReceipt {
    /// The host erased the workshop: nothing of it stands at any address.
    #[serde(default)]
    pub(crate) erased: bool,
    /// The workshop's record as JSON, unless it was forgotten.
    pub(crate) record: Option<String>,
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
        let workshop = Self { state, sql, founded };
        if workshop.founded.get() {
            // One of before has fewer tables. What goes wrong here goes wrong again where the table is used, and is said there.
            let _ = workshop.lay_tables();
        }
        workshop
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let name = name(&request);
        let key = request.headers().get(KEY_HEADER)?.unwrap_or_default();
        if name == WAKE {
            return match self.take_socket(&key) {
                Ok(response) => Ok(response),
                Err(refusal) => answer::refuse(&refusal.into_problem()),
            };
        }
        let bytes = request.bytes().await?;
        if let Some(errand) = Errand::named(&name) {
            return match self.run(errand, &key, &bytes).await {
                Ok(response) => Ok(response),
                Err(refusal) => answer::refuse(&refusal.into_problem()),
            };
        }
        match name.as_str() {
            Authorize::NAME => reply::<Authorize>(&self.authorize(&question(&bytes)?)?),
            Publish::NAME => reply::<Publish>(&self.publish(question(&bytes)?).await?),
            Retire::NAME => reply::<Retire>(&self.retire(question(&bytes)?)?),
            Left::NAME => reply::<Left>(&registration::left(&self.sql, &question::<Left>(&bytes)?.code)?),
            Deposit::NAME => reply::<Deposit>(&self.deposit(question(&bytes)?).await?),
            FindReceipt::NAME => reply::<FindReceipt>(&self.find_receipt(question(&bytes)?)?),
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

    // Nothing is said to the edge over the wake socket, and the runtime answers pings and closings by itself; but the trait's own
    // answers to these events are panics.

    async fn websocket_message(&self, _socket: WebSocket, _message: WebSocketIncomingMessage) -> Result<()> {
        Ok(())
    }

    async fn websocket_close(
        &self,
        _socket: WebSocket,
        _code: usize,
        _reason: String,
        _clean: bool,
    ) -> Result<()> {
        Ok(())
    }

    async fn websocket_error(&self, _socket: WebSocket, _error: Error) -> Result<()> {
        Ok(())
    }
}

impl Workshop {
    fn authorize(&self, ask: &Authorize) -> Result<Granted> {
        Ok(may_publish(self.registration()?.as_ref(), &ask.key, &ask.drain_key_sha256))
    }

    async fn publish(&self, ask: Publish) -> Result<Option<Recorded>> {
        let before = self.registration()?;
        if may_publish(before.as_ref(), &ask.key, &ask.drain_key_sha256) != Granted::Yes {
            return Ok(None);
        }
        self.found()?;
        registration::write(&self.sql, before.as_ref(), &ask.publication, &ask.drain_key_sha256)?;
        let leaving = registration::leaving(&self.sql)?;
        self.set_alarm().await?;
        Ok(Some(Recorded { new: before.is_none(), leaving }))
    }

    fn retire(&self, ask: Retire) -> Result<Option<Vec<InviteCode>>> {
        let Some(registration) = self.opened_by(&ask.key.sha256)? else { return Ok(None) };
        let mut codes = registration::leaving(&self.sql)?;
        codes.push(registration.invite_code);
        Ok(Some(codes))
    }

    async fn deposit(&self, ask: Deposit) -> Result<()> {
        self.found()?;
        if self.registration()?.is_some_and(|registration| registration.erased) {
            return Ok(());
        }
        mail::deposit(&self.sql, &ask.messages, clock::now())?;
        self.wake();
        self.bring_alarm_forward().await
    }

    fn find_receipt(&self, ask: FindReceipt) -> Result<FoundReceipt> {
        if !self.founded.get() {
            return Ok(FoundReceipt::default());
        }
        let state = receipt_states::find(&self.sql, &ask.id)?;
        let erased = self.registration()?.is_some_and(|registration| registration.erased);
        Ok(FoundReceipt { erased, record: registration::record(&self.sql)?, state })
    }

    /// The registration, where the key is its drain key.
    fn opened_by(&self, key_sha256: &str) -> Result<Option<Registration>> {
        Ok(self.registration()?.filter(|registration| same(&registration.drain_key_sha256, key_sha256)))
    }

    fn registration(&self) -> Result<Option<Registration>> {
        if self.founded.get() { registration::read(&self.sql) } else { Ok(None) }
    }

    fn found(&self) -> Result<()> {
        if !self.founded.get() {
            self.lay_tables()?;
            self.founded.set(true);
        }
        Ok(())
    }

    fn lay_tables(&self) -> Result<()> {
        for table in [registration::TABLE, mail::TABLE, receipt_states::TABLE, erased::TABLE] {
            self.sql.exec(table, None)?;
        }
        Ok(())
    }

    /// When the object is erased: so long after the workshop's end, or after the last message where none was published.
    fn end_of_keeping(&self) -> Result<Option<Millis>> {
        let last = match self.registration()? {
            Some(registration) => Some(registration.ends_at),
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
fn may_publish(known: Option<&Registration>, key: &ShownKey, drain_key_sha256: &str) -> Granted {
    let may = match known {
        None => key.publishes,
        Some(known) => {
            same(&known.drain_key_sha256, &key.sha256)
                || (key.publishes && same(&known.drain_key_sha256, drain_key_sha256))
        }
    };
    match (may, known) {
        (false, _) => Granted::No,
        (true, Some(known)) if known.erased => Granted::Erased,
        (true, _) => Granted::Yes,
    }
}

fn same(a: &str, b: &str) -> bool {
    secret::equal(a.as_bytes(), b.as_bytes())
}
