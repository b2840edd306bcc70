//! The wake sockets of the laptops that collect a workshop's mail.
//!
//! They are the runtime's, which keeps them while the object sleeps, answers their pings without waking it, and forgets those that
//! are gone. What is sent leaves once the deposit is stored: the object's output gate holds it back until then.

use worker::{Response, WebSocketPair};

use super::Workshop;
use super::errand::unauthorized;
use crate::answer::Answer;

/// How the worker names it to the object.
pub(crate) const WAKE: &str = "wake";
/// All that is ever said.
const MAIL: &str = "mail";

impl Workshop {
    /// Takes a socket of whoever holds the drain key.
    pub(super) fn take_socket(&self, key: &str) -> Answer {
        self.opened_by(key)?.ok_or_else(unauthorized)?;
        let pair = WebSocketPair::new()?;
        self.state.accept_web_socket(&pair.server);
        Ok(Response::from_websocket(pair.client)?)
    }

    /// Says that there is mail. A socket that is going away hears nothing: its laptop looks by itself when it is back.
    pub(super) fn wake(&self) {
        for socket in self.state.get_websockets() {
            let _ = socket.send_with_str(MAIL);
        }
    }
}
