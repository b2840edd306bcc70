//! Everything short that appears in addresses, in headers and on posters: invite codes, ids, keys' ids,
//! receipts' tokens, languages.

use rollcall_shared::digest::Digest;
use rollcall_shared::invite_code::{HEAD, InviteCode, InviteCodeError, MAX_INPUT_CHARS, TAIL};
use rollcall_shared::language::Language;
use rollcall_shared::receipt::{self, ReceiptKey, ReceiptState};
use rollcall_shared::seal::KeyId;
use rollcall_shared::secret;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::WorkshopId;

use crate::sample;
use crate::text::text;

/// Each has one text; what is read is written as it was read; a token holds for its own sign-up alone.
pub fn codes(data: &[u8]) {
    if let Some(random) = data.first_chunk() {
        drawn(*random, &data[16..]);
    }
    let Some(text) = text(data) else { return };
    invite_code(text);
    if let Ok(id) = SignupId::parse(text) {
        assert_eq!(id.to_string(), text.to_ascii_lowercase());
        assert!(matches!(id.as_bytes()[6] >> 4, 4 | 8) && id.as_bytes()[8] >> 6 == 2);
        short_code(id);
    }
    if let Ok(id) = WorkshopId::parse(text) {
        assert_eq!(id.as_str(), text);
    }
    if let Ok(id) = KeyId::try_from(text.to_owned()) {
        assert_eq!(id.as_str(), text);
    }
    if let Ok(key) = ReceiptKey::from_hex(text) {
        assert_eq!(text.trim().len(), 64);
        let token = receipt::token(&key, &sample::workshop().id, sample::id());
        assert_eq!(receipt::verify(&token, &key, &sample::workshop().id), Ok(sample::id()));
    }
    if let Some(state) = ReceiptState::from_word(text) {
        assert_eq!(state.as_str(), text);
    }
    token(text);
    if let Some(shown) = secret::bearer(text) {
        assert!(
            !shown.is_empty()
                && shown == shown.trim()
                && text.ends_with(shown.trim_end()) | text.contains(shown)
        );
    }
    let language = Language::from_accept_language(text);
    assert_eq!(Language::from_tag(language.tag()), Some(language));
}

fn invite_code(typed: &str) {
    match InviteCode::parse(typed) {
        Ok(code) => {
            assert_eq!(InviteCode::parse(code.as_str()).as_ref(), Ok(&code));
            let (head, tail) = code.as_str().split_once('-').unwrap();
            assert!(head.len() == HEAD && tail.len() == TAIL && head.bytes().all(|b| b.is_ascii_uppercase()));
            assert!(tail.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()));
            assert!(!code.as_str().contains(['0', 'O', '1', 'I', 'L']));
            assert!(typed.chars().count() <= MAX_INPUT_CHARS);
        }
        Err(InviteCodeError::Character(c)) => assert!(typed.contains(c)),
        Err(InviteCodeError::Length { typed }) => assert!(typed <= MAX_INPUT_CHARS),
        Err(InviteCodeError::Empty | InviteCodeError::DigitInHead(_)) => {}
    }
}

fn drawn(random: [u8; 16], rest: &[u8]) {
    let code = InviteCode::from_random(random);
    assert_eq!(InviteCode::parse(code.as_str()), Ok(code));
    let workshop = WorkshopId::from_random(random);
    assert_eq!(WorkshopId::parse(workshop.as_str()).as_ref(), Ok(&workshop));
    let (id, digest) = (SignupId::from_random(random), Digest::of(rest));
    for id in [id, id.reused(&digest), SignupId::derive(sample::seed().as_str(), &digest)] {
        assert_eq!(SignupId::parse(&id.to_string()), Ok(id));
        short_code(id);
        let (key, token) = (sample::receipt_key(), receipt::token(&sample::receipt_key(), &workshop, id));
        assert_eq!(receipt::verify(&token, &key, &workshop), Ok(id));
        assert_eq!(receipt::named_by(&token), Some(id));
        // The MAC of one sign-up with another's id in front.
        let other = id.reused(&digest);
        let moved = format!("{other}{}", &token[36..]);
        assert!(receipt::verify(&moved, &key, &workshop).is_err());
        assert!(
            receipt::verify(&token, &key, &sample::workshop().id).is_err()
                || workshop == sample::workshop().id
        );
    }
}

fn short_code(id: SignupId) {
    let code = id.short_code();
    let (a, b) = code.split_once(' ').unwrap();
    assert!(a.len() == 3 && b.len() == 3);
    assert!(!code.contains(['0', 'O', '1', 'I', 'L']));
}

/// Nobody makes up a token: what holds is, to the letter, what was issued.
fn token(text: &str) {
    let (key, workshop) = (sample::receipt_key(), sample::workshop().id);
    if let Ok(id) = receipt::verify(text, &key, &workshop) {
        assert!(receipt::token(&key, &workshop, id)[36..] == text[36..]);
        assert_eq!(receipt::named_by(text), Some(id));
    }
}
