//! `cargo xtask fuzz`: has libFuzzer look for bytes that break a property of `fuzz/`, one property after
//! another.
//!
//! It begins with the committed corpus. New inputs go to `fuzz/found`. `--keep` merges them into the corpus,
//! and keeps the smallest set that reaches every place in the code that any input reached.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::thread;

use anyhow::{Context, Result, anyhow, bail};

use crate::checkout::Checkout;
use crate::child::Process;
use crate::cli::FuzzOptions;
use crate::step::{say, step};
use crate::{interrupt, out, setup, tool};

/// Longest input that is tried: somewhat more than any body but a workshop's record may have.
const MAX_BYTES: usize = 20_000;
/// The property for which the whole engine is compiled.
const ENGINES: &str = "laptop";
/// Seconds that one input may take, and megabytes.
const LIMITS: [&str; 2] = ["-timeout=10", "-rss_limit_mb=2048"];

/// `cargo xtask fuzz`.
pub(crate) fn command(options: &FuzzOptions) -> Result<ExitCode> {
    let checkout = Checkout::find()?;
    let fuzzer = Fuzzer { program: setup::fuzzer()?, folder: checkout.root().join("fuzz"), checkout };
    let targets = fuzzer.targets(&options.targets)?;

    out::line("property         executions     per second    edges  features   inputs  verdict")?;
    let mut broken = 0;
    for target in &targets {
        interrupt::check()?;
        let run = fuzzer.run(target, options.minutes)?;
        out::line(run.row(target, options.minutes))?;
        broken += usize::from(!run.held);
        if options.keep && run.held {
            fuzzer.keep(target)?;
        }
    }
    out::line(format!("{} properties, {broken} broken", targets.len()))?;
    Ok(if broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

struct Fuzzer {
    program: PathBuf,
    /// `fuzz/`
    folder: PathBuf,
    checkout: Checkout,
}

impl Fuzzer {
    /// Those that were named, or all there are.
    fn targets(&self, named: &[String]) -> Result<Vec<String>> {
        let folder = self.folder.join("libfuzzer/fuzz_targets");
        let mut all = Vec::new();
        for entry in fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
            all.extend(entry?.path().file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
        all.sort();
        if let Some(stranger) = named.iter().find(|name| !all.contains(name)) {
            bail!("there is no property {stranger:?}, but {}", all.join(", "));
        }
        Ok(if named.is_empty() { all } else { named.to_vec() })
    }

    fn run(&self, target: &str, minutes: u64) -> Result<Run> {
        let (found, corpus) = (self.found(target), self.corpus(target));
        fs::create_dir_all(&found).with_context(|| format!("making {}", found.display()))?;
        let mut fuzz = self.target(target);
        fuzz.args([&found, &corpus]).arg("--").args(LIMITS).args([
            format!("-max_total_time={}", minutes * 60),
            format!("-max_len={MAX_BYTES}"),
            format!("-dict={}", self.folder.join("dictionary").display()),
            "-print_final_stats=1".to_owned(),
        ]);
        say(format!("{target}: {minutes} min"));
        let mut process = Process::start("cargo fuzz", fuzz.stdin(Stdio::null()).stderr(Stdio::piped()))
            .context("starting cargo-fuzz")?;
        let stderr = process.child().stderr.take().context("its output is not ours to read")?;
        let reader = thread::spawn(move || read(BufReader::new(stderr)));
        let status = process.wait()?;
        let run = reader.join().map_err(|_| anyhow!("reading libFuzzer's output panicked"))?;
        Ok(Run { held: status.success(), ..run })
    }

    /// Merges what was found into the corpus, and drops inputs that reach nothing new.
    fn keep(&self, target: &str) -> Result<()> {
        let (found, corpus) = (self.found(target), self.corpus(target));
        let merged = self.folder.join("found").join(format!("{target}.merged"));
        let _ = fs::remove_dir_all(&merged);
        fs::create_dir_all(&merged)?;
        let mut merge = self.target(target);
        // The smallest set that reaches every place, however often: counts would keep ten times as much.
        merge.args([&merged, &corpus, &found]).arg("--").args([
            "-merge=1",
            "-set_cover_merge=1",
            "-use_counters=0",
            "-close_fd_mask=3",
            &format!("-max_len={MAX_BYTES}"),
        ]);
        step(&format!("{target}: corpus"), "kept small", || tool::run(&mut merge))?;
        // Only once all of it is there.
        fs::remove_dir_all(&corpus)?;
        fs::rename(&merged, &corpus).with_context(|| format!("replacing {}", corpus.display()))
    }

    /// Compiles a target where it has changed, and runs it.
    fn target(&self, target: &str) -> Command {
        let mut cargo = Command::new(&self.program);
        tool::forget_our_cargo(&mut cargo);
        cargo
            .current_dir(self.checkout.root())
            .args(["run", "--fuzz-dir"])
            .arg(self.folder.join("libfuzzer"));
        if target == ENGINES {
            cargo.args(["--features", "engine"]);
        }
        // No sanitizer: they want a nightly compiler, and find misuse of memory, which takes `unsafe`; no
        // parser has any.
        cargo.args(["--sanitizer", "none", target]);
        cargo
    }

    fn corpus(&self, target: &str) -> PathBuf {
        self.folder.join("corpus").join(target)
    }

    fn found(&self, target: &str) -> PathBuf {
        Path::new(&self.folder).join("found").join(target)
    }
}

/// What one run came to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Run {
    executions: u64,
    /// Places in the code that were reached, as libFuzzer counts them.
    edges: u64,
    features: u64,
    inputs: u64,
    held: bool,
}

impl Run {
    fn row(&self, target: &str, minutes: u64) -> String {
        let Self { executions, edges, features, inputs, held } = self;
        let (rate, verdict) = (executions / (minutes * 60).max(1), if *held { "held" } else { "BROKEN" });
        format!("{target:<14} {executions:>12} {rate:>14} {edges:>8} {features:>9} {inputs:>8}  {verdict}")
    }

    /// `#1024  DONE   cov: 410 ft: 900 corp: 120/3456b …` and `stat::number_of_executed_units: 1024`.
    fn note(&mut self, line: &str) {
        let number = |name: &str| {
            let (_, rest) = line.split_once(name)?;
            rest.split(|c: char| !c.is_ascii_digit()).next()?.parse::<u64>().ok()
        };
        if let Some(executions) = number("stat::number_of_executed_units: ") {
            self.executions = executions;
        }
        if line.starts_with('#')
            && let (Some(edges), Some(features), Some(inputs)) =
                (number("cov: "), number("ft: "), number("corp: "))
        {
            (self.edges, self.features, self.inputs) = (edges, features, inputs);
        }
    }
}

/// Reads what libFuzzer says; passes on what is neither progress nor a statistic: what broke, and how to see
/// it again.
fn read(output: impl BufRead) -> Run {
    let mut run = Run::default();
    for line in output.lines().map_while(Result::ok) {
        run.note(&line);
        if !line.starts_with(['#', '\t']) && !line.starts_with("stat::") {
            out::tell(&line);
        }
    }
    run
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libfuzzers_figures_are_read() {
        let output = "INFO: Running with entropic power schedule\n\
                      #2\tINITED cov: 10 ft: 11 corp: 1/1b exec/s: 0 rss: 40Mb\n\
                      #4096\tNEW    cov: 310 ft: 700 corp: 99/2Kb lim: 40 exec/s: 0 rss: 40Mb L: 5/40\n\
                      #8192\tDONE   cov: 312 ft: 702 corp: 100/2Kb lim: 40 exec/s: 0 rss: 40Mb\n\
                      stat::number_of_executed_units: 8192\n\
                      stat::average_exec_per_sec:     136\n";
        let expected = Run { executions: 8_192, edges: 312, features: 702, inputs: 100, held: false };
        assert_eq!(read(output.as_bytes()), expected);
    }
}
