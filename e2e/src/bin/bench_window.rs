//! Measures the real window: first paint, memory at rest and while five hundred sign up, what it costs to be
//! looked at, and scrolling. Prints one line of JSON; `cargo xtask bench` makes rows of it.
//!
//! Linux only: it reads /proc, and the window opens on a display that nobody sees.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a part that does not start ends the measurement, there"
)]

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rollcall_e2e::big_list::{self, STEPS};
use rollcall_e2e::host::{self, Folder, Workshop, now};
use rollcall_e2e::process::{family, name};
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::window::{Options, Window};
use serde_json::json;

const STARTS: usize = 5;
const TEACHERS: usize = 500;
/// Long enough that one stray wake-up does not count for much.
const IDLE: Duration = Duration::from_secs(30);
/// After the last change on the screen.
const SETTLE: Duration = Duration::from_secs(3);
/// `CLK_TCK` and `_SC_CLK_TCK` on every Linux that this runs on.
const TICKS_A_SECOND: u64 = 100;

fn main() {
    let (folder, workshop) = with_workshop();
    let mut paints: Vec<u64> = (0..STARTS).map(|_| first_paint(&folder)).collect();
    paints.sort_unstable();

    let window = open(&folder);
    window.wait_for("#count");
    thread::sleep(SETTLE);
    let rest = memory(&window);
    let (before, started) = (processor_ticks(&window), Instant::now());
    thread::sleep(IDLE);
    let ticks = processor_ticks(&window) - before;
    let idle = 100.0 * ticks as f64 / TICKS_A_SECOND as f64 / started.elapsed().as_secs_f64();
    let burst = memory_in_a_burst(&window, &workshop);
    drop(window);

    let (folder, workshop) = with_workshop();
    big_list::fill(&folder, &workshop);
    let window = open(&folder);
    window.wait_for("#list [data-id]");
    thread::sleep(SETTLE);
    let frames = big_list::scroll(&window);
    let figures = json!({
        "first_paint_ms": paints[STARTS / 2],
        "rest_mb": rest,
        "burst_mb": burst,
        "idle_percent": idle,
        "frame_median_ms": frames[STEPS / 2],
        "frame_95_ms": frames[STEPS * 95 / 100],
        "frame_longest_ms": frames[STEPS - 1],
    });
    println!("{figures}");
}

fn with_workshop() -> (Folder, Workshop) {
    let folder = Folder::new();
    let host = folder.start(&host::Options { direct: true, ..Default::default() });
    let workshop = host.make_local_workshop(json!({}));
    assert!(host.stop().success());
    (folder, workshop)
}

fn open(folder: &Folder) -> Window {
    Window::open(folder, &Options { venue: true, ..Options::default() })
}

/// From the program's start to the first time that a person sees something of the page, in milliseconds.
fn first_paint(folder: &Folder) -> u64 {
    let window = open(folder);
    window.wait_for("#count");
    let script = "const seen = performance.getEntriesByName('first-contentful-paint')[0];\
        return seen ? performance.timeOrigin + seen.startTime : null";
    let painted = window.until(("the first paint", 20), || window.run(script, json!([])).as_f64());
    let pid = family(window.id()).into_iter().find(|pid| name(*pid) == "rollcall-deskto").unwrap();
    (painted as u64).saturating_sub(started_at(pid))
}

/// Most that the window held while five hundred signed up at its venue page, in megabytes.
fn memory_in_a_burst(window: &Window, workshop: &Workshop) -> u64 {
    let venue = window.venue(workshop.invite_code());
    let (done, most) = (Arc::new(AtomicBool::new(false)), AtomicU64::new(0));
    thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                most.fetch_max(memory(window), Ordering::Relaxed);
                thread::sleep(Duration::from_millis(50));
            }
        });
        let crowd: Vec<_> = (0..TEACHERS)
            .map(|_| scope.spawn(|| Teacher::new().sign_up(&venue, workshop.invite_code(), 201)))
            .collect();
        crowd.into_iter().for_each(|teacher| drop(teacher.join().unwrap()));
        window.wait_for_text("#count", |count| count == TEACHERS.to_string());
        thread::sleep(SETTLE);
        done.store(true, Ordering::Relaxed);
        watcher.join().unwrap();
    });
    most.into_inner()
}

/// What the window, its pages' processes and the engine hold, in megabytes: memory that several share counts
/// once.
fn memory(window: &Window) -> u64 {
    let of = |pid: u32| {
        let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
        let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
        line.trim().trim_end_matches(" kB").parse::<u64>().ok()
    };
    desktop(window).into_iter().filter_map(of).sum::<u64>() / 1024
}

/// Time of the processor that they have had, in ticks.
fn processor_ticks(window: &Window) -> u64 {
    let of = |pid: u32| {
        let fields = stat(pid)?;
        Some(fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?)
    };
    desktop(window).into_iter().filter_map(of).sum()
}

/// The window's processes: those below the driver, but for the driver and the bus, which only tests have.
fn desktop(window: &Window) -> Vec<u32> {
    let tests = ["dbus-run-sessio", "dbus-daemon", "WebKitWebDriver"];
    family(window.id()).into_iter().filter(|pid| !tests.contains(&name(*pid).as_str())).collect()
}

/// The fields of /proc/PID/stat that follow the name, which may hold anything.
fn stat(pid: u32) -> Option<Vec<String>> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    Some(fields.split_whitespace().map(str::to_owned).collect())
}

/// When a process was started, in milliseconds since 1970, to a hundredth of a second.
fn started_at(pid: u32) -> u64 {
    let ticks: u64 = stat(pid).unwrap()[19].parse().unwrap();
    let uptime = fs::read_to_string("/proc/uptime").unwrap();
    let up: f64 = uptime.split_whitespace().next().unwrap().parse().unwrap();
    let booted = now() - (up * 1000.0) as i64;
    booted.cast_unsigned() + ticks * 1000 / TICKS_A_SECOND
}
