//! Phone numbers: accepted as people type them, kept as E.164.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::mistake::Mistake;
use crate::text::{fold_full_width, is_dash, is_direction_control, is_invisible};

/// Digits of a mainland mobile number without its country code (`1[3-9]` and nine more).
/// Source: the numbering plan of China's MIIT, <https://en.wikipedia.org/wiki/Telephone_numbers_in_China>.
pub const CHINA_DIGITS: usize = 11;
/// How people write those digits: `138 0013 8000`.
pub const CHINA_GROUPS: [usize; 3] = [3, 4, 4];
/// Fewest digits of a number with a country code that is taken: shorter ones are service numbers.
pub const MIN_DIGITS: usize = 8;
/// Most digits of a number with its country code: ITU-T E.164, section 6.
pub const MAX_DIGITS: usize = 15;
/// Longest input looked at, in characters: 15 digits with a separator around each and room to spare.
pub const MAX_INPUT_CHARS: usize = 64;

const CHINA: &str = "86";

/// A phone number in E.164 form, such as `+8613800138000`.
///
/// `Debug` shows the last two digits only, so that logs cannot hold a number by accident.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Phone(String);

/// Why a text is not a phone number that Rollcall takes. Each has a stable code for the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// Nothing was typed.
    #[error("the phone number is empty")]
    Empty,
    /// Longer than [`MAX_INPUT_CHARS`].
    #[error("more than {MAX_INPUT_CHARS} characters are not a phone number")]
    TooLong,
    /// A character that no phone number has.
    #[error("{0:?} does not belong in a phone number")]
    Character(char),
    /// Fewer digits than the number must have.
    #[error("a number of {needed} digits is needed, {typed} were typed")]
    TooFewDigits {
        /// How many digits were typed.
        typed: usize,
        /// How many the number has at least.
        needed: usize,
    },
    /// More digits than the number can have.
    #[error("a number of {needed} digits is needed, {typed} were typed")]
    TooManyDigits {
        /// How many digits were typed.
        typed: usize,
        /// How many the number has at most.
        needed: usize,
    },
    /// Eleven digits, but not those of a mainland mobile number.
    #[error("a mobile number in mainland China starts with 13 to 19")]
    NotMobile,
    /// The country code starts with 0, which no country code does.
    #[error("no country code starts with 0")]
    CountryCode,
}

impl PhoneError {
    /// The stable code that the page and the window choose their words by.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong => "too_long",
            Self::Character(_) => "character",
            Self::TooFewDigits { .. } => "too_few_digits",
            Self::TooManyDigits { .. } => "too_many_digits",
            Self::NotMobile => "not_mobile",
            Self::CountryCode => "country_code",
        }
    }
}

impl Phone {
    /// Reads a number as people type it.
    ///
    /// Without `+` it is a mainland Chinese mobile number, whose `86` or `0086` is optional; with `+` it is
    /// any country's, [`MIN_DIGITS`] to [`MAX_DIGITS`] digits. Spaces, hyphens, dots, brackets, full-width
    /// forms and invisible characters between the digits are accepted.
    ///
    /// ```
    /// use rollcall_shared::phone::{Phone, PhoneError};
    /// assert_eq!(Phone::parse(" 138-0013-8000").unwrap().as_str(), "+8613800138000");
    /// assert_eq!(Phone::parse("+852 9123 4567").unwrap().as_str(), "+85291234567");
    /// let error = Phone::parse("1380013800").unwrap_err();
    /// assert_eq!(error, PhoneError::TooFewDigits { typed: 10, needed: 11 });
    /// ```
    ///
    /// # Errors
    /// A [`PhoneError`] that names what is wrong; of several mistakes, the first that a reader would see.
    pub fn parse(input: &str) -> Result<Self, PhoneError> {
        let typed = Typed::read(input)?;
        if typed.international { Self::international(&typed.digits) } else { Self::mainland(&typed.digits) }
    }

    fn international(digits: &str) -> Result<Self, PhoneError> {
        if let Some(national) = digits.strip_prefix(CHINA) {
            return Self::mainland_mobile(national);
        }
        match digits.len() {
            0 => Err(PhoneError::Empty),
            _ if digits.starts_with('0') => Err(PhoneError::CountryCode),
            n if n < MIN_DIGITS => Err(PhoneError::TooFewDigits { typed: n, needed: MIN_DIGITS }),
            n if n > MAX_DIGITS => Err(PhoneError::TooManyDigits { typed: n, needed: MAX_DIGITS }),
            _ => Ok(Self(format!("+{digits}"))),
        }
    }

    fn mainland(digits: &str) -> Result<Self, PhoneError> {
        // No mobile number starts with 0 or 8, so what follows `0086` or `86` is the number itself.
        let national = digits.strip_prefix("00").unwrap_or(digits);
        match national.strip_prefix(CHINA) {
            Some(rest) => Self::mainland_mobile(rest),
            None => Self::mainland_mobile(digits),
        }
    }

    fn mainland_mobile(national: &str) -> Result<Self, PhoneError> {
        let n = national.len();
        let looks_mobile = matches!(national.as_bytes(), [b'1'] | [b'1', b'3'..=b'9', ..]);
        match n {
            0 => Err(PhoneError::Empty),
            CHINA_DIGITS if looks_mobile => Ok(Self(format!("+{CHINA}{national}"))),
            CHINA_DIGITS => Err(PhoneError::NotMobile),
            _ if !looks_mobile => Err(PhoneError::NotMobile),
            _ if n < CHINA_DIGITS => Err(PhoneError::TooFewDigits { typed: n, needed: CHINA_DIGITS }),
            _ => Err(PhoneError::TooManyDigits { typed: n, needed: CHINA_DIGITS }),
        }
    }

    /// The canonical form, E.164: `+` and 8 to 15 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number as others may see it: a mainland number's first three digits and its last four,
    /// `138••••8000`; of any other the `+`, three digits and the last four, `+852••••4567`.
    ///
    /// ```
    /// use rollcall_shared::phone::Phone;
    /// assert_eq!(Phone::parse("138 0013 8000").unwrap().masked(), "138••••8000");
    /// assert_eq!(Phone::parse("+852 9123 4567").unwrap().masked(), "+852••••4567");
    /// ```
    pub fn masked(&self) -> String {
        let (head, digits) = match self.mainland_digits() {
            Some(d) => (3, d.to_owned()),
            None => (4, self.0.clone()),
        };
        let tail = digits.len() - 4;
        let hidden = "•".repeat(tail.saturating_sub(head));
        format!("{}{hidden}{}", &digits[..head.min(tail)], &digits[tail..])
    }

    fn digits(&self) -> &str {
        self.0.trim_start_matches('+')
    }

    fn mainland_digits(&self) -> Option<&str> {
        self.digits().strip_prefix(CHINA)
    }

    /// How the page's script tells mistakes apart, once the input does not match [`Phone::html_pattern`]: on
    /// what is left after NFKC, without [`Phone::FOLD_DROPS`] and without [`Phone::FOLD_PREFIX`].
    pub fn mistakes() -> Vec<Mistake> {
        let (few, most) = (CHINA_DIGITS - 3, CHINA_DIGITS - 1);
        let foreign_few = MIN_DIGITS - 2;
        vec![
            Mistake::new("character", r"[^0-9+]|.\+"),
            Mistake::new("empty", r"^\+?$"),
            Mistake::new("country_code", r"^\+0"),
            Mistake::counted("too_few_digits", format!(r"^\+[1-9][0-9]{{0,{foreign_few}}}$"), MIN_DIGITS),
            Mistake::counted("too_many_digits", format!(r"^\+[1-9][0-9]{{{MAX_DIGITS},}}$"), MAX_DIGITS),
            Mistake::counted("too_few_digits", format!(r"^1(?:[3-9][0-9]{{0,{few}}})?$"), CHINA_DIGITS),
            Mistake::counted("too_many_digits", format!(r"^1[3-9][0-9]{{{most},}}$"), CHINA_DIGITS),
            Mistake::new("not_mobile", "."),
        ]
    }

    /// Characters between digits that have no meaning: a character class for the page's script.
    pub const FOLD_DROPS: &str =
        r"[\s\-.\(\)\u00AD\u200B\u200E\u200F\u2010-\u2015\u202A-\u202E\u2060\u2066-\u2069\u2212\uFEFF]";
    /// China's code before a number, for the page's script: to be replaced by what its group holds.
    pub const FOLD_PREFIX: &str = r"^(?:\+|00)?86([0-9]|$)";

    /// The `pattern` of the page's input: a first check that needs no script. It accepts all that
    /// [`Phone::parse`] accepts except invisible characters, and little else. Written for the `v` flag, under
    /// which browsers compile it.
    pub fn html_pattern() -> String {
        const SEP: &str = r"[\s\-.\u2010-\u2015\u2212\uFF0D\uFF0E\(\)\uFF08\uFF09]*";
        const DIGIT: &str = r"[0-9\uFF10-\uFF19]";
        let prefix =
            format!(r"(?:[+\uFF0B]{SEP}[8８]{SEP}[6６]{SEP}|(?:[0０]{SEP}[0０]{SEP})?[8８]{SEP}[6６]{SEP})?");
        let mobile = format!(r"[1１]{SEP}[3-9\uFF13-\uFF19](?:{SEP}{DIGIT}){{9}}");
        // Two digits that are not China's code, then the other digits.
        let country = format!(
            r"(?:[1-79\uFF11-\uFF17\uFF19]{SEP}{DIGIT}|[8８]{SEP}[0-57-9\uFF10-\uFF15\uFF17-\uFF19])"
        );
        let other =
            format!(r"[+\uFF0B]{SEP}{country}(?:{SEP}{DIGIT}){{{},{}}}", MIN_DIGITS - 2, MAX_DIGITS - 2);
        format!("{SEP}(?:{prefix}{mobile}|{other}){SEP}")
    }
}

/// The digits of an input and whether a `+` preceded them.
struct Typed {
    international: bool,
    digits: String,
}

impl Typed {
    fn read(input: &str) -> Result<Self, PhoneError> {
        let mut typed = Self { international: false, digits: String::new() };
        for (i, raw) in input.chars().enumerate() {
            if i >= MAX_INPUT_CHARS {
                return Err(PhoneError::TooLong);
            }
            match fold_full_width(raw) {
                c @ '0'..='9' => typed.digits.push(c),
                '+' if typed.digits.is_empty() && !typed.international => typed.international = true,
                c if is_separator(c) => {}
                _ => return Err(PhoneError::Character(raw)),
            }
        }
        if typed.digits.is_empty() { Err(PhoneError::Empty) } else { Ok(typed) }
    }
}

fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || is_dash(c)
        || matches!(c, '(' | ')' | '.')
        || is_invisible(c)
        || is_direction_control(c)
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tail = self.0.get(self.0.len().saturating_sub(2)..).unwrap_or_default();
        write!(f, "Phone(…{tail})")
    }
}

impl From<Phone> for String {
    fn from(phone: Phone) -> Self {
        phone.0
    }
}

impl TryFrom<String> for Phone {
    type Error = PhoneError;
    fn try_from(text: String) -> Result<Self, PhoneError> {
        Self::parse(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_all_but_two_digits() {
        assert_eq!(format!("{:?}", Phone::parse("13800138042").unwrap()), "Phone(…42)");
    }

    #[test]
    fn mistakes_say_what_is_wrong() {
        let check = |input: &str, error: PhoneError| assert_eq!(Phone::parse(input), Err(error), "{input:?}");
        check("  ", PhoneError::Empty);
        check("1380013800", PhoneError::TooFewDigits { typed: 10, needed: 11 });
        check("138001380001", PhoneError::TooManyDigits { typed: 12, needed: 11 });
        check("12345678901", PhoneError::NotMobile);
        check("010-62345678", PhoneError::NotMobile);
        check("+0852 9123 4567", PhoneError::CountryCode);
        check("+852 912", PhoneError::TooFewDigits { typed: 6, needed: 8 });
        check("138x0138000", PhoneError::Character('x'));
        check(&"1".repeat(65), PhoneError::TooLong);
    }
}
