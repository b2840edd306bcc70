//! Rollcall's rules, in the order in which a sign-up meets them.
//!
//! They say what a phone number, a name, a code and an id are; what a sign-up is, how it is taken and how it
//! travels, sealed; what the writer decides; how long things are cached and when they are tried again; when a
//! proof of work is asked for; what answers and pages say.
//!
//! No I/O, no clock, no randomness of its own: time, random bits and generators come in as parameters, so
//! that the same code runs in the worker (wasm32) and on the laptop, and every rule can be tested as a table.

pub mod phone;
pub mod person_name;
pub mod fold;
pub mod search;
pub mod invite_code;
pub mod signup_id;
pub mod seed;
pub mod question;
pub mod forms;
pub mod digest;
pub mod signup;
pub mod workshop;
pub mod deletion;
pub mod envelope;
pub mod entry_code;
pub mod seal;
pub mod mailbox;
pub mod receipt;
pub mod admission;
pub mod cache;
pub mod retry;
pub mod proof;
pub mod allowance;
pub mod field_error;
pub mod problem;
pub mod desk_trouble;
pub mod form;
pub mod intake;
pub mod language;
pub mod mistake;
pub mod secret;
pub mod cookie;
pub mod headers;
pub mod media_type;
pub mod address;

mod alphabet;
mod dialling;
mod ideograph;
mod name_key;
mod presentation;
mod sign_kind;
mod spelling;
mod text;
mod timestamp;

#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use timestamp::Timestamp;

/// A length of time, in milliseconds. A moment is a [`Timestamp`].
pub type Millis = i64;
