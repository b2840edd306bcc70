//! The programs that are measured: those of this checkout, and those of another commit.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::checkout::Checkout;
use crate::run::{Build, build_host};
use crate::settings::WrongSetting;
use crate::stamp::Stamp;
use crate::step::step;
use crate::tool;

/// So many digits of a commit's hash are shown, and name its folder.
const SHORT: usize = 10;
/// The program that measures; before it there were hidden commands of the host.
const BENCH: &str = "rollcall-bench";
const HOST: &str = "rollcall-host";

/// A host, and what measures its drain.
#[derive(Debug)]
pub(super) struct Programs {
    pub(super) host: PathBuf,
    /// `None` where the host itself has a command for it.
    bench: Option<PathBuf>,
}

impl Programs {
    /// Builds those of this checkout, as it is.
    pub(super) fn here(checkout: &Checkout) -> Result<Self> {
        let host = build_host(checkout, Build::Plain)?;
        Ok(Self { host, bench: Some(build_host(checkout, Build::Bench)?) })
    }

    /// Builds those of a commit by the same compiler, in a worktree that is gone afterwards. What was built
    /// is kept under the target folder, for the next time.
    pub(super) fn of(checkout: &Checkout, commit: &Commit) -> Result<Self> {
        let folder = checkout.target()?.join("beside");
        let kept = folder.join(&commit.name);
        let compiler = tool::output(Command::new("rustc").arg("-vV").current_dir(checkout.root()))?;
        let stamp = Stamp::of(kept.join("stamp"), &[], &[&commit.hash, &compiler])?;
        if !stamp.is_current() {
            let what = format!("the host of {}", commit.name);
            step(&what, "to be measured beside ours (compiles in about 4 min the first time)", || {
                let worktree = Worktree::add(checkout, commit, folder.join("worktree"))?;
                let there = Checkout::at(&worktree.path)?.built_into(folder.join("target"));
                keep(&there, &kept)
            })?;
            stamp.keep()?;
        }
        let bench = kept.join(program(BENCH));
        Ok(Self { host: kept.join(program(HOST)), bench: bench.is_file().then_some(bench) })
    }

    /// The command that measures one drain, but for its options.
    pub(super) fn drain(&self) -> Command {
        let (program, command) = match &self.bench {
            Some(bench) => (bench, "drain"),
            None => (&self.host, "bench-drain"),
        };
        let mut drain = Command::new(program);
        drain.arg(command);
        drain
    }
}

/// Builds a checkout's programs and copies them to a folder that has nothing else.
fn keep(there: &Checkout, kept: &Path) -> Result<()> {
    let mut built = vec![(HOST, build_host(there, Build::Plain)?)];
    if has_program(there, BENCH)? {
        built.push((BENCH, build_host(there, Build::Bench)?));
    }
    // Failing means that there was none.
    let _ = fs::remove_dir_all(kept);
    fs::create_dir_all(kept).with_context(|| format!("making {}", kept.display()))?;
    for (name, built) in built {
        let copy = kept.join(program(name));
        fs::copy(&built, &copy).with_context(|| format!("copying to {}", copy.display()))?;
    }
    Ok(())
}

fn program(name: &str) -> String {
    format!("{name}{}", std::env::consts::EXE_SUFFIX)
}

/// Whether a checkout's workspace has a program of this name.
fn has_program(checkout: &Checkout, name: &str) -> Result<bool> {
    let json = tool::output(checkout.cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&json).context("cargo metadata")?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let mut targets = packages.filter_map(|package| package["targets"].as_array()).flatten();
    Ok(targets.any(|target| target["name"] == name))
}

/// A commit of this repository.
#[derive(Debug)]
pub(super) struct Commit {
    hash: String,
    /// What it is called in what is printed.
    pub(super) name: String,
}

impl Commit {
    /// Looks for the commit that a person names: by its hash, a branch, a tag, `HEAD~3`.
    pub(super) fn find(checkout: &Checkout, named: &str) -> Result<Self> {
        let wanted = format!("{named}^{{commit}}");
        let mut git = git(checkout);
        let found = tool::output(git.args(["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]));
        let Ok(hash) = found else {
            let line = format!("there is no commit {named} here — name one that `git log` shows");
            return Err(WrongSetting::new(line).into());
        };
        let hash = hash.trim().to_owned();
        let name = hash.chars().take(SHORT).collect();
        Ok(Self { hash, name })
    }
}

fn git(checkout: &Checkout) -> Command {
    let mut git = Command::new("git");
    git.current_dir(checkout.root());
    git
}

/// A checkout of another commit. Dropping it removes it.
struct Worktree<'a> {
    checkout: &'a Checkout,
    path: PathBuf,
}

impl<'a> Worktree<'a> {
    fn add(checkout: &'a Checkout, commit: &Commit, path: PathBuf) -> Result<Self> {
        let worktree = Self { checkout, path };
        // One that a killed run has left behind.
        worktree.remove();
        let mut git = git(checkout);
        git.args(["worktree", "add", "--detach", "--force"]).arg(&worktree.path).arg(&commit.hash);
        tool::run(&mut git)?;
        Ok(worktree)
    }

    fn remove(&self) {
        if self.path.exists() {
            // Only disk space is lost if this fails.
            let _ = tool::output(git(self.checkout).args(["worktree", "remove", "--force"]).arg(&self.path));
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

impl Drop for Worktree<'_> {
    fn drop(&mut self) {
        self.remove();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drain_is_measured_by_what_the_commit_has_for_it() {
        let words = |programs: &Programs| {
            let drain = programs.drain();
            let arguments = drain.get_args().map(|argument| argument.to_string_lossy().into_owned());
            (drain.get_program().to_string_lossy().into_owned(), arguments.collect::<Vec<_>>())
        };
        let old = Programs { host: "old/rollcall-host".into(), bench: None };
        assert_eq!(words(&old), ("old/rollcall-host".to_owned(), vec!["bench-drain".to_owned()]));
        let new = Programs { host: "new/rollcall-host".into(), bench: Some("new/rollcall-bench".into()) };
        assert_eq!(words(&new), ("new/rollcall-bench".to_owned(), vec!["drain".to_owned()]));
    }

    #[test]
    fn this_workspace_has_a_program_that_measures() {
        let checkout = Checkout::find().unwrap();
        assert!(has_program(&checkout, BENCH).unwrap());
        assert!(!has_program(&checkout, "rollcall-nothing").unwrap());
    }
}
