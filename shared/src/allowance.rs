//! How much one device, or everybody for one code, may send before a proof of work is asked for. IP addresses
//! are never counted: a whole hall shares one.

use std::collections::BTreeMap;

use crate::cookie;
use crate::invite_code::InviteCode;
use crate::proof::ProofKey;
use crate::secret;
use crate::signup_id::SignupId;
use crate::workshop::ProofMode;
use crate::{Millis, Timestamp};

/// How many sign-ups one device sends without a proof: a teacher's own and some colleagues'.
pub const DEVICE_SIGNUPS: usize = 5;
/// The time within which a device's sign-ups are counted: 10 minutes.
pub const DEVICE_WINDOW_MS: Millis = 10 * 60 * 1_000;
/// How many sign-ups for one code come without a proof: more than twice the largest hall at one instant.
pub const CODE_SIGNUPS: u32 = 1_200;
/// The time within which a code's sign-ups are counted: 1 minute.
pub const CODE_WINDOW_MS: Millis = 60 * 1_000;
/// The cookie's name.
pub const COOKIE: &str = "device";
/// Sign-ups that a device's cookie remembers.
const REMEMBERED: usize = 16;
/// Characters of an id by which the cookie recognises it.
const TAG_CHARS: usize = 8;
/// How many codes are counted at a time.
const CODES: usize = 1_000;

/// Why a proof of work is asked for. A person whose browser runs no script is told it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProofReason {
    /// The workshop asks everybody for one.
    Always,
    /// This device sent [`DEVICE_SIGNUPS`] already; seconds until it may send another without a proof.
    Device(u32),
    /// More than [`CODE_SIGNUPS`] came for this code; seconds until they are counted from 0 again.
    Rush(u32),
}

impl ProofReason {
    /// Why a sign-up needs a proof, if it needs one. `rush` is what [`Rush::count`] returned for its code.
    ///
    /// ```
    /// use rollcall_shared::Timestamp;
    /// use rollcall_shared::allowance::{Device, ProofReason};
    /// use rollcall_shared::signup_id::SignupId;
    /// use rollcall_shared::workshop::ProofMode;
    /// let (id, fresh) = (SignupId::from_random([7; 16]), Device::default());
    /// let reason = |mode| ProofReason::of(mode, &fresh, None, id, Timestamp::default());
    /// assert_eq!(reason(ProofMode::Auto), None);
    /// assert_eq!(reason(ProofMode::On), Some(ProofReason::Always));
    /// ```
    pub fn of(
        mode: ProofMode,
        device: &Device,
        rush: Option<u32>,
        id: SignupId,
        now: Timestamp,
    ) -> Option<Self> {
        match (mode, rush) {
            (ProofMode::Off, _) => None,
            (ProofMode::On, _) => Some(Self::Always),
            (ProofMode::Auto, _) if !device.may_send(id) => Some(Self::Device(device.retry_after(now))),
            (ProofMode::Auto, rush) => rush.map(Self::Rush),
        }
    }

    /// The stable code that the page chooses its words by.
    pub fn code(self) -> &'static str {
        match self {
            Self::Always => "needs_script",
            Self::Device(_) => "several",
            Self::Rush(_) => "rush",
        }
    }

    /// Seconds after which no proof is needed any more; `None` where one is always needed.
    pub fn retry_after(self) -> Option<u32> {
        match self {
            Self::Always => None,
            Self::Device(seconds) | Self::Rush(seconds) => Some(seconds),
        }
    }
}

/// What one device has sent lately, as its own cookie holds it: times and the beginnings of ids, signed.
/// Nothing in it identifies the device for longer than ten minutes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Device {
    /// Seconds since 1970, and the beginning of the id; oldest first.
    sent: Vec<(i64, String)>,
}

impl Device {
    /// Reads the `Cookie` header. A cookie that was not signed under this key counts as no cookie.
    pub fn read(header: &str, key: &ProofKey, now: Timestamp) -> Self {
        let Some((text, mac)) = cookie::find(header, COOKIE).and_then(|value| value.split_once('~')) else {
            return Self::default();
        };
        if !secret::equal(sign(text, key).as_bytes(), mac.as_bytes()) {
            return Self::default();
        }
        let entries = text.split('_').filter_map(|entry| {
            let (seconds, tag) = entry.split_once('-')?;
            Some((seconds.parse().ok()?, tag.to_owned()))
        });
        let mut device = Self { sent: entries.collect() };
        device.sent.retain(|(seconds, _)| now.as_millis() - seconds * 1_000 < DEVICE_WINDOW_MS);
        device
    }

    /// Whether it may send this sign-up without a proof. The same sign-up sent again is not counted twice.
    ///
    /// ```
    /// use rollcall_shared::Timestamp;
    /// use rollcall_shared::allowance::{DEVICE_SIGNUPS, Device};
    /// use rollcall_shared::signup_id::SignupId;
    /// let (id, mut device) = (|n: u8| SignupId::from_random([n; 16]), Device::default());
    /// (0..5).for_each(|n| device.note(id(n), Timestamp::default()));
    /// assert_eq!(DEVICE_SIGNUPS, 5);
    /// assert!(device.may_send(id(4)), "the same again");
    /// assert!(!device.may_send(id(5)));
    /// ```
    pub fn may_send(&self, id: SignupId) -> bool {
        self.has_sent(id) || self.sent.len() < DEVICE_SIGNUPS
    }

    /// Seconds until it may send another sign-up without a proof.
    pub fn retry_after(&self, now: Timestamp) -> u32 {
        let Some(first_to_go) = self.sent.len().checked_sub(DEVICE_SIGNUPS) else { return 0 };
        let Some((seconds, _)) = self.sent.get(first_to_go) else { return 0 };
        let wait = seconds * 1_000 + DEVICE_WINDOW_MS - now.as_millis();
        u32::try_from(wait.max(0).div_euclid(1_000) + 1).unwrap_or(u32::MAX)
    }

    /// Notes that it sent this sign-up.
    pub fn note(&mut self, id: SignupId, now: Timestamp) {
        if !self.has_sent(id) {
            self.sent.push((now.as_seconds(), tag(id)));
            let too_many = self.sent.len().saturating_sub(REMEMBERED);
            self.sent.drain(..too_many);
        }
    }

    /// The value of `Set-Cookie`.
    pub fn set_cookie(&self, key: &ProofKey) -> String {
        let text: Vec<String> = self.sent.iter().map(|(seconds, tag)| format!("{seconds}-{tag}")).collect();
        let text = text.join("_");
        let mac = sign(&text, key);
        let seconds = DEVICE_WINDOW_MS / 1_000;
        format!("{COOKIE}={text}~{mac}; Max-Age={seconds}; Path=/; HttpOnly; Secure; SameSite=Lax")
    }

    fn has_sent(&self, id: SignupId) -> bool {
        let tag = tag(id);
        self.sent.iter().any(|(_, sent)| *sent == tag)
    }
}

fn tag(id: SignupId) -> String {
    let mut tag = id.to_string();
    tag.truncate(TAG_CHARS);
    tag
}

fn sign(text: &str, key: &ProofKey) -> String {
    // It begins differently than a challenge, which is hexadecimal: neither can be passed off as the other.
    let mut mac = hex::encode(key.mac(&format!("device {text}")));
    mac.truncate(32);
    mac
}

/// Sign-ups for each code in its running minute, as one isolate sees them.
#[derive(Debug, Default)]
pub struct Rush {
    /// When the minute began, and how many sign-ups have come since.
    minutes: BTreeMap<InviteCode, (Timestamp, u32)>,
}

impl Rush {
    /// Counts one sign-up for a code. Returns the seconds until the next minute where it is one too many for
    /// this minute.
    ///
    /// ```
    /// use rollcall_shared::Timestamp;
    /// use rollcall_shared::allowance::{CODE_SIGNUPS, Rush};
    /// use rollcall_shared::invite_code::InviteCode;
    /// let (mut rush, code) = (Rush::default(), InviteCode::parse("ABCD-23456").unwrap());
    /// let began = Timestamp::from_millis(1_000);
    /// assert!((0..CODE_SIGNUPS).all(|_| rush.count(&code, began).is_none()));
    /// assert_eq!(rush.count(&code, began + 30_000), Some(31));
    /// ```
    pub fn count(&mut self, code: &InviteCode, now: Timestamp) -> Option<u32> {
        let over = |began: Timestamp| !(0..CODE_WINDOW_MS).contains(&(now - began));
        if self.minutes.len() >= CODES && !self.minutes.contains_key(code) {
            self.minutes.retain(|_, (began, _)| !over(*began));
            if self.minutes.len() >= CODES {
                self.minutes.clear();
            }
        }
        let (began, count) = self.minutes.entry(code.clone()).or_insert((now, 0));
        if over(*began) {
            (*began, *count) = (now, 0);
        }
        *count = count.saturating_add(1);
        (*count > CODE_SIGNUPS)
            .then(|| u32::try_from((*began - now + CODE_WINDOW_MS) / 1_000 + 1).unwrap_or(60))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_539_000_500);

    fn key() -> ProofKey {
        ProofKey::from_bytes([3; 32])
    }

    fn id(n: u8) -> SignupId {
        SignupId::from_random([n; 16])
    }

    fn kept(device: &Device, now: Timestamp) -> Device {
        let cookie = device.set_cookie(&key());
        let pair = cookie.split(';').next().unwrap();
        Device::read(&format!("other=1; {pair}; more=2"), &key(), now)
    }

    #[test]
    fn a_teacher_and_four_colleagues_pass_and_the_next_waits_until_the_first_is_ten_minutes_old() {
        let mut device = Device::default();
        for n in 0..5 {
            assert!(device.may_send(id(n)), "{n}");
            device.note(id(n), NOW + Millis::from(n) * 1_000);
            device = kept(&device, NOW);
        }
        assert!(!device.may_send(id(5)));
        assert!(device.may_send(id(2)), "the same again is no other one");
        device.note(id(2), NOW);
        assert_eq!(device.sent.len(), 5);
        let wait = device.retry_after(NOW);
        assert_eq!(wait, 600);
        assert!(!kept(&device, NOW + Millis::from(wait - 2) * 1_000).may_send(id(5)));
        assert!(kept(&device, NOW + Millis::from(wait) * 1_000).may_send(id(5)));
        assert_eq!(Device::default().retry_after(NOW), 0);
    }

    #[test]
    fn a_proof_is_asked_for_where_the_workshop_the_device_or_the_code_gives_a_reason() {
        let fresh = Device::default();
        let mut busy = Device::default();
        (0..5).for_each(|n| busy.note(id(n), NOW));
        let check = |mode, device, rush, expected| {
            assert_eq!(ProofReason::of(mode, device, rush, id(9), NOW), expected, "{mode:?} {rush:?}");
        };
        check(ProofMode::Off, &busy, Some(7), None);
        check(ProofMode::On, &fresh, None, Some(ProofReason::Always));
        check(ProofMode::Auto, &fresh, None, None);
        check(ProofMode::Auto, &fresh, Some(7), Some(ProofReason::Rush(7)));
        check(ProofMode::Auto, &busy, Some(7), Some(ProofReason::Device(busy.retry_after(NOW))));
    }

    #[test]
    fn a_device_that_goes_on_with_proofs_is_remembered_in_a_small_cookie() {
        let mut device = Device::default();
        (0..100).for_each(|n| device.note(id(n), NOW));
        assert_eq!(kept(&device, NOW).sent.len(), REMEMBERED);
        assert!(device.set_cookie(&key()).len() < 512);
        assert!(kept(&device, NOW + DEVICE_WINDOW_MS).may_send(id(200)));
    }

    #[test]
    fn what_was_not_signed_here_is_no_cookie() {
        let mut device = Device::default();
        device.note(id(1), NOW);
        let cookie = device.set_cookie(&key());
        let value = cookie.split(';').next().unwrap();
        assert_eq!(Device::read(value, &key(), NOW), device);
        for forged in [
            value.replacen('-', "_", 1),
            value.replacen("device=1", "device=2", 1),
            value.replace('~', ""),
            format!("{value}0"),
            "device=~".to_owned(),
            "device".to_owned(),
            String::new(),
        ] {
            assert_eq!(Device::read(&forged, &key(), NOW), Device::default(), "{forged}");
        }
        assert_eq!(Device::read(value, &ProofKey::from_bytes([4; 32]), NOW), Device::default());
    }

    #[test]
    fn a_hall_at_one_instant_passes_and_a_flood_does_not() {
        let mut rush = Rush::default();
        let code = |text: &str| InviteCode::parse(text).unwrap();
        for n in 0..CODE_SIGNUPS {
            assert_eq!(rush.count(&code("ABCD-23456"), NOW + Millis::from(n) * 10), None, "{n}");
        }
        assert_eq!(rush.count(&code("ABCD-23456"), NOW + 30_000), Some(31));
        assert_eq!(rush.count(&code("ABCD-23457"), NOW + 30_000), None);
        assert_eq!(rush.count(&code("ABCD-23456"), NOW + CODE_WINDOW_MS), None);
    }

    #[test]
    fn made_up_codes_do_not_fill_the_memory() {
        let mut rush = Rush::default();
        for n in 0..3_000_u32 {
            rush.count(&InviteCode::from_random(n.to_be_bytes().repeat(4).try_into().unwrap()), NOW);
            assert!(rush.minutes.len() <= CODES);
        }
    }
}
