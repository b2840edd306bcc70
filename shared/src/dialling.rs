//! What people dial before a number: country codes, and the trunk prefix that many write after one though it
//! is only dialled within the country.
//!
//! Source of all tables: Google's libphonenumber, metadata 9.0.42, which is too large for the worker. A test
//! compares these rules with the crate `rlibphonenumber`: each country's example numbers, as they are written
//! at home but after the country code, must give the number that is dialled from abroad.

/// The country code that a number (without `+`) begins with: 1, 7, an assigned pair, or any three digits.
/// Source: the annex to ITU-T E.164.
pub(crate) fn calling_code(digits: &str) -> &str {
    let length = match digits.as_bytes() {
        [b'1' | b'7', ..] => 1,
        [b'2', b'0' | b'7', ..] => 2,
        [b'3', b'0'..=b'4' | b'6' | b'9', ..] => 2,
        [b'4', b'0' | b'1' | b'3'..=b'9', ..] => 2,
        [b'5', b'1'..=b'8', ..] => 2,
        [b'6', b'0'..=b'6', ..] => 2,
        [b'8', b'1' | b'2' | b'4' | b'6', ..] => 2,
        [b'9', b'0'..=b'5' | b'8', ..] => 2,
        _ => 3,
    };
    digits.get(..length).unwrap_or(digits)
}

/// Makes the number that is dialled from abroad from the digits after a `+`: without a trunk prefix, and with
/// the notation of mobile numbers that works from everywhere. Its result stays the same when it is passed
/// again.
pub(crate) fn from_abroad(digits: &str) -> String {
    let code = calling_code(digits);
    let mut national = digits.get(code.len()..).unwrap_or_default().to_owned();
    loop {
        let once = match code {
            "54" => argentine(&national),
            _ => without_trunk_prefix(code, &national).to_owned(),
        };
        if once == national {
            return format!("{code}{national}");
        }
        national = once;
    }
}

fn without_trunk_prefix<'a>(code: &str, national: &'a str) -> &'a str {
    let length = national.len();
    // Whether this prefix is followed by so many digits.
    let before = |prefix: &str, rest: usize| length == prefix.len() + rest && national.starts_with(prefix);
    let drop = |prefix: &str| national.get(prefix.len()..).unwrap_or(national);
    match code {
        "1" if before("1", 10) => drop("1"),
        "7" if before("8", 10) => drop("8"),
        "36" if national.starts_with("06") => drop("06"),
        // Until 2020 mobile numbers had a 1 from abroad, and other prefixes within the country.
        "52" => {
            ["1", "01", "044", "045"].into_iter().find(|prefix| before(prefix, 10)).map_or(national, drop)
        }
        "370" if before("8", 8) => drop("8"),
        "375" if before("80", 9) => drop("80"),
        // Hotlines' own numbers begin with 80.
        "375" if before("8", 9) && !national.starts_with("80") => drop("8"),
        "692" if before("1", 7) => drop("1"),
        "993" if before("8", 8) => drop("8"),
        _ if zero_is_the_numbers_own(code, length) => national,
        _ => drop_zero(national),
    }
}

fn drop_zero(national: &str) -> &str {
    national.strip_prefix('0').unwrap_or(national)
}

/// Whether a leading zero of so many digits belongs to the number, and is dialled from abroad as well: in
/// Italy and the Vatican always; in San Marino, Ivory Coast, Benin, Congo, Tajikistan, Burkina Faso, Niger,
/// Gabon and Rwanda at a certain length; and for satellites.
fn zero_is_the_numbers_own(code: &str, length: usize) -> bool {
    match code {
        "39" | "881" | "888" => true,
        "225" | "229" | "378" => length == 10,
        "242" | "992" => length == 9,
        "226" | "227" | "250" => length == 8,
        "241" => length <= 8,
        _ => false,
    }
}

/// Within Argentina a mobile number is dialled as 0, area, 15 and line; from abroad as 9, area and line.
fn argentine(national: &str) -> String {
    let bare = drop_zero(national);
    let (has_9, bare) = match bare.strip_prefix('9') {
        Some(rest) if rest.len() >= ARGENTINE_DIGITS => (true, drop_zero(rest)),
        _ => (false, bare),
    };
    match without_15(bare) {
        Some(area_and_rest) => format!("9{area_and_rest}"),
        None if has_9 => format!("9{bare}"),
        None => bare.to_owned(),
    }
}

/// Digits of an Argentine area and line together.
const ARGENTINE_DIGITS: usize = 10;

fn without_15(bare: &str) -> Option<String> {
    if bare.len() != ARGENTINE_DIGITS + 2 {
        return None;
    }
    // An area has two digits (only 11), three or four; a 15 cannot follow both of the latter.
    let areas = if bare.starts_with("11") { 2..=2 } else { 3..=4 };
    areas.into_iter().find_map(|at| {
        let (area, rest) = bare.split_at_checked(at)?;
        rest.strip_prefix("15").map(|rest| format!("{area}{rest}"))
    })
}

/// Whether digits without `+` are a foreign number that lacks nothing else: a mobile number of ten or eleven
/// digits from a country that many teachers come from, or any of twelve or thirteen digits, which no number
/// within China has. Russia and Colombia are left out, because landlines whose zero was forgotten look alike.
pub(crate) fn lacks_plus(digits: &str) -> bool {
    match digits.as_bytes() {
        // Hong Kong, Macau.
        [b'8', b'5', b'2', b'4'..=b'9', ..] | [b'8', b'5', b'3', b'6' | b'8', ..] if digits.len() == 11 => true,
        // Singapore.
        [b'6', b'5', b'8' | b'9', ..] if digits.len() == 10 => true,
        // Malaysia, Australia, Indonesia, New Zealand.
        [b'6', b'0', b'1', ..] | [b'6', b'1', b'4', ..] | [b'6', b'2', b'8', ..] | [b'6', b'4', b'2', ..]
        // Thailand, Vietnam, France, Spain.
        | [b'6', b'6', b'6' | b'8' | b'9', ..]
        | [b'8', b'4', b'3' | b'5' | b'7'..=b'9', ..]
        | [b'3', b'3' | b'4', b'6' | b'7', ..] => (11..=13).contains(&digits.len()),
        [b'2'..=b'9', ..] => (12..=13).contains(&digits.len()),
        _ => false,
    }
}

/// [`lacks_plus`] as a regular expression, for a page's script.
pub(crate) const LACKS_PLUS: &str = concat!(
    r"^(?:85(?:2[4-9]|3[68])\d{7}|65[89]\d{7}|",
    r"(?:601|614|628|642|66[689]|84[35789]|3[34][67])\d{8}|[2-9]\d{11,12})$",
);

/// Whether it is a number of North America's plan: 1, an area and an exchange that start with 2 to 9, and
/// four digits.
pub(crate) fn is_north_american(digits: &str) -> bool {
    matches!(digits.as_bytes(), [b'1', b'2'..=b'9', _, _, b'2'..=b'9', _, _, _, _, _, _])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_split_off() {
        for (digits, code) in
            [("14155552671", "1"), ("85291234567", "852"), ("442079460123", "44"), ("7", "7"), ("22", "22")]
        {
            assert_eq!(calling_code(digits), code);
        }
    }

    #[test]
    fn what_is_written_at_home_is_not_dialled_from_abroad() {
        let check = |typed: &str, dialled: &str| {
            assert_eq!(from_abroad(typed), dialled, "{typed}");
            assert_eq!(from_abroad(dialled), dialled, "{dialled}");
        };
        check("4402079460123", "442079460123");
        check("8860912345678", "886912345678");
        check("8109012345678", "819012345678");
        check("610412345678", "61412345678");
        check("789123456789", "79123456789");
        check("78005553535", "78005553535");
        check("114155552671", "14155552671");
        check("3606201234567", "36201234567");
        check("36201234567", "36201234567");
        check("375802912345678", "375802912345678");
        check("37580291234567", "375291234567");
        check("3750291234567", "375291234567");
        check("370861234567", "37061234567");
        check("370061234567", "37061234567");
        check("993866123456", "99366123456");
        check("5215512345678", "525512345678");
        check("520445512345678", "525512345678");
        check("54111512345678", "5491112345678");
        check("540111512345678", "5491112345678");
        check("54911 15 12345678".replace(' ', "").as_str(), "5491112345678");
        check("54901112345678", "5491112345678");
        check("5491112345678", "5491112345678");
        check("541112345678", "541112345678");
        check("543511512345 67".replace(' ', "").as_str(), "5493511234567");
        check("54290115123456", "5492901123456");
        check("55011912345678", "5511912345678");
        // The zero is the number's own.
        check("390612345678", "390612345678");
        check("3780549886377", "3780549886377");
        check("242066123456", "242066123456");
        check("2250712345678", "2250712345678");
        check("2290195123456", "2290195123456");
        check("22601234567", "22601234567");
        check("226070123456", "22670123456");
        check("24106031234", "24106031234");
        check("241062123456", "24162123456");
    }

    #[test]
    fn a_forgotten_plus_is_noticed_where_it_is_clear() {
        for digits in [
            "85291234567",
            "85366123456",
            "886912345678",
            "6591234567",
            "447911123456",
            "60123456789",
            "601112345678",
        ] {
            assert!(lacks_plus(digits), "{digits}");
        }
        for digits in ["75586543210", "79123456789", "2134567890", "8529123456", "88621234567", "41", ""] {
            assert!(!lacks_plus(digits), "{digits}");
        }
    }
}
