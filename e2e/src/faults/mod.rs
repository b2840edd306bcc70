//! The worst, many times, from a seed: real processes are killed, stopped, starved and lied to while clients
//! sign up that keep their own ledgers; then what was promised is compared with what is stored.
//!
//! `plan` says what happens, `run` does it, `checker` judges, `table` adds up. `cargo xtask faults` plays as
//! many runs as one likes; the regular test plays a few fixed ones, and the planted defects that it must see.

pub mod checker;
pub mod crowd;
mod damage;
pub mod dice;
pub mod disk;
pub mod gate;
pub mod laptop;
pub mod ledger;
pub mod places;
pub mod plan;
pub mod planted;
mod poison;
pub mod run;
mod seen;
pub mod table;
mod trouble;
