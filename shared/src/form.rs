//! The pages that edge and venue page both serve, rendered from the rules: the form, the receipt, and
//! messages. They work without script; with it, mistakes are explained while one types, and receipts are
//! updated.
//!
//! Script and style are built from `edge/web` into `form/built` (`cargo xtask web`) and are part of the page
//! itself, so that one request is enough.

mod date;
mod desk;
mod document;
mod explanations;
mod field;
mod join;
mod kept_page;
mod message;
mod message_page;
mod outbox;
mod parts;
mod receipt;
mod script;
mod words;

pub use date::zone;
pub use desk::{Assets, DeskView, PinView, TakenView, desk_page, pin_page, taken_page};
pub use document::{FIXED_PARTS, Page};
pub use join::{JoinView, join_page, notice_text};
pub use kept_page::{KeptView, kept_page};
pub use message::Message;
pub use message_page::{lost_page, message_page, shut_page};
pub use receipt::{ReceiptView, receipt_page};
pub use script::{SERVICE_WORKER, WORKER};

#[cfg(test)]
mod fixtures {
    use crate::seal::SecretKey;
    use crate::workshop::{Workshop, sample};

    pub(super) fn workshop() -> Workshop {
        sample::workshop(SecretKey::from_bytes([9; 32]).public())
    }

    /// What is between the first `start` and the next `end`.
    pub(super) fn between<'a>(html: &'a str, start: &str, end: &str) -> &'a str {
        html.split_once(start).unwrap().1.split_once(end).unwrap().0
    }
}
