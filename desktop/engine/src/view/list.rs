//! Pages of a workshop's list.

use rollcall_shared::workshop::WorkshopId;
use serde::{Deserialize, Serialize};

use super::{SignupState, SignupView};

/// Most rows of one page.
pub const MAX_LIST_ROWS: u32 = 200;

/// Which rows of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ListQuery {
    /// Whose list.
    pub workshop: WorkshopId,
    /// Any part of a name in any case, digits in a row of the phone, or the short code with or without its
    /// space. Everything where it is empty.
    #[serde(default)]
    #[cfg_attr(feature = "typescript", ts(as = "Option<String>", optional))]
    pub search: String,
    /// Which of them.
    #[serde(default)]
    #[cfg_attr(feature = "typescript", ts(as = "Option<Show>", optional))]
    pub show: Show,
    /// So many rows before the page.
    #[serde(default)]
    #[cfg_attr(feature = "typescript", ts(as = "Option<u32>", optional))]
    pub offset: u32,
    /// Rows of the page, at most [`MAX_LIST_ROWS`].
    #[serde(default = "usual")]
    #[cfg_attr(feature = "typescript", ts(as = "Option<u32>", optional))]
    pub limit: u32,
}

fn usual() -> u32 {
    50
}

/// Which rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Show {
    /// All.
    #[default]
    All,
    /// With a seat.
    Registered,
    /// Without one.
    Waitlisted,
    /// Taken off the list.
    Cancelled,
    /// With something unusual about them: see `flags`.
    Flagged,
}

impl Show {
    /// Returns the state that the rows have, where they are chosen by it.
    pub(crate) fn state(self) -> Option<SignupState> {
        match self {
            Self::Registered => Some(SignupState::Registered),
            Self::Waitlisted => Some(SignupState::Waitlisted),
            Self::Cancelled => Some(SignupState::Cancelled),
            Self::All | Self::Flagged => None,
        }
    }
}

/// A page, newest first.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ListPage {
    /// Rows that there are, on all pages.
    pub total: u32,
    /// The page's.
    pub rows: Vec<SignupView>,
}
