//! What tests of several modules need: a data folder with a workshop in it, sign-ups, a Redis.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use rand_core::OsRng;
use rollcall_shared::envelope::{Envelope, SealedCancellation, SealedSignup};
use rollcall_shared::signup::{Signup, SignupForm};
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::Workshop;
use tempfile::TempDir;

use crate::clock::now_ms;
use crate::db;
use crate::db::readers::Readers;
use crate::db::tx::WriterConnection;
use crate::folder::keys::Keys;
use crate::message::{Content, Message, Origin};
use crate::metrics::Metrics;
use crate::random::random_16;
use crate::workshops::context::Context;
use crate::workshops::demo;
use crate::workshops::draft::WorkshopDraft;
use crate::writer::Writer;

/// No condition is waited for longer.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// A data folder with a writer and one workshop.
pub(crate) struct Hall {
    pub(crate) dir: TempDir,
    pub(crate) context: Arc<Context>,
    pub(crate) keys: Arc<Keys>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) writer: Writer,
    writer_thread: JoinHandle<()>,
    pub(crate) readers: Arc<Readers>,
    pub(crate) workshop: Workshop,
}

impl Hall {
    pub(crate) async fn open() -> Self {
        Self::with(|_| ()).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut WorkshopDraft)) -> Self {
        Self::made(change, |conn, metrics| Writer::start(conn, metrics).unwrap()).await
    }

    /// Opens one with a writer that `start` starts.
    pub(crate) async fn made(
        change: impl FnOnce(&mut WorkshopDraft),
        start: impl FnOnce(WriterConnection, Arc<Metrics>) -> (Writer, JoinHandle<()>),
    ) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let keys = Arc::new(Keys::open(dir.path().join("keys.json")).unwrap());
        let path = dir.path().join("rollcall.db");
        let metrics = Arc::new(Metrics::new());
        let (writer, writer_thread) = start(db::open_writer(&path).unwrap(), Arc::clone(&metrics));
        let (to_write, to_count) = (writer.clone(), Arc::clone(&metrics));
        let context = Context::open(Readers::new(path), to_write, Arc::clone(&keys), to_count).unwrap();
        let mut draft = demo::draft(now_ms());
        change(&mut draft);
        let workshop = context.roster.put(draft).await.unwrap().workshop.clone();
        let (readers, context) = (Arc::clone(&context.readers), Arc::new(context));
        Self { dir, context, keys, metrics, writer, writer_thread, readers, workshop }
    }

    /// Ends the writer, as the engine's end does; the folder.
    pub(crate) fn end(self) -> TempDir {
        self.writer.stop();
        self.writer_thread.join().unwrap();
        self.dir
    }

    /// Returns the one number that a query yields.
    pub(crate) fn count(&self, sql: &str) -> u64 {
        self.readers.read(|conn| conn.query_row(sql, [], |row| row.get(0))).unwrap()
    }

    /// Returns the texts that a query yields.
    pub(crate) fn texts(&self, sql: &str) -> Vec<String> {
        self.readers.read(|conn| conn.prepare(sql)?.query_map([], |row| row.get(0))?.collect()).unwrap()
    }

    pub(crate) fn signup(&self, name: &str, phone: &str) -> Signup {
        let form = SignupForm {
            id: SignupId::from_random(random_16()).to_string(),
            invite_code: self.workshop.invite_code.to_string(),
            name: name.to_owned(),
            phone: phone.to_owned(),
            ..SignupForm::default()
        };
        form.parse(&self.workshop).unwrap()
    }

    /// Makes a message from the venue.
    pub(crate) fn message(&self, signup: &Signup) -> Message {
        self.replacing(signup, None)
    }

    /// Makes a correction from the venue.
    pub(crate) fn correction(&self, signup: &Signup, replaces: SignupId) -> Message {
        self.replacing(signup, Some(replaces))
    }

    fn replacing(&self, signup: &Signup, replaces: Option<SignupId>) -> Message {
        let sealed = SealedSignup {
            workshop: self.workshop.id.clone(),
            signup: signup.clone(),
            replaces,
            received_at: now_ms(),
            notice_version: 1,
        };
        self.venue_message(Content::Signup(Box::new(sealed)))
    }

    /// Makes a cancellation from the venue.
    pub(crate) fn cancellation(&self, id: SignupId) -> Message {
        let sealed = SealedCancellation { workshop: self.workshop.id.clone(), id, received_at: now_ms() };
        self.venue_message(Content::Cancellation(sealed))
    }

    fn venue_message(&self, content: Content) -> Message {
        let bytes = format!("{content:?}").into_bytes();
        Message {
            workshop: self.workshop.id.clone(),
            origin: Origin::Venue,
            content,
            bytes,
            delivered_alone: false,
        }
    }

    /// Returns the text of a message as the edge seals it.
    pub(crate) fn sealed(&self, signup: &Signup) -> String {
        Envelope::seal_signup(&self.workshop, signup, None, now_ms(), &mut OsRng).unwrap().to_text()
    }
}

/// Waits until `reached` holds.
pub(crate) async fn until(what: &str, mut reached: impl FnMut() -> bool) {
    let waited = async {
        while !reached() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    assert!(tokio::time::timeout(DEADLINE, waited).await.is_ok(), "waited in vain: {what}");
}

/// Says what this machine keeps a test from, and why, where `cargo xtask test` reads it for its summary.
pub(crate) fn skip(what: &str, why: &str) {
    eprintln!("SKIPPED: {what}: {why}");
    let Some(file) = std::env::var_os("ROLLCALL_SKIPPED") else { return };
    let mut file = std::fs::File::options().create(true).append(true).open(file).unwrap();
    std::io::Write::write_all(&mut file, format!("{what}: {why}\n").as_bytes()).unwrap();
}
