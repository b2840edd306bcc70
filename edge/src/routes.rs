//! The answers to each address, one noun per file.

pub(crate) mod cancellation;
pub(crate) mod challenge;
pub(crate) mod files;
pub(crate) mod health;
mod host;
pub(crate) mod host_operations;
pub(crate) mod join;
pub(crate) mod publication;
pub(crate) mod receipts;
pub(crate) mod signups;
pub(crate) mod stats;
pub(crate) mod wake;
pub(crate) mod workshops;
