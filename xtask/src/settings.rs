//! Mistakes that the person at the keyboard can correct.

use std::fmt;

/// A wrong or missing setting: one line that says what to do. The command exits with 2.
#[derive(Debug)]
pub(crate) struct WrongSetting {
    /// Empty where a program that we started has said it already.
    line: String,
}

impl WrongSetting {
    /// The line, without a full stop; it ends in what to do.
    pub(crate) fn new(line: impl Into<String>) -> Self {
        Self { line: line.into() }
    }

    /// The program that ended has said what is wrong; a second line would only hide it.
    pub(crate) fn already_said() -> Self {
        Self { line: String::new() }
    }

    pub(crate) fn is_said(&self) -> bool {
        self.line.is_empty()
    }
}

impl fmt::Display for WrongSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)
    }
}

impl std::error::Error for WrongSetting {}
