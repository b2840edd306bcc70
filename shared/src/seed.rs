//! The random seed of a page without script: what makes the id of the form that it sends.

use std::fmt;

/// Characters of a seed: 128 bits in hexadecimal.
pub const SEED_CHARS: usize = 32;

/// The random seed of one page: 32 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seed(String);

/// The text is not a seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a seed is {SEED_CHARS} hexadecimal digits")]
pub struct SeedError;

impl SeedError {
    /// The stable code that the page chooses its words by.
    pub fn code(&self) -> &'static str {
        "seed"
    }
}

impl Seed {
    /// Reads a seed, strictly, for no person types it.
    ///
    /// ```
    /// use rollcall_shared::seed::{Seed, SeedError};
    /// let seed = "00112233445566778899aabbccddeeff";
    /// assert_eq!(Seed::parse(seed).unwrap().as_str(), seed);
    /// assert_eq!(Seed::parse("0011"), Err(SeedError));
    /// ```
    ///
    /// # Errors
    /// [`SeedError`].
    pub fn parse(text: &str) -> Result<Self, SeedError> {
        let is_seed = text.len() == SEED_CHARS && text.bytes().all(|b| b.is_ascii_hexdigit());
        if is_seed { Ok(Self(text.to_owned())) } else { Err(SeedError) }
    }

    /// A new seed from 128 random bits.
    pub fn from_random(random: [u8; 16]) -> Self {
        Self(hex::encode(random))
    }

    /// The seed's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_32_hexadecimal_digits_are_a_seed() {
        let drawn = Seed::from_random([0xA7; 16]);
        assert_eq!(Seed::parse(&drawn.to_string()), Ok(drawn));
        for bad in ["", "00", &"g".repeat(32), &"0".repeat(33), &"王".repeat(32)] {
            assert_eq!(Seed::parse(bad), Err(SeedError), "{bad}");
        }
    }
}
