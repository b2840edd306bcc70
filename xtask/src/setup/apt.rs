//! System packages of Debian and Ubuntu.

use std::process::Command;

use anyhow::Result;

use crate::settings::WrongSetting;
use crate::step::step;
use crate::tool;

/// A package and what it is for.
#[derive(Debug, Clone)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) why: &'static str,
}

impl Package {
    pub(super) fn new(name: impl Into<String>, why: &'static str) -> Self {
        Self { name: name.into(), why }
    }
}

/// Installs packages that are known to be missing; without the right to do so, says the line to type.
pub(super) fn install(packages: &[Package]) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let whys: Vec<String> =
        packages.iter().map(|package| format!("{} ({})", package.name, package.why)).collect();
    if !tool::succeeds(Command::new("apt-get").arg("--version")) {
        let line = format!("missing here: {} — install them by hand, then start again", whys.join(", "));
        return Err(WrongSetting::new(line).into());
    }
    let Some(become_root) = become_root() else {
        let line = format!(
            "missing here: {} — run `sudo apt-get update && sudo apt-get install -y {}`, then start again",
            whys.join(", "),
            names.join(" ")
        );
        return Err(WrongSetting::new(line).into());
    };
    step("system packages", &whys.join(", "), || {
        let apt_get = || {
            let mut words = become_root.iter().chain(&["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
            let mut command = Command::new(words.next().copied().unwrap_or("apt-get"));
            command.args(words).args(["-o", "DPkg::Lock::Timeout=300"]);
            command
        };
        tool::run(apt_get().arg("update").arg("-q"))?;
        tool::run(apt_get().args(["install", "-y", "-q", "--no-install-recommends"]).args(&names))
    })
}

/// The words that go before a command which only root may run; `None` where that would need a password.
fn become_root() -> Option<&'static [&'static str]> {
    #[cfg(unix)]
    if rustix::process::geteuid().is_root() {
        return Some(&[]);
    }
    tool::succeeds(Command::new("sudo").args(["-n", "true"])).then_some(&["sudo", "-n"])
}
