//! Cookies as browsers send and take them.

use crate::Timestamp;

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

/// The value of `Set-Cookie` that comes with *see other* after a form: a time, for a minute, that nobody
/// reads.
///
/// Chromium keeps a page that says `no-store` in memory for *Back*, over plain HTTP as well, with all
/// that was typed into it, and drops it once a cookie of its site has changed (seen in 156). A page
/// with script empties itself; without script the next person at a shared phone would find the last
/// one's name and number.
///
/// ```
/// use rollcall_shared::{Timestamp, cookie};
/// let cookie = |ms| cookie::forgets_the_form(Timestamp::from_millis(ms));
/// assert!(cookie(1).starts_with("sent=1; "));
/// assert_ne!(cookie(1), cookie(2));
/// ```
pub fn forgets_the_form(now: Timestamp) -> String {
    format!("{SENT}={}; Max-Age=60; Path=/; HttpOnly; SameSite=Lax", now.as_millis())
}

const SENT: &str = "sent";

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
