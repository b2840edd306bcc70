//! Versions of tools that must match each other. What npm brings is pinned in edge/package.json.

/// Builds the worker; its minor version is that of the `worker` crate.
pub(crate) const WORKER_BUILD: &str = "0.8.7";

/// Looks through licences and sources.
pub(crate) const CARGO_DENY: &str = "0.20.2";

/// Drives libFuzzer.
pub(crate) const CARGO_FUZZ: &str = "0.13.2";

/// wrangler 4 does not start on anything older.
pub(crate) const NODE: (u32, u32) = (22, 12);

/// The rule for the worker's weight: a cold start reads all of it.
pub(crate) const WASM_LIMIT_BYTES: u64 = 250 * 1024;

/// Debian's linker for wasm, of the LLVM that `rustc-web` is built with.
pub(crate) const DEBIAN_LLD: &str = "22";
