//! What many runs come to.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::run::{Played, Report};

/// Faults, times, lost, doubled, and how soon what had waited was stored.
#[derive(Debug, Default)]
pub struct Table {
    rows: BTreeMap<String, Row>,
    runs: u64,
    kills: u64,
    promised: usize,
    interrupted: usize,
    failed: u64,
    skipped: BTreeMap<String, u64>,
}

#[derive(Debug, Default)]
struct Row {
    times: u64,
    lost: u64,
    doubled: u64,
    drains: Vec<Duration>,
    stuck: u64,
}

impl Table {
    /// Adds one run.
    pub fn add(&mut self, report: &Report) {
        self.runs += 1;
        self.kills += report.kills;
        self.promised += report.promised;
        self.interrupted += report.interrupted;
        self.failed += u64::from(!report.verdict.is_well());
        for Played { name, times, drain, lost, doubled } in &report.played {
            let row = self.rows.entry(name.clone()).or_default();
            row.times += times;
            row.lost += lost;
            row.doubled += doubled;
            row.stuck += u64::from(drain.is_none());
            row.drains.extend(drain);
        }
        for skipped in &report.skipped {
            *self.skipped.entry(skipped.clone()).or_default() += 1;
        }
    }

    /// Returns the kills so far.
    pub fn kills(&self) -> u64 {
        self.kills
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| fault | times | lost | doubled | drained after: median | longest |")?;
        writeln!(f, "|---|---:|---:|---:|---:|---:|")?;
        for (name, row) in &self.rows {
            let Row { times, lost, doubled, drains, stuck } = row;
            let mut sorted = drains.clone();
            sorted.sort();
            let seconds = |drain: Option<&Duration>| {
                drain.map_or("–".to_owned(), |drain| format!("{:.2} s", drain.as_secs_f64()))
            };
            let longest = if *stuck > 0 { format!("stuck {stuck} times") } else { seconds(sorted.last()) };
            let median = seconds(sorted.get(sorted.len() / 2));
            writeln!(f, "| {name} | {times} | {lost} | {doubled} | {median} | {longest} |")?;
        }
        for (what, times) in &self.skipped {
            writeln!(f, "\nSkipped {times} times: {what}.")?;
        }
        let Self { runs, kills, promised, interrupted, failed, .. } = self;
        writeln!(f, "\n{runs} runs, {failed} failed; {kills} kills; {promised} answers of 201 or 202;")?;
        writeln!(f, "{interrupted} sign-ups parked for a person, killed with once too often.")
    }
}
