//! The headers that answers carry, at the edge and on the venue page alike. Names in lower case.

/// For every answer: nothing is guessed about its type, its address is told to nobody (a receipt's is a
/// secret of its holder), and no other page frames it.
pub const ALWAYS: [(&str, &str); 3] =
    [("x-content-type-options", "nosniff"), ("referrer-policy", "no-referrer"), ("x-frame-options", "DENY")];

/// For every answer that does not set them itself: nobody on the way stores it, and what is no page may load
/// nothing.
pub const UNLESS_SET: [(&str, &str); 2] = [
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
];

/// For every answer over HTTPS, which is the edge's; the venue page has none.
pub const OVER_HTTPS: [(&str, &str); 1] = [("strict-transport-security", "max-age=31536000")];

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
