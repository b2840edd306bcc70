//! A workshop with every kind of question, its keys, and a random source that is the same every time.

use rand_core::{CryptoRng, RngCore};
use rollcall_shared::Timestamp;
use rollcall_shared::invite_code::InviteCode;
use rollcall_shared::language::Text;
use rollcall_shared::proof::ProofKey;
use rollcall_shared::question::{Choice, Kind, Question};
use rollcall_shared::receipt::ReceiptKey;
use rollcall_shared::seal::SecretKey;
use rollcall_shared::seed::Seed;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::{Workshop, WorkshopId, sample};

/// The time at which everything happens.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_795_539_000_500);

/// The page's seed in forms that bring none.
pub(crate) fn seed() -> Seed {
    Seed::parse("00112233445566778899aabbccddeeff").unwrap()
}

pub(crate) fn secret_key() -> SecretKey {
    SecretKey::from_bytes([9; 32])
}

pub(crate) fn receipt_key() -> ReceiptKey {
    ReceiptKey::from_bytes([1; 32])
}

pub(crate) fn proof_key() -> ProofKey {
    ProofKey::of(&receipt_key())
}

/// Open at [`NOW`], code `ABCD-23456`, id `abcdefghjkmnpqrs`, form version 2.
pub(crate) fn workshop() -> Workshop {
    let choice = |key: &str| Choice { key: key.into(), label: Text::new(key, key) };
    let question =
        |key: &str, required, kind| Question { key: key.into(), label: Text::new(key, ""), required, kind };
    Workshop {
        id: WorkshopId::parse("abcdefghjkmnpqrs").unwrap(),
        invite_code: InviteCode::parse("ABCD-23456").unwrap(),
        starts_at: NOW,
        ends_at: NOW + 3_600_000,
        form_version: 2,
        questions: vec![
            question("school", false, Kind::Text { max_chars: 20 }),
            question("note", false, Kind::Text { max_chars: 500 }),
            question("stage", false, Kind::Choice { options: vec![choice("primary"), choice("middle")] }),
            question(
                "days",
                false,
                Kind::Many { options: vec![choice("sat"), choice("sun"), choice("mon")] },
            ),
            question("lunch", false, Kind::Checkbox),
        ],
        ..sample::workshop(secret_key().public())
    }
}

pub(crate) fn id() -> SignupId {
    SignupId::parse("0f8fad5b-d9cb-469f-a165-70867728950e").unwrap()
}

/// Good enough to tell two boxes apart. Never a source of keys.
pub(crate) fn rng() -> impl RngCore + CryptoRng {
    Counter(0x9E37_79B9_7F4A_7C15)
}

struct Counter(u64);

impl RngCore for Counter {
    fn next_u32(&mut self) -> u32 {
        (self.next_u64() >> 32) as u32
    }

    fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(1);
        self.0
    }

    fn fill_bytes(&mut self, dest: &mut [u8]) {
        for chunk in dest.chunks_mut(8) {
            let word = self.next_u64().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
    }

    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(dest);
        Ok(())
    }
}

impl CryptoRng for Counter {}
