//! Desks: helpers' devices that the host lets in by a PIN. A session is a random token in the device's
//! cookie; it ends when the host ends it or renews the PIN, and outlives a restart of the laptop's program.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use rand_core::{OsRng, RngCore};
use rollcall_shared::Timestamp;
use rollcall_shared::digest::Digest;
use rollcall_shared::secret::equal;
use rollcall_shared::workshop::WorkshopId;

use crate::clock::now_ms;
use crate::db::desks::{self, OpenDesk};
use crate::db::readers::Readers;
use crate::message::DeskId;
use crate::random::random_key_hex;
use crate::venue::pin_throttle::PinThrottle;
use crate::venue::settings::{VenueChoices, VenueSettings};
use crate::workshops::new_id;
use crate::writer::Writer;

/// Digits of a PIN.
pub(crate) const PIN_DIGITS: usize = 6;
/// Most characters of a desk's name.
pub(crate) const NAME_CHARS: usize = 20;

/// The desks of all workshops.
pub(crate) struct Desks {
    settings: Arc<VenueSettings>,
    writer: Writer,
    state: Mutex<Sessions>,
}

#[derive(Default)]
struct Sessions {
    open: Vec<Seen>,
    attempts: BTreeMap<WorkshopId, PinThrottle>,
}

#[derive(Debug, Clone)]
struct Seen {
    desk: OpenDesk,
    /// In this run.
    at: Option<Timestamp>,
}

/// A workshop's PIN and sessions as they were before the host changed them: the way back. It holds digests of
/// sessions' tokens, and is kept in memory alone.
#[derive(Debug)]
pub(crate) struct DesksBefore {
    pub(crate) workshop: WorkshopId,
    pin: Option<String>,
    /// The PIN that stood afterwards.
    pin_after: Option<String>,
    /// The sessions that were ended.
    ended: Vec<Seen>,
}

/// Why a device is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The host has opened no desk.
    Shut,
    /// Another PIN.
    Wrong,
    /// Too many were wrong; the seconds to wait.
    Wait(u32),
    /// The desk has no name that could be shown.
    Name,
    /// The session cannot be kept.
    Unwritable,
}

/// A device that was let in.
pub(crate) struct Entered {
    /// The cookie's content; kept nowhere else.
    pub(crate) token: String,
}

impl Desks {
    /// Reads those whose sessions go on.
    pub(crate) fn read(
        readers: &Readers,
        writer: Writer,
        settings: Arc<VenueSettings>,
    ) -> rusqlite::Result<Self> {
        let open = readers.read(desks::open)?.into_iter().map(|desk| Seen { desk, at: None }).collect();
        let state = Mutex::new(Sessions { open, attempts: BTreeMap::new() });
        Ok(Self { settings, writer, state })
    }

    /// Returns the PIN of a workshop's desks; `None` while they are shut.
    pub(crate) fn pin(&self, workshop: &WorkshopId) -> Option<String> {
        self.settings.now().pins.remove(workshop)
    }

    /// Draws a PIN. Whoever came in by the last one is out.
    pub(crate) async fn renew(&self, workshop: &WorkshopId) -> Result<DesksBefore, Unkept> {
        self.change_pin(workshop, Some(draw_pin())).await
    }

    /// Shuts a workshop's desks.
    pub(crate) async fn shut(&self, workshop: &WorkshopId) -> Result<DesksBefore, Unkept> {
        self.change_pin(workshop, None).await
    }

    async fn change_pin(
        &self,
        workshop: &WorkshopId,
        pin_after: Option<String>,
    ) -> Result<DesksBefore, Unkept> {
        let pin = self.pin(workshop);
        self.set_pin(workshop, pin_after.clone())?;
        let ended = self.end_sessions(workshop, None).await?;
        Ok(DesksBefore { workshop: workshop.clone(), pin, pin_after, ended })
    }

    fn set_pin(&self, workshop: &WorkshopId, pin: Option<String>) -> Result<(), Unkept> {
        let set = |kept: &mut VenueChoices| match pin {
            Some(pin) => drop(kept.pins.insert(workshop.clone(), pin)),
            None => drop(kept.pins.remove(workshop)),
        };
        self.settings.change(set).map_err(Unkept::File)
    }

    /// Ends one desk's session.
    pub(crate) async fn end(&self, workshop: &WorkshopId, id: DeskId) -> Result<DesksBefore, Unkept> {
        let pin = self.pin(workshop);
        let ended = self.end_sessions(workshop, Some(id)).await?;
        Ok(DesksBefore { workshop: workshop.clone(), pin_after: pin.clone(), pin, ended })
    }

    /// Puts PIN and sessions back as they were. Whoever came in by a PIN that goes is out: a session ends
    /// with its PIN.
    ///
    /// # Errors
    /// [`Unkept::Changed`] where the PIN is another one by now; nothing is changed then.
    pub(crate) async fn put_back(&self, before: &DesksBefore) -> Result<(), Unkept> {
        let DesksBefore { workshop, pin, pin_after, ended } = before;
        // Its own, where it was put back and a session could not be.
        let now = self.pin(workshop);
        if now != *pin_after && now != *pin {
            return Err(Unkept::Changed);
        }
        if now != *pin {
            self.set_pin(workshop, pin.clone())?;
            self.end_sessions(workshop, None).await?;
        }
        for seen in ended {
            let desk = seen.desk.clone();
            let reopened = self.writer.edit(move |tx| desks::reopen(tx, &desk)).await;
            // In memory once it is kept: what is shown is what a restart shows.
            if reopened.map_err(Unkept::Database)? {
                self.with(|state| state.open.push(seen.clone()));
            }
        }
        Ok(())
    }

    /// Ends one desk's session, or all of a workshop's; those that it ended.
    async fn end_sessions(&self, workshop: &WorkshopId, id: Option<DeskId>) -> Result<Vec<Seen>, Unkept> {
        // First here, so that it holds even where the database takes a moment.
        let ended = self.with(|state| {
            let is_meant =
                |desk: &OpenDesk| desk.workshop == *workshop && id.as_ref().is_none_or(|id| *id == desk.id);
            if id.is_none() {
                state.attempts.remove(workshop);
            }
            state.open.extract_if(.., |seen| is_meant(&seen.desk)).collect::<Vec<_>>()
        });
        let (workshop, now) = (workshop.clone(), now_ms());
        let kept = self.writer.edit(move |tx| desks::end(tx, &workshop, id.as_ref(), now)).await;
        kept.map(|_| ended).map_err(Unkept::Database)
    }

    /// Lets a device in, by the PIN.
    pub(crate) async fn enter(
        &self,
        workshop: &WorkshopId,
        pin: &str,
        name: &str,
        now: Timestamp,
    ) -> Result<Entered, Refused> {
        let name = parse_name(name).ok_or(Refused::Name)?;
        let right = self.pin(workshop).ok_or(Refused::Shut)?;
        let pin = digits(pin);
        // Looked at and counted in one go: guesses side by side are as slow as one after the other.
        self.with(|state| {
            let attempts = state.attempts.entry(workshop.clone()).or_default();
            if let Some(seconds) = attempts.pause(now) {
                return Err(Refused::Wait(seconds));
            }
            if equal(pin.as_bytes(), right.as_bytes()) {
                attempts.right();
                return Ok(());
            }
            attempts.wrong(now);
            Err(attempts.pause(now).map_or(Refused::Wrong, Refused::Wait))
        })?;
        let token = random_key_hex();
        let desk = OpenDesk {
            id: DeskId::new(new_id().as_str()),
            workshop: workshop.clone(),
            name,
            session: Digest::of(token.as_bytes()),
        };
        let stored = desk.clone();
        let kept = self.writer.edit(move |tx| desks::insert(tx, &stored, now)).await;
        kept.map_err(|_| Refused::Unwritable)?;
        self.with(|state| state.open.push(Seen { desk: desk.clone(), at: Some(now) }));
        // Renewed in this very moment: then the session must not outlive the old PIN.
        if self.pin(workshop).as_deref() != Some(right.as_str()) {
            let _ = self.end(workshop, desk.id).await;
            return Err(Refused::Wrong);
        }
        Ok(Entered { token })
    }

    /// Finds the desk that a cookie's token belongs to.
    pub(crate) fn by_token(&self, workshop: &WorkshopId, token: &str, now: Timestamp) -> Option<OpenDesk> {
        // Compared by digest: how long that takes tells nothing about a token of 256 random bits.
        let session = Digest::of(token.as_bytes());
        self.with(|state| {
            let found = state
                .open
                .iter_mut()
                .find(|Seen { desk, .. }| desk.session == session && desk.workshop == *workshop)?;
            found.at = Some(now);
            Some(found.desk.clone())
        })
    }

    /// Returns when an open desk last asked for something, in this run; `None` for one that is not open.
    pub(crate) fn seen(&self, id: &DeskId) -> Option<Option<Timestamp>> {
        self.with(|state| state.open.iter().find(|seen| seen.desk.id == *id).map(|seen| seen.at))
    }

    fn with<T>(&self, look: impl FnOnce(&mut Sessions) -> T) -> T {
        look(&mut self.state.lock())
    }
}

/// Why something about desks cannot be kept.
#[derive(Debug)]
pub(crate) enum Unkept {
    /// It is not any more what was to be taken back.
    Changed,
    File(std::io::Error),
    Database(rollcall_shared::retry::Failure),
}

fn draw_pin() -> String {
    // 2³² numbers to a million PINs: none is likelier than another by more than one in four thousand.
    let number = OsRng.next_u32() % 10_u32.pow(6);
    format!("{number:0PIN_DIGITS$}")
}

/// Reads what was typed as digits: full-width ones, too, and with spaces between.
fn digits(typed: &str) -> String {
    typed
        .chars()
        .filter(|sign| !sign.is_whitespace())
        .map(|sign| match sign {
            '０'..='９' => char::from_u32(sign as u32 - '０' as u32 + '0' as u32).unwrap_or(sign),
            other => other,
        })
        .collect()
}

/// Reads a name in one line, of at most [`NAME_CHARS`].
fn parse_name(typed: &str) -> Option<String> {
    let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    let fits = (1..=NAME_CHARS).contains(&name.chars().count()) && !name.contains(char::is_control);
    fits.then_some(name)
}

#[cfg(test)]
mod tests;
