//! `cargo xtask run`: the whole system on this machine.

mod host;
mod host_alone;
mod local_edge;
mod ports;
mod ready;
mod rehearse;
mod scene;
mod scratch_folder;
mod secrets;
mod settings;
mod system;
mod waiting;

use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use anyhow::Result;

use crate::checkout::Checkout;
use crate::cli::RunOptions;
use crate::setup::{self, Redis, Window};
use crate::step::{say, step};
use crate::{edge, interrupt, out, ui};
pub(crate) use host::{BENCH_FEATURE, Build, build as build_host, whole_workspace};
pub(crate) use host_alone::HostAlone;
pub(crate) use ports::free as free_ports;
pub(crate) use ready::Ready;
pub(crate) use scene::Scene;
pub(crate) use scratch_folder::ScratchFolder;
pub(crate) use settings::{RedisChoice, Settings, Venue, Worker};
pub(crate) use system::System;

const LOOK_EVERY: Duration = Duration::from_millis(50);

/// `cargo xtask run`.
pub(crate) fn command(options: &RunOptions) -> Result<ExitCode> {
    let checkout = Checkout::find()?;
    let settings = Settings::of(options)?;
    // Known before anything is built: nobody should wait for minutes to be told this.
    settings.check()?;
    if !settings.window && !options.headless {
        say("no display here: running without the window, as with --headless");
    }
    prepare(&checkout, &settings)?;

    let mut system = System::start(&checkout, &settings)?;
    let code = match options.rehearse {
        Some(teachers) => {
            print_ready(system.ready())?;
            rehearse_with(teachers, &mut system)?
        }
        None => {
            print_ready(system.ready())?;
            say(format!(
                "the line by which a window connects to this edge is printed by: rollcall-host connection \
                 --edge-url http://{} --publish-key-file {}",
                system.scene().edge,
                settings.data_dir.join("edge").join("publish-key").display()
            ));
            say("running; Ctrl-C stops everything");
            watch(&mut system)?
        }
    };
    say("stopping");
    system.stop();
    Ok(code)
}

/// Everything that can be done before the first process starts.
pub(crate) fn prepare(checkout: &Checkout, settings: &Settings) -> Result<()> {
    let redis = if settings.redis == RedisChoice::Private { Redis::Private } else { Redis::Elsewhere };
    let window = if settings.window { Window::Shown } else { Window::None };
    let tools = setup::tools(checkout, redis, window)?;
    edge::build(checkout, &tools)?;
    // The pages go into the window's program; cargo wants them there whenever it looks at that crate.
    if setup::toolkit_is_there() {
        setup::ui_packages(checkout)?;
        ui::build(checkout)?;
    }
    step("the host", "the program that keeps the sign-ups (compiles in about 3 min the first time)", || {
        build_host(checkout, if settings.window { Build::Window } else { Build::Plain })
    })?;
    Ok(())
}

/// The one line on standard output that others wait for.
fn print_ready(ready: &Ready) -> Result<()> {
    out::line(ready.line())
}

/// Waits for an interruption, which is a success, or for the end of a process, which is a failure.
fn watch(system: &mut System) -> Result<ExitCode> {
    while !interrupt::asked() {
        system.check()?;
        thread::sleep(LOOK_EVERY);
    }
    Ok(ExitCode::SUCCESS)
}

/// Rehearses while the system is watched; whichever ends first decides.
fn rehearse_with(teachers: u32, system: &mut System) -> Result<ExitCode> {
    let scene = system.scene();
    let rehearsal = thread::spawn(move || rehearse::rehearse(teachers, &scene));
    while !rehearsal.is_finished() {
        interrupt::check()?;
        system.check()?;
        thread::sleep(LOOK_EVERY);
    }
    let report = rehearsal.join().map_err(|_| anyhow::anyhow!("the rehearsal panicked"))??;
    out::tell(report.to_string().trim_end());
    Ok(if report.nothing_lost() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
