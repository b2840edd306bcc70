//! A laptop that sleeps takes no sign-ups: sleep is held off while a workshop is open.

use std::sync::mpsc::{self, Sender};
use std::thread;

/// Holds sleep off, or lets it come. Failing is not fatal: some systems do not offer it, and then the host's
/// own settings hold.
#[derive(Debug)]
pub(crate) struct Awake(Sender<bool>);

impl Awake {
    /// On a thread of its own: the systems' services are asked with calls that block.
    pub(crate) fn new() -> Self {
        let (wanted, changes) = mpsc::channel::<bool>();
        thread::spawn(move || {
            let (mut held, mut holding) = (None, false);
            for wanted in changes {
                // Once a change: a system that does not offer it need not be asked ten times a second.
                if wanted != holding {
                    holding = wanted;
                    drop(held.take());
                    held = wanted.then(hold).flatten();
                }
            }
            drop(held);
        });
        Self(wanted)
    }

    /// Whether sleep shall be held off from now on.
    pub(crate) fn keep(&self, awake: bool) {
        // The thread ends with the program only.
        let _ = self.0.send(awake);
    }
}

fn hold() -> Option<keepawake::KeepAwake> {
    let held = keepawake::Builder::default()
        .idle(true)
        .sleep(true)
        .reason("Sign-ups are coming in")
        .app_name("Rollcall")
        .app_reverse_domain("org.rollcall.desktop")
        .create();
    held.inspect_err(|error| tracing::warn!(%error, "sleep cannot be held off here")).ok()
}
