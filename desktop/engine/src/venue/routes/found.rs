//! The workshop at an address: what a route does before the procedure for sign-ups, which is the same for all
//! of them.

use std::sync::Arc;

use rollcall_shared::intake::{Refused, Visit};
use rollcall_shared::invite_code::InviteCode;
use rollcall_shared::language::Language;

use crate::db::workshops::WorkshopRow;
use crate::random::random_16;
use crate::venue::context::VenueContext;
use crate::workshops::venue_url::VenueBase;

impl VenueContext {
    /// Finds the workshop under a token, whatever has become of it.
    ///
    /// # Errors
    /// Row 1 of the procedure.
    pub(super) fn under(&self, token: &str) -> Result<Arc<WorkshopRow>, Refused> {
        self.context.roster.by_venue_token(token).ok_or_else(Refused::not_found)
    }
}

/// Returns whether an invite code leads to this workshop, and it was not retired.
///
/// # Errors
/// Rows 6 and 7 of the procedure.
pub(super) fn leads_to(row: &WorkshopRow, code: &InviteCode) -> Result<(), Refused> {
    if *code == row.workshop.invite_code { not_retired(row) } else { Err(Refused::unknown_code()) }
}

/// Reads the invite code in a path, and does as [`leads_to`].
///
/// # Errors
/// Rows 5 to 7 of the procedure.
pub(super) fn leads_to_path(row: &WorkshopRow, code: &str) -> Result<(), Refused> {
    leads_to(row, &InviteCode::parse(code).map_err(|_| Refused::unknown_code())?)
}

/// Returns whether the workshop was not retired.
///
/// # Errors
/// Row 7 of the procedure.
pub(super) fn not_retired(row: &WorkshopRow) -> Result<(), Refused> {
    if row.retired_at.is_some() { Err(Refused::retired()) } else { Ok(()) }
}

/// Returns what a page about a workshop is rendered with.
pub(super) fn visit(base: &VenueBase, language: Language) -> Visit<'_> {
    Visit { base: base.as_str(), language, random: random_16() }
}

/// Returns what a page is rendered with where no workshop is known. All that counts of its base is that it is
/// not the edge's.
pub(super) fn lost_visit(language: Language) -> Visit<'static> {
    Visit { base: "/", language, random: random_16() }
}
