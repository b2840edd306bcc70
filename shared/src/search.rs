//! What a host types into a search field: a name in any spelling, a number in any notation, a short code.

use crate::dialling::from_abroad;
use crate::fold::search_key;
use crate::phone::{Phone, digits};
use crate::text::{fold_full_width, is_blank, is_dash, is_invisible};

/// Characters of a short code.
const CODE_SIGNS: usize = 6;
/// Fewest digits after a zero that make it a prefix: before fewer it can be in the middle of a number.
const FEWEST_BEHIND_ZERO: usize = 6;

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    name: Option<String>,
    numbers: Vec<String>,
    short_code: Option<String>,
}

impl Query {
    /// Reads what was typed; `None` if that is nothing, or nothing but signs.
    ///
    /// ```
    /// use rollcall_shared::search::Query;
    /// assert_eq!(Query::of("O’Brien").unwrap().name(), Some("obrien"));
    /// assert_eq!(Query::of("0086 138").unwrap().numbers()[1], "86138");
    /// assert_eq!(Query::of("ｋ７ｍ ２ｑｘ").unwrap().short_code(), Some("K7M2QX"));
    /// assert_eq!(Query::of(" · "), None);
    /// ```
    pub fn of(typed: &str) -> Option<Self> {
        let key = search_key(typed);
        let numbers = numbers(typed);
        if key.is_empty() && numbers.is_empty() {
            return None;
        }
        // No name holds a digit.
        let name = (!key.is_empty() && !key.contains(|c: char| c.is_ascii_digit())).then_some(key);
        Some(Self { name, numbers, short_code: short_code(typed) })
    }

    /// The key to look for within the keys of names ([`crate::person_name::PersonName::key`]).
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Digits to look for within numbers. The likeliest reading is first; the next one is for when nothing
    /// was found.
    pub fn numbers(&self) -> &[String] {
        &self.numbers
    }

    /// The text as a short code, if it can be one: in capitals and without spaces.
    pub fn short_code(&self) -> Option<&str> {
        self.short_code.as_deref()
    }

    /// Whether it finds a name by its key.
    pub fn finds_name(&self, key: &str) -> bool {
        self.name.as_deref().is_some_and(|part| key.contains(part))
    }

    /// Whether any reading of it finds a number.
    pub fn finds_phone(&self, phone: &Phone) -> bool {
        self.numbers.iter().any(|part| phone.as_str().contains(part))
    }
}

/// Lists the readings of a text that has nothing but digits and separators.
fn numbers(typed: &str) -> Vec<String> {
    let Some((has_plus, digits)) = digits(typed) else { return Vec::new() };
    let mut readings = Vec::new();
    let mut add = |reading: &str| {
        if !reading.is_empty() && !readings.iter().any(|known| known == reading) {
            readings.push(reading.to_owned());
        }
    };
    // A whole number is looked for in its canonical form.
    if let Ok(phone) = Phone::parse(typed) {
        add(phone.as_str().trim_start_matches('+'));
    }
    if !has_plus {
        add(&digits);
    }
    let behind_zeros = match digits.strip_prefix("00") {
        Some(rest) => rest,
        None if has_plus => &digits,
        None => digits.strip_prefix('0').unwrap_or_default(),
    };
    if behind_zeros.len() >= FEWEST_BEHIND_ZERO
        || (has_plus && !behind_zeros.is_empty())
        || is_chinas(behind_zeros)
    {
        add(behind_zeros);
        add(&from_abroad(behind_zeros));
    }
    if let Some(national) =
        digits.trim_start_matches('0').strip_prefix("86").filter(|rest| rest.len() >= FEWEST_BEHIND_ZERO)
    {
        add(national.strip_prefix('0').unwrap_or(national));
    }
    readings
}

/// Whether it is China's code and the first digit of a mobile number.
fn is_chinas(digits: &str) -> bool {
    digits.starts_with("861")
}

/// Reads six letters and digits of any width and in any groups.
fn short_code(typed: &str) -> Option<String> {
    let signs =
        typed.chars().map(fold_full_width).filter(|c| !is_blank(*c) && !is_dash(*c) && !is_invisible(*c));
    let code: String = signs.map(|c| c.to_ascii_uppercase()).collect();
    (code.len() == CODE_SIGNS && code.bytes().all(|b| b.is_ascii_alphanumeric())).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::person_name::PersonName;

    fn finds_name(typed: &str, name: &str) -> bool {
        Query::of(typed).is_some_and(|query| query.finds_name(&PersonName::parse(name).unwrap().key()))
    }

    #[test]
    fn names_are_found_in_any_spelling() {
        for (typed, name) in [
            ("王芳", "王　芳"),
            ("王 芳", "王芳"),
            ("芳", "王　芳"),
            ("nguyen", "Nguyễn Thị Minh"),
            ("Nguyễn", "NGUYEN"),
            ("wang", "ＷＡＮＧ"),
            ("ＷＡＮＧ", "wang fang"),
            ("wangf", "Wang Fang"),
            ("obrien", "O'Brien"),
            ("O’Brien", "OBrien"),
            ("古丽阿依", "古丽·阿依"),
            ("古丽.阿", "古丽·阿依"),
            ("lukasz", "Łukasz"),
            ("jean luc", "Jean-Luc"),
            ("\u{E863}", "龚䶮"),
            ("⽅", "方小玉"),
        ] {
            assert!(finds_name(typed, name), "{typed} in {name}");
        }
        assert!(!finds_name("王方", "王芳") && !finds_name("138", "王芳") && !finds_name(" - ", "王芳"));
        assert_eq!(Query::of(" ·\u{200B}"), None);
    }

    #[test]
    fn numbers_are_found_however_they_are_written() {
        for (typed, phone) in [
            ("0086 138", "+8613800138000"),
            ("0086 138 0013 8000", "+8613800138000"),
            ("0086 1380", "+8613800138000"),
            ("+86 138 0013", "+8613800138000"),
            ("86138", "+8613800138000"),
            ("138 0013", "+8613800138000"),
            ("138/0013/8000", "+8613800138000"),
            ("０１３８００１３８０００", "+8613800138000"),
            ("013800138000", "+8613800138000"),
            ("86 0138 0013 8000", "+8613800138000"),
            ("１３８", "+8613800138000"),
            ("١٣٨٠٠", "+8613800138000"),
            ("0013", "+8613800138000"),
            ("8000", "+8613800138000"),
            ("+44 (0)20 7946 0123", "+442079460123"),
            ("+44 (0)20 79", "+442079460123"),
            ("0044 20 7946", "+442079460123"),
            ("020 7946 0123", "+442079460123"),
            ("+852", "+85291234567"),
            ("0912 345 678", "+886912345678"),
            ("\u{202D}138 0013 8000\u{202C}", "+8613800138000"),
        ] {
            let phone = Phone::parse(phone).unwrap();
            assert!(Query::of(typed).unwrap().finds_phone(&phone), "{typed} in {phone:?}");
        }
        // A part of a number is not looked for without its zeros.
        assert_eq!(Query::of("0013").unwrap().numbers(), ["0013"]);
        assert_eq!(Query::of("王芳").unwrap().numbers(), [""; 0]);
        let neither = Query::of("138a").unwrap();
        assert_eq!((neither.numbers().len(), neither.name(), neither.short_code()), (0, None, None));
    }

    #[test]
    fn short_codes_are_found_in_any_width() {
        let check = |typed: &str, code| assert_eq!(Query::of(typed).unwrap().short_code(), code, "{typed}");
        check("K7M 2QX", Some("K7M2QX"));
        check("ｋ７ｍ　２ｑｘ", Some("K7M2QX"));
        check("k7m-2qx", Some("K7M2QX"));
        check("Ｋ７Ｍ\u{200B}２ＱＸ", Some("K7M2QX"));
        check("234567", Some("234567"));
        check("k7m2q", None);
        check("王芳", None);
    }
}
