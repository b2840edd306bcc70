//! The passphrase of a copy of the keys: which are taken, how they are spelt, one to offer.

use age::secrecy::SecretString;
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use rand_core::{OsRng, RngCore};

/// Fewest characters: the copy may lie on other people's servers, where it can be tried for years.
pub const MIN_CHARS: usize = 10;
/// Fewest different characters among them.
pub const MIN_DIFFERENT: usize = 5;
/// Most bytes; nobody types more.
pub const MAX_BYTES: usize = 1_000;
/// Signs of an offered passphrase: those that cannot be mistaken for another on paper, as in invite codes.
const SIGNS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789#";
/// Groups of an offered passphrase, and signs of one: 20 of 31 signs, 99 bits.
const GROUPS: usize = 4;
const GROUP: usize = 5;

/// Why a passphrase is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PassphraseError {
    /// It has fewer than [`MIN_CHARS`] characters.
    #[error("the passphrase has {0} characters; {MIN_CHARS} are the fewest — a sentence is easy to keep")]
    Short(usize),
    /// It has fewer than [`MIN_DIFFERENT`] different characters.
    #[error("the passphrase repeats itself — use {MIN_DIFFERENT} different characters or more")]
    Plain,
    /// It has more than [`MAX_BYTES`] bytes.
    #[error("the passphrase is longer than {MAX_BYTES} bytes")]
    Long,
    /// It has a line break or another control character, which no program can ask for.
    #[error("the passphrase has a line break or a control character — type it in one line")]
    Control,
}

/// A passphrase that a copy may be protected with. Its text is shown by nothing.
pub struct Passphrase(String);

impl Passphrase {
    /// Checks what a person typed, and composes it (NFC): a Mac types `é` in two characters.
    ///
    /// ```
    /// use rollcall_engine::passphrase::{Passphrase, PassphraseError};
    /// assert!(Passphrase::parse("correct horse").is_ok());
    /// assert_eq!(Passphrase::parse("horse").err(), Some(PassphraseError::Short(5)));
    /// assert_eq!(Passphrase::parse("1111111111").err(), Some(PassphraseError::Plain));
    /// ```
    ///
    /// # Errors
    /// [`PassphraseError`].
    pub fn parse(typed: &str) -> Result<Self, PassphraseError> {
        if typed.len() > MAX_BYTES {
            return Err(PassphraseError::Long);
        }
        if typed.chars().any(char::is_control) {
            return Err(PassphraseError::Control);
        }
        let composed = composed(typed);
        let chars = composed.trim().chars().count();
        if chars < MIN_CHARS {
            return Err(PassphraseError::Short(chars));
        }
        let different: std::collections::BTreeSet<char> = composed.chars().collect();
        if different.len() < MIN_DIFFERENT {
            return Err(PassphraseError::Plain);
        }
        Ok(Self(composed))
    }

    /// Draws one to offer: four groups of five letters and digits.
    pub fn suggest() -> String {
        let mut groups = Vec::new();
        for _ in 0..GROUPS {
            groups.push((0..GROUP).map(|_| char::from(drawn_sign())).collect::<String>());
        }
        groups.join("-")
    }

    /// Returns it for the cipher.
    pub(super) fn secret(&self) -> SecretString {
        SecretString::from(self.0.clone())
    }
}

impl std::fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passphrase(…)")
    }
}

/// Returns how a typed passphrase may have been spelt when the copy was written, most likely first: as it is
/// typed, composed, decomposed. Each once, for each costs a second.
pub(super) fn spellings(typed: &str) -> Vec<SecretString> {
    let decomposed = DecomposingNormalizerBorrowed::new_nfd().normalize(typed).into_owned();
    let mut all = vec![typed.to_owned()];
    for other in [composed(typed), decomposed] {
        if !all.contains(&other) {
            all.push(other);
        }
    }
    all.into_iter().map(SecretString::from).collect()
}

fn composed(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc().normalize(text).into_owned()
}

/// Draws one of the 31 signs, each as likely as any other.
fn drawn_sign() -> u8 {
    loop {
        let sign = SIGNS[(OsRng.next_u32() % 32) as usize];
        if sign != b'#' {
            return sign;
        }
    }
}

#[cfg(test)]
mod tests {
    use age::secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn weak_ones_are_refused() {
        let check = |typed: &str, expected: Result<(), PassphraseError>| {
            assert_eq!(Passphrase::parse(typed).map(drop), expected, "{typed}");
        };
        check("", Err(PassphraseError::Short(0)));
        check("九个字都不一样的口", Err(PassphraseError::Short(9)));
        check("         x         ", Err(PassphraseError::Short(1)));
        check("十个字，都不一样的口令", Ok(()));
        check("ababababab", Err(PassphraseError::Plain));
        check("哈哈哈哈哈哈哈哈哈哈哈哈", Err(PassphraseError::Plain));
        check("correct horse battery", Ok(()));
        check("correct horse\nbattery", Err(PassphraseError::Control));
        check(&"abcde".repeat(201), Err(PassphraseError::Long));
        // Composed before it is counted: five letters with five accents of their own.
        check("e\u{301}e\u{300}e\u{302}e\u{308}e\u{304}", Err(PassphraseError::Short(5)));
    }

    #[test]
    fn what_is_offered_is_taken_and_never_the_same() {
        let (one, other) = (Passphrase::suggest(), Passphrase::suggest());
        assert_ne!(one, other);
        assert_eq!(one.len(), 23);
        assert!(one.bytes().all(|b| b == b'-' || (SIGNS.contains(&b) && b != b'#')), "{one}");
        assert!(Passphrase::parse(&one).is_ok());
        assert!(!format!("{:?}", Passphrase::parse(&one)).contains(&one[..5]));
    }

    #[test]
    fn each_spelling_is_tried_once() {
        let check = |typed: &str, expected: &[&str]| {
            let spelt = spellings(typed);
            let spelt: Vec<&str> = spelt.iter().map(|one| one.expose_secret()).collect();
            assert_eq!(spelt, expected);
        };
        check("correct horse", &["correct horse"]);
        check("caf\u{e9} noir", &["caf\u{e9} noir", "cafe\u{301} noir"]);
        check("cafe\u{301} noir", &["cafe\u{301} noir", "caf\u{e9} noir"]);
        check("王芳的工作坊口令", &["王芳的工作坊口令"]);
    }
}
