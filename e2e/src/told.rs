//! What a test tells `cargo xtask test` for its summary, beyond whether it passed.

use std::env;
use std::fs::File;
use std::io::Write;
use std::thread;
use std::time::Duration;

/// Says what this machine keeps a test from, and why: a line `SKIPPED` of the summary.
pub fn skip(what: &str, why: &str) {
    eprintln!("SKIPPED: {what}: {why}");
    append("ROLLCALL_SKIPPED", &format!("{what}: {why}"));
}

/// Counts what passed and should be looked at where it happens often: a line of the summary, with its sum.
pub fn count(what: &str) {
    eprintln!("counted: {what}");
    append("ROLLCALL_COUNTED", what);
}

/// Notes how long it took from the edge's 202 to *registered*: the worst of all is a line of the summary.
pub fn registered(took: Duration) {
    append(
        "ROLLCALL_REGISTERED",
        &format!("{} {}", took.as_millis(), thread::current().name().unwrap_or("?")),
    );
}

/// Writes a line to the file that a variable names; by itself, for several programs write there at once.
fn append(variable: &str, line: &str) {
    let Some(file) = env::var_os(variable) else { return };
    let mut file = File::options().create(true).append(true).open(file).unwrap();
    file.write_all(format!("{line}\n").as_bytes()).unwrap();
}
