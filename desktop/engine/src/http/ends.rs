//! The two ends of a connection, as every request of the venue page carries them.

use std::net::SocketAddr;

/// Both ends of a connection to this laptop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ends {
    /// The phone.
    pub(crate) there: SocketAddr,
    /// The laptop's address that it came to.
    pub(crate) here: SocketAddr,
}
