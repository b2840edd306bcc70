//! How a page that does not have the rules tells mistakes apart: patterns that the rules render, in their order.

use crate::person_name::SignKind;

/// One way to be wrong. The first whose pattern is found in the input is the one to explain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The stable code of the rule's error.
    pub code: &'static str,
    /// A regular expression for JavaScript's `u` flag.
    pub pattern: String,
    /// How many digits are needed, where the explanation counts.
    pub needed: Option<usize>,
    /// The kind of the sign that the pattern's group `sign` finds, where the explanation depends on it.
    pub kind: Option<SignKind>,
}

/// The pattern of a mistake that only the server finds: it is found in nothing.
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
