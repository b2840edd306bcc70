//! HTTP as both ports need it: a bounded server, the answers' shapes, and the two ends of a connection.

pub(crate) mod answer;
pub(crate) mod body;
pub(crate) mod client;
pub(crate) mod ends;
pub(crate) mod gzip;
pub(crate) mod port_error;
pub(crate) mod server;
