//! Numbers of tests, read off what `cargo test` prints.

use std::fmt;
use std::io::{BufRead, BufReader};
use std::ops::AddAssign;
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result, anyhow, bail};

use crate::child::Process;
use crate::out;

/// How many tests passed and failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    passed: u32,
    failed: u32,
}

impl Tally {
    /// A step that counts no tests is itself one check.
    pub(super) fn or_one_passed(self) -> Self {
        if self == Self::default() { Self { passed: 1, failed: 0 } } else { self }
    }

    /// Failed tests make a failed step; their number goes along.
    pub(super) fn verdict(self) -> Result<Self> {
        if self.failed > 0 { Err(FailedTests(self).into()) } else { Ok(self) }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// The numbers behind a step that failed: those of its tests, or one failed check.
pub(super) fn of_failure(error: &anyhow::Error) -> Tally {
    error.downcast_ref::<FailedTests>().map_or(Tally { passed: 0, failed: 1 }, |tests| tests.0)
}

#[derive(Debug)]
struct FailedTests(Tally);

impl fmt::Display for FailedTests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for FailedTests {}

/// Runs `cargo test`, passes on what it prints, and counts.
pub(super) fn run(command: &mut Command) -> Result<Tally> {
    let command = command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut process = Process::start("cargo test", command).context("starting cargo test")?;
    let stdout = process.child().stdout.take().context("its output is not ours to read")?;
    // Beside the wait, which an interruption ends even while nothing is printed.
    let counter = thread::spawn(move || count(BufReader::new(stdout)));
    let status = process.wait()?;
    let total = counter.join().map_err(|_| anyhow!("counting tests panicked"))?;
    // It can also fail without a failed test, by an error of the compiler or a test that crashes.
    if !status.success() && total.failed == 0 {
        bail!("cargo test failed ({status}) after {total}");
    }
    Ok(total)
}

fn count(output: impl BufRead) -> Tally {
    let mut total = Tally::default();
    for line in output.lines().map_while(Result::ok) {
        out::tell(&line);
        if let Some(tests) = read(&line) {
            total += tests;
        }
    }
    total
}

/// `test result: ok. 12 passed; 0 failed; 0 ignored; …`
fn read(line: &str) -> Option<Tally> {
    let numbers = line.strip_prefix("test result: ")?.split_once(". ")?.1;
    let number =
        |what: &str| numbers.split("; ").find_map(|part| part.strip_suffix(what)?.trim().parse().ok());
    Some(Tally { passed: number("passed")?, failed: number("failed")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_test_is_understood() {
        let check = |line: &str, expected: Option<(u32, u32)>| {
            assert_eq!(read(line).map(|tally| (tally.passed, tally.failed)), expected, "{line}");
        };
        check(
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            Some((12, 0)),
        );
        check("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out", Some((3, 2)));
        check("test phone::tests::result ... ok", None);
    }

    #[test]
    fn failed_tests_keep_their_number() {
        let tally = Tally { passed: 3, failed: 2 };
        assert_eq!(of_failure(&tally.verdict().unwrap_err()), tally);
        assert_eq!(of_failure(&anyhow::anyhow!("no cargo")), Tally { passed: 0, failed: 1 });
        assert_eq!(Tally::default().or_one_passed().to_string(), "1 passed, 0 failed");
    }
}
