//! The code that a phone without a network shows, and what comes of it at a desk: through a camera as it is,
//! through a hand-held scanner by way of a keyboard and whatever that makes of it.
//!
//! It is a message of the queue ([`Envelope`]) as digits. Digits make the smallest QR code of all signs, and
//! no input method, caps lock or layout in use here changes them. Phones with an older page show the
//! message's own JSON, which is read as well (ADR 29).

use sha2::{Digest as _, Sha256};

use crate::Timestamp;
use crate::alphabet::SIGNS;
use crate::envelope::{Envelope, EnvelopeError, MAX_BYTES};
use crate::seal::KeyId;
use crate::signup_id::SignupId;
use crate::text::{fold_full_width, is_dash, is_invisible};
use crate::workshop::WorkshopId;

/// Most bytes of a picture of one. Phones write 2 to 10 MB; those of 50 million pixels and more, where
/// somebody asks for them, 15 to 25.
pub const MAX_PICTURE_BYTES: usize = 25 * 1024 * 1024;
/// The first byte, which says what the others are.
const FORMAT: u8 = 1;
/// Bytes of the SHA-256 of all before them, at the end. What stands in the box is authenticated; what stands
/// before it is not, and a scanner that lost a digit is not to be told that the code is another workshop's.
const CHECKSUM_BYTES: usize = 4;
/// Digits that one to seven bytes become, as FIDO's CTAP 2.2 writes them in its QR codes (section 11.5,
/// *digitEncode*): seven bytes, lowest first, are a number of 17 digits.
const DIGITS: [usize; 8] = [0, 3, 5, 8, 10, 13, 15, 17];
/// Most bytes of what is typed: a code's, where each sign is a full-width one of three bytes.
const MAX_TYPED_BYTES: usize = 3 * MAX_BYTES;
/// Whoever scans so many signs has scanned no number from a poster or a parcel: a code has at least 220
/// digits.
const LONG_CHARS: usize = 60;
/// In so many letters of base64 there are both cases.
const LETTERS: usize = 50;
/// Zeros of the digits that keyboards of this country's languages type beside ASCII's: Arabic, Persian and
/// Uyghur, Devanagari, Tibetan, Mongolian. Nine follow each.
const ZEROS: [char; 5] = ['\u{660}', '\u{6F0}', '\u{966}', '\u{F20}', '\u{1810}'];

/// Why a text is no entry code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EntryCodeError {
    /// It is something else.
    #[error("the text is no entry code")]
    NotACode,
    /// It is one in part, or with mistakes.
    #[error("the entry code did not come through whole")]
    Damaged,
    /// It comes from a newer page.
    #[error("the entry code is of a newer kind")]
    Newer,
    /// The keyboard by which it was typed makes other signs of it, from which it does not follow.
    #[error("the keyboard changed what was typed")]
    Keyboard,
}

/// An entry code that was read: what a phone sealed by itself. Its box has not been opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryCode(Envelope);

impl EntryCode {
    /// Reads what a camera saw or a scanner typed.
    ///
    /// White space and invisible signs are dropped, full-width and other digits folded; in JSON, what Chinese
    /// input methods and word processors make of its signs, and the case of all letters where caps lock
    /// turned it round.
    ///
    /// ```
    /// use rollcall_shared::entry_code::{EntryCode, EntryCodeError};
    /// assert_eq!(EntryCode::parse("13800138000"), Err(EntryCodeError::NotACode));
    /// assert_eq!(EntryCode::parse("{\"v\":9}"), Err(EntryCodeError::Newer));
    /// ```
    ///
    /// # Errors
    /// [`EntryCodeError`]. What is in the box is not looked at.
    pub fn parse(typed: &str) -> Result<Self, EntryCodeError> {
        if typed.len() > MAX_TYPED_BYTES {
            return Err(EntryCodeError::NotACode);
        }
        let text = folded(typed);
        if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
            return from_digits(&text).map(Self);
        }
        if !text.is_ascii() {
            let is_long = text.chars().count() >= LONG_CHARS;
            return Err(if is_long { EntryCodeError::Keyboard } else { EntryCodeError::NotACode });
        }
        if text.starts_with('{') { from_json(text).map(Self) } else { Err(EntryCodeError::NotACode) }
    }

    /// Takes the message that a phone sealed.
    pub fn new(message: Envelope) -> Self {
        Self(message)
    }

    /// The message.
    pub fn message(&self) -> &Envelope {
        &self.0
    }

    /// Writes it as the phone's page does, in digits.
    pub fn to_digits(&self) -> String {
        let Envelope { workshop, id, key_id, received_at, .. } = &self.0;
        let signs = workshop.as_str().bytes().map(|sign| {
            let place = SIGNS.iter().position(|b| b.eq_ignore_ascii_case(&sign)).unwrap_or_default();
            u128::try_from(place).unwrap_or_default()
        });
        let workshop = signs.fold(0, |all, sign| (all << 5) | sign);
        let mut bytes = vec![FORMAT];
        bytes.extend(workshop.to_be_bytes().iter().skip(6));
        bytes.extend(hex::decode(key_id.as_str()).unwrap_or_default());
        bytes.extend(id.as_bytes());
        bytes.extend(received_at.as_millis().to_be_bytes().iter().skip(2));
        bytes.extend(self.0.sealed().unwrap_or_default());
        bytes.extend(checksum(&bytes));
        digits(&bytes)
    }
}

fn from_digits(text: &str) -> Result<Envelope, EntryCodeError> {
    let damaged = if text.len() < LONG_CHARS { EntryCodeError::NotACode } else { EntryCodeError::Damaged };
    let bytes = bytes(text).ok_or(damaged)?;
    let (content, sum) = bytes.split_last_chunk::<CHECKSUM_BYTES>().ok_or(damaged)?;
    let (format, content) = content.split_first().ok_or(damaged)?;
    if *sum != checksum(&bytes[..=content.len()]) {
        return Err(damaged);
    }
    if *format != FORMAT {
        return Err(EntryCodeError::Newer);
    }
    envelope(content).ok_or(damaged)
}

/// From what stands between format and checksum.
fn envelope(content: &[u8]) -> Option<Envelope> {
    let (workshop, content) = content.split_first_chunk::<10>()?;
    let (key_id, content) = content.split_first_chunk::<8>()?;
    let (id, content) = content.split_first_chunk::<16>()?;
    let (received_at, sealed) = content.split_first_chunk::<6>()?;
    let places = workshop.iter().fold(0_u128, |all, byte| (all << 8) | u128::from(*byte));
    let signs = (0..16).rev().map(|place| SIGNS.get(usize::try_from((places >> (5 * place)) & 31).ok()?));
    let workshop: String =
        signs.map(|sign| Some(char::from(sign?.to_ascii_lowercase()))).collect::<Option<_>>()?;
    Some(Envelope::sealed_by_phone(
        WorkshopId::parse(&workshop).ok()?,
        SignupId::parse(&uuid(id)).ok()?,
        KeyId::try_from(hex::encode(key_id)).ok()?,
        Timestamp::from_millis(received_at.iter().fold(0, |all, byte| (all << 8) | i64::from(*byte))),
        sealed,
    ))
}

fn uuid(id: &[u8; 16]) -> String {
    let mut text = hex::encode(id);
    for place in [20, 16, 12, 8] {
        text.insert(place, '-');
    }
    text
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let hash = Sha256::digest(bytes);
    std::array::from_fn(|i| hash[i])
}

fn digits(bytes: &[u8]) -> String {
    let chunk = |chunk: &[u8]| {
        let number = chunk.iter().rev().fold(0_u64, |all, byte| (all << 8) | u64::from(*byte));
        format!("{number:0width$}", width = DIGITS[chunk.len()])
    };
    bytes.chunks(7).map(chunk).collect()
}

fn bytes(digits: &str) -> Option<Vec<u8>> {
    let mut all = Vec::with_capacity(digits.len() / 2);
    for chunk in digits.as_bytes().chunks(DIGITS[7]) {
        let count = DIGITS.iter().position(|digits| *digits == chunk.len())?;
        let number: u64 = std::str::from_utf8(chunk).ok()?.parse().ok()?;
        let bytes = number.to_le_bytes();
        let (used, unused) = bytes.split_at(count);
        if unused.iter().any(|byte| *byte != 0) {
            return None;
        }
        all.extend(used);
    }
    Some(all)
}

/// The code of an older page. What is read of it is what the page wrote, or the box does not open.
fn from_json(text: String) -> Result<Envelope, EntryCodeError> {
    let (upper, lower) = cases(&text);
    if upper + lower >= LETTERS && (upper == 0 || lower == 0) {
        return Err(EntryCodeError::Keyboard);
    }
    let text = if text.starts_with("{\"V\"") { other_case(&text) } else { text };
    match Envelope::parse(&text) {
        Ok(envelope) => Ok(envelope),
        Err(EnvelopeError::UnknownVersion(_)) => Err(EntryCodeError::Newer),
        Err(_) if text.starts_with("{\"v\":") => Err(EntryCodeError::Damaged),
        Err(_) => Err(EntryCodeError::NotACode),
    }
}

fn cases(text: &str) -> (usize, usize) {
    let count = |is: fn(&u8) -> bool| text.as_bytes().iter().filter(|b| is(b)).count();
    (count(u8::is_ascii_uppercase), count(u8::is_ascii_lowercase))
}

fn other_case(text: &str) -> String {
    let turned =
        |c: char| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
    text.chars().map(turned).collect()
}

/// What was meant, sign by sign; what has no meaning in any code stays as it is.
fn folded(typed: &str) -> String {
    // Two signs for one key.
    let typed = typed.replace("——", "_");
    let shown = typed.chars().filter(|c| !c.is_whitespace() && !is_invisible(*c));
    shown.map(sign).collect()
}

fn sign(typed: char) -> char {
    match fold_full_width(typed) {
        '“' | '”' | '„' | '‟' | '″' | '〝' | '〞' | '«' | '»' => '"',
        '「' | '『' => '{',
        '」' | '』' => '}',
        // The key of the slash, which base64 has; it has no backslash, whose key makes the same of it
        // elsewhere.
        '、' | '÷' => '/',
        c if is_dash(c) => '-',
        c => digit(c).unwrap_or(c),
    }
}

fn digit(typed: char) -> Option<char> {
    let value = |zero: char| u32::from(typed).checked_sub(u32::from(zero)).filter(|value| *value < 10);
    ZEROS.into_iter().find_map(value).and_then(|value| char::from_digit(value, 10))
}

#[cfg(test)]
mod tests;
