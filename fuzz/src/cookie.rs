//! The cookie in which a device carries what it has sent lately.

use rollcall_shared::allowance::{DEVICE_SIGNUPS, DEVICE_WINDOW_MS, Device};
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::{Millis, Timestamp};

use crate::bounds::within_bounds;
use crate::sample;
use crate::text::text;

/// What was not signed here is no more than no cookie; what was signed comes back as it was and counts as a
/// list of times would. Each pair of bytes is a sign-up: which one, and how many seconds after the one
/// before.
pub fn cookie(data: &[u8]) {
    if let Some(header) = text(data) {
        let device = within_bounds(data, || Device::read(header, &sample::proof_key(), sample::NOW));
        if device != Device::default() {
            assert!(header.contains("device=") && header.contains('~'));
            assert_eq!(kept(&device, sample::NOW), device);
        }
    }
    // Few enough that the cookie never has to forget one that still counts.
    let (mut device, mut sent, mut now) =
        (Device::default(), Vec::<(SignupId, Timestamp)>::new(), sample::NOW);
    for pair in data.chunks_exact(2).take(15) {
        let id = SignupId::from_random([pair[0] % 8; 16]);
        now += Millis::from(pair[1]) * 1_000;
        device = kept(&device, now);
        sent.retain(|(_, at)| {
            now.as_seconds() - at.as_seconds() < DEVICE_WINDOW_MS / 1_000 + 1
                && now.as_millis() - at.as_seconds() * 1_000 < DEVICE_WINDOW_MS
        });
        let again = sent.iter().any(|(other, _)| *other == id);
        assert_eq!(device.may_send(id), again || sent.len() < DEVICE_SIGNUPS);
        assert!(i64::from(device.retry_after(now)) <= DEVICE_WINDOW_MS / 1_000 + 1);
        device.note(id, now);
        if !again {
            sent.push((id, now));
        }
    }
}

/// Set, sent back among others, and read.
fn kept(device: &Device, now: Timestamp) -> Device {
    let cookie = device.set_cookie(&sample::proof_key());
    assert!(cookie.len() < 512 && cookie.bytes().all(|b| (b' '..=b'~').contains(&b)));
    let pair = cookie.split(';').next().unwrap();
    Device::read(&format!("other=1; {pair}; more=2"), &sample::proof_key(), now)
}
