//! Proof of work by ALTCHA's protocol: some tenths of a second of a phone's time instead of a picture puzzle.
//!
//! The challenge is the SHA-256 of salt and a number; finding the number takes work. The salt says for which
//! sign-up the proof is and until when it is valid; the server signs what it asked, and so stores nothing.
//! (altcha.org, "Proof of work".)

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use rand_core::RngCore;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::receipt::ReceiptKey;
use crate::secret;
use crate::signup_id::SignupId;
use crate::{Millis, Timestamp};

/// The greatest number that has to be found: 25,000 hashes on average, half a second of an old phone's.
pub const MAX_NUMBER: u32 = 50_000;
/// How long a challenge can be answered, and its proof be sent again for the same id, for an answer may get
/// lost: 10 minutes.
pub const LIFETIME_MS: Millis = 10 * 60 * 1_000;
/// Longest proof that is read; real ones have under 400 characters.
pub const MAX_PROOF_CHARS: usize = 1_024;
/// The only algorithm.
const ALGORITHM: &str = "SHA-256";
/// Random bytes in a salt.
const NONCE_BYTES: usize = 12;

/// The secret under which challenges and device cookies are signed.
#[derive(Clone)]
pub struct ProofKey([u8; 32]);

impl ProofKey {
    /// From the 32 bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Derives the key from the receipts' key, so that a deployment has one secret less to set.
    pub fn of(receipt_key: &ReceiptKey) -> Self {
        Self(receipt_key.derived("rollcall proof"))
    }

    /// The code that authenticates `text`.
    pub(crate) fn mac(&self, text: &str) -> [u8; 32] {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            unreachable!("HMAC takes keys of any length")
        };
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

/// What a phone is asked to solve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// `SHA-256`.
    pub algorithm: String,
    /// SHA-256 of salt and number, in hexadecimal.
    pub challenge: String,
    /// The greatest number to try.
    pub maxnumber: u32,
    /// `{random}?expires={seconds since 1970}&id={the sign-up's}&`
    pub salt: String,
    /// HMAC-SHA-256 of the challenge's text, in hexadecimal.
    pub signature: String,
}

/// What a phone answers, as base64 of its JSON.
#[derive(Debug, Serialize, Deserialize)]
struct Solution {
    algorithm: String,
    challenge: String,
    number: u32,
    salt: String,
    signature: String,
}

/// Why a proof is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// Not base64 of a solution's JSON.
    #[error("the proof cannot be read")]
    Malformed,
    /// The number is wrong, or the challenge was not signed here.
    #[error("the proof does not hold")]
    Wrong,
    /// It is for another sign-up.
    #[error("the proof is for another sign-up")]
    OtherSignup,
    /// It came after the challenge had expired.
    #[error("the proof has expired")]
    Expired,
}

/// Asks for a proof for one sign-up.
pub fn challenge(key: &ProofKey, id: SignupId, now: Timestamp, rng: &mut impl RngCore) -> Challenge {
    let mut nonce = [0; NONCE_BYTES];
    rng.fill_bytes(&mut nonce);
    let number = u32::try_from(rng.next_u64() % (u64::from(MAX_NUMBER) + 1)).unwrap_or(MAX_NUMBER);
    asked(key, salt(&nonce, id, now + LIFETIME_MS), number)
}

/// Verifies a proof. The same proof is valid again for the same sign-up, until it expires.
///
/// ```
/// # use rollcall_shared::testing::rng;
/// use rollcall_shared::Timestamp;
/// use rollcall_shared::proof::{ProofError, ProofKey, challenge, solve, verify};
/// use rollcall_shared::signup_id::SignupId;
/// let (key, id) = (ProofKey::from_bytes([3; 32]), SignupId::from_random([7; 16]));
/// let now = Timestamp::from_millis(1_000);
/// let proof = solve(&challenge(&key, id, now, &mut rng(1))).unwrap();
/// assert_eq!(verify(&proof, &key, id, now), Ok(()));
/// assert_eq!(verify("e30=", &key, id, now), Err(ProofError::Malformed));
/// ```
///
/// # Errors
/// [`ProofError`]
pub fn verify(proof: &str, key: &ProofKey, id: SignupId, now: Timestamp) -> Result<(), ProofError> {
    if proof.len() > MAX_PROOF_CHARS {
        return Err(ProofError::Malformed);
    }
    let json = STANDARD.decode(proof).map_err(|_| ProofError::Malformed)?;
    let solution: Solution = serde_json::from_slice(&json).map_err(|_| ProofError::Malformed)?;
    let Solution { algorithm, challenge, number, salt, signature } = solution;
    let right = asked(key, salt, number);
    // Both are compared, also where the first one differs.
    let holds = secret::equal(right.challenge.as_bytes(), challenge.as_bytes())
        & secret::equal(right.signature.as_bytes(), signature.as_bytes());
    if algorithm != ALGORITHM || !holds {
        return Err(ProofError::Wrong);
    }
    // A signed salt was written here.
    let (for_id, expires) = read(&right.salt).ok_or(ProofError::Wrong)?;
    if for_id != id {
        return Err(ProofError::OtherSignup);
    }
    if expires < now { Err(ProofError::Expired) } else { Ok(()) }
}

/// Solves a challenge, as a phone does; `None` where it has no solution.
pub fn solve(challenge: &Challenge) -> Option<String> {
    let Challenge { algorithm, challenge, maxnumber, salt, signature } = challenge.clone();
    let number = (0..=maxnumber).find(|number| hash(&salt, *number) == challenge)?;
    let solution = Solution { algorithm, challenge, number, salt, signature };
    serde_json::to_vec(&solution).ok().map(|json| STANDARD.encode(json))
}

fn asked(key: &ProofKey, salt: String, number: u32) -> Challenge {
    let challenge = hash(&salt, number);
    let signature = hex::encode(key.mac(&challenge));
    Challenge { algorithm: ALGORITHM.to_owned(), challenge, maxnumber: MAX_NUMBER, salt, signature }
}

fn hash(salt: &str, number: u32) -> String {
    let mut hash = Sha256::new();
    hash.update(salt.as_bytes());
    hash.update(number.to_string().as_bytes());
    hex::encode(hash.finalize())
}

/// It ends with `&`, so that no digit of the number can be taken for one of the salt's.
fn salt(nonce: &[u8], id: SignupId, expires: Timestamp) -> String {
    format!("{}?expires={}&id={id}&", hex::encode(nonce), expires.as_seconds())
}

fn read(salt: &str) -> Option<(SignupId, Timestamp)> {
    let (_, parameters) = salt.split_once('?')?;
    let (expires, id) = parameters.strip_prefix("expires=")?.strip_suffix('&')?.split_once("&id=")?;
    Some((SignupId::parse(id).ok()?, Timestamp::from_seconds(expires.parse().ok()?)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::rng;

    const NOW: Timestamp = Timestamp::from_millis(1_795_539_000_000);

    fn key() -> ProofKey {
        ProofKey::from_bytes(*b"0123456789abcdef0123456789abcdef")
    }

    fn id() -> SignupId {
        SignupId::parse("01020304-0506-4708-890a-0b0c0d0e0f10").unwrap()
    }

    /// Made by `createChallenge` of the npm package altcha-lib 1.4.1 with this key, salt and number, and
    /// accepted by its `verifySolution`.
    const VECTORS: [(u32, &str, &str, &str); 2] = [
        (
            0,
            "b7555bdd696a65fc865a12f7f4819cf79e002aa1ba1b6730e42b46ffc56b7841",
            "c573b32d591692d4f3d28bfac3cc63731b0d228ed2447cd46bee36473b1c6862",
            "eyJhbGdvcml0aG0iOiJTSEEtMjU2IiwiY2hhbGxlbmdlIjoiYjc1NTViZGQ2OTZhNjVmYzg2NWExMmY3ZjQ4MTljZjc5ZTAw\
             MmFhMWJhMWI2NzMwZTQyYjQ2ZmZjNTZiNzg0MSIsIm51bWJlciI6MCwic2FsdCI6IjAwMTEyMjMzNDQ1NTY2Nzc4ODk5YWFi\
             YmNjZGRlZWZmP2V4cGlyZXM9MTc5NTU0MDAwMCZpZD0wMTAyMDMwNC0wNTA2LTQ3MDgtODkwYS0wYjBjMGQwZTBmMTAmIiwi\
             c2lnbmF0dXJlIjoiYzU3M2IzMmQ1OTE2OTJkNGYzZDI4YmZhYzNjYzYzNzMxYjBkMjI4ZWQyNDQ3Y2Q0NmJlZTM2NDczYjFj\
             Njg2MiJ9",
        ),
        (
            12_345,
            "1d20ba052330c7cbdf5d35751634330f464d404f7275fd71b162891a47c7615a",
            "a9bfd16e466f6b028ef86342c8d5cad5a6a36b8482472e476aff1933991e0ccf",
            "eyJhbGdvcml0aG0iOiJTSEEtMjU2IiwiY2hhbGxlbmdlIjoiMWQyMGJhMDUyMzMwYzdjYmRmNWQzNTc1MTYzNDMzMGY0NjRk\
             NDA0ZjcyNzVmZDcxYjE2Mjg5MWE0N2M3NjE1YSIsIm51bWJlciI6MTIzNDUsInNhbHQiOiIwMDExMjIzMzQ0NTU2Njc3ODg5\
             OWFhYmJjY2RkZWVmZj9leHBpcmVzPTE3OTU1NDAwMDAmaWQ9MDEwMjAzMDQtMDUwNi00NzA4LTg5MGEtMGIwYzBkMGUwZjEw\
             JiIsInNpZ25hdHVyZSI6ImE5YmZkMTZlNDY2ZjZiMDI4ZWY4NjM0MmM4ZDVjYWQ1YTZhMzZiODQ4MjQ3MmU0NzZhZmYxOTMz\
             OTkxZTBjY2YifQ==",
        ),
    ];

    #[test]
    fn another_implementation_asks_and_answers_the_same() {
        let salt =
            "00112233445566778899aabbccddeeff?expires=1795540000&id=01020304-0506-4708-890a-0b0c0d0e0f10&";
        for (number, challenge, signature, proof) in VECTORS {
            let asked = asked(&key(), salt.to_owned(), number);
            assert_eq!((asked.challenge.as_str(), asked.signature.as_str()), (challenge, signature));
            assert_eq!(solve(&asked).as_deref(), Some(proof));
            assert_eq!(verify(proof, &key(), id(), NOW), Ok(()));
        }
    }

    #[test]
    fn a_proof_holds_for_its_sign_up_until_it_expires() {
        let asked = challenge(&key(), id(), NOW, &mut rng(7));
        let proof = solve(&asked).unwrap();
        let other = SignupId::from_random([9; 16]);
        assert_eq!(verify(&proof, &key(), id(), NOW), Ok(()));
        assert_eq!(verify(&proof, &key(), id(), NOW + LIFETIME_MS), Ok(()));
        assert_eq!(verify(&proof, &key(), id(), NOW + LIFETIME_MS + 1_000), Err(ProofError::Expired));
        assert_eq!(verify(&proof, &key(), other, NOW), Err(ProofError::OtherSignup));
        assert_eq!(verify(&proof, &ProofKey::from_bytes([1; 32]), id(), NOW), Err(ProofError::Wrong));
        assert_ne!(asked.salt, challenge(&key(), id(), NOW, &mut rng(8)).salt);
    }

    #[test]
    fn nothing_in_a_proof_can_be_changed() {
        let asked = challenge(&key(), id(), NOW, &mut rng(7));
        let json = String::from_utf8(STANDARD.decode(solve(&asked).unwrap()).unwrap()).unwrap();
        let check = |from: &str, to: &str| {
            assert!(json.contains(from), "{from} in {json}");
            let proof = STANDARD.encode(json.replacen(from, to, 1));
            assert_eq!(verify(&proof, &key(), id(), NOW), Err(ProofError::Wrong), "{from} → {to}");
        };
        check("SHA-256", "SHA-1");
        check("expires=1", "expires=2");
        check(&id().to_string(), &SignupId::from_random([9; 16]).to_string());
        check(&asked.challenge[..8], "00000000");
        check(&asked.signature[..8], "00000000");
        check("&\"", "&1\"");
        check("\"number\":", "\"number\":1");
    }

    #[test]
    fn what_is_no_proof_is_refused() {
        for bad in ["", "!", "e30=", "bnVsbA==", &"A".repeat(MAX_PROOF_CHARS + 4)] {
            assert_eq!(verify(bad, &key(), id(), NOW), Err(ProofError::Malformed), "{bad}");
        }
    }

    #[test]
    fn the_number_is_anywhere_up_to_the_greatest() {
        let numbers = (0..40).map(|seed| {
            let asked = challenge(&key(), id(), NOW, &mut rng(seed));
            (0..=MAX_NUMBER).find(|number| hash(&asked.salt, *number) == asked.challenge).unwrap()
        });
        let numbers: Vec<u32> = numbers.collect();
        assert!(
            numbers.iter().any(|n| *n < MAX_NUMBER / 4) && numbers.iter().any(|n| *n > MAX_NUMBER / 4 * 3)
        );
    }

    #[test]
    fn its_key_is_not_the_receipts() {
        let receipt_key = ReceiptKey::from_bytes([5; 32]);
        assert_ne!(ProofKey::of(&receipt_key).0, [5; 32]);
        assert_ne!(receipt_key.derived("one"), receipt_key.derived("two"));
    }
}
