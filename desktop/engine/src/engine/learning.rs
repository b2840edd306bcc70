//! Keys that come from another laptop, and the workshops that they bring: a key whose workshop is not here
//! has the edge asked for it, until the edge has answered.
//!
//! So a laptop that has nothing but the key file has everything that the edge keeps; and one whose restored
//! database is older than a workshop has that workshop again.

use std::time::Duration;

use rollcall_shared::invite_code::InviteCode;
use rollcall_shared::mailbox::PublishedWorkshop;
use rollcall_shared::problem::ProblemCode;
use rollcall_shared::workshop::WorkshopId;

use crate::db::erased_workshops;
use crate::edge::client::EdgeClient;
use crate::edge::connection::ConnectionLine;
use crate::engine::EngineError;
use crate::engine::host::Host;
use crate::folder::keys::MergeError;
use crate::folder::{key_file, keys_copy};
use crate::view::KeysLoaded;
use crate::workshops::RosterError;

/// Between two tries where the edge could not be asked.
const AGAIN: Duration = Duration::from_secs(10);

/// What became of the keys that had no workshop here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Learnt {
    workshops: u64,
    pending: u64,
    unknown: u64,
}

impl Host {
    /// Takes in a key file that was saved on another laptop, connects to the edge that it names where there
    /// is none yet, and takes over the workshops that are not here. Nothing that is here is replaced.
    pub(crate) async fn load_keys(
        &self,
        file: &[u8],
        passphrase: Option<&str>,
    ) -> Result<KeysLoaded, EngineError> {
        // Whoever else learns waits: what this file brought is told of this file.
        let _turn = self.learning.turn.lock().await;
        let keys = &self.context.keys;
        let opened = key_file::open(file, passphrase)?;
        let before = keys.file().ok();
        let merged = keys.merge(&opened)?;
        // The host has it: it need not be saved once more. Without the note the host is asked.
        let _ = keys_copy::loaded(&merged, &self.data_dir);
        let is_here = |workshop: &WorkshopId| self.context.roster.get(workshop).is_some();
        if merged.workshops.iter().any(is_here) && before != keys.file().ok() {
            // It may be the key that some mail waited for, or the one that the edge asks for.
            self.pipelines.restart_all().await;
        }
        let named = merged.edge.clone().and_then(|known| ConnectionLine::of(known).ok());
        if let (None, Some(line)) = (self.pipelines.edge(), named) {
            self.connect_to(line).await?;
        }
        let edge = self.pipelines.edge();
        let Learnt { workshops, pending, unknown } = self.learn().await;
        if pending > 0 {
            self.learning.ask();
        }
        let edge = edge.map(|edge| edge.url().to_owned());
        let other_edge = merged.edge.map(|known| known.url).filter(|url| edge.as_ref() != Some(url));
        Ok(KeysLoaded { edge, other_edge, workshops, pending, unknown })
    }

    /// Finds a workshop that another laptop made after its copy of the keys was saved, by its invite code:
    /// the edge shows its public key, which is derived anew from the secret in the copy. Which workshop it
    /// is, also where it was here all along.
    pub(crate) async fn find_workshop(&self, code: &str) -> Result<WorkshopId, EngineError> {
        let code = InviteCode::parse(code).map_err(|_| EngineError::UnknownCode)?;
        let shown = self.edge()?.facts(&code).await.map_err(|error| match error.code() {
            Some(ProblemCode::UnknownCode | ProblemCode::NotFound) => EngineError::UnknownCode,
            Some(ProblemCode::Closed) => EngineError::RetiredCode,
            _ => EngineError::Edge(error),
        })?;
        let id = shown.id.clone();
        let _turn = self.learning.turn.lock().await;
        if self.context.roster.get(&id).is_some() {
            return Ok(id);
        }
        let found = self.context.keys.find_again(&id, &shown.key).map_err(MergeError::Unwritable)?;
        if !found {
            return Err(EngineError::OtherKeys);
        }
        let Learnt { pending, .. } = self.learn().await;
        if pending > 0 {
            self.learning.ask();
        }
        // Or as soon as the edge answers.
        Ok(id)
    }

    /// Asks the edge for the workshops of keys that have none here, at the start and whenever it is asked
    /// for, until the edge has answered.
    pub(crate) async fn learn_from_keys(self: std::sync::Arc<Self>) {
        loop {
            let learnt = {
                let _turn = self.learning.turn.lock().await;
                self.learn().await
            };
            tokio::select! {
                () = self.learning.asked.notified() => {}
                () = tokio::time::sleep(AGAIN), if learnt.pending > 0 && self.pipelines.edge().is_some() => {}
                () = self.context.stop.cancelled() => return,
            }
        }
    }

    /// Asks once for every workshop that is missing. The turn must be taken.
    async fn learn(&self) -> Learnt {
        let roster = &self.context.roster;
        let mut strangers = self.context.keys.workshops();
        strangers.retain(|workshop| roster.get(workshop).is_none());
        // After the roster: a workshop that is erased is noted before it leaves it.
        let erased =
            self.context.read(|conn| Ok((erased_workshops::all(conn)?, erased_workshops::unfinished(conn)?)));
        let Ok((erased, unfinished)) = erased.await else { return Learnt::default() };
        strangers.retain(|workshop| {
            let is_erased = erased.contains(workshop);
            if is_erased && !unfinished.contains(workshop) {
                // A copy of the keys had it still.
                let _ = self.context.keys.forget(workshop);
            }
            !is_erased
        });
        let mut learnt = Learnt::default();
        let Some(edge) = self.pipelines.edge() else {
            return Learnt { pending: strangers.len() as u64, ..learnt };
        };
        let mut shown = Vec::new();
        for workshop in &strangers {
            match self.ask_for(&edge, workshop).await {
                Asked::Shown(found) => shown.push(*found),
                Asked::Later => learnt.pending += 1,
                Asked::Unknown => learnt.unknown += 1,
            }
        }
        // The last one is shown first.
        shown.sort_by_key(|found| found.workshop.starts_at);
        for PublishedWorkshop { workshop, retired, .. } in shown {
            let id = workshop.id.clone();
            match roster.learn(workshop, retired).await {
                Ok(()) => {
                    tracing::info!(workshop = %id, "learnt from its key");
                    learnt.workshops += 1;
                }
                Err(RosterError::Unwritable(_)) => learnt.pending += 1,
                Err(error) => {
                    tracing::warn!(workshop = %id, %error, "the edge's record cannot be used");
                    learnt.unknown += 1;
                }
            }
        }
        learnt
    }

    async fn ask_for(&self, edge: &EdgeClient, workshop: &WorkshopId) -> Asked {
        match edge.published(workshop).await {
            Ok(found) if found.workshop.id == *workshop => Asked::Shown(Box::new(found)),
            Ok(_) => Asked::Unknown,
            Err(error) => {
                if error.code() == Some(ProblemCode::Closed) {
                    // Erased, by another laptop: its key opens nothing any more.
                    let _ = self.context.keys.forget(workshop);
                }
                let asked = if error.is_permanent() { Asked::Unknown } else { Asked::Later };
                tracing::info!(%workshop, %error, "its key is here, and the edge does not show it");
                asked
            }
        }
    }
}

/// What the edge says of a workshop.
enum Asked {
    Shown(Box<PublishedWorkshop>),
    Later,
    Unknown,
}
