//! Nothing is lost and nothing doubled, whatever is done to the laptop, its Redis, its disk, its clock and
//! its line.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod backlogs;
mod fixed;
mod planted;
mod random;
