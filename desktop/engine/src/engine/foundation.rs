//! What an engine has before any loop runs, and the order in which all of it ends.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use rollcall_shared::mailbox::Collector;
use tokio::runtime::{Handle, Runtime};

use crate::config::Config;
use crate::db;
use crate::db::open_error::OpenError;
use crate::db::readers::Readers;
use crate::engine::control::note;
use crate::engine::start_error::StartError;
use crate::folder::Folder;
use crate::folder::backup;
use crate::folder::keys::Keys;
use crate::metrics::Metrics;
use crate::pipeline::stream::server_choice::{self, Redis};
use crate::workshops::context::Context;
use crate::writer::Writer;

/// How long the loops may take to end.
const WAIT_FOR_END: Duration = Duration::from_secs(8);

/// The locked folder, its database and Redis, and the threads. Dropped, it ends every loop, then the writer,
/// then the rest.
pub(super) struct Foundation {
    pub(super) context: Arc<Context>,
    pub(super) collector: Collector,
    handle: Handle,
    runtime: Option<Runtime>,
    writer_thread: Option<JoinHandle<()>>,
    pub(super) redis: Arc<Redis>,
    // Last: the lock is released after everything that writes.
    pub(super) folder: Folder,
}

impl Foundation {
    /// Takes the folder and opens what is in it.
    ///
    /// # Errors
    /// [`StartError`] where the host has to change something first.
    pub(super) fn open(config: &Config) -> Result<Self, StartError> {
        let folder = Folder::take(&config.data_dir)?;
        backup::forget_interrupted(&folder);
        let collector = folder.installation()?;
        let keys = Arc::new(Keys::open(folder.join("keys.json"))?);
        let database = database(&folder);
        let conn = db::open_writer(&database)?;
        let redis = server_choice::open(&config.redis, &folder.join("redis"))?;
        let runtime =
            tokio::runtime::Builder::new_multi_thread().enable_all().thread_name("engine").build()?;
        let metrics = Arc::new(Metrics::new());
        let (writer, writer_thread) = Writer::start(conn, Arc::clone(&metrics))?;
        let context = Context::open(Readers::new(database.clone()), writer, keys, metrics)
            .map_err(|e| OpenError::of(&database, e))?;
        Ok(Self {
            context: Arc::new(context),
            collector,
            handle: runtime.handle().clone(),
            runtime: Some(runtime),
            writer_thread: Some(writer_thread),
            redis: Arc::new(redis),
            folder,
        })
    }

    /// Returns the path of the database.
    pub(super) fn database(&self) -> PathBuf {
        database(&self.folder)
    }

    /// Waits for a future. Must not be called on a thread that drives asynchronous tasks.
    pub(super) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.handle.block_on(future)
    }
}

impl Drop for Foundation {
    fn drop(&mut self) {
        let Context { stop, tasks, writer, .. } = &*self.context;
        stop.cancel();
        tasks.close();
        if let Some(runtime) = self.runtime.take() {
            let ended = runtime.block_on(async { tokio::time::timeout(WAIT_FOR_END, tasks.wait()).await });
            if ended.is_err() {
                tracing::warn!("some loops did not end in time");
            }
            runtime.shutdown_timeout(Duration::from_secs(1));
        }
        // After everything that sends to it.
        writer.stop();
        if let Some(thread) = self.writer_thread.take() {
            let _ = thread.join();
        }
        // After everything that talks to it.
        self.redis.end();
        note::remove(&self.folder);
    }
}

fn database(folder: &Folder) -> PathBuf {
    folder.join("rollcall.db")
}
