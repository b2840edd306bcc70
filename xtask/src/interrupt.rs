//! Ctrl-C and SIGTERM.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail};

static ASKED: AtomicBool = AtomicBool::new(false);

/// From now on an interruption is noted instead of ending us at once, so that what we started can be stopped
/// in order.
pub(crate) fn take_over() -> Result<()> {
    static HANDLER: OnceLock<Result<(), ctrlc::Error>> = OnceLock::new();
    let handler = HANDLER.get_or_init(|| ctrlc::set_handler(|| ASKED.store(true, Ordering::SeqCst)));
    if let Err(error) = handler {
        bail!("cannot listen for Ctrl-C: {error}");
    }
    Ok(())
}

pub(crate) fn asked() -> bool {
    ASKED.load(Ordering::SeqCst)
}

/// Ends what is going on, by way of an error, once an interruption has been asked for.
pub(crate) fn check() -> Result<()> {
    (!asked()).then_some(()).context("interrupted")
}
