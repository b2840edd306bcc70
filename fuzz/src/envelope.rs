//! The message on the queue, as the laptop reads it from the mailbox, from Redis and off a phone's screen.

use rollcall_shared::envelope::{
    CHANGE_VERSION, Envelope, EnvelopeError, MAX_BYTES, OpenError, VERSION, addressee,
};

use crate::bounds::{for_nothing, within_bounds};
use crate::sample;
use crate::text::text;

/// A message is read within its limits, written as it was read, and delivered to whom it names.
pub fn envelope(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let to = within_bounds(data, || addressee(text));
    if text.len() > MAX_BYTES {
        return assert_eq!(for_nothing(|| Envelope::parse(text)), Err(EnvelopeError::TooLarge(text.len())));
    }
    match within_bounds(data, || Envelope::parse(text)) {
        Ok(envelope) => {
            // What the laptop reads the edge could deliver.
            assert_eq!(to.as_ref(), Some(&envelope.workshop));
            assert_eq!(Envelope::parse(&envelope.to_text()).as_ref(), Ok(&envelope));
            let opened = within_bounds(data, || envelope.open(&sample::secret_key()));
            assert_eq!(envelope.key_id != *sample::secret_key().key_id(), opened == Err(OpenError::OtherKey));
        }
        Err(EnvelopeError::UnknownVersion(version)) => {
            assert!(!(VERSION..=CHANGE_VERSION).contains(&version))
        }
        Err(EnvelopeError::TooLarge(_)) => panic!("{} bytes are not too many", text.len()),
        Err(EnvelopeError::Malformed) => {}
    }
}
