//! Waits for programs until they are ready.

use std::io::{BufRead, BufReader};
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::ready::Ready;
use crate::child::Process;
use crate::settings::WrongSetting;
use crate::{interrupt, out};

/// Long enough for a slow machine that has everything else to do.
const START_DEADLINE: Duration = Duration::from_secs(120);
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// What a program exits with when a setting of the person's is wrong; it has said which.
const WRONG_SETTING: i32 = 2;

/// Waits for the host's line, and goes on reading: the pipe must never fill.
pub(super) fn wait_for_ready(host: &mut Process) -> Result<Ready> {
    let lines = lines(host)?;
    let ready = wait_until("the host", || match lines.try_recv() {
        Ok(line) => Ready::parse(&line).transpose(),
        Err(TryRecvError::Empty | TryRecvError::Disconnected) => check_running(host).map(|()| None),
    })?;
    thread::spawn(move || lines.iter().for_each(out::tell));
    Ok(ready)
}

/// Fails once a program has ended by itself.
pub(super) fn check_running(process: &mut Process) -> Result<()> {
    let Some(status) = process.ended()? else { return Ok(()) };
    if status.code() == Some(WRONG_SETTING) {
        return Err(WrongSetting::already_said().into());
    }
    bail!("{} ended by itself ({status}); its last lines above say why", process.name())
}

/// Looks until there is something, or until the deadline.
pub(super) fn wait_until<T>(what: &str, mut look: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let deadline = Instant::now() + START_DEADLINE;
    loop {
        interrupt::check()?;
        if let Some(found) = look()? {
            return Ok(found);
        }
        if Instant::now() > deadline {
            bail!("{what} was not ready within {} s", START_DEADLINE.as_secs());
        }
        thread::sleep(LOOK_EVERY);
    }
}

/// A program's standard output, line by line.
fn lines(process: &mut Process) -> Result<Receiver<String>> {
    let stdout = process.child().stdout.take().context("its standard output is not ours to read")?;
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    Ok(receiver)
}
