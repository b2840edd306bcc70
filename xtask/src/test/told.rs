//! What tests tell beyond whether they pass: what this machine keeps them from, and what passed and is
//! counted.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::checkout::Checkout;

/// What a run's tests have told.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// What was skipped and why, each once.
    pub(super) skipped: BTreeSet<String>,
    /// What was counted, with how often.
    counted: BTreeMap<String, u32>,
}

/// The files, and the variables that name them to tests (`e2e/src/told.rs`).
const FILES: [(&str, &str); 2] = [("ROLLCALL_SKIPPED", "skipped.txt"), ("ROLLCALL_COUNTED", "counted.txt")];

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
        let [(_, skipped), (_, counted)] = paths(checkout)?;
        Ok(Self::of(&text(skipped)?, &text(counted)?))
    }

    fn of(skipped: &str, counted: &str) -> Self {
        let mut told = Self::default();
        told.skipped.extend(skipped.lines().map(|line| format!("SKIPPED: {line}")));
        for line in counted.lines() {
            *told.counted.entry(line.to_owned()).or_default() += 1;
        }
        told
    }

    /// The lines of the summary.
    pub(super) fn lines(&self) -> impl Iterator<Item = String> {
        let counted = self.counted.iter().map(|(what, times)| format!("COUNTED: {what}: {times}"));
        self.skipped.iter().cloned().chain(counted)
    }
}

fn paths(checkout: &Checkout) -> Result<[(&'static str, PathBuf); 2]> {
    let target = checkout.target()?;
    Ok(FILES.map(|(variable, file)| (variable, target.join(file))))
}

fn text(file: PathBuf) -> Result<String> {
    match fs::read_to_string(&file) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        read => read.with_context(|| format!("reading {}", file.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_skipped_stands_once_and_what_was_counted_with_its_sum() {
        let told = Told::of("a disk: no rights\na disk: no rights\n", "late\nlate\nagain\n");
        assert_eq!(
            told.lines().collect::<Vec<_>>(),
            ["SKIPPED: a disk: no rights", "COUNTED: again: 1", "COUNTED: late: 2"]
        );
        assert_eq!(Told::of("", ""), Told::default());
    }
}
