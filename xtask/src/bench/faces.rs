//! What people see: the phone's page and the window.

use std::io::Write;
use std::process::Command;

use anyhow::{Context, Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::StatusCode;
use serde_json::Value;

use super::row::Row;
use crate::checkout::Checkout;
use crate::load::http;
use crate::run::{self, Scene};
use crate::step::say;
use crate::{test, tool};

/// One request on a bad network: the first flight of packets.
const PAGE_KB: f64 = 14.0;
const FIRST_PAINT_MS: f64 = 1_000.0;
const IDLE_PERCENT: f64 = 1.0;
/// Two frames of a display that draws sixty a second: a longer one is seen.
const FRAME_MS: f64 = 34.0;

/// Weighs what a phone loads: the page in the heavier language, as the edge answers, compressed as every edge
/// does it.
pub(super) fn page_row(scene: &Scene) -> Result<Row> {
    let runtime = http::runtime()?;
    let mut heaviest = 0;
    for language in ["zh", "en"] {
        let path = format!("/j/{}?lang={language}", scene.ready.invite_code);
        let answer = runtime.block_on(http::send(scene.edge, http::get(scene.edge, &path, None)?))?;
        if answer.status != StatusCode::OK {
            bail!("{path} was answered {}", answer.status);
        }
        let mut compressed = GzEncoder::new(Vec::new(), Compression::default());
        compressed.write_all(&answer.body)?;
        heaviest = heaviest.max(compressed.finish()?.len());
    }
    let kb = heaviest as f64 / 1024.0;
    Ok(Row {
        what: "the phone page".to_owned(),
        target: format!("≤ {PAGE_KB} KB (gzip), one request to usable"),
        measured: format!("{kb:.1} KB"),
        met: kb <= PAGE_KB,
    })
}

/// Measures the real window under WebDriver, on a display that nobody sees.
pub(super) fn window_rows(checkout: &Checkout) -> Result<Vec<Row>> {
    run::build_host(checkout, run::Build::Plain)?;
    run::build_host(checkout, run::Build::Window)?;
    let mut build = checkout.cargo();
    build.args(["build", "--release"]).args(run::whole_workspace()).args(["--bin", "bench_window"]);
    tool::run(&mut build)?;
    say("the window: five starts, half a minute of rest, a burst, 50,000 rows");
    let mut bench = Command::new(checkout.target()?.join("release/bench_window"));
    test::describe(&mut bench, checkout)?;
    let figures: Value =
        serde_json::from_str(tool::output(&mut bench)?.trim()).context("the window's figures")?;
    let figure = |name: &str| figures[name].as_f64().with_context(|| format!("no {name} in {figures}"));
    let (paint, idle) = (figure("first_paint_ms")?, figure("idle_percent")?);
    let (median, usual, longest) =
        (figure("frame_median_ms")?, figure("frame_95_ms")?, figure("frame_longest_ms")?);
    let (rest, burst) = (figure("rest_mb")?, figure("burst_mb")?);
    Ok(vec![
        Row {
            what: "the window's first paint after its start".to_owned(),
            target: format!("≤ {FIRST_PAINT_MS} ms"),
            measured: format!("{paint:.0} ms"),
            met: paint <= FIRST_PAINT_MS,
        },
        Row {
            what: "scrolling through 50,000 rows in 120 steps, a software renderer".to_owned(),
            target: format!("19 of 20 frames ≤ {FRAME_MS} ms"),
            measured: format!(
                "median {median:.0} ms, 19 of 20 within {usual:.0} ms, longest {longest:.0} ms"
            ),
            met: usual <= FRAME_MS,
        },
        Row {
            what: "the window at rest, a workshop open".to_owned(),
            target: format!("≤ {IDLE_PERCENT} % of a processor"),
            measured: format!("{idle:.2} %"),
            met: idle <= IDLE_PERCENT,
        },
        Row {
            what: "the window's memory, engine and WebKit included".to_owned(),
            target: "told, no target".to_owned(),
            measured: format!("{rest:.0} MB at rest, {burst:.0} MB while 500 sign up"),
            met: true,
        },
    ])
}
