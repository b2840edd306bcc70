//! Starts the real parts for end-to-end tests and speaks to them as their users do: a phone, a host, a reader
//! of the database.
//!
//! `cargo xtask test` sets up what is needed and says in `ROLLCALL_*` variables where it lies; without them,
//! the places that `cargo xtask` uses in this checkout are taken.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a part that does not start fails the test, there"
)]

pub mod axe;
pub mod big_list;
pub mod documents;
pub mod edge;
pub mod faults;
pub mod host;
pub mod leaks;
pub mod line;
pub mod ports;
pub mod power;
pub mod process;
mod proof_asked;
mod relay;
pub mod servers;
pub mod stranger;
pub mod teacher;
pub mod told;
pub mod turn;
pub mod wait;
pub mod window;

use std::env;
use std::path::PathBuf;

/// A path that `cargo xtask test` names in `variable`, or where it lies in this checkout.
pub fn place(variable: &str, in_checkout: &str) -> PathBuf {
    env::var_os(variable).map_or_else(|| checkout().join(in_checkout), PathBuf::from)
}

/// The checkout that is tested.
pub fn checkout() -> PathBuf {
    let beside =
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().expect("e2e lies in the checkout").to_owned();
    env::var_os("ROLLCALL_ROOT").map_or_else(beside, PathBuf::from)
}
