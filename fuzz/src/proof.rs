//! A proof of work, as the page's script answers a challenge.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rollcall_shared::Timestamp;
use rollcall_shared::proof::{LIFETIME_MS, MAX_PROOF_CHARS, ProofError, ProofKey, verify};
use rollcall_shared::signup_id::SignupId;

use crate::bounds::{for_nothing, within_bounds};
use crate::sample;
use crate::text::text;

/// Nobody makes up a proof: what holds was asked for here, for one sign-up, until it expires. Tried as the
/// proof itself, and as the JSON in it.
pub fn proof(data: &[u8]) {
    if let Some(proof) = text(data) {
        tried(proof);
    }
    tried(&STANDARD.encode(data));
}

fn tried(proof: &str) {
    let (key, id, now) = (sample::proof_key(), sample::id(), sample::NOW);
    let check = |key: &ProofKey, id: SignupId, now: Timestamp| verify(proof, key, id, now);
    if proof.len() > MAX_PROOF_CHARS {
        return assert_eq!(for_nothing(|| check(&key, id, now)), Err(ProofError::Malformed));
    }
    if within_bounds(proof.as_bytes(), || check(&key, id, now)).is_ok() {
        assert_eq!(check(&key, id, now - LIFETIME_MS), Ok(()));
        assert_eq!(check(&key, id, now + LIFETIME_MS + 1_000), Err(ProofError::Expired));
        assert_eq!(check(&key, SignupId::from_random([9; 16]), now), Err(ProofError::OtherSignup));
        assert_eq!(check(&ProofKey::from_bytes([1; 32]), id, now), Err(ProofError::Wrong));
    }
}
