//! A running system, as seen by a load generator.

use std::net::SocketAddr;

use super::ready::Ready;

/// What a load generator needs to know of a running system.
#[derive(Debug, Clone)]
pub(crate) struct Scene {
    pub(crate) edge: SocketAddr,
    pub(crate) publish_key: String,
    pub(crate) ready: Ready,
}
