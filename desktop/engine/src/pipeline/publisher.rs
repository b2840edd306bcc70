//! Keeps the edge's record of a workshop as it is here: publishes changes until the edge says yes, retires
//! what was retired.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rand_core::OsRng;
use rollcall_shared::problem::ProblemCode;
use rollcall_shared::retry::{self, Failure};
use rollcall_shared::workshop::Workshop;
use tokio::sync::watch;

use crate::clock::now_ms;
use crate::db::takeovers_due;
use crate::db::workshops::WorkshopRow;
use crate::edge::client::{EdgeClient, EdgeError};
use crate::pipeline::context::PipelineContext;
use crate::pipeline::health::Publication;
use crate::workshops::venue_url::VenueUrl;

/// One workshop's publisher.
pub(crate) struct Publisher {
    pub(crate) pipeline: Arc<PipelineContext>,
    pub(crate) edge: Arc<EdgeClient>,
    /// Where phones come in on the local network, while they do.
    pub(crate) venue: watch::Receiver<Option<SocketAddr>>,
}

impl Publisher {
    /// Runs until `stop`.
    pub(crate) async fn run(&self) {
        tokio::select! {
            () = self.publish_all() => {}
            () = self.pipeline.stop.cancelled() => {}
        }
    }

    async fn publish_all(&self) {
        let PipelineContext { workshop, health, .. } = &*self.pipeline;
        let roster = &self.pipeline.context.roster;
        let (mut changes, mut place) = (roster.changes(), self.venue.clone());
        // At every start once, changed or not: the edge may have been set up again, and wrong keys are best
        // found now.
        let mut is_due = true;
        let mut attempt = 0;
        let mut venue_there = None;
        loop {
            changes.mark_unchanged();
            let Some(row) = roster.get(workshop) else { return };
            let ended = now_ms() > row.workshop.closing_time() + row.workshop.grace_ms;
            let venue = venue_of(&row, *place.borrow_and_update());
            if row.published_rev == row.rev && ((!is_due && venue == venue_there) || ended) {
                health.publication(published(&row));
                tokio::select! {
                    changed = changes.changed() => if changed.is_err() { return },
                    moved = place.changed() => if moved.is_err() { return },
                }
                continue;
            }
            if is_due && row.published_rev == row.rev && self.is_anothers(&row).await {
                (is_due, attempt, venue_there) = (false, 0, venue);
                continue;
            }
            let wait = match self.publish(&row, venue.clone()).await {
                Ok(()) => {
                    (is_due, attempt, venue_there) = (false, 0, venue);
                    continue;
                }
                Err(Wait::Not) => Duration::ZERO,
                Err(Wait::Refused) => retry::after_refusal(attempt),
                Err(Wait::BackOff(failure)) => retry::delay(attempt, failure, &mut OsRng),
            };
            attempt += 1;
            // A change is worth a try at once: it may be the remedy.
            tokio::select! {
                _ = tokio::time::timeout(wait, changes.changed()) => {}
                _ = place.changed() => {}
            }
        }
    }

    /// Whether the edge has the workshop as another laptop published it, or the one whose place this one is
    /// about to take: a record of before, with a code that may be gone, must not replace that one.
    async fn is_anothers(&self, row: &WorkshopRow) -> bool {
        let PipelineContext { workshop, context, .. } = &*self.pipeline;
        // An edge that does not say so is told what is here, as ever.
        let Ok(shown) = self.edge.published(&row.workshop.id).await else { return false };
        let owned_elsewhere = shown.collector.is_some_and(|collector| !self.edge.is_collector(&collector));
        let of = workshop.clone();
        let due = context.read(move |conn| takeovers_due::exists(conn, &of)).await;
        owned_elsewhere || due.unwrap_or(false)
    }

    /// Publishes the record as it is now.
    ///
    /// # Errors
    /// What to wait for before the next try.
    async fn publish(&self, row: &WorkshopRow, venue: Option<String>) -> Result<(), Wait> {
        let PipelineContext { workshop, health, .. } = &*self.pipeline;
        let roster = &self.pipeline.context.roster;
        let known = row.published_rev > 0;
        let result = match row.retired_at {
            Some(_) => self.edge.retire(workshop).await,
            // Of this moment and this laptop: in no table, and in no record but the edge's.
            None => self.edge.publish(&Workshop { venue, ..row.workshop.clone() }, known).await,
        };
        match result {
            Ok(()) => {
                if roster.published(workshop, row.rev).await.is_err() {
                    return Err(Wait::BackOff(Failure::Io));
                }
                let (edge, retired) = (self.edge.url(), row.retired_at.is_some());
                tracing::info!(%workshop, edge, retired, "published");
                health.publication(published(row));
                Ok(())
            }
            // The edge has never shown this code for us, so nobody has it on a poster.
            Err(error) if error.code() == Some(ProblemCode::Taken) && !known => {
                tracing::warn!(%workshop, "the invite code is somebody else's: another one is drawn");
                roster.renew_code(workshop).await.map_err(|_| Wait::BackOff(Failure::Io))?;
                Err(Wait::Not)
            }
            // The edge says so to the holder of its key for one reason only: the host erased it, with another
            // database than this.
            Err(error) if error.code() == Some(ProblemCode::Closed) => {
                tracing::warn!(%workshop, "the workshop was erased: it is erased here as well");
                roster.erase(workshop).await.map_err(|_| Wait::BackOff(Failure::Io))?;
                health.publication(Publication::Retired);
                Ok(())
            }
            Err(error) => Err(self.explain(&error, known)),
        }
    }

    fn explain(&self, error: &EdgeError, known: bool) -> Wait {
        let publication = if error.is_unauthorized() {
            Publication::Unauthorized { known }
        } else if error.is_permanent() {
            let why = match error {
                EdgeError::Refused(problem) => {
                    problem.detail.clone().unwrap_or_else(|| problem.title.clone())
                }
                other => other.to_string(),
            };
            Publication::Refused { why }
        } else {
            Publication::Pending { why: Some(error.to_string()) }
        };
        if self.pipeline.health.now().publication != publication {
            tracing::warn!(workshop = %self.pipeline.workshop, %error, "not published");
        }
        self.pipeline.health.publication(publication);
        if error.is_permanent() {
            return Wait::Refused;
        }
        self.pipeline.context.metrics.retried(error.failure());
        Wait::BackOff(error.failure())
    }
}

/// Before the next try.
enum Wait {
    /// Nothing.
    Not,
    /// As after any refusal.
    Refused,
    /// The usual back-off after this.
    BackOff(Failure),
}

/// Returns the venue page's address as the record names it. Phones type it, so that it is an IPv4 one or
/// none.
fn venue_of(row: &WorkshopRow, place: Option<SocketAddr>) -> Option<String> {
    let place = place.filter(|place| place.is_ipv4() && row.retired_at.is_none())?;
    Some(VenueUrl::of(place, row).to_string())
}

fn published(row: &WorkshopRow) -> Publication {
    if row.retired_at.is_some() { Publication::Retired } else { Publication::Published }
}
