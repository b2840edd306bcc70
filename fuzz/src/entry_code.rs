//! The code on a phone's screen, as a camera or a scanner's keyboard brings it to a desk.

use rollcall_shared::entry_code::EntryCode;
use rollcall_shared::envelope::VERSION;

use crate::bounds::within_bounds;
use crate::text::text;

/// Reading takes no more memory than it may. What is read is the same again as the message's own text; and in
/// digits for the same person at the same moment.
pub fn entry_code(data: &[u8]) {
    let Some(typed) = text(data) else { return };
    let Ok(code) = within_bounds(data, || EntryCode::parse(typed)) else { return };
    let message = code.message();
    let text = message.to_text();
    assert_eq!(EntryCode::parse(&text).as_ref(), Ok(&code));
    // Phones write messages of this version alone, at times that their clocks can have.
    let version = format!("{{\"v\":{VERSION},");
    if !text.starts_with(&version) || !(0..1 << 48).contains(&message.received_at.as_millis()) {
        return;
    }
    let again = EntryCode::parse(&code.to_digits()).unwrap();
    let outside = |code: &EntryCode| {
        let message = code.message();
        (message.workshop.clone(), message.id, message.key_id.clone(), message.received_at)
    };
    assert_eq!(outside(&again), outside(&code));
}
