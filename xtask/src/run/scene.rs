//! A running system, as those see it who send sign-ups to it.

use std::net::SocketAddr;

use super::ready::Ready;

/// What a load generator needs to know of a running system.
#[derive(Debug, Clone)]
pub(crate) struct Scene {
    pub(crate) edge: SocketAddr,
    pub(crate) publish_key: String,
    pub(crate) ready: Ready,
}
