//! The input of a number's field: digits of any script, a plus, and what people type between them.

use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};

use crate::dialling::is_north_american;
use crate::text::{fold_full_width, is_apostrophe, is_blank, is_full_stop, is_invisible};

/// Longest input looked at, in characters: 15 digits with a separator around each and room to spare.
pub const MAX_INPUT_CHARS: usize = 64;
/// Fewest digits before a `+` that are a number of their own.
const NUMBER_DIGITS: usize = 7;

/// The digits of an input, how they were grouped, and whether a `+` preceded them.
#[derive(Debug)]
pub(super) struct Typed {
    pub(super) has_plus: bool,
    pub(super) digits: String,
    /// After how many digits something separates them.
    breaks: Vec<usize>,
}

/// Why an input has no digits to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TypedError {
    /// No digit.
    Empty,
    /// Longer than [`MAX_INPUT_CHARS`].
    TooLong,
    /// A character that no number has.
    Character(char),
    /// A `+` after a whole number.
    TwoNumbers,
    /// A spreadsheet's notation that has lost digits.
    Shortened,
}

impl Typed {
    pub(super) fn read(input: &str) -> Result<Self, TypedError> {
        if input.chars().nth(MAX_INPUT_CHARS).is_some() {
            return Err(TypedError::TooLong);
        }
        if let Some(digits) = exponent(input)? {
            return Ok(Self { has_plus: false, digits, breaks: Vec::new() });
        }
        let mut typed = Self { has_plus: false, digits: String::new(), breaks: Vec::new() };
        for raw in without_decimals(input).chars() {
            let count = typed.digits.len();
            match plain(raw) {
                c @ '0'..='9' => typed.digits.push(c),
                '+' if count == 0 && !typed.has_plus => typed.has_plus = true,
                '+' if count >= NUMBER_DIGITS => return Err(TypedError::TwoNumbers),
                c if is_invisible(c) => {}
                c if is_separator(c) => {
                    if count > 0 && typed.breaks.last() != Some(&count) {
                        typed.breaks.push(count);
                    }
                }
                _ => return Err(TypedError::Character(raw)),
            }
        }
        if typed.digits.is_empty() { Err(TypedError::Empty) } else { Ok(typed) }
    }

    /// Whether it is written like `1 415 555 2671`, with any separators: they are after the 1, and otherwise
    /// only between area, exchange and line.
    pub(super) fn is_grouped_as_in_north_america(&self) -> bool {
        let mut breaks = self.breaks.iter().filter(|at| **at < self.digits.len());
        is_north_american(&self.digits) && breaks.next() == Some(&1) && breaks.all(|at| matches!(at, 4 | 7))
    }
}

/// Reads a spreadsheet's notation of a long number. `1.3912345678E+10` has all digits, `1.39E+10` has lost
/// some. It is `None` for any other text.
fn exponent(input: &str) -> Result<Option<String>, TypedError> {
    let text: String = input.chars().map(plain).filter(|c| !is_invisible(*c) && !is_around(*c)).collect();
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return Ok(None) };
    let digits: String = mantissa.chars().filter(|c| !is_full_stop(*c)).collect();
    let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !is_number(&digits) || !is_number(exponent) || exponent.len() > 2 {
        return Ok(None);
    }
    match (mantissa.find(is_full_stop), exponent.parse::<usize>()) {
        (Some(1), Ok(places)) if digits.len() == places + 1 => Ok(Some(digits)),
        _ => Err(TypedError::Shortened),
    }
}

/// Cuts off the `.0` that programs write after a number which they took for a quantity. `138.0013.8000` has
/// none.
fn without_decimals(input: &str) -> &str {
    let text = input.trim_end_matches(|c| is_invisible(c) || is_around(c));
    let Some(at) = text.rfind(is_full_stop) else { return input };
    let (whole, decimals) = text.split_at(at);
    let zeros = decimals.chars().skip(1).map(plain);
    let is_zeros = (1..=2).contains(&zeros.clone().count()) && zeros.into_iter().all(|c| c == '0');
    let is_whole = |c: char| c.is_ascii_digit() || c == '+' || is_invisible(c) || is_around(c);
    if is_zeros && whole.chars().map(plain).all(is_whole) { whole } else { input }
}

/// Whether a spreadsheet or a person puts it around a whole number.
fn is_around(c: char) -> bool {
    is_blank(c) || is_apostrophe(c) || matches!(c, '"' | '“' | '”')
}

/// Folds digits of any script and full-width signs to ASCII; other characters stay.
fn plain(c: char) -> char {
    digit(c).and_then(|digit| char::from_digit(digit, 10)).unwrap_or_else(|| fold_full_width(c))
}

fn digit(c: char) -> Option<u32> {
    let from = |zero: char| Some(c as u32 - zero as u32);
    match c {
        '0'..='9' => from('0'),
        '①'..='⑨' => from('①').map(|nth| nth + 1),
        '❶'..='❾' => from('❶').map(|nth| nth + 1),
        '➀'..='➈' => from('➀').map(|nth| nth + 1),
        '➊'..='➒' => from('➊').map(|nth| nth + 1),
        '⓪' | '⓿' => Some(0),
        _ if c.is_ascii() => None,
        _ if is_decimal(c) => {
            // A script's ten digits are consecutive, and consecutive scripts have ten each.
            let previous = |n: &u32| char::from_u32(c as u32 - n).is_some_and(is_decimal);
            u32::try_from((1..c as u32).take_while(previous).count() % 10).ok()
        }
        _ => None,
    }
}

fn is_decimal(c: char) -> bool {
    CodePointMapData::<GeneralCategory>::new().get(c) == GeneralCategory::DecimalNumber
}

/// Whether it may separate digits: white space, punctuation of any script, and what makes a keycap of a
/// digit. Letters, symbols and controls are mistakes. A page has the same as `page::SEPARATORS`.
fn is_separator(c: char) -> bool {
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    is_blank(c)
        || GeneralCategoryGroup::Punctuation.contains(category)
        || GeneralCategoryGroup::Separator.contains(category)
        || GeneralCategoryGroup::Mark.contains(category)
        || matches!(c, '|' | '~' | '`' | '´' | '\u{2212}' | '∙' | '⋅')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_script_are_digits() {
        let mut rows = 0;
        let mut in_a_row = 0;
        for c in '\0'..='\u{1FFFF}' {
            if is_decimal(c) {
                assert_eq!(digit(c), Some(in_a_row % 10), "{:X}", c as u32);
                in_a_row += 1;
            } else {
                assert_eq!(in_a_row % 10, 0, "before {:X}", c as u32);
                rows += in_a_row / 10;
                in_a_row = 0;
            }
        }
        assert!(rows >= 70, "{rows}");
        for (text, value) in [("٣۳३๓༣３③❸➂➌𝟑", 3), ("٠۰０⓪⓿", 0), ("９⑨❾➈➒", 9)]
        {
            assert!(text.chars().all(|c| digit(c) == Some(value)), "{text}");
        }
        assert!("一〇ⅢⅩ½⑩㈠".chars().all(|c| digit(c).is_none()));
    }
}
