//! How a page that does not contain the rules tells mistakes apart: by patterns that the rules render, in
//! order.

/// One kind of mistake. The first one whose pattern is found in the input is explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The stable code of the rule's error.
    pub code: &'static str,
    /// A regular expression for JavaScript's `u` flag.
    pub pattern: String,
    /// How many digits are needed, where the explanation counts.
    pub needed: Option<usize>,
}

impl Mistake {
    pub(crate) fn new(code: &'static str, pattern: impl Into<String>) -> Self {
        Self { code, pattern: pattern.into(), needed: None }
    }

    pub(crate) fn counted(code: &'static str, pattern: String, needed: usize) -> Self {
        Self { code, pattern, needed: Some(needed) }
    }
}
