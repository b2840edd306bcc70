//! Why a port cannot be listened on.

use std::net::SocketAddr;

/// A port that cannot be listened on. Its text is one line, `what is wrong — what to do`.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot listen on {address} for {purpose} ({source}) — choose another port with {flag}, or end the \
     program that has it"
)]
pub struct PortError {
    /// Address and port.
    pub address: SocketAddr,
    /// What for.
    pub purpose: &'static str,
    /// The setting to change.
    pub flag: &'static str,
    /// The operating system's own.
    pub source: std::io::Error,
}
