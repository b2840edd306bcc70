//! A proof of work as a line asks for it in the server's place.

use rollcall_shared::digest::Digest;
use rollcall_shared::proof::Challenge;
use serde_json::{Value, json};

/// What SHA-256 makes of the salt and this number is the challenge.
const NUMBER: u32 = 4321;

fn salt(id: &str) -> String {
    format!("{id}?expires=9999999999")
}

/// Asks for a proof for the sign-up with this id.
pub(crate) fn challenge(id: &str) -> Challenge {
    let salt = salt(id);
    let challenge = Digest::of(format!("{salt}{NUMBER}").as_bytes()).to_string();
    let challenge = json!({
        "algorithm": "SHA-256", "challenge": challenge, "maxnumber": 10_000, "salt": salt, "signature": "00",
    });
    serde_json::from_value(challenge).expect("a challenge as servers write it")
}

/// Ends the program where a proof is wrong: a panic of this thread alone would be overlooked.
pub(crate) fn assert_proven(id: &str, proof: &str) {
    use base64::Engine as _;
    let json = base64::engine::general_purpose::STANDARD.decode(proof).unwrap_or_default();
    let proof: Value = serde_json::from_slice(&json).unwrap_or_default();
    if proof["number"] != NUMBER || proof["salt"] != salt(id).as_str() {
        eprintln!("a wrong proof for {id}: {proof}");
        std::process::exit(101);
    }
}
