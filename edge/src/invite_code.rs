//! The InviteCode object, named by the code: to which workshop it leads, and the public record. It alone
//! writes the code's KV entry, so that one key has one writer.

use std::cell::Cell;

use rollcall_shared::cache::{Entry, KV_ENTRY_TTL_SECONDS, Known, kv_key};
use rollcall_shared::invite_code::InviteCode as Code;
use rollcall_shared::workshop::{Workshop, WorkshopId};
use rollcall_shared::{Millis, Timestamp};
use serde::{Deserialize, Serialize};
use worker::{
    DurableObject, Env, Error, Request, Response, Result, SqlStorage, State, Stub, console_warn,
    durable_object,
};

use crate::object::{Rpc, read_request, respond, rpc_name, rpcs};
use crate::{clock, deadline, sql};

/// KV accepts one write per second and key (<https://developers.cloudflare.com/kv/platform/limits/>).
const KV_WRITE_INTERVAL_MS: Millis = 1_000;
/// Delay before a failed write to KV is tried again.
const KV_RETRY_MS: Millis = 2_000;

rpcs! {
    /// Looks the code up, authoritatively. Requested by a reader that found nothing in KV, which is therefore
    /// written again.
    LookUp {} -> Known;
    /// Makes the code lead to this workshop, as it is now.
    Claim { workshop: Workshop } -> Claimed;
    /// The code no longer leads to this workshop.
    RetireCode { workshop: WorkshopId } -> ();
    /// Whether the code led to this workshop and was retired.
    IsRetired { workshop: WorkshopId } -> bool;
    /// How many authoritative look-ups were served, since the code was claimed.
    CountLookUps {} -> u64;
}

/// The result of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Claimed {
    /// The code leads to the workshop.
    Claimed,
    /// The code belongs to another workshop.
    Taken,
}

/// The object that belongs to a code.
pub(crate) fn object(env: &Env, code: &Code) -> Result<Stub> {
    env.durable_object("INVITE_CODE")?.get_by_name(code.as_str())
}

const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS claim (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        workshop TEXT NOT NULL,
        retired INTEGER NOT NULL DEFAULT 0,
        kv_is_behind INTEGER NOT NULL DEFAULT 1,
        look_ups INTEGER NOT NULL DEFAULT 0
    ) STRICT;
";

/// One invite code's object.
#[durable_object(alarm)]
pub struct InviteCode {
    state: State,
    env: Env,
    sql: SqlStorage,
    /// Counts changes of the row, to notice a change during a write to KV.
    changes: Cell<u64>,
    written_to_kv_at: Cell<Timestamp>,
}

impl DurableObject for InviteCode {
    fn new(state: State, env: Env) -> Self {
        let sql = state.storage().sql();
        Self {
            state,
            env,
            sql,
            changes: Cell::new(0),
            written_to_kv_at: Cell::new(Timestamp::from_millis(0)),
        }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let name = rpc_name(&request);
        let bytes = request.bytes().await?;
        match name.as_str() {
            LookUp::NAME => respond::<LookUp>(&self.look_up().await?),
            Claim::NAME => respond::<Claim>(&self.claim(read_request::<Claim>(&bytes)?.workshop).await?),
            RetireCode::NAME => {
                respond::<RetireCode>(&self.retire(&read_request::<RetireCode>(&bytes)?.workshop).await?)
            }
            IsRetired::NAME => respond::<IsRetired>(&self.is_retired(&read_request(&bytes)?)?),
            CountLookUps::NAME => respond::<CountLookUps>(&self.count_look_ups()?),
            _ => Response::error("no such request", 404),
        }
    }

    async fn alarm(&self) -> Result<Response> {
        match self.read()? {
            Some(holder) if holder.end_of_keeping() <= clock::now() => {
                self.state.storage().delete_all().await?
            }
            Some(holder) if holder.kv_is_behind => self.write_kv(&holder).await?,
            Some(holder) => self.set_alarm_at(holder.end_of_keeping()).await?,
            None => {}
        }
        Response::empty()
    }
}

impl InviteCode {
    async fn look_up(&self) -> Result<Known> {
        let Some(holder) = self.read()? else { return Ok(Known::Unknown) };
        self.sql.exec("UPDATE claim SET look_ups = look_ups + 1", None)?;
        // Several readers miss at once; one write serves them all.
        if clock::now() - self.written_to_kv_at.get() >= KV_WRITE_INTERVAL_MS {
            self.write_kv(&holder).await?;
        }
        Ok(holder.known())
    }

    async fn claim(&self, workshop: Workshop) -> Result<Claimed> {
        if self.read()?.is_some_and(|holder| holder.workshop.id != workshop.id) {
            return Ok(Claimed::Taken);
        }
        self.sql.exec(TABLE, None)?;
        self.sql.exec(
            "INSERT INTO claim (one, workshop) VALUES (1, ?)
             ON CONFLICT (one) DO UPDATE SET workshop = excluded.workshop, retired = 0, kv_is_behind = 1",
            vec![serde_json::to_string(&workshop)?.into()],
        )?;
        self.after_change(&Holder { workshop, retired: false, kv_is_behind: true }).await?;
        Ok(Claimed::Claimed)
    }

    async fn retire(&self, workshop: &WorkshopId) -> Result<()> {
        let Some(holder) = self.read()?.filter(|holder| holder.workshop.id == *workshop) else {
            return Ok(());
        };
        self.sql.exec("UPDATE claim SET retired = 1, kv_is_behind = 1", None)?;
        self.after_change(&Holder { retired: true, kv_is_behind: true, ..holder }).await
    }

    fn is_retired(&self, request: &IsRetired) -> Result<bool> {
        let holder = self.read()?.filter(|holder| holder.workshop.id == request.workshop);
        Ok(holder.is_some_and(|holder| holder.retired))
    }

    fn count_look_ups(&self) -> Result<u64> {
        #[derive(Deserialize)]
        struct Row {
            look_ups: u64,
        }
        if !sql::has_table(&self.sql, "claim") {
            return Ok(0);
        }
        Ok(sql::first::<Row>(&self.sql, "SELECT look_ups FROM claim", [])?.map_or(0, |row| row.look_ups))
    }

    async fn after_change(&self, holder: &Holder) -> Result<()> {
        self.changes.set(self.changes.get() + 1);
        self.write_kv(holder).await
    }

    /// Writes KV. A failure does not harm the caller: the object is authoritative, and the alarm tries again.
    async fn write_kv(&self, holder: &Holder) -> Result<()> {
        let changes = self.changes.get();
        self.written_to_kv_at.set(clock::now());
        let written = deadline::within(deadline::KV, "KV", self.put(holder)).await;
        if let Err(error) = &written {
            console_warn!("KV was not written, trying again: {error}");
        }
        if written.is_ok() && self.changes.get() == changes {
            self.sql.exec("UPDATE claim SET kv_is_behind = 0", None)?;
            self.set_alarm_at(holder.end_of_keeping()).await
        } else {
            self.sql.exec("UPDATE claim SET kv_is_behind = 1", None)?;
            self.set_alarm_at(clock::now() + KV_RETRY_MS).await
        }
    }

    async fn put(&self, holder: &Holder) -> Result<()> {
        let entry = Entry { known: holder.known(), stored_at: clock::now() };
        let text = serde_json::to_string(&entry)?;
        let put = self.env.kv("CACHE")?.put(&kv_key(&holder.workshop.invite_code), text)?;
        put.expiration_ttl(KV_ENTRY_TTL_SECONDS).execute().await.map_err(Error::from)
    }

    async fn set_alarm_at(&self, at: Timestamp) -> Result<()> {
        self.state.storage().set_alarm(at - clock::now()).await
    }

    fn read(&self) -> Result<Option<Holder>> {
        #[derive(Deserialize)]
        struct Row {
            workshop: String,
            retired: i64,
            kv_is_behind: i64,
        }
        if !sql::has_table(&self.sql, "claim") {
            return Ok(None);
        }
        let query = "SELECT workshop, retired, kv_is_behind FROM claim";
        let Some(row) = sql::first::<Row>(&self.sql, query, [])? else { return Ok(None) };
        Ok(Some(Holder {
            workshop: serde_json::from_slice(row.workshop.as_bytes())?,
            retired: row.retired != 0,
            kv_is_behind: row.kv_is_behind != 0,
        }))
    }
}

/// The object's row.
struct Holder {
    workshop: Workshop,
    retired: bool,
    kv_is_behind: bool,
}

impl Holder {
    fn known(&self) -> Known {
        if self.retired {
            Known::Retired
        } else {
            Known::Published { workshop: Box::new(self.workshop.clone()) }
        }
    }

    fn end_of_keeping(&self) -> Timestamp {
        self.workshop.keeps_mail_until()
    }
}
