//! The whole path with real parts: workerd with KV, Queue and Durable Objects; redis-server; `rollcall-host`;
//! SQLite. One edge serves all tests of this program; each has workshops and hosts of its own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod another_laptop;
mod cache;
mod changes;
mod codes;
mod crashes;
mod deletion;
mod documents;
mod drains;
mod edge_parts;
mod erasure;
mod form;
mod good_path;
mod identity;
mod intake;
mod keys;
mod late_edge;
mod passage;
mod poison;
mod power;
mod privacy;
mod problems;
mod prompt;
mod proof;
mod publishing;
mod receipts;
mod redis;
mod rehearsal;
mod settings;
mod troubled;
mod venue;
mod wake;
