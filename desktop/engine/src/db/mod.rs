//! The database: one table to a file, with its migrations, its row, its reading and its writing. All SQL is
//! in this folder.

mod column;
pub(crate) mod copies;
pub(crate) mod desks;
pub(crate) mod duplicates;
pub(crate) mod erased;
pub(crate) mod erased_workshops;
pub(crate) mod events;
pub(crate) mod failure;
pub(crate) mod forms;
pub(crate) mod list;
pub(crate) mod notices;
pub(crate) mod open;
pub(crate) mod open_error;
pub(crate) mod parked;
#[cfg(feature = "failpoints")]
mod planted;
pub(crate) mod probe;
pub(crate) mod quarantine;
pub(crate) mod readers;
pub(crate) mod receipts_out;
mod respelling;
mod schema;
pub(crate) mod signups;
#[cfg(test)]
mod source_tests;
pub(crate) mod stored;
pub(crate) mod takeovers_due;
#[cfg(test)]
mod tests;
pub(crate) mod tx;
pub(crate) mod whole_row;
pub(crate) mod workshops;

pub(crate) use open::{check, open_writer};
pub(crate) use schema::VERSION;
