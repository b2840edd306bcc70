//! Packs the pages' scripts and styles from edge/web to where the programs include them: the phone's next to
//! the rules that render its page, the desk's into the laptop's program alone.
//!
//! What is built is committed, so that `cargo test` needs no Node; `cargo xtask test` fails where it is
//! stale.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::setup;
use crate::step::{say, step};
use crate::tool;

/// A folder of built files, and what each of them is built from in edge/web.
struct Bundle {
    built: &'static str,
    sources: &'static [&'static str],
    files: &'static [&'static str],
}

const BUNDLES: [Bundle; 2] = [
    Bundle {
        built: "shared/src/form/built",
        sources: &[
            "web/join.ts",
            "web/receipt.ts",
            "web/page.css",
            "web/workers/sw.ts",
            "web/workers/worker.ts",
        ],
        files: &["join.js", "receipt.js", "page.css", "sw.js", "worker.js"],
    },
    Bundle {
        built: "desktop/engine/src/venue/routes/built",
        sources: &["web/desk.ts", "web/desk.css"],
        files: &["desk.js", "desk.css"],
    },
];

/// `cargo xtask web`.
pub(crate) fn command() -> Result<ExitCode> {
    let checkout = Checkout::find()?;
    setup::npm_packages(&checkout)?;
    step("the pages' scripts and styles", "edge/web, checked and packed", || {
        check_sources(&checkout)?;
        BUNDLES.iter().try_for_each(|bundle| pack(&checkout, bundle, &checkout.root().join(bundle.built)))
    })?;
    say("what is built from edge/web is up to date");
    Ok(ExitCode::SUCCESS)
}

/// Whether what is committed is what edge/web comes to.
pub(crate) fn check(checkout: &Checkout) -> Result<()> {
    check_sources(checkout)?;
    let fresh = checkout.target()?.join("page");
    for bundle in &BUNDLES {
        pack(checkout, bundle, &fresh)?;
        for file in bundle.files {
            let read = |folder: &Path| fs::read(folder.join(file)).with_context(|| format!("reading {file}"));
            if read(&fresh)? != read(&checkout.root().join(bundle.built))? {
                let built = bundle.built;
                bail!("{built}/{file} is not what edge/web comes to: run `cargo xtask web` and commit it");
            }
        }
    }
    Ok(())
}

/// Runs the scripts that edge/package.json names: types and circles of imports, then the rules against the
/// golden vectors.
fn check_sources(checkout: &Checkout) -> Result<()> {
    ["check", "test"].into_iter().try_for_each(|script| {
        let mut npm = setup::npm();
        setup::path_with_node(&mut npm, checkout)?;
        tool::run(npm.current_dir(checkout.edge()).args(["run", "--silent", script]))
    })
}

fn pack(checkout: &Checkout, bundle: &Bundle, into: &Path) -> Result<()> {
    let outdir = format!("--outdir={}", into.display());
    let options = [
        "--bundle",
        "--minify",
        "--charset=utf8",
        // WeChat's own browser engines and iPhones that get no newer system.
        "--target=chrome70,safari13",
        // Safari 13 has it, but for a corner that esbuild is careful about and this code does not touch.
        "--supported:destructuring=true",
        "--legal-comments=none",
        "--log-level=warning",
        "--entry-names=[name]",
        &outdir,
    ];
    run(checkout, "esbuild", &[bundle.sources, &options].concat())?;
    bundle
        .files
        .iter()
        .filter(|file| file.ends_with(".js"))
        .try_for_each(|file| shrink(checkout, &into.join(file)))
}

/// Makes what esbuild has packed another sixteenth smaller: the phone's page has a limit.
fn shrink(checkout: &Checkout, script: &Path) -> Result<()> {
    let script = script.display().to_string();
    let options =
        ["--ecma", "2017", "--compress", "passes=3,unsafe_arrows,hoist_funs", "--mangle", "--output"];
    run(checkout, "terser", &[&[script.as_str()], &options[..], &[script.as_str()]].concat())
}

fn run(checkout: &Checkout, program: &str, arguments: &[&str]) -> Result<()> {
    let mut command = Command::new(checkout.npm_bin().join(program));
    setup::path_with_node(&mut command, checkout)?;
    tool::run(command.args(arguments).current_dir(checkout.edge()))
}
