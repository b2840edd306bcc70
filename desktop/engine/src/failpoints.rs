//! Named places at which a test kills the process, to prove that the order of persisting and acknowledging
//! holds; a message that kills it wherever it is touched; and a clock that it sets wrong. Compiled in with the
//! feature `failpoints` only.
//!
//! The names, in the order of the path: `after_pull`, `after_stream_add`, `after_stream_read`,
//! `in_transaction`, `after_commit`, `after_stream_ack`, `after_lease_ack`, `before_receipts`. Set with
//! `FAILPOINTS=after_commit=return`.
//!
//! The same feature has defects that tests plant, to prove that they would see them. Each wing has its own in
//! `planted.rs`: a connection, a gather, a queue and a stream that misbehave, put around the honest ones
//! where those are made. No function of the product asks for one.

use rollcall_shared::deletion::Patience;
use rollcall_shared::signup_id::SignupId;

/// Dies here, as by SIGKILL, where the environment asks for it.
#[cfg(feature = "failpoints")]
pub(crate) fn reached(name: &str) {
    fail::fail_point!(name, |_| die());
}

/// Nothing: the feature is off.
#[cfg(not(feature = "failpoints"))]
pub(crate) fn reached(_name: &str) {}

/// Dies here, as by SIGKILL, where the environment names this message: `killer=return(ID)`.
#[cfg(feature = "failpoints")]
pub(crate) fn touched(message: &SignupId) {
    fail::fail_point!("killer", |killer| if killer.is_some_and(|killer| killer == message.to_string()) {
        die();
    });
}

/// Nothing: the feature is off.
#[cfg(not(feature = "failpoints"))]
pub(crate) fn touched(_message: &SignupId) {}

/// By how much the clock is wrong, in milliseconds: `clock=40*return(0)->return(-94608000000)` steps back
/// three years after forty looks.
#[cfg(feature = "failpoints")]
pub(crate) fn clock_error_ms() -> i64 {
    fail::fail_point!("clock", |by| by.and_then(|by| by.parse().ok()).unwrap_or(0));
    0
}

/// Nothing: the feature is off.
#[cfg(not(feature = "failpoints"))]
pub(crate) fn clock_error_ms() -> i64 {
    0
}

/// For how long a clock must go evenly before anything is erased by it, in milliseconds: `patience=return(500)`.
#[cfg(feature = "failpoints")]
pub(crate) fn clock_patience() -> Patience {
    fail::fail_point!("patience", |ms| {
        let ms = ms.and_then(|ms| ms.parse().ok()).unwrap_or(0);
        Patience { at_start: ms, after_leap: ms }
    });
    Patience::default()
}

/// The rule's: the feature is off.
#[cfg(not(feature = "failpoints"))]
pub(crate) fn clock_patience() -> Patience {
    Patience::default()
}

/// Whether the environment plants this defect. Names begin with `planted_`.
#[cfg(feature = "failpoints")]
pub(crate) fn planted(name: &str) -> bool {
    fail::fail_point!(name, |_| true);
    false
}

#[cfg(feature = "failpoints")]
fn die() {
    // No destructor runs and no buffer is flushed: the next engine finds what a power cut would leave.
    #[cfg(unix)]
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    std::process::abort()
}
