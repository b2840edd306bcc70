//! The laptop's side of the edge: its HTTP client, and the line of text that names a deployment and its key.

pub(crate) mod client;
pub(crate) mod connection;
