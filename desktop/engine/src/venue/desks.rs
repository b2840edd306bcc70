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

struct Seen {
    desk: OpenDesk,
    /// In this run.
    at: Option<Timestamp>,
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
    pub(crate) async fn renew(&self, workshop: &WorkshopId) -> Result<(), Unkept> {
        let pin = draw_pin();
        let insert = |kept: &mut VenueChoices| drop(kept.pins.insert(workshop.clone(), pin));
        self.settings.change(insert).map_err(Unkept::File)?;
        self.end(workshop, None).await
    }

    /// Shuts a workshop's desks.
    pub(crate) async fn shut(&self, workshop: &WorkshopId) -> Result<(), Unkept> {
        let remove = |kept: &mut VenueChoices| drop(kept.pins.remove(workshop));
        self.settings.change(remove).map_err(Unkept::File)?;
        self.end(workshop, None).await
    }

    /// Ends one desk's session, or all of a workshop's.
    pub(crate) async fn end(&self, workshop: &WorkshopId, id: Option<DeskId>) -> Result<(), Unkept> {
        // First here, so that it holds even where the database takes a moment.
        self.with(|state| {
            state.open.retain(|Seen { desk, .. }| {
                desk.workshop != *workshop || id.as_ref().is_some_and(|id| *id != desk.id)
            });
            if id.is_none() {
                state.attempts.remove(workshop);
            }
        });
        let (workshop, now) = (workshop.clone(), now_ms());
        let ended = self.writer.edit(move |tx| desks::end(tx, &workshop, id.as_ref(), now)).await;
        ended.map(drop).map_err(Unkept::Database)
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
            let _ = self.end(workshop, Some(desk.id)).await;
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
mod tests {
    use super::*;
    use crate::testing::Hall;

    async fn open() -> (Hall, Desks) {
        let hall = Hall::open().await;
        let settings = Arc::new(VenueSettings::open(hall.dir.path().join("venue.json")));
        let desks = Desks::read(&hall.readers, hall.writer.clone(), settings).unwrap();
        desks.renew(&hall.workshop.id).await.unwrap();
        (hall, desks)
    }

    #[tokio::test]
    async fn a_device_is_let_in_by_the_pin_and_out_when_it_is_renewed() {
        let (hall, desks) = open().await;
        let id = &hall.workshop.id;
        let pin = desks.pin(id).unwrap();
        let spaced = format!(" {} {}", &pin[..3], &pin[3..]);
        let Entered { token } =
            desks.enter(id, &spaced, " Desk  1 ", Timestamp::from_millis(5)).await.ok().unwrap();
        let desk = desks.by_token(id, &token, Timestamp::from_millis(6)).unwrap();
        assert_eq!(
            (desk.name.as_str(), desks.seen(&desk.id)),
            ("Desk 1", Some(Some(Timestamp::from_millis(6))))
        );
        assert_eq!(desks.by_token(id, "other", Timestamp::from_millis(6)), None);
        let elsewhere = WorkshopId::from_random([9; 16]);
        assert_eq!(desks.by_token(&elsewhere, &token, Timestamp::from_millis(6)), None);

        // A restart keeps it: only the token's digest is in the database.
        let again = Desks::read(&hall.readers, hall.writer.clone(), Arc::clone(&desks.settings)).unwrap();
        assert_eq!(again.by_token(id, &token, Timestamp::from_millis(7)).unwrap(), desk);
        let stored = hall.texts("SELECT hex(session) FROM desks");
        assert!(!stored[0].eq_ignore_ascii_case(&token), "{stored:?}");

        desks.renew(id).await.unwrap();
        assert_eq!(desks.by_token(id, &token, Timestamp::from_millis(8)), None);
        assert_eq!(
            hall.count("SELECT count(*) FROM desks WHERE session IS NULL AND ended_at IS NOT NULL"),
            1
        );
        let again = Desks::read(&hall.readers, hall.writer.clone(), Arc::clone(&desks.settings)).unwrap();
        assert_eq!(again.by_token(id, &token, Timestamp::from_millis(9)), None);
    }

    #[tokio::test]
    async fn one_desk_is_ended_and_the_others_go_on() {
        let (hall, desks) = open().await;
        let id = &hall.workshop.id;
        let pin = desks.pin(id).unwrap();
        let first = desks.enter(id, &pin, "1", Timestamp::from_millis(5)).await.ok().unwrap().token;
        let second = desks.enter(id, &pin, "2", Timestamp::from_millis(5)).await.ok().unwrap().token;
        desks
            .end(id, desks.by_token(id, &first, Timestamp::from_millis(6)).map(|desk| desk.id))
            .await
            .unwrap();
        assert!(
            desks.by_token(id, &first, Timestamp::from_millis(7)).is_none()
                && desks.by_token(id, &second, Timestamp::from_millis(7)).is_some()
        );
        desks.shut(id).await.unwrap();
        assert!(desks.by_token(id, &second, Timestamp::from_millis(8)).is_none());
        assert!(matches!(desks.enter(id, &pin, "3", Timestamp::from_millis(9)).await, Err(Refused::Shut)));
    }

    #[tokio::test]
    async fn guessing_becomes_slow_for_everybody_and_the_right_one_waits_its_turn() {
        let (hall, desks) = open().await;
        let id = &hall.workshop.id;
        let pin = desks.pin(id).unwrap();
        let wrong = if pin == "000000" { "000001" } else { "000000" };
        let try_at = async |pin: &str, now| desks.enter(id, pin, "1", now).await.err();
        for _ in 0..4 {
            assert_eq!(try_at(wrong, Timestamp::from_millis(0)).await, Some(Refused::Wrong));
        }
        assert_eq!(try_at(wrong, Timestamp::from_millis(0)).await, Some(Refused::Wait(1)));
        // Or a guess during the pause would be worth something.
        assert_eq!(try_at(&pin, Timestamp::from_millis(999)).await, Some(Refused::Wait(1)));
        assert_eq!(try_at(&pin, Timestamp::from_millis(1_000)).await, None);
        assert_eq!(
            try_at(wrong, Timestamp::from_millis(1_001)).await,
            Some(Refused::Wrong),
            "after a right one mistakes are free again"
        );
        assert_eq!(try_at("", Timestamp::from_millis(1_001)).await, Some(Refused::Wrong));
        for name in ["", "  ", &"x".repeat(21), "a\u{7}b"] {
            assert_eq!(
                desks.enter(id, &pin, name, Timestamp::from_millis(1_002)).await.err(),
                Some(Refused::Name),
                "{name:?}"
            );
        }
    }

    #[test]
    fn pins_are_six_digits_and_typed_in_many_ways() {
        for _ in 0..50 {
            let pin = draw_pin();
            assert!(pin.len() == PIN_DIGITS && pin.bytes().all(|b| b.is_ascii_digit()), "{pin}");
        }
        assert_eq!(digits(" ０12 345 "), "012345");
    }
}
