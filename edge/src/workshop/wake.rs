//! The wake sockets of the laptops that collect a workshop's mail.
//!
//! The runtime holds them while the object sleeps, answers their pings without waking it, and drops those
//! that are gone. A message leaves once the deposit is stored: the object's output gate holds it back until
//! then.

use worker::{Response, WebSocketPair};

use super::object::Workshop;
use crate::answer::{Answer, unauthorized};

/// The name by which the worker passes a socket on.
pub(crate) const WAKE: &str = "wake";
/// The only message that is ever sent.
const MAIL: &str = "mail";

impl Workshop {
    /// Takes the socket of a laptop that has the drain key.
    pub(super) fn take_socket(&self, key: &str) -> Answer {
        self.opened_by(key)?.ok_or_else(unauthorized)?;
        let pair = WebSocketPair::new()?;
        self.state.accept_web_socket(&pair.server);
        Ok(Response::from_websocket(pair.client)?)
    }

    /// Sends that there is mail. A socket that is closing misses it: its laptop polls when it is back.
    pub(super) fn wake(&self) {
        for socket in self.state.get_websockets() {
            let _ = socket.send_with_str(MAIL);
        }
    }
}
