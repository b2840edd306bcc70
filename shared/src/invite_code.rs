//! The code on the poster: `ABCD-23456`.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::alphabet::{LETTERS, SIGNS, draw, sign};
use crate::text::{fold_full_width, is_dash, is_invisible};

/// Letters before the hyphen.
pub const HEAD: usize = 4;
/// Letters or digits after the hyphen.
pub const TAIL: usize = 5;
/// Longest input looked at, in characters.
pub const MAX_INPUT_CHARS: usize = 40;

/// An invite code, `ABCD-23456`: four letters and five letters or digits, none of 0 O 1 I L.
///
/// There are 31⁵ · 23⁴ ≈ 8 · 10¹² codes: guessing one finds nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct InviteCode(String);

/// Why a text is not an invite code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InviteCodeError {
    /// Nothing was typed.
    #[error("the code is empty")]
    Empty,
    /// Not nine signs.
    #[error("a code has {} signs, {typed} were typed", HEAD + TAIL)]
    Length {
        /// How many signs were typed.
        typed: usize,
    },
    /// A sign that no code has (0, O, 1, I and L are left out because they are mistaken for others).
    #[error("no code has the sign {0:?}")]
    Character(char),
    /// A digit among the first four.
    #[error("the first four signs of a code are letters, not {0:?}")]
    DigitInHead(char),
}

impl InviteCodeError {
    /// The stable code that the page chooses its words by.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Length { .. } => "length",
            Self::Character(_) => "character",
            Self::DigitInHead(_) => "digit_in_head",
        }
    }
}

impl InviteCode {
    /// Reads a code as people type it: any case, with or without the hyphen, full-width forms, spaces around.
    ///
    /// ```
    /// use rollcall_shared::invite_code::{InviteCode, InviteCodeError};
    /// assert_eq!(InviteCode::parse("abcd 23456").unwrap().as_str(), "ABCD-23456");
    /// assert_eq!(InviteCode::parse("ABCD-2345O"), Err(InviteCodeError::Character('O')));
    /// ```
    ///
    /// # Errors
    /// An [`InviteCodeError`] that names the first offender.
    pub fn parse(input: &str) -> Result<Self, InviteCodeError> {
        let mut signs = String::with_capacity(HEAD + TAIL + 1);
        let mut typed = 0;
        for (i, raw) in input.chars().enumerate() {
            if i >= MAX_INPUT_CHARS {
                return Err(InviteCodeError::Length { typed: i });
            }
            let c = fold_full_width(raw);
            if c.is_whitespace() || is_dash(c) || is_invisible(c) {
                continue;
            }
            let Some(c) = sign(c) else { return Err(InviteCodeError::Character(raw)) };
            if typed < HEAD && c.is_ascii_digit() {
                return Err(InviteCodeError::DigitInHead(c));
            }
            if typed == HEAD {
                signs.push('-');
            }
            signs.push(c);
            typed += 1;
        }
        match typed {
            0 => Err(InviteCodeError::Empty),
            n if n == HEAD + TAIL => Ok(Self(signs)),
            n => Err(InviteCodeError::Length { typed: n }),
        }
    }

    /// A new code from 128 random bits.
    pub fn from_random(random: [u8; 16]) -> Self {
        let mut signs = draw(random, [LETTERS; HEAD].into_iter().chain([SIGNS.as_slice(); TAIL]));
        signs.insert(HEAD, '-');
        Self(signs)
    }

    /// The shown form, `ABCD-23456`, which addresses and cache keys have as well.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for InviteCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<InviteCode> for String {
    fn from(code: InviteCode) -> Self {
        code.0
    }
}

impl TryFrom<String> for InviteCode {
    type Error = InviteCodeError;
    fn try_from(text: String) -> Result<Self, InviteCodeError> {
        Self::parse(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_as_typed() {
        let check = |input: &str| assert_eq!(InviteCode::parse(input).unwrap().as_str(), "ABCD-23456");
        ["ABCD-23456", "abcd23456", " abcd 23456 ", "ＡＢＣＤ－２３４５６", "aBcD–23456"]
            .into_iter()
            .for_each(check);
    }

    #[test]
    fn mistakes_say_what_is_wrong() {
        let check = |input: &str, error| assert_eq!(InviteCode::parse(input), Err(error), "{input:?}");
        check("", InviteCodeError::Empty);
        check("ABCD-2345", InviteCodeError::Length { typed: 8 });
        check("ABCD-234567", InviteCodeError::Length { typed: 10 });
        check("ABCD-23450", InviteCodeError::Character('0'));
        check("ABC2-23456", InviteCodeError::DigitInHead('2'));
    }

    #[test]
    fn drawn_codes_are_codes() {
        for seed in 0..=255_u8 {
            let code = InviteCode::from_random([seed.wrapping_mul(37); 16]);
            assert_eq!(InviteCode::parse(code.as_str()), Ok(code));
        }
    }
}
