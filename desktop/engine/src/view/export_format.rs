//! The kinds of files that a list can be exported to.

use serde::{Deserialize, Serialize};

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum ExportFormat {
    /// A workbook for Excel, WPS and LibreOffice: numbers of phones as text, times as times.
    Xlsx,
    /// Comma-separated text in UTF-8 with a byte order mark.
    Csv,
}

impl ExportFormat {
    /// Reads the ending of a file's name, in any case.
    pub fn of_file(path: &std::path::Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?;
        [Self::Xlsx, Self::Csv].into_iter().find(|format| ending.eq_ignore_ascii_case(format.as_str()))
    }

    /// Returns the word, which is the ending of a file's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
        }
    }
}
