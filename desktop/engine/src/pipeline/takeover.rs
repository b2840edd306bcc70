//! Taking a workshop's mail over from another installation, or from the database that a restore replaced.

use rollcall_shared::Timestamp;
use rollcall_shared::mailbox::{Collector, TakeoverResult};
use rollcall_shared::retry::Failure;
use rollcall_shared::workshop::WorkshopId;

use crate::clock::now_ms;
use crate::db::tx::Tx;
use crate::db::{erased, receipts_out};
use crate::edge::client::{EdgeClient, EdgeError};
use crate::workshops::RosterError;
use crate::workshops::context::Context;
use crate::writer::{erase, log};

/// A workshop's mail that is this installation's from here on.
pub(crate) struct Takeover {
    /// Who collected before.
    pub(crate) previous: Option<Collector>,
    /// How many messages come again.
    pub(crate) replayed: u64,
}

/// Why the mail is not, or not whole, this installation's. Trying again from the beginning is always safe.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TakeoverError {
    /// The edge did not do it.
    #[error(transparent)]
    Edge(#[from] EdgeError),
    /// Erasures could not be followed.
    #[error("the database cannot be written just now ({})", .0.cause())]
    Unwritable(Failure),
    /// The edge remembers that the workshop was erased, which it now is here as well.
    #[error("the workshop was erased")]
    Erased,
}

/// Makes this installation the collector, takes the record that the edge shows (the other installation may
/// have changed it, or drawn another code), follows the erasures that the edge remembers, has every receipt
/// told again, and all mail delivered again; in this order, so that it is known who was erased before
/// anything comes.
///
/// # Errors
/// [`TakeoverError`].
pub(crate) async fn take_over(
    edge: &EdgeClient,
    context: &Context,
    workshop: &WorkshopId,
) -> Result<Takeover, TakeoverError> {
    let TakeoverResult { previous, erased, workshop_erased } = edge.take_over(workshop).await?;
    if workshop_erased {
        return Err(match context.roster.erase(workshop).await {
            Ok(_) | Err(RosterError::Unknown(_)) => TakeoverError::Erased,
            Err(RosterError::Unwritable(failure)) => TakeoverError::Unwritable(failure),
            Err(_) => TakeoverError::Unwritable(Failure::Io),
        });
    }
    adopt(edge, context, workshop).await?;
    let (of, now, any_erased) = (workshop.clone(), now_ms(), !erased.is_empty());
    let edit = move |tx: &Tx<'_>| {
        if any_erased {
            erase::erase(tx, &of, &erased, now)?;
            // The edge told us.
            erased::sent(tx, &of, &erased)?;
        }
        // Phones read what the other installation said of those whom it knew: from here on, this one speaks.
        receipts_out::send_again(tx, &of, now)
    };
    context.writer.edit(edit).await.map_err(TakeoverError::Unwritable)?;
    if any_erased {
        log::empty(&context.writer).await;
    }
    // What the other installation acknowledged is in its database, not in this one.
    let replayed = edge.replay(workshop, Timestamp::from_millis(0)).await?;
    Ok(Takeover { previous, replayed })
}

/// Takes the record as the edge shows it, unless it was changed here since it was published; published again
/// it names this laptop's venue page.
async fn adopt(edge: &EdgeClient, context: &Context, workshop: &WorkshopId) -> Result<(), TakeoverError> {
    let shown = match edge.published(workshop).await {
        Ok(shown) => shown,
        // An edge of before shows it to nobody.
        Err(error) if error.is_permanent() => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    match context.roster.adopt(shown.workshop, shown.retired).await {
        Err(RosterError::Unwritable(failure)) => Err(TakeoverError::Unwritable(failure)),
        Err(error) => {
            tracing::warn!(%workshop, %error, "the edge's record is not taken");
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}
