//! A compiler for `wasm32-unknown-unknown`: the person's own with rustup's target, or else Debian's.
//!
//! rustup downloads from a server that not every network reaches. Debian packages the same compiler
//! (`rustc-web`), but without the standard library for this target; it comes as source (`rust-web-src`) and
//! is compiled here, once.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, bail};

use super::apt::Package;
use crate::checkout::Checkout;
use crate::step::{say, step};
use crate::{tool, versions};

/// The worker's target.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

const DEBIAN_BIN: &str = "/usr/bin";

/// Which compiler builds for wasm here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compiler {
    /// The one that builds everything else.
    Own,
    /// `/usr/bin/rustc` of Debian's `rustc-web`.
    Debian,
}

impl Compiler {
    /// Makes cargo, or a tool that calls it, build with this compiler into the worker's target directory.
    pub(crate) fn apply(self, command: &mut Command, checkout: &Checkout) -> Result<()> {
        tool::forget_our_cargo(command);
        command.env("CARGO_TARGET_DIR", checkout.edge_target());
        // Flags meant for the machine's own code, `-C target-cpu=native` for one, mean nothing here.
        command.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
        if self == Self::Debian {
            tool::path_first(command, Path::new(DEBIAN_BIN))?;
            command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", debian_linker());
            // rustup's proxies set these; the other compiler must find its own libraries.
            command.env_remove("RUSTUP_TOOLCHAIN").env_remove("LD_LIBRARY_PATH").env_remove("RUSTC");
        }
        Ok(())
    }
}

/// The compiler that is there, after asking rustup for the target where it is missing; `None` where only
/// Debian's is left to try.
pub(super) fn find_or_add(checkout: &Checkout) -> Result<Option<Compiler>> {
    if has_core("rustc") {
        return Ok(Some(Compiler::Own));
    }
    if debian_is_ready() {
        return Ok(Some(Compiler::Debian));
    }
    if tool::succeeds(Command::new("rustup").arg("--version")) {
        let added = step("wasm target", "the worker runs as WebAssembly; asking rustup for it", || {
            tool::run(Command::new("rustup").args(["target", "add", WASM]).current_dir(checkout.root()))
        });
        if added.is_ok() && has_core("rustc") {
            return Ok(Some(Compiler::Own));
        }
        say("wasm target: rustup cannot get it (no way to its server?); using Debian's compiler instead");
    }
    Ok(None)
}

/// Debian's compiler, the source of its standard library and the linker, as far as they are missing.
pub(super) fn debian_packages() -> Vec<Package> {
    let package = |missing: bool, name: String, why| missing.then(|| Package::new(name, why));
    let wasm = "the worker is WebAssembly and rustup has no target for it here";
    [
        package(!Path::new("/usr/bin/rustc").exists(), "rustc-web".into(), wasm),
        package(!Path::new("/usr/bin/cargo").exists(), "cargo-web".into(), wasm),
        package(debian_source().is_none(), "rust-web-src".into(), wasm),
        package(!Path::new(&debian_linker()).exists(), format!("lld-{}", versions::DEBIAN_LLD), "links it"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Compiles the standard library for wasm with Debian's compiler and puts it where that compiler looks.
pub(super) fn build_for_debian() -> Result<Compiler> {
    if !debian_is_ready() {
        step(
            "wasm standard library",
            "Debian brings it as source; compiled once (about 1 min)",
            compile_std,
        )?;
    }
    Ok(Compiler::Debian)
}

/// Building an empty crate with `-Zbuild-std` leaves every crate of the standard library as an `.rlib`.
fn compile_std() -> Result<()> {
    let work = env::temp_dir().join(format!("rollcall-std-{}", std::process::id()));
    fs::create_dir_all(work.join("src")).with_context(|| format!("making {}", work.display()))?;
    fs::write(work.join("Cargo.toml"), "[package]\nname = \"empty\"\nedition = \"2024\"\n\n[workspace]\n")?;
    fs::write(work.join("src/lib.rs"), "#![no_std]\n")?;

    let mut build = Command::new(format!("{DEBIAN_BIN}/cargo"));
    tool::forget_our_cargo(&mut build);
    tool::path_first(&mut build, Path::new(DEBIAN_BIN))?;
    build
        .current_dir(&work)
        .args(["build", "--release", "--target", WASM, "-Zbuild-std=std,panic_abort"])
        // The flag above is not stable; bitcode lets the worker's link-time optimisation reach into std.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", "-Cembed-bitcode=yes")
        .env("CARGO_TARGET_DIR", work.join("target"))
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", debian_linker())
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("LD_LIBRARY_PATH");
    tool::run(&mut build)?;

    let into = libdir(&format!("{DEBIAN_BIN}/rustc")).context("Debian's rustc names no library folder")?;
    let mut copy = Command::new("cp");
    if !fs::create_dir_all(&into).is_ok_and(|()| writable(&into)) {
        // Only root writes there; apt was allowed to, so sudo is.
        tool::run(Command::new("sudo").args(["-n", "mkdir", "-p"]).arg(&into))?;
        copy = Command::new("sudo");
        copy.args(["-n", "cp"]);
    }
    let built = work.join("target").join(WASM).join("release/deps");
    let is_std = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".rlib") && !name.starts_with("libempty-")
    };
    let files = fs::read_dir(&built).with_context(|| format!("reading {}", built.display()))?;
    let rlibs: Vec<PathBuf> = files.filter_map(|file| Some(file.ok()?.path())).filter(is_std).collect();
    if rlibs.is_empty() {
        bail!("building the standard library left nothing in {}", built.display());
    }
    tool::run(copy.args(rlibs).arg(&into))?;
    fs::remove_dir_all(&work).with_context(|| format!("removing {}", work.display()))
}

fn debian_is_ready() -> bool {
    cfg!(target_os = "linux")
        && has_core(&format!("{DEBIAN_BIN}/rustc"))
        && Path::new(&format!("{DEBIAN_BIN}/cargo")).exists()
        && Path::new(&debian_linker()).exists()
}

fn debian_linker() -> String {
    format!("{DEBIAN_BIN}/wasm-ld-{}", versions::DEBIAN_LLD)
}

/// The standard library's source of Debian's compiler, below its sysroot.
fn debian_source() -> Option<PathBuf> {
    let sysroot = tool::output(plain(&format!("{DEBIAN_BIN}/rustc")).args(["--print", "sysroot"])).ok()?;
    let source = Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library/std/Cargo.toml");
    source.exists().then_some(source)
}

/// Whether a compiler has the core library of the wasm target: that is what "installed" means, by whatever
/// means it came.
fn has_core(rustc: &str) -> bool {
    let Some(libdir) = libdir(rustc) else { return false };
    let Ok(files) = fs::read_dir(libdir) else { return false };
    files.filter_map(Result::ok).any(|file| file.file_name().to_string_lossy().starts_with("libcore-"))
}

fn libdir(rustc: &str) -> Option<PathBuf> {
    let path = tool::output(plain(rustc).args(["--target", WASM, "--print", "target-libdir"])).ok()?;
    Some(PathBuf::from(path.trim()))
}

/// A compiler that is asked about itself, not about the toolchain of the cargo that runs us.
fn plain(rustc: &str) -> Command {
    let mut command = Command::new(rustc);
    if rustc.starts_with(DEBIAN_BIN) {
        command.env_remove("LD_LIBRARY_PATH");
    }
    command
}

fn writable(folder: &Path) -> bool {
    let probe = folder.join(".rollcall-probe");
    let written = fs::write(&probe, "").is_ok();
    // Where it could not be written there is nothing to remove.
    let _ = fs::remove_file(&probe);
    written
}
