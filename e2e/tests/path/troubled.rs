//! Two edges whose parts fail on demand (edge/bench/faults.mjs), each for one test at a time; and what their
//! tests share.

use std::ops::Deref;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError, TryLockError};

use rollcall_e2e::edge::Edge;
use rollcall_e2e::host::{Folder, Host, Options, Workshop};
use serde_json::{Value, json};

type Shared = LazyLock<Mutex<Edge>>;
static FIRST: Shared = LazyLock::new(|| Mutex::new(Edge::start_impatient()));
static SECOND: Shared = LazyLock::new(|| Mutex::new(Edge::start_impatient()));

/// A turn at one; everything is mended when it ends.
pub(crate) struct Troubled(MutexGuard<'static, Edge>);

impl Troubled {
    /// Waits for a turn.
    pub(crate) fn take() -> Self {
        let free = |edge: &'static Shared| match edge.try_lock() {
            Ok(edge) => Some(edge),
            Err(TryLockError::Poisoned(edge)) => Some(edge.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        };
        let turn = free(&FIRST).or_else(|| free(&SECOND));
        let turn = Self(turn.unwrap_or_else(|| FIRST.lock().unwrap_or_else(PoisonError::into_inner)));
        turn.mend();
        turn
    }

    /// Mends everything.
    pub(crate) fn mend(&self) {
        self.play(&json!({ "reset": true }));
    }

    /// Sets its clock that far ahead.
    pub(crate) fn move_clock(&self, ms: i64) {
        self.play(&json!({ "clock_ms": ms }));
    }

    /// How often a binding was used since the worker began.
    pub(crate) fn used(&self, binding: &str) -> u64 {
        self.play(&json!({}))[binding].as_u64().unwrap()
    }

    /// How many alarms of a kind it has counted.
    pub(crate) fn alarms(&self, kind: &str) -> u64 {
        self.stats()["alarms"][kind].as_u64().unwrap()
    }

    /// Begins anew with nothing in memory; what is in KV and in the objects stays.
    pub(crate) fn forget_memory(&self) {
        self.stop();
        self.start_again();
    }

    /// A host that has published a workshop which asks for no proof.
    pub(crate) fn host(&self, with: Value) -> (Folder, Host, Workshop) {
        let folder = Folder::new();
        let host = folder.start(&Options::on(self));
        let mut draft = json!({ "proof": "off" });
        draft.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
        let workshop = host.make_workshop(draft);
        (folder, host, workshop)
    }
}

impl Deref for Troubled {
    type Target = Edge;

    fn deref(&self) -> &Edge {
        &self.0
    }
}

impl Drop for Troubled {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.mend();
        }
    }
}
