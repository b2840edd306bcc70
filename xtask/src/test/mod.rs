//! `cargo xtask test`: every check and every test, in an order that fails early on what is quick.

mod census;
mod environment;
mod layout;
mod lines;
pub(crate) mod names;
mod papers;
mod purity;
mod tally;
mod told;
mod wings;

use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::{Result, bail};

use crate::checkout::Checkout;
use crate::cli::{FaultsOptions, OfflineOptions, TestOptions, TestProgram};
use crate::run::{BENCH_FEATURE, Build, build_host, whole_workspace};
use crate::setup::{self, EdgeTools, Redis, Skipped, WASM, Window};
use crate::step::{elapsed, say, step};
use crate::{edge, interrupt, out, tool, ui, web};
use Work::{Look, Run};
pub(crate) use census::command as census;
pub(crate) use environment::describe;
use tally::Tally;
use told::Told;

/// One step: its name, why it is there, and what it does.
struct Step {
    name: &'static str,
    why: &'static str,
    work: Work,
}

/// What a step does, and what has to be there for it.
#[derive(Clone, Copy)]
enum Work {
    /// Looks at the source, which takes nothing but cargo: nothing is set up for it.
    Look(fn(&Checkout) -> Result<()>),
    /// Compiles and runs, with all that is set up. A step that runs tests returns their numbers.
    Run(fn(&Context) -> Result<Tally>),
}

/// What steps work with.
struct Context {
    checkout: Checkout,
    tools: EdgeTools,
    /// What no test will tell, on this machine.
    skipped: Vec<Skipped>,
    /// The one program whose end-to-end tests are wanted.
    program: Option<TestProgram>,
}

const STEPS: [Step; 17] = [
    Step { name: "formatting", why: "cargo fmt --check", work: Look(formatting) },
    Step { name: "purity", why: "shared does no I/O, the engine knows no window", work: Look(purity::check) },
    Step { name: "wings", why: "who may import whom, and nobody in a circle", work: Look(wings::check) },
    Step { name: "papers", why: "rules are where docs/ARCHITECTURE.md says", work: Look(papers::check) },
    Step {
        name: "line lengths",
        why: "110 columns, in comments and pages as well",
        work: Look(lines::check),
    },
    Step { name: "shared for wasm", why: "the same rules run at the edge", work: Run(shared_for_wasm) },
    Step { name: "page", why: "its packed script and style are what edge/web comes to", work: Run(page) },
    Step {
        name: "pages of the window",
        why: "types, texts in both languages, and the bundle",
        work: Run(pages),
    },
    Step { name: "clippy", why: "lints are errors, missing documentation is one", work: Run(clippy) },
    Step {
        name: "dependencies",
        why: "cargo deny: licences, sources, what is banned (deny.toml)",
        work: Run(dependencies),
    },
    Step { name: "docs", why: "links in the documentation lead somewhere", work: Run(docs) },
    Step { name: "unit tests", why: "each crate by itself", work: Run(unit_tests) },
    Step { name: "doc tests", why: "examples in the documentation work", work: Run(doc_tests) },
    Step { name: "edge build", why: "the worker, as wrangler serves and deploys it", work: Run(edge_build) },
    Step {
        name: "host build",
        why: "rollcall-host, as people run it and with failpoints",
        work: Run(host_build),
    },
    Step { name: "window build", why: "rollcall-desktop, with its pages inside", work: Run(window_build) },
    Step {
        name: END_TO_END,
        why: "the whole system in real processes: workerd, Redis, rollcall-host, browsers, the window",
        work: Run(end_to_end),
    },
];

const END_TO_END: &str = "end to end";

/// Whether a step is one of those that are asked for.
fn is_wanted(step: &Step, options: &TestOptions) -> bool {
    match (&options.only, options.program) {
        (Some(only), _) => step.name.contains(only.as_str()),
        (None, Some(_)) => step.name == END_TO_END || step.name.ends_with(" build"),
        (None, None) => true,
    }
}

/// `cargo xtask test`.
pub(crate) fn command(options: &TestOptions) -> Result<ExitCode> {
    let started = Instant::now();
    let checkout = Checkout::find()?;
    let mut context = None;
    let (mut total, mut checks, mut failed) = (Tally::default(), 0, Vec::new());
    for Step { name, why, work } in STEPS.iter().filter(|step| is_wanted(step, options)) {
        interrupt::check()?;
        checks += 1;
        let tests = match work {
            Look(look) => step(name, why, || look(&checkout).map(|()| Tally::default())),
            Run(run) => {
                let context = match &context {
                    Some(context) => context,
                    None => context.insert(Context::set_up(&checkout, options.program)?),
                };
                step(name, why, || run(context).and_then(Tally::verdict))
            }
        };
        // A failing step does not keep the others from telling what they know.
        match tests {
            Ok(tests) => total += tests.or_one_passed(),
            Err(error) => {
                say(format!("{name}: FAILED: {error:#}"));
                failed.push(*name);
                total += tally::of_failure(&error);
            }
        }
    }
    let verdict =
        if failed.is_empty() { "all well".to_owned() } else { format!("FAILED: {}", failed.join(", ")) };
    let mut told = match &context {
        Some(_) => Told::read(&checkout)?,
        None => Told::default(),
    };
    told.skipped.extend(context.iter().flat_map(|context| &context.skipped).map(Skipped::to_string));
    told.lines().try_for_each(out::line)?;
    let skipped = told.skipped.len();
    out::line(format!("{checks} steps in {}: {verdict}, {skipped} skipped", elapsed(started.elapsed())))?;
    out::line(total.to_string())?;
    Ok(if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Context {
    fn set_up(checkout: &Checkout, program: Option<TestProgram>) -> Result<Self> {
        told::forget(checkout)?;
        let tools = setup::tools(checkout, Redis::Private, Window::Tested)?;
        setup::browser(checkout)?;
        setup::failing_disk()?;
        setup::age()?;
        let skipped = setup::servers()?;
        Ok(Self { checkout: checkout.clone(), tools, skipped, program })
    }
}

/// `cargo xtask offline`: plays as many random runs of the phone's outbox as one likes, from a seed.
pub(crate) fn offline(options: &OfflineOptions) -> Result<ExitCode> {
    let checkout = Checkout::find()?;
    let tools = setup::tools(&checkout, Redis::Private, Window::None)?;
    setup::browser(&checkout)?;
    edge::build(&checkout, &tools)?;
    build_host(&checkout, Build::Plain)?;
    let context = Context { checkout, tools, skipped: Vec::new(), program: None };
    let mut cargo = cargo(&context, "test");
    describe(&mut cargo, &context.checkout)?;
    cargo
        .args(["--test", "browser", "--", "--nocapture", "offline::random"])
        .env("ROLLCALL_OFFLINE_RUNS", options.runs.to_string())
        .env("ROLLCALL_OFFLINE_SEED", options.seed.to_string());
    let tally = tally::run(&mut cargo)?;
    out::line(tally.to_string())?;
    Ok(if tally.verdict().is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// `cargo xtask faults`: plays as many runs of the fault harness as one likes, from a seed.
pub(crate) fn faults(options: &FaultsOptions) -> Result<ExitCode> {
    let FaultsOptions { runs, seed, minutes, planted, backlogs } = options;
    let checkout = Checkout::find()?;
    let tools = setup::tools(&checkout, Redis::Private, Window::None)?;
    setup::failing_disk()?;
    edge::build(&checkout, &tools)?;
    build_host(&checkout, Build::Failpoints)?;
    let context = Context { checkout, tools, skipped: Vec::new(), program: None };
    let test = match (planted.as_deref(), backlogs) {
        (Some("all"), _) => "planted::".to_owned(),
        (Some(name), _) => format!("planted::{name}"),
        (None, true) => "backlogs::".to_owned(),
        (None, false) => "random::".to_owned(),
    };
    let mut cargo = cargo(&context, "test");
    describe(&mut cargo, &context.checkout)?;
    cargo.args(["--test", "faults", "--", "--nocapture", "--include-ignored", &test]);
    cargo.env("ROLLCALL_FAULTS_SEED", seed.to_string());
    for (name, value) in [("RUNS", runs), ("MINUTES", minutes)] {
        if let Some(value) = value {
            cargo.env(format!("ROLLCALL_FAULTS_{name}"), value.to_string());
        }
    }
    let tally = tally::run(&mut cargo)?;
    if tally == Tally::default() {
        bail!("no planted defect is named {:?}", planted.as_deref().unwrap_or_default());
    }
    out::line(tally.to_string())?;
    Ok(if tally.verdict().is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn formatting(checkout: &Checkout) -> Result<()> {
    tool::run(checkout.cargo().args(["fmt", "--all", "--check"]))
}

fn shared_for_wasm(context: &Context) -> Result<Tally> {
    let mut cargo = Command::new("cargo");
    context.tools.compiler.apply(&mut cargo, &context.checkout)?;
    // With the edge's profile: its dependencies are needed there anyway.
    let arguments = ["build", "--package", "rollcall-shared", "--target", WASM, "--profile", "edge"];
    check(cargo.current_dir(context.checkout.root()).args(arguments))
}

fn page(context: &Context) -> Result<Tally> {
    web::check(&context.checkout).map(|()| Tally::default())
}

/// Comes before everything else that cargo does with the window's crate, which includes the bundle.
fn pages(context: &Context) -> Result<Tally> {
    ui::build(&context.checkout)?;
    ui::run(&context.checkout, "check")?;
    ui::run(&context.checkout, "test").map(|()| Tally::default())
}

/// The worker as well, for this machine's own target: the compiler that builds for wasm may come without
/// clippy, and the lints are the same. Once as people build it, and once with what measures.
fn clippy(context: &Context) -> Result<Tally> {
    for features in [&[][..], &["--features", BENCH_FEATURE]] {
        let mut clippy = cargo(context, "clippy");
        tool::run(clippy.args(features).args(["--all-targets", "--", "--deny", "warnings"]))?;
    }
    Ok(Tally::default())
}

/// The workspace's packages, that is what is linked into programs. No advisories: they would have to be
/// fetched.
fn dependencies(context: &Context) -> Result<Tally> {
    let mut deny = Command::new(setup::deny()?);
    tool::forget_our_cargo(&mut deny);
    check(
        deny.current_dir(context.checkout.root()).args(["--locked", "check", "bans", "licenses", "sources"]),
    )
}

fn docs(context: &Context) -> Result<Tally> {
    check(
        cargo(context, "doc")
            .args(["--no-deps", "--document-private-items"])
            .env("RUSTDOCFLAGS", "--deny warnings"),
    )
}

fn unit_tests(context: &Context) -> Result<Tally> {
    let mut cargo = cargo(context, "test");
    cargo.env("ROLLCALL_SERVERS", setup::servers_folder()?).env("ROLLCALL_COMPLETE", "1");
    told::listen(&mut cargo, &context.checkout)?;
    tally::run(cargo.args(["--lib", "--bins", "--no-fail-fast"]))
}

fn doc_tests(context: &Context) -> Result<Tally> {
    tally::run(cargo(context, "test").args(["--doc", "--no-fail-fast"]))
}

fn edge_build(context: &Context) -> Result<Tally> {
    edge::build(&context.checkout, &context.tools).map(|()| Tally::default())
}

/// The plain host last: its path is the one that cargo writes to.
fn host_build(context: &Context) -> Result<Tally> {
    build_host(&context.checkout, Build::Failpoints)?;
    build_host(&context.checkout, Build::Plain).map(|_| Tally::default())
}

fn window_build(context: &Context) -> Result<Tally> {
    ui::build(&context.checkout)?;
    build_host(&context.checkout, Build::Window).map(|_| Tally::default())
}

fn end_to_end(context: &Context) -> Result<Tally> {
    let mut cargo = cargo(context, "test");
    describe(&mut cargo, &context.checkout)?;
    told::listen(&mut cargo, &context.checkout)?;
    let program = match context.program {
        None => "*",
        Some(TestProgram::Browser) => "browser",
        Some(TestProgram::Faults) => "faults",
        Some(TestProgram::Path) => "path",
        Some(TestProgram::Window) => "window",
    };
    // Most of them wait for leases to run out most of the time: run more at once than there are processors.
    tally::run(cargo.args(["--test", program, "--no-fail-fast", "--", "--test-threads=8"]))
}

/// A cargo command for the whole workspace, always in one profile: which features a dependency has is decided
/// by the packages that are named, so that naming others would compile half of everything again.
fn cargo(context: &Context, command: &str) -> Command {
    let mut cargo = context.checkout.cargo();
    cargo.args([command, "--release"]).args(whole_workspace());
    cargo
}

fn check(command: &mut Command) -> Result<Tally> {
    tool::run(command).map(|()| Tally::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_can_be_named() {
        assert_eq!(STEPS.map(|step| step.name), names::STEPS);
    }
}
