//! Progress on standard error: what is done, why, and how long it took.

use std::time::{Duration, Instant};

use crate::out;

/// Says one line.
pub(crate) fn say(line: impl AsRef<str>) {
    out::tell(format!("[xtask] {}", line.as_ref()));
}

/// Runs one step: says what it does and why, and when it is done. The caller reports a failure.
pub(crate) fn step<T, E>(what: &str, why: &str, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    say(format!("{what}: {why}"));
    let started = Instant::now();
    let outcome = work()?;
    say(format!("{what}: done in {}", elapsed(started.elapsed())));
    Ok(outcome)
}

/// `0.4s`, `12s`, `3m 05s`.
pub(crate) fn elapsed(time: Duration) -> String {
    match time.as_secs() {
        0..10 => format!("{:.1}s", time.as_secs_f64()),
        seconds @ 10..60 => format!("{seconds}s"),
        seconds => format!("{}m {:02}s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_at_a_glance() {
        for (millis, text) in [(400, "0.4s"), (9_900, "9.9s"), (12_000, "12s"), (185_000, "3m 05s")] {
            assert_eq!(elapsed(Duration::from_millis(millis)), text);
        }
    }
}
