//! `bench --beside COMMIT`: the drain and the venue page of this checkout and of another commit, in turn.

use std::fmt;
use std::fs;
use std::process::ExitCode;

use anyhow::{Result, bail};

use super::bursts::venue_burst;
use super::commit::{Commit, Programs};
use super::loops::{DRAIN_MESSAGES, drain};
use super::rounds::{ROUNDS, TEACHERS};
use crate::checkout::Checkout;
use crate::load::http;
use crate::run::{HostAlone, ScratchFolder};
use crate::step::say;
use crate::{interrupt, out, setup};

/// Measures both in turn, so that whatever else the machine does slows both, and prints the table. Fails
/// where ours is slower by more than chance.
pub(super) fn compare(checkout: &Checkout, commit: &str) -> Result<ExitCode> {
    let commit = Commit::find(checkout, commit)?;
    setup::private_redis()?;
    let programs = Both { there: Programs::of(checkout, &commit)?, here: Programs::here(checkout)? };
    let folder = ScratchFolder::new(checkout, "beside")?;

    let drains = drains(&programs, &folder)?;
    let venues = venues(&programs, &folder)?;
    out::line(format!("| what, the middle of {ROUNDS} runs each | {} | here | here is | |", commit.name))?;
    out::line("|---|---|---|---|---|")?;
    let rate = |seconds: f64| format!("{:.0}/s", f64::from(DRAIN_MESSAGES) / seconds);
    row("drain of sealed messages, Redis to SQLite, FULL", &drains, rate)?;
    row(&format!("{TEACHERS} in one instant on the venue page"), &venues, |seconds| {
        format!("{:.0} ms", seconds * 1e3)
    })?;
    let is_slower = [drains, venues].iter().any(|times| Verdict::on(times) == Verdict::Slower);
    Ok(if is_slower { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// One of each: the commit's, and this checkout's.
struct Both<T> {
    there: T,
    here: T,
}

impl<T> Both<T> {
    /// Does the same with one and then with the other, time and again. The first round of each warms up and
    /// is not counted. `measure` returns seconds.
    fn in_turn(&self, mut measure: impl FnMut(&T) -> Result<f64>) -> Result<Both<Times>> {
        let mut times = Both { there: Times::default(), here: Times::default() };
        for round in 0..=ROUNDS {
            interrupt::check()?;
            say(format!("round {round} of {ROUNDS}"));
            let (there, here) = (measure(&self.there)?, measure(&self.here)?);
            if round > 0 {
                times.there.0.push(there);
                times.here.0.push(here);
            }
        }
        Ok(times)
    }
}

fn drains(programs: &Both<Programs>, folder: &ScratchFolder) -> Result<Both<Times>> {
    say(format!("drains of {DRAIN_MESSAGES} sealed messages"));
    programs.in_turn(|programs| {
        let rate = drain(&mut programs.drain(), folder.path())?.rate;
        Ok(f64::from(DRAIN_MESSAGES) / rate)
    })
}

fn venues(programs: &Both<Programs>, folder: &ScratchFolder) -> Result<Both<Times>> {
    let start = |programs: &Programs, name: &str| {
        let data_dir = folder.path().join(name);
        fs::create_dir_all(&data_dir)?;
        HostAlone::start(&programs.host, &data_dir)
    };
    let hosts = Both { there: start(&programs.there, "there")?, here: start(&programs.here, "here")? };
    say(format!("bursts of {TEACHERS} on the venue page"));
    let runtime = http::runtime()?;
    let times = hosts.in_turn(|host| {
        let burst = venue_burst(&runtime, host.ready())?;
        match burst.failed {
            0 => Ok(burst.wall.as_secs_f64()),
            failed => bail!("{failed} of {TEACHERS} were not registered"),
        }
    });
    hosts.there.stop();
    hosts.here.stop();
    times
}

fn row(what: &str, times: &Both<Times>, shown: impl Fn(f64) -> String) -> Result<()> {
    let cell = |times: &Times| {
        let (middle, quickest, slowest) = (times.middle(), times.quickest(), times.slowest());
        format!("{} ({} to {})", shown(middle), shown(slowest), shown(quickest))
    };
    let (there, here) = (cell(&times.there), cell(&times.here));
    let (ratio, verdict) = (ratio(times), Verdict::on(times));
    out::line(format!("| {what} | {there} | {here} | {ratio:.2} × as fast | {verdict} |"))
}

/// How fast ours is, in terms of the commit's.
fn ratio(times: &Both<Times>) -> f64 {
    times.there.middle() / times.here.middle()
}

/// How long the same took, run by run, in seconds.
#[derive(Debug, Default)]
struct Times(Vec<f64>);

impl Times {
    fn middle(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
    }

    fn quickest(&self) -> f64 {
        self.0.iter().copied().fold(f64::NAN, f64::min)
    }

    fn slowest(&self) -> f64 {
        self.0.iter().copied().fold(f64::NAN, f64::max)
    }
}

/// What a comparison says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    NotSlower,
    /// Slower, but the runs of one program differ as much.
    WithinSpread,
    Slower,
}

impl Verdict {
    fn on(times: &Both<Times>) -> Self {
        if times.here.middle() <= times.there.middle() {
            Self::NotSlower
        } else if times.here.quickest() <= times.there.slowest() {
            Self::WithinSpread
        } else {
            Self::Slower
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotSlower => "not slower",
            Self::WithinSpread => "slower by less than runs differ",
            Self::Slower => "SLOWER",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slower_is_what_is_slower_in_every_run() {
        let check = |there: [f64; 3], here: [f64; 3], expected| {
            let times = Both { there: Times(there.into()), here: Times(here.into()) };
            assert_eq!(Verdict::on(&times), expected, "{there:?} {here:?}");
        };
        check([3.0, 1.0, 2.0], [2.0, 3.0, 1.0], Verdict::NotSlower);
        check([3.0, 1.0, 2.0], [9.0, 1.9, 1.0], Verdict::NotSlower);
        check([3.0, 1.0, 2.0], [2.5, 4.0, 2.5], Verdict::WithinSpread);
        check([3.0, 1.0, 2.0], [3.1, 4.0, 3.2], Verdict::Slower);
    }

    #[test]
    fn a_ratio_above_one_is_good_for_us() {
        let times = Both { there: Times(vec![4.0, 2.0, 9.0]), here: Times(vec![1.0, 2.0, 3.0]) };
        assert!((ratio(&times) - 2.0).abs() < f64::EPSILON);
        assert!((times.here.quickest() - 1.0).abs() < f64::EPSILON);
        assert!((times.here.slowest() - 3.0).abs() < f64::EPSILON);
    }
}
