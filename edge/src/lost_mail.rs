//! The LostMail object, of which there is one: messages that can be delivered to nobody, and the alarms.
//!
//! A message that does not even name a workshop cannot be deposited, and must neither be lost nor be
//! redelivered for ever. Its bytes are stored here. The routes never make such a message; a count above zero
//! should be looked into.

use rollcall_shared::Millis;
use rollcall_shared::digest::Digest;
use rollcall_shared::mailbox::Alarms;
use rollcall_shared::workshop::KEEP_AFTER_END_MS;
use worker::{DurableObject, Env, Request, Response, Result, SqlStorage, State, Stub, durable_object};

use crate::object::{Rpc, read_request, respond, rpc_name, rpcs};
use crate::{clock, sql};

rpcs! {
    /// Stores messages that name no workshop.
    StoreLostMail { messages: Vec<String> } -> ();
    /// Counts these messages as delivered by the dead-letter queue: each one once, however often it is
    /// delivered.
    CountDeadLetters { ids: Vec<String> } -> ();
    /// Returns how many there are.
    CountAlarms {} -> Alarms;
}

/// How long it is kept: as long as mail whose workshop has ended.
const KEEP_MS: Millis = KEEP_AFTER_END_MS;

const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS unaddressed (
        digest TEXT PRIMARY KEY, body TEXT NOT NULL, at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS dead_letters (id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT;
";

/// The object.
pub(crate) fn object(env: &Env) -> Result<Stub> {
    env.durable_object("LOST_MAIL")?.get_by_name("lost mail")
}

/// The object for lost mail.
#[durable_object(alarm)]
pub struct LostMail {
    state: State,
    sql: SqlStorage,
}

impl DurableObject for LostMail {
    fn new(state: State, _env: Env) -> Self {
        let sql = state.storage().sql();
        Self { state, sql }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let name = rpc_name(&request);
        let bytes = request.bytes().await?;
        match name.as_str() {
            StoreLostMail::NAME => {
                let StoreLostMail { messages } = read_request(&bytes)?;
                respond::<StoreLostMail>(&self.store(&messages).await?)
            }
            CountDeadLetters::NAME => respond::<CountDeadLetters>(
                &self.count(&read_request::<CountDeadLetters>(&bytes)?.ids).await?,
            ),
            CountAlarms::NAME => respond::<CountAlarms>(&self.alarms()?),
            _ => Response::error("no such request", 404),
        }
    }

    async fn alarm(&self) -> Result<Response> {
        let limit = clock::now() - KEEP_MS;
        self.sql.exec("DELETE FROM unaddressed WHERE at <= ?", vec![limit.as_millis().into()])?;
        self.sql.exec("DELETE FROM dead_letters WHERE at <= ?", vec![limit.as_millis().into()])?;
        if self.alarms()?.unaddressed + self.alarms()?.dead_letters > 0 {
            self.set_alarm().await?;
        }
        Response::empty()
    }
}

impl LostMail {
    async fn store(&self, messages: &[String]) -> Result<()> {
        self.sql.exec(TABLE, None)?;
        for body in messages {
            self.sql.exec(
                "INSERT INTO unaddressed (digest, body, at) VALUES (?, ?, ?) ON CONFLICT (digest) DO NOTHING",
                vec![
                    Digest::of(body.as_bytes()).to_string().into(),
                    body.as_str().into(),
                    clock::now().as_millis().into(),
                ],
            )?;
        }
        self.set_alarm().await
    }

    async fn count(&self, ids: &[String]) -> Result<()> {
        self.sql.exec(TABLE, None)?;
        for id in ids {
            self.sql.exec(
                "INSERT INTO dead_letters (id, at) VALUES (?, ?) ON CONFLICT (id) DO NOTHING",
                vec![id.as_str().into(), clock::now().as_millis().into()],
            )?;
        }
        self.set_alarm().await
    }

    fn alarms(&self) -> Result<Alarms> {
        if !sql::has_table(&self.sql, "dead_letters") {
            return Ok(Alarms::default());
        }
        let query = "SELECT (SELECT count(*) FROM dead_letters) AS dead_letters,
                            (SELECT count(*) FROM unaddressed) AS unaddressed";
        Ok(sql::first(&self.sql, query, [])?.unwrap_or_default())
    }

    /// Sets the alarm to a day from now, if none is set: that is enough to delete in time.
    async fn set_alarm(&self) -> Result<()> {
        const DAY_MS: i64 = 24 * 60 * 60 * 1000;
        match self.state.storage().get_alarm().await? {
            Some(_) => Ok(()),
            None => self.state.storage().set_alarm(DAY_MS).await,
        }
    }
}
