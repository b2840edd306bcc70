//! The headers that answers carry, at the edge and on the venue page alike. Names in lower case.

use sha2::{Digest as _, Sha256};

/// Headers of every answer: browsers do not guess its type, tell nobody its address (a receipt's is its
/// holder's secret) and let no other page frame it.
pub const ALWAYS: [(&str, &str); 3] =
    [("x-content-type-options", "nosniff"), ("referrer-policy", "no-referrer"), ("x-frame-options", "DENY")];

/// Headers of every answer that does not set them itself: nobody on the way stores it, and nothing is loaded
/// from what is not a page.
pub const UNLESS_SET: [(&str, &str); 2] = [
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
];

/// Headers of every answer over HTTPS: the edge's. The venue page has no HTTPS.
pub const OVER_HTTPS: [(&str, &str); 1] = [("strict-transport-security", "max-age=31536000")];

/// Whether a browser has the very thing already: what an `If-None-Match` header names, compared as RFC 9110
/// (13.1.2) says, without regard to weakness.
///
/// ```
/// use rollcall_shared::headers::names;
/// assert!(names(r#""a", W/"b""#, r#"W/"b""#) && names("*", r#""c""#));
/// assert!(!names(r#""a""#, r#""b""#) && !names("", r#""b""#));
/// ```
pub fn names(if_none_match: &str, etag: &str) -> bool {
    let strong = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    if_none_match.trim() == "*" || if_none_match.split(',').any(|tag| strong(tag) == strong(etag))
}

/// The tag of some bytes: weak, for what is compressed on the way is the same thing.
pub fn etag<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    parts.into_iter().for_each(|part| hash.update(part));
    format!("W/\"{}\"", hex::encode(hash.finalize().get(..12).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_header_has_two_values() {
        let mut names: Vec<&str> =
            ALWAYS.iter().chain(&UNLESS_SET).chain(&OVER_HTTPS).map(|(name, _)| *name).collect();
        assert!(names.iter().all(|name| !name.contains(char::is_uppercase)));
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
