//! What tests tell beyond whether they pass: what this machine keeps them from, and what passed and is
//! counted.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::checkout::Checkout;

/// What a run's tests have told.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// What was skipped and why, each once.
    pub(super) skipped: BTreeSet<String>,
    /// What was counted, with how often.
    counted: BTreeMap<String, u32>,
    /// How long *registered* took; none where nobody signed up.
    registered: Option<Registered>,
}

/// The files, and the variables that name them to tests (`e2e/src/told.rs`).
const FILES: [(&str, &str); 3] = [
    ("ROLLCALL_SKIPPED", "skipped.txt"),
    ("ROLLCALL_COUNTED", "counted.txt"),
    ("ROLLCALL_REGISTERED", "registered.txt"),
];

/// Forgets what an earlier run has told.
pub(super) fn forget(checkout: &Checkout) -> Result<()> {
    for (_, file) in paths(checkout)? {
        match fs::remove_file(&file) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("removing {}", file.display()));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Has the tests that `cargo` runs tell.
pub(super) fn listen(cargo: &mut Command, checkout: &Checkout) -> Result<()> {
    cargo.envs(paths(checkout)?);
    Ok(())
}

impl Told {
    /// Reads what was told since [`forget`].
    pub(super) fn read(checkout: &Checkout) -> Result<Self> {
        let [(_, skipped), (_, counted), (_, registered)] = paths(checkout)?;
        Ok(Self::of(&text(skipped)?, &text(counted)?, &text(registered)?))
    }

    fn of(skipped: &str, counted: &str, registered: &str) -> Self {
        let mut told = Self { registered: Registered::of(registered), ..Self::default() };
        told.skipped.extend(skipped.lines().map(|line| format!("SKIPPED: {line}")));
        for line in counted.lines() {
            *told.counted.entry(line.to_owned()).or_default() += 1;
        }
        told
    }

    /// The lines of the summary.
    pub(super) fn lines(&self) -> impl Iterator<Item = String> {
        let counted = self.counted.iter().map(|(what, times)| format!("COUNTED: {what}: {times}"));
        let registered = self.registered.iter().map(Registered::to_string);
        self.skipped.iter().cloned().chain(counted).chain(registered)
    }
}

fn paths(checkout: &Checkout) -> Result<[(&'static str, PathBuf); 3]> {
    let target = checkout.target()?;
    Ok(FILES.map(|(variable, file)| (variable, target.join(file))))
}

fn text(file: PathBuf) -> Result<String> {
    match fs::read_to_string(&file) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        read => read.with_context(|| format!("reading {}", file.display())),
    }
}

/// Times from the edge's 202 to a receipt that says *registered*, where nothing stood in the way.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Registered {
    times: usize,
    middle: Duration,
    worst: Duration,
    /// The test that saw the worst.
    by: String,
}

impl Registered {
    /// Reads lines of milliseconds and a test's name. What is no such line is passed over.
    fn of(told: &str) -> Option<Self> {
        let mut all: Vec<(u64, &str)> = told
            .lines()
            .filter_map(|line| {
                let (ms, test) = line.split_once(' ')?;
                Some((ms.parse().ok()?, test))
            })
            .collect();
        all.sort_unstable();
        let (middle, (worst, by)) = (all.get(all.len() / 2)?.0, all.last()?);
        Some(Self {
            times: all.len(),
            middle: Duration::from_millis(middle),
            worst: Duration::from_millis(*worst),
            by: (*by).to_owned(),
        })
    }
}

impl fmt::Display for Registered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { times, middle, worst, by } = self;
        write!(
            f,
            "202 to registered: {times} times, half of them within {middle:.2?}, \
             the worst {worst:.2?} in {by}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_skipped_stands_once_and_what_was_counted_with_its_sum() {
        let told = Told::of("a disk: no rights\na disk: no rights\n", "late\nlate\nagain\n", "");
        assert_eq!(
            told.lines().collect::<Vec<_>>(),
            ["SKIPPED: a disk: no rights", "COUNTED: again: 1", "COUNTED: late: 2"]
        );
        assert_eq!(Told::of("", "", ""), Told::default());
    }

    #[test]
    fn the_worst_of_a_run_stands_with_the_test_that_saw_it() {
        let told = "310 wake::a\n2150 erasure::b\n\nx y\n240 wake::a\n";
        let said = Registered::of(told).unwrap().to_string();
        let expected = "3 times, half of them within 310.00ms, the worst 2.15s in erasure::b";
        assert_eq!(said.strip_prefix("202 to registered: "), Some(expected));
        assert_eq!(Registered::of(""), None);
    }
}
