//! Tests that a machine cannot run, as the summary names them.

use std::fmt;

/// Tests that will not run on this machine, for want of what only they need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Skipped {
    what: String,
    why: String,
}

impl Skipped {
    /// Names the tests and the reason.
    pub(super) fn new(what: String, why: String) -> Self {
        Self { what, why }
    }
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // One line of a summary, however much somebody else had to say.
        write!(f, "SKIPPED: {}: {}", self.what, self.why.lines().collect::<Vec<_>>().join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_skipped_is_one_line_of_the_summary() {
        let skipped = Skipped::new("the stream on valkey-9.1".to_owned(), "no network\nat all\n".to_owned());
        assert_eq!(skipped.to_string(), "SKIPPED: the stream on valkey-9.1: no network at all");
    }
}
