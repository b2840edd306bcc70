//! The ways back from what a host sets.

use crate::venue::desks::DesksBefore;
use crate::workshops::CodeRenewed;

/// Something that the host set, as it was before.
#[derive(Debug)]
pub(crate) enum SettingBefore {
    /// A workshop's invite code.
    Code(CodeRenewed),
    /// The PIN and the sessions of its desks.
    Desks(DesksBefore),
}
