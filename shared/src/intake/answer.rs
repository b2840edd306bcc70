//! A page as it is answered, and for whom.

use crate::form::Page;
use crate::language::Language;

/// Whom a page is rendered for, and where.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a> {
    /// What precedes `/j/` in this server's addresses: empty at the edge, `/{token}` on the venue page.
    pub base: &'a str,
    /// In which language.
    pub language: Language,
    /// Random bits, for a new seed where one is needed.
    pub random: [u8; 16],
}

/// A page with its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageAnswer {
    /// The HTTP status.
    pub status: u16,
    /// Seconds for `Retry-After`, where trying again helps.
    pub retry_after: Option<u32>,
    /// Its tag, where it is the same for everybody.
    pub etag: Option<String>,
    /// The page.
    pub page: Page,
}
