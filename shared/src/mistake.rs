//! How a page that does not contain the rules tells mistakes apart: by patterns that the rules render, in
//! order.

use crate::sign_kind::SignKind;

/// One kind of mistake. The first one whose pattern is found in the input is explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The stable code of the rule's error.
    pub code: &'static str,
    /// A regular expression for JavaScript's `u` flag.
    pub pattern: String,
    /// How many digits are needed, where the explanation counts.
    pub needed: Option<usize>,
    /// The kind of the character that the pattern's group `sign` matches, where the explanation depends on
    /// it.
    pub kind: Option<SignKind>,
}

/// The pattern of a mistake that only the server finds: it matches nothing.
pub(crate) const NEVER: &str = "(?!)";

impl Mistake {
    pub(crate) fn new(code: &'static str, pattern: impl Into<String>) -> Self {
        Self { code, pattern: pattern.into(), needed: None, kind: None }
    }

    pub(crate) fn counted(code: &'static str, pattern: impl Into<String>, needed: usize) -> Self {
        Self { code, pattern: pattern.into(), needed: Some(needed), kind: None }
    }

    pub(crate) fn sign(kind: SignKind, pattern: String) -> Self {
        Self { code: "character", pattern, needed: None, kind: Some(kind) }
    }
}
