//! What tests tell the summary, a line each, in files that the environment names to them: what this machine
//! keeps them from, and how long *registered* took.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use crate::checkout::Checkout;

/// The variables that name the files, and their names in the target folder.
const SKIPPED: (&str, &str) = ("ROLLCALL_SKIPPED", "skipped.txt");
const REGISTERED: (&str, &str) = ("ROLLCALL_REGISTERED", "registered.txt");

/// Forgets what earlier runs told.
pub(super) fn begin(checkout: &Checkout) -> Result<()> {
    for (_, name) in [SKIPPED, REGISTERED] {
        match fs::remove_file(file(checkout, name)?) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

/// Names the files to tests.
pub(super) fn describe(command: &mut Command, checkout: &Checkout) -> Result<()> {
    for (variable, name) in [SKIPPED, REGISTERED] {
        command.env(variable, file(checkout, name)?);
    }
    Ok(())
}

/// What tests were kept from in this run, each once.
pub(super) fn skipped(checkout: &Checkout) -> Result<BTreeSet<String>> {
    Ok(read(checkout, SKIPPED.1)?.lines().map(str::to_owned).collect())
}

/// How long it took from 202 to *registered*, over the whole run; `None` where nobody signed up.
pub(super) fn registered(checkout: &Checkout) -> Result<Option<Registered>> {
    Ok(Registered::of(&read(checkout, REGISTERED.1)?))
}

fn file(checkout: &Checkout, name: &str) -> Result<PathBuf> {
    Ok(checkout.target()?.join(name))
}

fn read(checkout: &Checkout, name: &str) -> Result<String> {
    match fs::read_to_string(file(checkout, name)?) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        read => Ok(read?),
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
            "202 to registered: {times} times, half of them within {middle:.2?}, the worst {worst:.2?} in {by}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_of_a_run_stands_with_the_test_that_saw_it() {
        let told = "310 wake::a\n2150 erasure::b\n\nx y\n240 wake::a\n";
        let said = Registered::of(told).unwrap().to_string();
        let expected = "3 times, half of them within 310.00ms, the worst 2.15s in erasure::b";
        assert_eq!(said.strip_prefix("202 to registered: "), Some(expected));
        assert_eq!(Registered::of(""), None);
    }
}
