//! Invariants of the layout, read off cargo's own dependency trees.

use anyhow::{Result, bail};

use crate::checkout::Checkout;
use crate::tool;

/// Crates that do I/O, read a clock, draw randomness or run tasks. None of them may stand below `shared`.
const IO: [&str; 22] = [
    "async-std",
    "chrono",
    "getrandom",
    "hyper",
    "instant",
    "jiff",
    "libsqlite3-sys",
    "mio",
    "rand",
    "redis",
    "reqwest",
    "rusqlite",
    "rustix",
    "rustls",
    "socket2",
    "tempfile",
    "time",
    "tokio",
    "ureq",
    "uuid",
    "wasm-bindgen",
    "worker",
];

/// `shared` does no I/O; the engine has nothing of a window.
pub(super) fn check(checkout: &Checkout) -> Result<()> {
    forbid(checkout, "rollcall-shared", |name| IO.contains(&name))?;
    forbid(checkout, "rollcall-engine", |name| name.starts_with("tauri") || name == "wry" || name == "tao")
}

fn forbid(checkout: &Checkout, package: &str, forbidden: impl Fn(&str) -> bool) -> Result<()> {
    let arguments = [
        "tree",
        "--package",
        package,
        "--edges",
        "normal",
        "--target",
        "all",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ];
    let tree = tool::output(tool::cargo(checkout).args(arguments))?;
    let mut found: Vec<&str> = names(&tree).filter(|name| forbidden(name)).collect();
    found.sort_unstable();
    found.dedup();
    if found.is_empty() {
        return Ok(());
    }
    bail!(
        "{package} must not depend on {} — `cargo tree --package {package} --invert {}` shows by which way it does",
        found.join(", "),
        found[0]
    )
}

/// `name v1.2.3 (…)` a line.
fn names(tree: &str) -> impl Iterator<Item = &str> {
    tree.lines().filter_map(|line| line.split_whitespace().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_off_the_tree() {
        let tree = "rollcall-shared v0.1.0 (/somewhere)\nserde v1.0.228\n\ntokio v1.50.0 (*)\n";
        assert_eq!(names(tree).collect::<Vec<_>>(), ["rollcall-shared", "serde", "tokio"]);
    }
}
