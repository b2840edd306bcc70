//! What a page knows of the rules: a pattern for browsers without script, and how a script tells mistakes
//! apart.
//!
//! A browser cannot decide everything. It accepts all that [`Phone::parse`] accepts, except a spreadsheet's
//! `1.3912345678E10`, which nobody types. It also accepts a few other numbers: those that are too short
//! without their trunk prefix, and `00 1` before digits that are no North American number. The server's
//! answer explains these.

use super::{CHINA_DIGITS, MAX_DIGITS, MIN_DIGITS, Phone, TWO_NUMBERS_DIGITS};
use crate::dialling::LACKS_PLUS;
use crate::mistake::Mistake;

/// Characters that may separate digits, as a character class without its brackets, for the `u` and the `v`
/// flag. The rule has the same as `typed::is_separator`.
const SEPARATORS: &str = r"\p{P}\p{Z}\p{M}\p{DI}\s\x85\uFFF9-\uFFFC\|~\x60´｜～｀\u2212∙⋅\u2800";

/// Digits of other scripts, and in circles.
const OTHER_DIGITS: &str = r"\p{Nd}①-⑨❶-❾➀-➈➊-➒⓪⓿";

impl Phone {
    /// How the page's script tells mistakes apart, once the input does not match [`Phone::html_pattern`]: on
    /// what is left after NFKC, without [`Phone::fold_drops`] and after [`Phone::FOLDS`]. Mistakes that only
    /// files have, or that a field's length prevents, have no pattern (`shortened`, `too_long`).
    pub fn mistakes() -> Vec<Mistake> {
        let (few, most) = (CHINA_DIGITS - 3, CHINA_DIGITS - 1);
        vec![
            Mistake::new("two_numbers", format!(r"\d{{7}}\+|^\+?\d{{{TWO_NUMBERS_DIGITS},}}$")),
            Mistake::new("character", r"^(?!\+\d*$)\+?\d*(?<sign>\D)"),
            Mistake::new("empty", r"^\+?$"),
            Mistake::new("country_code", r"^\+0"),
            Mistake::counted("too_few_digits", format!(r"^\+\d{{1,{}}}$", MIN_DIGITS - 1), MIN_DIGITS),
            Mistake::counted("too_many_digits", r"^\+", MAX_DIGITS),
            Mistake::new("service_number", r"^0?[48]00\d{7}$"),
            Mistake::new("landline", r"^10\d{8}$|^0(?:10|2\d|[3-9]\d\d)\d{7,13}$"),
            Mistake::new("plus_missing", LACKS_PLUS),
            Mistake::new("north_american", r"^1[2-9]\d\d[2-9]\d{6}$"),
            Mistake::counted("too_few_digits", format!(r"^1(?:[3-9]\d{{0,{few}}})?$"), CHINA_DIGITS),
            Mistake::counted("too_many_digits", format!(r"^1[3-9]\d{{{most}}}"), CHINA_DIGITS),
            Mistake::new("not_mobile", "."),
        ]
    }

    /// Characters that have no meaning in a number: a character class for the page's script.
    pub fn fold_drops() -> String {
        format!("[{SEPARATORS}]")
    }

    /// What precedes a number and says where it is from, for the page's script: patterns and their
    /// replacements, in order.
    pub const FOLDS: [(&str, &str); 4] = [
        (r"^\+?00", "+"),
        (r"^\+?86(?=[2-9])", "0"),
        (r"^\+?(?:86(?=[01]|$)|086(?=1))", ""),
        (r"^0(?=1[3-9])", ""),
    ];

    /// The `pattern` of the page's input: a first check that needs no script. It accepts all that
    /// [`Phone::parse`] accepts, and little else. Written for the `v` flag, under which browsers compile it.
    pub fn html_pattern() -> String {
        let s = format!("[{SEPARATORS}]*");
        let zero = format!("[0０]{s}");
        let digits = |from: usize, to: usize| format!(r"(?:{s}[\d０-９]){{{from},{to}}}");
        let mobile = format!("[1１]{s}[3-9３-９]{}", digits(CHINA_DIGITS - 2, CHINA_DIGITS - 2));
        let china = format!("(?:[+＋]{s})?(?:(?:{zero}){{0,3}}[8８]{s}[6６]{s})?(?:{zero})?{mobile}");
        // Two digits that are not China's code, then the other digits.
        let country = format!(r"(?:[1-79１-７９]{s}[\d０-９]|[8８]{s}[0-57-9０-５７-９])");
        let abroad = format!(
            "(?:[+＋]{s}(?:{zero}{zero})?|{zero}{zero}){country}{}",
            digits(MIN_DIGITS - 2, MAX_DIGITS - 2)
        );
        // In the notation of North America: a 1, area, exchange, line.
        let three = format!(r"[2-9２-９][\d０-９]{{2}}{s}");
        let north_american = format!(r"{s}[1１][{SEPARATORS}]{s}{three}{three}[\d０-９]{{4}}{s}$");
        // At least one digit of another script, whose value a pattern does not know.
        let other = format!(r"(?![{SEPARATORS}0-9０-９+＋]*$)[{SEPARATORS}{OTHER_DIGITS}+＋]+");
        format!("(?!{north_american}){s}(?:{china}|{abroad})(?:[.．][0０]{{1,2}})?{s}|{other}")
    }
}
