//! What a laptop does that takes a workshop's mail over: it follows the erasures that the edge remembers.

use rollcall_shared::mailbox::TakeoverResult;
use rollcall_shared::retry::Failure;
use rollcall_shared::workshop::WorkshopId;

use crate::clock::now_ms;
use crate::db::erased;
use crate::db::tx::Tx;
use crate::workshops::{Roster, RosterError};
use crate::writer::{Writer, erase, log};

/// Erases here what the edge says was erased while another installation collected, or since a backup was made. Whether the
/// workshop is still there.
pub(crate) async fn follow(
    taken: TakeoverResult,
    workshop: &WorkshopId,
    writer: &Writer,
    roster: &Roster,
) -> Result<bool, Failure> {
    let TakeoverResult { previous: _, erased: ids, workshop_erased } = taken;
    if workshop_erased {
        return match roster.erase(workshop).await {
            Ok(_) | Err(RosterError::Unknown(_)) => Ok(false),
            Err(RosterError::Unwritable(failure)) => Err(failure),
            Err(_) => Err(Failure::Io),
        };
    }
    if !ids.is_empty() {
        let (of, now) = (workshop.clone(), now_ms());
        let edit = move |tx: &Tx<'_>| {
            erase::erase(tx, &of, &ids, now)?;
            // The edge told us.
            erased::sent(tx, &of, &ids)
        };
        writer.edit(edit).await?;
        log::empty(writer).await;
    }
    Ok(true)
}
