//! Phone numbers: accepted as people type them, kept as E.164.

mod typed;
mod page;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::dialling::{from_abroad, is_north_american, lacks_plus};
pub use typed::MAX_INPUT_CHARS;
use typed::{Typed, TypedError};

/// Digits of a mainland mobile number without its country code (`1[3-9]` and nine more).
/// Source: the numbering plan of China's MIIT, <https://en.wikipedia.org/wiki/Telephone_numbers_in_China>.
pub const CHINA_DIGITS: usize = 11;
/// How people write those digits: `138 0013 8000`.
pub const CHINA_GROUPS: [usize; 3] = [3, 4, 4];
/// Fewest digits of a number with a country code that is taken: shorter ones are service numbers.
pub const MIN_DIGITS: usize = 8;
/// Most digits of a number with its country code: ITU-T E.164, section 6.
pub const MAX_DIGITS: usize = 15;
/// Fewest digits that are taken for two numbers: those of a mainland mobile number and of a short local one.
pub const TWO_NUMBERS_DIGITS: usize = 18;

const CHINA: &str = "86";

/// A phone number in E.164 form, such as `+8613800138000`.
///
/// `Debug` shows the last two digits only, so that logs cannot contain a number by accident.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Phone(String);

/// Why a text is not a phone number that Rollcall takes. Each has a stable code for the page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// Nothing was typed, or nothing that can be seen.
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
    /// Not the digits of a mainland mobile number, and no sign of what else they are.
    #[error("a mobile number in mainland China starts with 13 to 19")]
    NotMobile,
    /// A landline of mainland China, with its area code.
    #[error("this is a landline; a mobile number is needed")]
    Landline,
    /// A hotline of mainland China: 400 or 800 and seven digits.
    #[error("this is a hotline; a person's own mobile number is needed")]
    ServiceNumber,
    /// A foreign number that lacks only its `+`.
    #[error("a foreign number starts with +")]
    PlusMissing {
        /// The number with its `+`.
        with_plus: Phone,
    },
    /// A number in the notation of the United States and Canada, `1 415 555 2671`. The same digits without
    /// spaces can be a mainland mobile number; only its owner knows which it is.
    #[error("this is written as in North America, where numbers start with +1")]
    NorthAmerican {
        /// The number with its `+`.
        with_plus: Phone,
    },
    /// Two numbers in one field.
    #[error("these are two numbers; one is needed")]
    TwoNumbers,
    /// A spreadsheet's `1.38E+10`, which has lost digits.
    #[error("a spreadsheet has shortened the number; all of its digits are needed")]
    Shortened,
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
            Self::Landline => "landline",
            Self::ServiceNumber => "service_number",
            Self::PlusMissing { .. } => "plus_missing",
            Self::NorthAmerican { .. } => "north_american",
            Self::TwoNumbers => "two_numbers",
            Self::Shortened => "shortened",
            Self::CountryCode => "country_code",
        }
    }
}

impl From<TypedError> for PhoneError {
    fn from(error: TypedError) -> Self {
        match error {
            TypedError::Empty => Self::Empty,
            TypedError::TooLong => Self::TooLong,
            TypedError::Character(c) => Self::Character(c),
            TypedError::TwoNumbers => Self::TwoNumbers,
            TypedError::Shortened => Self::Shortened,
        }
    }
}

impl Phone {
    /// Reads a number as people type it.
    ///
    /// Without `+` or `00` it is a mainland Chinese mobile number, whose `86` and trunk `0` are optional;
    /// with either it is any country's, [`MIN_DIGITS`] to [`MAX_DIGITS`] digits, and a trunk prefix after the
    /// country code is dropped. Spaces, punctuation, digits of any script and invisible characters are
    /// accepted. docs/NAMES-AND-NUMBERS.md has the whole table.
    ///
    /// ```
    /// use rollcall_shared::phone::{Phone, PhoneError};
    /// assert_eq!(Phone::parse(" 138-0013-8000").unwrap().as_str(), "+8613800138000");
    /// assert_eq!(Phone::parse("00852 9123 4567").unwrap().as_str(), "+85291234567");
    /// assert_eq!(Phone::parse("+44 (0)20 7946 0123").unwrap().as_str(), "+442079460123");
    /// let error = Phone::parse("1380013800").unwrap_err();
    /// assert_eq!(error, PhoneError::TooFewDigits { typed: 10, needed: 11 });
    /// ```
    ///
    /// # Errors
    /// A [`PhoneError`] that names what is wrong; of several mistakes, the first that a reader would see.
    pub fn parse(input: &str) -> Result<Self, PhoneError> {
        let typed = Typed::read(input)?;
        let digits = typed.digits.as_str();
        let abroad = match digits.strip_prefix("00") {
            Some(rest) => Some(rest),
            None => typed.has_plus.then_some(digits),
        };
        if let Some(national) = behind_china(abroad.unwrap_or(digits)) {
            return Self::behind_86(national);
        }
        match abroad {
            // No North American number: 00 before a Chinese one is more likely, and the result would be
            // wrong.
            Some(rest)
                if !typed.has_plus && rest.starts_with('1') && !is_north_american(&from_abroad(rest)) =>
            {
                Err(PhoneError::NotMobile)
            }
            Some(rest) => Self::international(rest),
            None if typed.is_grouped_as_in_north_america() => {
                Err(PhoneError::NorthAmerican { with_plus: Self(format!("+{digits}")) })
            }
            None => Self::mainland(digits),
        }
    }

    fn international(digits: &str) -> Result<Self, PhoneError> {
        let too_few = PhoneError::TooFewDigits { typed: digits.len(), needed: MIN_DIGITS };
        match digits.len() {
            0 => Err(PhoneError::Empty),
            _ if digits.starts_with('0') => Err(PhoneError::CountryCode),
            n if n >= TWO_NUMBERS_DIGITS => Err(PhoneError::TwoNumbers),
            n if n > MAX_DIGITS => Err(PhoneError::TooManyDigits { typed: n, needed: MAX_DIGITS }),
            n if n < MIN_DIGITS => Err(too_few),
            _ => match from_abroad(digits) {
                short if short.len() < MIN_DIGITS => Err(too_few),
                dialled => Ok(Self(format!("+{dialled}"))),
            },
        }
    }

    /// Reads what follows China's code, where landlines have lost the zero that they have without it.
    fn behind_86(national: &str) -> Result<Self, PhoneError> {
        match national.as_bytes() {
            [b'2'..=b'9', ..] => Self::mainland(&format!("0{national}")),
            _ => Self::mainland(national),
        }
    }

    fn mainland(national: &str) -> Result<Self, PhoneError> {
        let digits = match national.as_bytes() {
            [b'0', b'1', b'3'..=b'9', ..] => national.get(1..).unwrap_or_default(),
            _ => national,
        };
        let n = digits.len();
        let looks_mobile = matches!(digits.as_bytes(), [b'1'] | [b'1', b'3'..=b'9', ..]);
        match n {
            0 => Err(PhoneError::Empty),
            CHINA_DIGITS if looks_mobile => Ok(Self(format!("+{CHINA}{digits}"))),
            _ if n >= TWO_NUMBERS_DIGITS => Err(PhoneError::TwoNumbers),
            _ if is_hotline(digits) => Err(PhoneError::ServiceNumber),
            _ if is_landline(digits) => Err(PhoneError::Landline),
            _ if lacks_plus(digits) => Err(match Self::international(digits) {
                Ok(with_plus) => PhoneError::PlusMissing { with_plus },
                Err(_) => PhoneError::NotMobile,
            }),
            CHINA_DIGITS if is_north_american(digits) => {
                Err(PhoneError::NorthAmerican { with_plus: Self(format!("+{digits}")) })
            }
            _ if !looks_mobile => Err(PhoneError::NotMobile),
            _ if n < CHINA_DIGITS => Err(PhoneError::TooFewDigits { typed: n, needed: CHINA_DIGITS }),
            _ => Err(PhoneError::TooManyDigits { typed: n, needed: CHINA_DIGITS }),
        }
    }

    /// The canonical form, E.164: `+` and 8 to 15 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is in a range of mainland mobile numbers that had not been assigned by November 2026. That
    /// is worth a second look, and no reason to refuse it, because new ranges are opened now and then.
    ///
    /// ```
    /// use rollcall_shared::phone::Phone;
    /// assert!(Phone::parse("14155552671").unwrap().is_unassigned_range());
    /// assert!(!Phone::parse("13800138000").unwrap().is_unassigned_range());
    /// ```
    pub fn is_unassigned_range(&self) -> bool {
        match self.mainland_digits().map(str::as_bytes) {
            Some([b'1', b'4', b'0'..=b'4' | b'6' | b'8' | b'9', ..]) => true,
            Some([b'1', b'5', b'4', ..] | [b'1', b'7', b'9', ..] | [b'1', b'9', b'4', ..]) => true,
            Some([b'1', b'6', b'1', next, ..]) => *next != b'0',
            Some([b'1', b'6', b'0' | b'3' | b'4' | b'8' | b'9', ..]) => true,
            Some([b'1', b'7', b'4', next, after, ..]) => !(*next == b'0' && matches!(after, b'0'..=b'5')),
            _ => false,
        }
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
}

/// Reads the digits of a text that has nothing but what numbers are written with, and whether a `+` precedes
/// them.
pub(crate) fn digits(text: &str) -> Option<(bool, String)> {
    Typed::read(text).ok().map(|typed| (typed.has_plus, typed.digits))
}

/// What follows China's code, which people also write as `086`.
fn behind_china(digits: &str) -> Option<&str> {
    digits.strip_prefix(CHINA).or_else(|| digits.strip_prefix("086").filter(|rest| rest.starts_with('1')))
}

/// Whether it is 400 or 800 and seven digits.
fn is_hotline(digits: &str) -> bool {
    let bare = digits.strip_prefix('0').unwrap_or(digits);
    bare.len() == 10 && (bare.starts_with("400") || bare.starts_with("800"))
}

/// Whether it is an area code with its zero, seven or eight digits, and perhaps an extension of up to five.
fn is_landline(digits: &str) -> bool {
    let area = match digits.as_bytes() {
        // Beijing after China's code.
        [b'1', b'0', ..] => return digits.len() == 10,
        [b'0', b'1', b'0', ..] | [b'0', b'2', ..] => 3,
        [b'0', b'3'..=b'9', ..] => 4,
        _ => return false,
    };
    (area + 7..=area + 13).contains(&digits.len())
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
        let with_plus = |text: &str| Phone(text.to_owned());
        check("  ", PhoneError::Empty);
        check("1380013800", PhoneError::TooFewDigits { typed: 10, needed: 11 });
        check("138001380001", PhoneError::TooManyDigits { typed: 12, needed: 11 });
        check("22345678901", PhoneError::NotMobile);
        check("010-62345678", PhoneError::Landline);
        check("400-810-8888", PhoneError::ServiceNumber);
        check("852 9123 4567", PhoneError::PlusMissing { with_plus: with_plus("+85291234567") });
        check("1 415 555 2671", PhoneError::NorthAmerican { with_plus: with_plus("+14155552671") });
        check("13800138000/13900139000", PhoneError::TwoNumbers);
        check("1.38E+10", PhoneError::Shortened);
        check("+0852 9123 4567", PhoneError::CountryCode);
        check("+852 912", PhoneError::TooFewDigits { typed: 6, needed: 8 });
        check("138x0138000", PhoneError::Character('x'));
        check(&"1".repeat(65), PhoneError::TooLong);
    }

    #[test]
    fn a_range_that_is_not_given_out_is_taken_and_told() {
        for free in [
            "140", "144", "146", "148", "149", "154", "160", "1611", "163", "164", "168", "169", "1741",
            "17406", "179", "194",
        ] {
            let phone = Phone::parse(&format!("{free:0<11}")).unwrap();
            assert!(phone.is_unassigned_range(), "{free}");
        }
        for given in [
            "130", "138", "145", "147", "150", "153", "155", "1610", "162", "165", "166", "167", "170",
            "17400", "17405", "178", "180", "190", "193", "199",
        ] {
            let phone = Phone::parse(&format!("{given:0<11}")).unwrap();
            assert!(!phone.is_unassigned_range(), "{given}");
        }
        assert!(!Phone::parse("+14155552671").unwrap().is_unassigned_range());
    }
}
