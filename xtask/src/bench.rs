//! `cargo xtask bench`: the rows of the targets, measured on this machine, in one run.

mod beside;
mod bursts;
mod commit;
mod faces;
mod loops;
mod replaced;
mod rounds;
mod row;

use std::net::Ipv4Addr;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

use crate::checkout::Checkout;
use crate::cli::BenchOptions;
use crate::run::{self, RedisChoice, ScratchFolder, Settings, System, Venue, Worker};
use crate::setup::{self, Redis, Window};
use crate::{edge, out, ui, versions};
use row::Row;

/// `cargo xtask bench`.
pub(crate) fn command(options: &BenchOptions) -> Result<ExitCode> {
    let checkout = Checkout::find()?;
    match &options.beside {
        Some(commit) => beside::compare(&checkout, commit),
        None => all_rows(&checkout),
    }
}

fn all_rows(checkout: &Checkout) -> Result<ExitCode> {
    let folder = ScratchFolder::new(checkout, "bench")?;
    let [edge_port, lan_port, metrics_port] = run::free_ports()?;
    let settings = Settings {
        data_dir: folder.path().to_owned(),
        edge_port,
        venue: Venue::AtOnce(Ipv4Addr::LOCALHOST.into()),
        lan_port,
        metrics_port,
        redis: RedisChoice::Private,
        window: false,
        worker: Worker::Bench,
    };
    run::prepare(checkout, &settings)?;
    setup::tools(checkout, Redis::Private, Window::Tested)?;
    ui::build(checkout)?;
    let mut system = System::start(checkout, &settings)?;
    let rows = measure(checkout, &mut system, folder.path());
    system.stop();
    let mut rows = rows?;
    // By itself: nothing else may have the processors.
    rows.push(loops::drain_row(checkout, folder.path())?);
    rows.push(loops::list_row(checkout, folder.path())?);
    rows.extend(faces::window_rows(checkout)?);
    rows.push(weight_row(checkout)?);
    out::line("| what | target | measured | |")?;
    out::line("|---|---|---|---|")?;
    for Row { what, target, measured, met } in &rows {
        let verdict = if *met { "met" } else { "NOT MET" };
        out::line(format!("| {what} | {target} | {measured} | {verdict} |"))?;
    }
    for (what, target, by) in BY_OTHER_COMMANDS {
        out::line(format!("| {what} | {target} | by {by} | |"))?;
    }
    Ok(if rows.iter().all(|row| row.met) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Rows that take half an hour and more: what, the target, and the command that measures it.
const BY_OTHER_COMMANDS: [(&str, &str, &str); 2] = [
    (
        "kill -9 of the host or Redis, at random and at every step",
        "0 lost, 0 doubled in 1,000 kills",
        "`cargo xtask faults --minutes 30`, see docs/RELIABILITY.md",
    ),
    (
        "500 waiting sign-ups once Redis, disk or edge is back",
        "≤ 5 s",
        "`cargo xtask faults --backlogs`, there too",
    ),
];

fn measure(checkout: &Checkout, system: &mut System, folder: &Path) -> Result<Vec<Row>> {
    let scene = &system.scene();
    let mut rows = bursts::edge_rows(scene)?;
    let (venue, wall) = bursts::venue_row(scene)?;
    rows.push(venue);
    rows.push(replaced::row(checkout, scene, folder, wall)?);
    rows.push(faces::page_row(scene)?);
    #[cfg(unix)]
    rows.push(bursts::venue_while_draining_row(system, scene)?);
    Ok(rows)
}

fn weight_row(checkout: &Checkout) -> Result<Row> {
    let weight = edge::weigh(checkout)?;
    Ok(Row {
        what: "the worker".to_owned(),
        target: format!("≤ {} KB compressed wasm", versions::WASM_LIMIT_BYTES / 1024),
        measured: weight.to_string(),
        met: weight.is_within_limit(),
    })
}
