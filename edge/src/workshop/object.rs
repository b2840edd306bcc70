//! The object itself: its storage, its alarm, and what it does for the worker.

use std::cell::Cell;

use rollcall_shared::Timestamp;
use rollcall_shared::invite_code::InviteCode;
use rollcall_shared::mailbox::KEEP_ACKED_MS;
use rollcall_shared::secret;
use rollcall_shared::workshop::KEEP_AFTER_END_MS;
use worker::{Result, SqlStorage, State, durable_object};

use super::registration::{self, Registration};
use super::requests::{
    Authorize, Deposit, FindReceipt, FoundReceipt, Granted, Left, Publish, Recorded, Retire, Show, Shown,
    ShownKey,
};
use super::{erased, mail, receipt_states};
use crate::{clock, sql};

/// One workshop's object.
#[durable_object]
pub struct Workshop {
    pub(super) state: State,
    pub(super) sql: SqlStorage,
    /// Whether its tables exist.
    initialised: Cell<bool>,
}

impl Workshop {
    /// Opens the object's storage.
    pub(super) fn open(state: State) -> Self {
        let sql = state.storage().sql();
        let initialised = Cell::new(sql::has_table(&sql, "mail"));
        let workshop = Self { state, sql, initialised };
        if workshop.initialised.get() {
            // An object from an earlier version may lack some tables. An error here comes again, and is
            // reported, where the table is used.
            let _ = workshop.create_tables();
        }
        workshop
    }

    /// Whether the workshop may be published like this.
    pub(super) fn authorize(&self, request: &Authorize) -> Result<Granted> {
        Ok(may_publish(self.registration()?.as_ref(), &request.key, &request.drain_key_sha256))
    }

    /// Writes a publication down, if the key allows it.
    pub(super) async fn publish(&self, request: Publish) -> Result<Option<Recorded>> {
        let before = self.registration()?;
        if may_publish(before.as_ref(), &request.key, &request.drain_key_sha256) != Granted::Yes {
            return Ok(None);
        }
        self.initialise()?;
        registration::write(&self.sql, before.as_ref(), &request.publication, &request.drain_key_sha256)?;
        let leaving = registration::leaving(&self.sql)?;
        self.set_alarm().await?;
        Ok(Some(Recorded { new: before.is_none(), leaving }))
    }

    /// Reads what was published, if the key allows it.
    pub(super) fn show(&self, request: &Show) -> Result<Option<Shown>> {
        let Some(registration) = self.opened_by(&request.key.sha256)? else { return Ok(None) };
        let Registration { collector, .. } = registration;
        Ok(Some(Shown { record: registration::record(&self.sql)?, collector }))
    }

    /// Lists the codes to be retired, if the key allows it.
    pub(super) fn retire(&self, request: Retire) -> Result<Option<Vec<InviteCode>>> {
        let Some(registration) = self.opened_by(&request.key.sha256)? else { return Ok(None) };
        let mut codes = registration::leaving(&self.sql)?;
        codes.push(registration.invite_code);
        Ok(Some(codes))
    }

    /// Notes that a code has been retired.
    pub(super) fn left(&self, request: &Left) -> Result<()> {
        registration::left(&self.sql, &request.code)
    }

    /// Puts messages into the mailbox and wakes the laptop.
    pub(super) async fn deposit(&self, request: Deposit) -> Result<()> {
        self.initialise()?;
        if self.registration()?.is_some_and(|registration| registration.erased) {
            return Ok(());
        }
        mail::deposit(&self.sql, &request.messages, clock::now())?;
        self.wake();
        self.bring_alarm_forward().await
    }

    /// Looks a receipt up.
    pub(super) fn find_receipt(&self, request: FindReceipt) -> Result<FoundReceipt> {
        if !self.initialised.get() {
            return Ok(FoundReceipt::default());
        }
        let state = receipt_states::find(&self.sql, &request.id)?;
        let erased = self.registration()?.is_some_and(|registration| registration.erased);
        Ok(FoundReceipt { erased, record: registration::record(&self.sql)?, state })
    }

    /// Reads the registration, if the key is its drain key.
    pub(super) fn opened_by(&self, key_sha256: &str) -> Result<Option<Registration>> {
        Ok(self.registration()?.filter(|registration| same(&registration.drain_key_sha256, key_sha256)))
    }

    fn registration(&self) -> Result<Option<Registration>> {
        if self.initialised.get() { registration::read(&self.sql) } else { Ok(None) }
    }

    fn initialise(&self) -> Result<()> {
        if !self.initialised.get() {
            self.create_tables()?;
            self.initialised.set(true);
        }
        Ok(())
    }

    fn create_tables(&self) -> Result<()> {
        for table in [registration::TABLE, mail::TABLE, receipt_states::TABLE, erased::TABLE] {
            self.sql.exec(table, None)?;
        }
        registration::upgrade(&self.sql)?;
        receipt_states::upgrade(&self.sql)
    }

    /// Deletes what need not be kept at `now`: acknowledged mail, or in the end everything.
    pub(super) async fn forget(&self, now: Timestamp) -> Result<()> {
        if self.end_of_keeping()?.is_some_and(|end| end <= now) {
            self.state.storage().delete_all().await?;
            self.initialised.set(false);
        } else if self.initialised.get() {
            mail::forget_acknowledged(&self.sql, now - KEEP_ACKED_MS)?;
            self.set_alarm().await?;
        }
        Ok(())
    }

    /// When everything is deleted: [`KEEP_AFTER_END_MS`] after the workshop's end, or after the last message
    /// where no workshop was published.
    fn end_of_keeping(&self) -> Result<Option<Timestamp>> {
        let last = match self.registration()? {
            Some(registration) => Some(registration.ends_at),
            None if self.initialised.get() => mail::last_deposit(&self.sql)?,
            None => None,
        };
        Ok(last.map(|end| end + KEEP_AFTER_END_MS))
    }

    /// When the object has something to do next.
    fn due(&self) -> Result<Option<Timestamp>> {
        let acknowledged = mail::first_acknowledged(&self.sql)?.map(|at| at + KEEP_ACKED_MS);
        Ok(self.end_of_keeping()?.into_iter().chain(acknowledged).min())
    }

    /// Sets the alarm to the time at which something is due.
    pub(super) async fn set_alarm(&self) -> Result<()> {
        match self.due()? {
            Some(due) => self.state.storage().set_alarm(due - clock::now()).await,
            None => Ok(()),
        }
    }

    /// Sets the alarm if it is later than that time.
    pub(super) async fn bring_alarm_forward(&self) -> Result<()> {
        match (self.due()?, self.state.storage().get_alarm().await?) {
            (Some(due), Some(alarm)) if alarm <= due.as_millis() => Ok(()),
            _ => self.set_alarm().await,
        }
    }
}

/// Decides who may publish. A new workshop is published with the deployment's key, a known one is changed
/// with its own. The publish key together with the stored drain key is accepted as well: a publication that
/// broke off is sent again like that.
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
