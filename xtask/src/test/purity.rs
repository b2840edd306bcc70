//! Invariants of the layout, read off cargo's own dependency trees.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use crate::checkout::Checkout;
use crate::tool;

/// Crates that do I/O, read a clock, draw randomness or run tasks. `shared` may depend on none of them.
const IO: [&str; 21] = [
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
    "tokio",
    "ureq",
    "uuid",
    "wasm-bindgen",
    "worker",
];

/// `shared` does no I/O; the engine has nothing of a window; the window's shell reaches the database and
/// Redis through it alone.
pub(super) fn check(checkout: &Checkout) -> Result<()> {
    forbid(checkout, "rollcall-shared", |krate| IO.contains(&krate.name) || reads_the_clock(krate))?;
    forbid(checkout, "rollcall-engine", |krate| {
        krate.name.starts_with("tauri") || ["wry", "tao"].contains(&krate.name)
    })?;
    forbid_directly(checkout, "rollcall-desktop", &["libsqlite3-sys", "redis", "reqwest", "rusqlite"])
}

/// `time` is welcome for its calendar; these features add the clock.
fn reads_the_clock(krate: &Crate<'_>) -> bool {
    krate.name == "time"
        && krate.features.split(',').any(|feature| ["std", "local-offset"].contains(&feature))
}

fn forbid(checkout: &Checkout, package: &str, forbidden: impl Fn(&Crate<'_>) -> bool) -> Result<()> {
    let arguments =
        ["tree", "--package", package, "--edges", "normal", "--target", "all", "--prefix", "none"];
    let tree = tool::output(checkout.cargo().args(arguments).args(["--format", "{p}|{f}"]))?;
    let found: BTreeSet<&str> = crates(&tree).filter(forbidden).map(|krate| krate.name).collect();
    let Some(first) = found.first() else { return Ok(()) };
    let names = Vec::from_iter(found.iter().copied()).join(", ");
    bail!(
        "{package} must not depend on {names}; `cargo tree --package {package} --invert {first}` shows by \
         which way it does"
    )
}

/// Fails where a package names one of these itself; the window's shell has the engine for them.
fn forbid_directly(checkout: &Checkout, package: &str, forbidden: &[&str]) -> Result<()> {
    let arguments = [
        "tree",
        "--package",
        package,
        "--edges",
        "normal",
        "--depth",
        "1",
        "--target",
        "all",
        "--prefix",
        "none",
    ];
    let tree = tool::output(checkout.cargo().args(arguments).args(["--format", "{p}|{f}"]))?;
    match crates(&tree).find(|krate| forbidden.contains(&krate.name)) {
        None => Ok(()),
        Some(krate) => bail!("{package} must not depend on {} itself: that is the engine's", krate.name),
    }
}

/// A package of a dependency tree.
struct Crate<'a> {
    name: &'a str,
    /// A list, separated by commas.
    features: &'a str,
}

/// One per line: `name v1.2.3 (…)|feature,feature (*)`.
fn crates(tree: &str) -> impl Iterator<Item = Crate<'_>> {
    tree.lines().filter_map(|line| {
        let (package, features) = line.split_once('|')?;
        let features = features.split_whitespace().next().unwrap_or_default();
        Some(Crate { name: package.split_whitespace().next()?, features })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_are_read_off_the_tree() {
        let tree =
            "rollcall-shared v0.1.0 (/somewhere)|\nserde v1.0.228|derive,std\n\ntime v0.3.55|alloc,std (*)\n";
        let read = |krate: Crate<'_>| (krate.name.to_owned(), reads_the_clock(&krate));
        let expected = [("rollcall-shared", false), ("serde", false), ("time", true)];
        assert_eq!(
            crates(tree).map(read).collect::<Vec<_>>(),
            expected.map(|(name, clock)| (name.to_owned(), clock))
        );
    }
}
