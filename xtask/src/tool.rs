//! Runs other programs to their end.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, io};

use anyhow::{Context, Result, bail};

use crate::child::Process;

/// Runs a program with its output on standard error, so that standard output keeps carrying results alone.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    let process = Process::start(shown.as_str(), command.stdin(Stdio::null()).stdout(to_stderr()?));
    let status = process.with_context(|| shown.clone())?.wait()?;
    if !status.success() {
        bail!("`{shown}` failed ({status})");
    }
    Ok(())
}

/// Runs a program and returns what it prints.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let shown = shown(command);
    let output = command.stdin(Stdio::null()).output().with_context(|| shown.clone())?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        bail!("`{shown}` failed ({}): {}", output.status, reason.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a program can be run at all and says that all is well.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Takes out of a program's environment what `cargo run` and rustup put there for us.
pub(crate) fn forget_our_cargo(command: &mut Command) {
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text == "CARGO"
            || text == "CARGO_MANIFEST_DIR"
            || text == "CARGO_MANIFEST_PATH"
            || text.starts_with("CARGO_PKG_")
        {
            command.env_remove(&name);
        }
    }
}

/// Puts a folder ahead of all others on a program's `PATH`.
pub(crate) fn path_first(command: &mut Command, folder: &Path) -> Result<()> {
    let already =
        command.get_envs().find(|(name, _)| *name == "PATH").and_then(|(_, path)| path.map(OsStr::to_owned));
    let path = already.or_else(|| env::var_os("PATH")).unwrap_or_default();
    let folders = std::iter::once(folder.to_owned()).chain(env::split_paths(&path));
    command.env("PATH", env::join_paths(folders).context("PATH")?);
    Ok(())
}

/// Returns our standard error, for another program's standard output.
pub(crate) fn to_stderr() -> io::Result<Stdio> {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        Ok(io::stderr().as_fd().try_clone_to_owned()?.into())
    }
    #[cfg(windows)]
    {
        use std::os::windows::io::AsHandle;
        Ok(io::stderr().as_handle().try_clone_to_owned()?.into())
    }
}

/// Returns the command as a person would type it.
fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}
