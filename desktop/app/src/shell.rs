//! The engine behind the window: started beside it, so that the window is there at once, and asked on threads
//! that may wait.

use std::sync::Arc;

use parking_lot::Mutex;
use rollcall_engine::view::{Refusal, RefusalCode};
use rollcall_engine::{Config, Engine, StartError};
use rollcall_shared::language::Text;
use serde::Serialize;

use crate::files::Files;

/// What every command works with.
pub(crate) struct Shell {
    engine: Mutex<State>,
    pub(crate) files: Files,
}

/// How far the start of the engine is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ts_rs::TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum Start {
    /// It starts.
    Starting,
    /// The host has to change something first.
    Failed {
        /// What, in one line.
        why: Text,
    },
    /// It runs.
    Running,
}

enum State {
    Starting,
    Failed(Text),
    Running(Arc<Engine>),
    Stopped,
}

impl Shell {
    pub(crate) fn new(files: Files) -> Self {
        Self { engine: Mutex::new(State::Starting), files }
    }

    /// Starts the engine. Blocks until it runs.
    pub(crate) fn run(&self, config: Config) -> Result<Arc<Engine>, StartError> {
        let started = Engine::launch(config).map(Arc::new);
        self.set(match &started {
            Ok(engine) => State::Running(Arc::clone(engine)),
            Err(error) => State::Failed(error.told_in_both()),
        });
        started
    }

    /// Says that it cannot be started at all.
    pub(crate) fn fail(&self, why: &StartError) {
        self.set(State::Failed(why.told_in_both()));
    }

    /// How far it is.
    pub(crate) fn start(&self) -> Start {
        match &*self.engine.lock() {
            State::Starting | State::Stopped => Start::Starting,
            State::Failed(why) => Start::Failed { why: why.clone() },
            State::Running(_) => Start::Running,
        }
    }

    /// Asks the engine, on a thread that may wait: for the disk, for the writer, for the network.
    pub(crate) async fn ask<T, E>(
        &self,
        question: impl FnOnce(&Engine) -> Result<T, E> + Send + 'static,
    ) -> Result<T, Refusal>
    where
        T: Send + 'static,
        E: Into<Refusal> + Send + 'static,
    {
        let engine = match &*self.engine.lock() {
            State::Running(engine) => Arc::clone(engine),
            _ => return Err(refusal(RefusalCode::Starting, "the engine does not run yet")),
        };
        let answer = tauri::async_runtime::spawn_blocking(move || question(&engine)).await;
        answer.map_err(|error| refusal(RefusalCode::Unknown, error))?.map_err(Into::into)
    }

    /// Finishes what is in hand and ends.
    pub(crate) fn stop(&self) {
        self.set(State::Stopped);
    }

    fn set(&self, state: State) {
        // The old state goes out of scope after the lock: dropping an engine takes a while.
        let _old = std::mem::replace(&mut *self.engine.lock(), state);
    }
}

/// A refusal that is the shell's own.
pub(crate) fn refusal(code: RefusalCode, text: impl ToString) -> Refusal {
    Refusal { code, field: None, text: text.to_string() }
}
