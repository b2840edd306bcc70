//! Keeps what every page promises, *deleted N days after the workshop*: due lists are announced where the host
//! sees it, and then erased (ADR 33). When, and by which clock, is decided in [`rollcall_shared::deletion`].

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rollcall_shared::deletion::{Announcement, ClockWatch, Nearness, Step, Trust, step};
use rollcall_shared::form::date_line;
use rollcall_shared::language::Language;
use rollcall_shared::workshop::{Workshop, WorkshopId};
use rollcall_shared::{Millis, Timestamp};

use crate::acts::ActError;
use crate::clock::now_ms;
use crate::db::events::{Event, WorkshopEvent};
use crate::db::{announced_deletions, duplicates, events, parked, signups};
use crate::engine::EngineError;
use crate::engine::alarms::LOOK_AROUND;
use crate::engine::host::Host;
use crate::failpoints;
use crate::view::{Deleted, Deletion, Deletions};

/// Between two tries where something is not written.
const TRY_AGAIN: Duration = Duration::from_secs(30);

/// How near each announced erasure was when it was last told in the log.
type Told = BTreeMap<WorkshopId, Nearness>;

/// Announces and erases for as long as it is polled.
pub(super) async fn watch(host: Arc<Host>) {
    let (started, mut clock) = (Instant::now(), ClockWatch::new(failpoints::clock_patience()));
    let mut roster = host.context.roster.changes();
    let mut told = Told::default();
    loop {
        let now = now_ms();
        let trust = clock.look(now, Millis::try_from(started.elapsed().as_millis()).unwrap_or(Millis::MAX));
        let pause = match host.keep_promises(now, trust, &mut told).await {
            Ok(()) => LOOK_AROUND,
            Err(error) => {
                tracing::warn!(%error, "what pages promise to delete is looked at again soon");
                TRY_AGAIN
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            changed = roster.changed() => if changed.is_err() { return },
            () = host.context.stop.cancelled() => return,
        }
    }
}

impl Host {
    /// Reads what is announced and what was done. Blocks.
    pub(crate) fn deletions(&self) -> Result<Deletions, EngineError> {
        let (rows, now) = (self.context.roster.all(), now_ms());
        let mut announced = self.context.readers.read(|conn| {
            let made = announced_deletions::all(conn)?;
            let announced = rows.iter().filter_map(|row| Some((&row.workshop, made.get(&row.workshop.id)?)));
            let deletion = |(w, made): (&Workshop, &Announcement)| {
                let (of, at) = (&w.id, made.erased_at());
                let entries = signups::count_of(conn, of)?
                    + duplicates::count_of(conn, of)?
                    + parked::count_of(conn, of)?;
                let (workshop, title, stage) = (of.clone(), w.title.clone(), made.nearness(now).into());
                let utc_offset_minutes = w.utc_offset_minutes;
                Ok(Deletion { workshop, title, utc_offset_minutes, at, stage, entries })
            };
            announced.map(deletion).collect::<rusqlite::Result<Vec<_>>>()
        })?;
        announced.sort_by_key(|deletion| deletion.at);
        Ok(Deletions { announced, done: self.deleted.all() })
    }

    /// Takes away the note of a list that was erased: the host has seen it.
    pub(crate) fn dismiss_deletion(&self, workshop: &WorkshopId) {
        self.deleted.dismiss(workshop);
        self.context.changes.moved();
    }

    async fn keep_promises(&self, now: Timestamp, trust: Trust, told: &mut Told) -> Result<(), EngineError> {
        if trust == Trust::Nothing {
            return Ok(());
        }
        let announced = self.context.readers.read(announced_deletions::all)?;
        for row in self.context.roster.all() {
            let w = &row.workshop;
            let made = announced.get(&w.id).copied();
            match step(w.delete_by(), made, now) {
                Step::Announce => {
                    let made = Announcement { delete_by: w.delete_by(), made_at: now };
                    self.announce(&w.id, made).await?;
                    tell(w, made, now, told);
                }
                Step::Withdraw => {
                    self.withdraw(&w.id).await?;
                    told.remove(&w.id);
                }
                Step::Erase if trust == Trust::Erasing => self.erase_due(w, now).await?,
                Step::Wait | Step::Erase => {
                    if let Some(made) = made {
                        tell(w, made, now, told);
                    }
                }
            }
        }
        Ok(())
    }

    async fn announce(&self, workshop: &WorkshopId, made: Announcement) -> Result<(), EngineError> {
        let of = workshop.clone();
        let edit = self.context.writer.edit(move |tx| {
            announced_deletions::put(tx, &of, made)?;
            events::add(tx, made.made_at, Event::Workshop(&of, WorkshopEvent::DeletionAnnounced))
        });
        edit.await.map_err(ActError::Unwritable)?;
        self.context.changes.moved();
        Ok(())
    }

    async fn withdraw(&self, workshop: &WorkshopId) -> Result<(), EngineError> {
        let of = workshop.clone();
        let edit = self.context.writer.edit(move |tx| announced_deletions::remove(tx, &of));
        edit.await.map_err(ActError::Unwritable)?;
        tracing::info!(%workshop, "the list is not due soon any more");
        self.context.changes.moved();
        Ok(())
    }

    async fn erase_due(&self, w: &Workshop, now: Timestamp) -> Result<(), EngineError> {
        let erasure = self.erase_promised(&w.id, w.delete_by()).await?;
        let entries = erasure.rows.count();
        tracing::warn!(workshop = %w.id, entries, "the list is deleted, as its pages promised");
        let path = |path: PathBuf| path.display().to_string();
        self.deleted.add(Deleted {
            workshop: w.id.clone(),
            title: w.title.clone(),
            utc_offset_minutes: w.utc_offset_minutes,
            at: now,
            entries,
            copies_left: erasure.copies_left.into_iter().map(path).collect(),
        });
        self.context.changes.moved();
        Ok(())
    }
}

/// Says in the log what is announced: once, and again when a day is left.
fn tell(w: &Workshop, made: Announcement, now: Timestamp, told: &mut Told) {
    let nearness = made.nearness(now);
    if told.insert(w.id.clone(), nearness) != Some(nearness) {
        let day = date_line(made.erased_at(), w.utc_offset_minutes, Language::En);
        tracing::warn!(
            workshop = %w.id,
            "the list is deleted on {day}, as its pages promise: export it if you must keep it; \
             only another number of days in its record, which its pages then say, puts it off"
        );
    }
}
