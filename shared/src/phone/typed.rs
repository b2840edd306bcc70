//! What stands in a number's field: digits of any script, a plus, and what people put between them.

use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};

use super::{MAX_INPUT_CHARS, PhoneError};
use crate::text::{fold_full_width, is_apostrophe, is_blank, is_full_stop, is_invisible};

/// From so many digits on, what stands before a `+` is a number of its own.
const NUMBER_DIGITS: usize = 7;

/// The digits of an input, how they were grouped, and whether a `+` stood before them.
#[derive(Debug)]
pub(super) struct Typed {
    pub(super) has_plus: bool,
    pub(super) digits: String,
    /// After how many digits something stood, between the first and the last.
    breaks: Vec<usize>,
}

impl Typed {
    pub(super) fn read(input: &str) -> Result<Self, PhoneError> {
        if input.chars().nth(MAX_INPUT_CHARS).is_some() {
            return Err(PhoneError::TooLong);
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
                '+' if count >= NUMBER_DIGITS => return Err(PhoneError::TwoNumbers),
                c if is_invisible(c) => {}
                c if is_separator(c) => {
                    if count > 0 && typed.breaks.last() != Some(&count) {
                        typed.breaks.push(count);
                    }
                }
                _ => return Err(PhoneError::Character(raw)),
            }
        }
        if typed.digits.is_empty() { Err(PhoneError::Empty) } else { Ok(typed) }
    }

    /// `1 415 555 2671` in any separators: 1 by itself, and of the rest nothing stands apart but area, exchange and line.
    pub(super) fn is_grouped_as_in_north_america(&self) -> bool {
        let mut breaks = self.breaks.iter().filter(|at| **at < self.digits.len());
        super::is_north_american(&self.digits)
            && breaks.next() == Some(&1)
            && breaks.all(|at| matches!(at, 4 | 7))
    }
}

/// A spreadsheet's way to write a long number: `1.3800138000E+10` has all of its digits, `1.38E+10` has lost some. `None` for all
/// other texts.
fn exponent(input: &str) -> Result<Option<String>, PhoneError> {
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
        _ => Err(PhoneError::Shortened),
    }
}

/// Without the `.0` that programs write after a number that was read as a quantity. `138.0013.8000` has none.
fn without_decimals(input: &str) -> &str {
    let text = input.trim_end_matches(|c| is_invisible(c) || is_around(c));
    let Some(at) = text.rfind(is_full_stop) else { return input };
    let (whole, decimals) = text.split_at(at);
    let zeros = decimals.chars().skip(1).map(plain);
    let is_zeros = (1..=2).contains(&zeros.clone().count()) && zeros.into_iter().all(|c| c == '0');
    let is_whole =
        whole.chars().map(plain).all(|c| c.is_ascii_digit() || c == '+' || is_invisible(c) || is_around(c));
    if is_zeros && is_whole { whole } else { input }
}

/// What a spreadsheet or a person puts around a whole number.
fn is_around(c: char) -> bool {
    is_blank(c) || is_apostrophe(c) || matches!(c, '"' | '“' | '”')
}

/// A digit of any script as ASCII, and full-width signs; other characters stay.
fn plain(c: char) -> char {
    digit(c).and_then(|digit| char::from_digit(digit, 10)).unwrap_or_else(|| fold_full_width(c))
}

fn digit(c: char) -> Option<u32> {
    let from = |zero: char| Some(c as u32 - zero as u32);
    match c {
        '0'..='9' => from('0'),
        '②'..='⑨' | '①' => from('①').map(|nth| nth + 1),
        '❶'..='❾' => from('❶').map(|nth| nth + 1),
        '➀'..='➈' => from('➀').map(|nth| nth + 1),
        '➊'..='➒' => from('➊').map(|nth| nth + 1),
        '⓪' | '⓿' => Some(0),
        _ if c.is_ascii() => None,
        _ if is_decimal(c) => {
            // Scripts have their ten digits in a row, and rows that touch are whole.
            let before =
                (1..c as u32).take_while(|n| char::from_u32(c as u32 - n).is_some_and(is_decimal)).count();
            u32::try_from(before % 10).ok()
        }
        _ => None,
    }
}

fn is_decimal(c: char) -> bool {
    CodePointMapData::<GeneralCategory>::new().get(c) == GeneralCategory::DecimalNumber
}

/// What stands between digits and means nothing: spaces, punctuation of any script, and what makes a keycap of a digit. Letters
/// and symbols are mistakes, and controls.
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
