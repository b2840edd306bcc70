//! Cookies as browsers send them.

/// The value of the cookie `name` in a `Cookie` header; the first one where it comes twice.
///
/// ```
/// use rollcall_shared::cookie;
/// assert_eq!(cookie::find("a=b; desk=abc; c=d", "desk"), Some("abc"));
/// assert_eq!(cookie::find("desk2=abc; xdesk=abc", "desk"), None);
/// ```
pub fn find<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    header.split(';').find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_cookie_is_found_among_others() {
        let check = |header, expected| assert_eq!(find(header, "desk"), expected, "{header}");
        check("", None);
        check("desk", None);
        check("desk=", Some(""));
        check("desk=abc", Some("abc"));
        check("desk=a=b", Some("a=b"));
        check("a=b; desk=abc; desk=d", Some("abc"));
        check("desk2=abc", None);
        check("xdesk=abc", None);
    }
}
