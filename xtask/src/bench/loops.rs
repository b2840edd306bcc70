//! The host's own loops, while nobody signs up: how much its drain stores per second, and how soon its list
//! answers.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use super::row::Row;
use crate::checkout::Checkout;
use crate::step::say;
use crate::{run, tool};

/// Enough for the loop to be in its stride for seconds.
pub(super) const DRAIN_MESSAGES: u32 = 50_000;
const DRAIN_RATE: f64 = 10_000.0;
/// Per cent of the rate that the hops would allow, each measured alone and one after the other.
const DRAIN_SHARE: f64 = 60.0;
/// As many as a window must scroll without a stutter, and what an answer may take: a little more than a
/// frame.
const LIST_ROWS: u32 = 50_000;
const LIST_ANSWER_MS: f64 = 20.0;

/// Measures Redis to SQLite, by the host's own loop, compared with what its hops do alone in the same run.
pub(super) fn drain_row(checkout: &Checkout, folder: &Path) -> Result<Row> {
    say(format!("drain of {DRAIN_MESSAGES} sealed messages"));
    let mut bench = Command::new(run::build_host(checkout, run::Build::Bench)?);
    let Drain { rate, allowed } = drain(bench.arg("drain"), folder)?;
    let share = 100.0 * rate / allowed;
    Ok(Row {
        what: "drain rate, sealed messages, Redis to SQLite, FULL".to_owned(),
        target: format!("≥ {DRAIN_RATE:.0}/s and ≥ {DRAIN_SHARE:.0} % of what the hops alone allow"),
        measured: format!("{rate:.0}/s, {share:.0} % of {allowed:.0}/s"),
        met: rate >= DRAIN_RATE && share >= DRAIN_SHARE,
    })
}

/// What a drain came to, in messages a second.
pub(super) struct Drain {
    pub(super) rate: f64,
    /// What its hops would allow.
    pub(super) allowed: f64,
}

/// Measures one drain by a command that takes this one's options, whichever program has it.
pub(super) fn drain(command: &mut Command, folder: &Path) -> Result<Drain> {
    command.args(["--messages", &DRAIN_MESSAGES.to_string(), "--data-dir"]).arg(folder.join("drain"));
    let figures: Value =
        serde_json::from_str(tool::output(command)?.trim()).context("the drain's figures")?;
    let figure = |name: &str| figures[name].as_f64().with_context(|| format!("no {name} in {figures}"));
    Ok(Drain { rate: figure("per_second")?, allowed: figure("allowed_per_second")? })
}

/// Measures what the window asks of a long list, without the window: every page, search and scroll.
pub(super) fn list_row(checkout: &Checkout, folder: &Path) -> Result<Row> {
    say(format!("pages and searches of {LIST_ROWS} rows"));
    let mut bench = Command::new(run::build_host(checkout, run::Build::Bench)?);
    bench.args(["list", "--rows", &LIST_ROWS.to_string(), "--data-dir"]).arg(folder.join("list"));
    let figures: Value =
        serde_json::from_str(tool::output(&mut bench)?.trim()).context("the list's figures")?;
    let questions = figures["questions"].as_array().context("no questions in the list's figures")?;
    let slowest = |searches: bool| {
        let of_kind = questions
            .iter()
            .filter(|q| q["what"].as_str().is_some_and(|what| what.starts_with("search") == searches));
        of_kind.filter_map(|q| q["median_ms"].as_f64()).fold(0.0, f64::max)
    };
    let (page, search) = (slowest(false), slowest(true));
    let scroll = figures["scroll_worst_ms"].as_f64().context("no scroll in the list's figures")?;
    Ok(Row {
        what: format!("pages and searches of a list of {LIST_ROWS} rows, without the window"),
        target: format!("each ≤ {LIST_ANSWER_MS:.0} ms"),
        measured: format!(
            "page {page:.1} ms, search {search:.1} ms, slowest of a whole scroll {scroll:.1} ms"
        ),
        met: page.max(search).max(scroll) <= LIST_ANSWER_MS,
    })
}
