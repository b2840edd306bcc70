//! Tools that cargo compiles once for this person, at the version that this checkout needs.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use super::apt::Package;
use crate::checkout::{self, Checkout};
use crate::step::step;
use crate::{tool, versions};

/// A tool from crates.io, kept by name and version in the cache folder.
#[derive(Debug)]
pub(super) struct CargoTool {
    krate: &'static str,
    version: String,
    program: &'static str,
    why: &'static str,
    folder: PathBuf,
}

/// Turns the worker's crate into what wrangler serves.
pub(super) fn worker_build() -> Result<CargoTool> {
    CargoTool::new(
        "worker-build",
        "worker-build",
        "worker-build",
        versions::WORKER_BUILD.to_owned(),
        "packs the worker for wrangler (compiles once, about 4 min)",
    )
}

/// Writes the JavaScript between worker and wasm; its version must be that of the library in Cargo.lock.
pub(super) fn wasm_bindgen(checkout: &Checkout) -> Result<CargoTool> {
    CargoTool::new(
        "wasm-bindgen-cli",
        "wasm-bindgen",
        "wasm-bindgen",
        locked_version(checkout, "wasm-bindgen")?,
        "joins wasm and JavaScript, at the version in Cargo.lock (compiles once, about 2 min)",
    )
}

/// Builds fuzz targets and runs libFuzzer.
pub(super) fn fuzzer() -> Result<CargoTool> {
    CargoTool::new(
        "cargo-fuzz",
        "cargo-fuzz",
        "cargo-fuzz",
        versions::CARGO_FUZZ.to_owned(),
        "has libFuzzer look for bytes that break a parser (compiles once, about 1 min)",
    )
}

/// Looks through licences, sources and what is banned.
pub(super) fn deny() -> Result<CargoTool> {
    CargoTool::new(
        "cargo-deny",
        "cargo-deny",
        "cargo-deny",
        versions::CARGO_DENY.to_owned(),
        "looks through licences and sources (compiles once, about 5 min)",
    )
}

/// libFuzzer is C++.
pub(super) fn missing_for_fuzzer() -> Vec<Package> {
    if !cfg!(target_os = "linux") || tool::succeeds(Command::new("c++").arg("--version")) {
        return Vec::new();
    }
    vec![Package::new("g++", "to compile libFuzzer")]
}

/// System packages that compiling these tools needs: worker-build links OpenSSL.
pub(super) fn missing_packages() -> Vec<Package> {
    if !cfg!(target_os = "linux") || tool::succeeds(Command::new("pkg-config").args(["--exists", "openssl"]))
    {
        return Vec::new();
    }
    let why = "to compile worker-build";
    vec![Package::new("pkg-config", why), Package::new("libssl-dev", why)]
}

impl CargoTool {
    fn new(
        krate: &'static str,
        name: &str,
        program: &'static str,
        version: String,
        why: &'static str,
    ) -> Result<Self> {
        let folder = checkout::tools()?.join(format!("{name}-{version}"));
        Ok(Self { krate, version, program, why, folder })
    }

    pub(super) fn is_missing(&self) -> bool {
        !self.path().is_file()
    }

    /// The program's path, after compiling it where it is missing.
    pub(super) fn install(&self) -> Result<PathBuf> {
        if self.is_missing() {
            step(&format!("{} {}", self.krate, self.version), self.why, || self.compile())?;
        }
        Ok(self.path())
    }

    fn path(&self) -> PathBuf {
        self.folder.join("bin").join(format!("{}{}", self.program, std::env::consts::EXE_SUFFIX))
    }

    fn compile(&self) -> Result<()> {
        fs::create_dir_all(&self.folder).with_context(|| format!("making {}", self.folder.display()))?;
        let mut install = Command::new("cargo");
        tool::forget_our_cargo(&mut install);
        // A target directory of the tool's own: ours may be in use, and this one can be thrown away.
        let target = self.folder.join("target");
        install.args(["install", self.krate, "--version", &format!("={}", self.version), "--root"]);
        tool::run(install.arg(&self.folder).env("CARGO_TARGET_DIR", &target))?;
        // Only disk space is lost if this fails.
        let _ = fs::remove_dir_all(&target);
        Ok(())
    }
}

/// A package's version in Cargo.lock.
fn locked_version(checkout: &Checkout, package: &str) -> Result<String> {
    let path = checkout.root().join("Cargo.lock");
    let lock = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    version_in(&lock, package)
        .map(str::to_owned)
        .with_context(|| format!("{package} is not in {}", path.display()))
}

fn version_in<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name).skip(1);
    lines.next()?.strip_prefix("version = \"")?.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_that_of_the_very_package() {
        let lock = "[[package]]\nname = \"wasm-bindgen-shared\"\nversion = \"0.1.0\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.129\"\n";
        assert_eq!(version_in(lock, "wasm-bindgen"), Some("0.2.129"));
        assert_eq!(version_in(lock, "worker"), None);
    }
}
