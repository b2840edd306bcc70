//! Receipts: a state, a token that cannot be guessed, a code that can be read out.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::Millis;
use crate::language::Language;
use crate::signup_id::SignupId;
use crate::workshop::{KEEP_AFTER_END_MS, WorkshopId};

/// Bytes of a token's MAC: 128 of HMAC-SHA256's 256 bits (RFC 2104, section 5, allows half).
pub const MAC_BYTES: usize = 16;

/// When a page looks up a receipt's state by itself, in seconds after the receipt came.
pub const LOOKS_S: [u32; 4] = [2, 5, 15, 60];
/// How long a phone keeps a receipt: as long as undelivered mail is kept.
pub const KEEP_ON_PHONE_MS: Millis = KEEP_AFTER_END_MS;

/// How far a sign-up has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReceiptState {
    /// It is stored safely; the host confirms later.
    Received,
    /// On the list.
    Registered,
    /// No seat is left: on the waiting list, or (where there is none) noted.
    Waitlisted,
    /// Taken off the list.
    Cancelled,
}

impl ReceiptState {
    /// The word on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Registered => "registered",
            Self::Waitlisted => "waitlisted",
            Self::Cancelled => "cancelled",
        }
    }

    /// From the word on the wire and in the database.
    ///
    /// ```
    /// use rollcall_shared::receipt::ReceiptState;
    /// assert_eq!(ReceiptState::from_word("waitlisted"), Some(ReceiptState::Waitlisted));
    /// assert_eq!(ReceiptState::from_word("gone"), None);
    /// ```
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Received, Self::Registered, Self::Waitlisted, Self::Cancelled]
            .into_iter()
            .find(|s| s.as_str() == word)
    }
}

/// `GET …/receipts/…`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The sign-up.
    pub id: SignupId,
    /// How far it has come.
    pub state: ReceiptState,
    /// Whether the teacher should see the desk.
    #[serde(default)]
    pub see_desk: bool,
}

/// The body of a 202 and a 201.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// The receipt that was issued.
    pub receipt: IssuedReceipt,
}

/// A receipt as it is issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedReceipt {
    /// The sign-up that it is for. A phone forgets its own copy only if this is the id that it sent.
    pub id: SignupId,
    /// Path of the receipt's page, without the origin.
    pub url: String,
    /// The state at this moment.
    pub state: ReceiptState,
    /// Six signs to read out, grouped: `K7M 2QX`.
    pub short_code: String,
}

impl Accepted {
    /// Issues the receipt of a sign-up that is stored. `base` is what precedes `/r/` in this server's
    /// addresses: empty at the edge, `/{token}` on the venue page.
    pub fn issue(
        key: &ReceiptKey,
        base: &str,
        workshop: &WorkshopId,
        id: SignupId,
        state: ReceiptState,
    ) -> Self {
        let url = format!("{base}/r/{workshop}/{}", token(key, workshop, id));
        Self { receipt: IssuedReceipt { id, url, state, short_code: id.short_code() } }
    }
}

impl IssuedReceipt {
    /// Path of the receipt's page in a language: where a browser goes that sent the form.
    pub fn page(&self, language: Language) -> String {
        format!("{}?lang={}", self.url, language.tag())
    }

    /// The token at the end of the receipt's path.
    pub fn token(&self) -> &str {
        self.url.rsplit('/').next().unwrap_or_default()
    }
}

/// The secret under which tokens are made: 32 random bytes, the deployment's or the laptop's own.
#[derive(Clone)]
pub struct ReceiptKey([u8; 32]);

/// The text is not a receipt's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a receipt key is 64 hexadecimal digits")]
pub struct ReceiptKeyError;

impl ReceiptKey {
    /// From the 32 bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads 64 hexadecimal digits, as settings have it.
    ///
    /// ```
    /// use rollcall_shared::receipt::ReceiptKey;
    /// assert!(ReceiptKey::from_hex(&"0f".repeat(32)).is_ok());
    /// assert!(ReceiptKey::from_hex("0f").is_err());
    /// ```
    ///
    /// # Errors
    /// [`ReceiptKeyError`].
    pub fn from_hex(text: &str) -> Result<Self, ReceiptKeyError> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text.trim(), &mut bytes).map_err(|_| ReceiptKeyError)?;
        Ok(Self(bytes))
    }

    /// Derives another secret: the HMAC of its purpose.
    pub(crate) fn derived(&self, label: &str) -> [u8; 32] {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            unreachable!("HMAC takes keys of any length")
        };
        mac.update(label.as_bytes());
        mac.update(b"\0");
        mac.finalize().into_bytes().into()
    }

    fn mac(&self, workshop: &WorkshopId, id: SignupId) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(b"rollcall receipt\0");
        mac.update(workshop.as_str().as_bytes());
        mac.update(id.as_bytes());
        Some(mac)
    }
}

/// The token of a receipt's address: `{id}.{mac}`, the MAC in 22 characters of URL-safe base64.
pub fn token(key: &ReceiptKey, workshop: &WorkshopId, id: SignupId) -> String {
    let mac = key.mac(workshop, id).map(|mac| mac.finalize().into_bytes()).unwrap_or_default();
    format!("{id}.{}", URL_SAFE_NO_PAD.encode(mac.get(..MAC_BYTES).unwrap_or_default()))
}

/// The token was not issued under this key for this workshop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no receipt was issued at this address")]
pub struct TokenError;

/// Reads a token; the MAC is compared in constant time.
///
/// ```
/// use rollcall_shared::receipt::{ReceiptKey, TokenError, token, verify};
/// use rollcall_shared::signup_id::SignupId;
/// use rollcall_shared::workshop::WorkshopId;
/// let (id, workshop) = (SignupId::from_random([7; 16]), WorkshopId::from_random([3; 16]));
/// let key = ReceiptKey::from_bytes([1; 32]);
/// let issued = token(&key, &workshop, id);
/// assert_eq!(verify(&issued, &key, &workshop), Ok(id));
/// assert_eq!(verify(&issued, &ReceiptKey::from_bytes([2; 32]), &workshop), Err(TokenError));
/// ```
///
/// # Errors
/// [`TokenError`], the same for every mistake.
pub fn verify(token: &str, key: &ReceiptKey, workshop: &WorkshopId) -> Result<SignupId, TokenError> {
    let (id, mac) = token.split_once('.').ok_or(TokenError)?;
    let id = SignupId::parse(id).map_err(|_| TokenError)?;
    let mac = URL_SAFE_NO_PAD.decode(mac).map_err(|_| TokenError)?;
    if mac.len() != MAC_BYTES {
        return Err(TokenError);
    }
    key.mac(workshop, id).ok_or(TokenError)?.verify_truncated_left(&mac).map_err(|_| TokenError)?;
    Ok(id)
}

/// Reads the address of a receipt, `{workshop}/{token}`: whose it is, if it was issued under this key.
pub fn issued(workshop: &str, token: &str, key: &ReceiptKey) -> Option<(WorkshopId, SignupId)> {
    let workshop = WorkshopId::parse(workshop).ok()?;
    let id = verify(token, key, &workshop).ok()?;
    Some((workshop, id))
}

/// The sign-up whose receipt a token names, without proof: for tokens that were verified before they were
/// stored.
pub fn named_by(token: &str) -> Option<SignupId> {
    SignupId::parse(token.split_once('.')?.0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_issued_tokens_hold() {
        let key = ReceiptKey::from_bytes([1; 32]);
        let workshop = WorkshopId::from_random([3; 16]);
        let id = SignupId::from_random([7; 16]);
        let token = token(&key, &workshop, id);
        assert_eq!(verify(&token, &key, &workshop), Ok(id));
        assert_eq!(named_by(&token), Some(id));
        assert_eq!(verify(&token, &ReceiptKey::from_bytes([2; 32]), &workshop), Err(TokenError));
        assert_eq!(verify(&token, &key, &WorkshopId::from_random([4; 16])), Err(TokenError));
        let (_, mac) = token.split_once('.').unwrap();
        let other = SignupId::from_random([8; 16]);
        assert_eq!(verify(&format!("{other}.{mac}"), &key, &workshop), Err(TokenError));
        for bad in ["", ".", "x.y", &id.to_string(), &format!("{id}."), &format!("{id}.AAAA")] {
            assert_eq!(verify(bad, &key, &workshop), Err(TokenError), "{bad}");
        }
    }

    #[test]
    fn an_issued_receipt_knows_its_page_and_its_token() {
        let (key, id) = (ReceiptKey::from_bytes([1; 32]), SignupId::from_random([7; 16]));
        let workshop = WorkshopId::from_random([3; 16]);
        let Accepted { receipt } = Accepted::issue(&key, "/k7m2qx", &workshop, id, ReceiptState::Received);
        assert_eq!(receipt.token(), token(&key, &workshop, id));
        assert_eq!(receipt.page(Language::En), format!("{}?lang=en", receipt.url));
        assert_eq!(issued(workshop.as_str(), receipt.token(), &key), Some((workshop.clone(), id)));
        assert_eq!(issued("x", receipt.token(), &key), None);
        assert_eq!(issued(WorkshopId::from_random([4; 16]).as_str(), receipt.token(), &key), None);
    }

    #[test]
    fn states_have_one_word() {
        assert_eq!(ReceiptState::from_word("waitlisted"), Some(ReceiptState::Waitlisted));
        assert_eq!(serde_json::to_string(&ReceiptState::Waitlisted).unwrap(), "\"waitlisted\"");
        assert_eq!(ReceiptState::from_word("gone"), None);
    }
}
