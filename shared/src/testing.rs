//! What tests have in common, here and in the crates that build on this one. Never part of a program that
//! people run.

pub mod intake;
mod rng;

pub use rng::rng;
