//! `events`: the audit log. What happened to which sign-up, message or workshop; never a name or a number.

use std::fmt;

use rollcall_shared::digest::Digest;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::WorkshopId;
use rollcall_shared::{Millis, Timestamp};

use super::tx::Tx;
use crate::message::Path;
use crate::view::{Act, ExportFormat};

pub(super) const SQL: &str = "
CREATE TABLE events(
  seq     INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  what    TEXT NOT NULL,   -- such as 'stored edge', 'workshop made'
  subject TEXT NOT NULL    -- the id of a sign-up or a workshop, or of a parked message
) STRICT;
";

/// Something that happened. Its words in the file are for people and for good: old entries have the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event<'a> {
    /// A sign-up came and has a seat.
    Stored(SignupId, Path),
    /// A sign-up came and waits for a seat.
    Waitlisted(SignupId),
    /// A sign-up came whose number another one has.
    Duplicate(SignupId),
    /// A sign-up came that its phone had cancelled or corrected before.
    Cancelled(SignupId),
    /// A message came that cannot be read; the digest is that of its bytes.
    Parked(Digest),
    /// A sign-up's own phone cancelled it.
    CancelledByPhone(SignupId),
    /// A correction took a sign-up's place.
    Replaced(SignupId),
    /// A duplicate got the number that the first one gave up.
    NumberPassedOn(SignupId),
    /// A waiting sign-up got a seat that came free.
    Promoted(SignupId),
    /// The host did something with a row.
    Acted(Act, Subject),
    /// The host took an act back.
    Undone(Subject),
    /// The host erased a person, or a message that cannot be read.
    Erased(Subject),
    /// A workshop was made, changed, ended, exported or erased.
    Workshop(&'a WorkshopId, WorkshopEvent),
    /// A backup took the database's place; when it was made.
    Restored(Millis),
}

/// What an act of the host's is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A sign-up, by its id.
    Signup(SignupId),
    /// A message that cannot be read, by its number.
    Parked(i64),
}

/// What happened to a workshop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WorkshopEvent {
    /// It is new.
    Made,
    /// Its record was changed.
    Changed,
    /// Its sign-up was opened now.
    Opened,
    /// Its sign-up was closed now.
    Closed,
    /// It was ended for good.
    Retired,
    /// Its end was taken back.
    Resumed,
    /// It has another invite code.
    CodeRenewed,
    /// It has the invite code again that it had before.
    CodePutBack,
    /// Its list left the database as a file.
    Exported(ExportFormat),
    /// It was erased with everything in it.
    Erased,
}

/// Adds an entry.
pub(crate) fn add(tx: &Tx<'_>, at: Timestamp, event: Event<'_>) -> rusqlite::Result<()> {
    let about = event.about();
    if let About::Row(Subject::Signup(id)) = about {
        tx.note_subject(id);
    }
    tx.prepare_cached("INSERT INTO events(at, what, subject) VALUES (?1, ?2, ?3)")?.execute((
        at.as_millis(),
        event.what(),
        about.to_string(),
    ))?;
    Ok(())
}

impl<'a> Event<'a> {
    /// The words in the file.
    fn what(self) -> &'static str {
        match self {
            Self::Stored(_, Path::Edge) => "stored edge",
            Self::Stored(_, Path::Venue) => "stored venue",
            Self::Stored(_, Path::Desk) => "stored desk",
            Self::Waitlisted(_) => "waitlisted",
            Self::Duplicate(_) => "duplicate",
            Self::Cancelled(_) => "cancelled",
            Self::Parked(_) => "parked",
            Self::CancelledByPhone(_) => "taken back",
            Self::Replaced(_) => "replaced",
            Self::NumberPassedOn(_) => "number passed on",
            Self::Promoted(_) => "promoted",
            Self::Acted(Act::AnotherPerson, _) => "another person",
            Self::Acted(Act::UseNewer, _) => "newer used",
            Self::Acted(Act::KeepFirst, _) => "first kept",
            Self::Acted(Act::DismissParked, _) => "parked dismissed",
            Self::Acted(Act::RetryParked, _) => "parked retried",
            Self::Acted(Act::Cancel, _) => "cancelled by host",
            Self::Acted(Act::Restore, _) => "restored by host",
            Self::Acted(Act::Promote, _) => "promoted by host",
            Self::Undone(_) => "undone",
            Self::Erased(_) => "erased",
            Self::Workshop(_, WorkshopEvent::Made) => "workshop made",
            Self::Workshop(_, WorkshopEvent::Changed) => "workshop changed",
            Self::Workshop(_, WorkshopEvent::Opened) => "workshop opened",
            Self::Workshop(_, WorkshopEvent::Closed) => "workshop closed",
            Self::Workshop(_, WorkshopEvent::Retired) => "workshop retired",
            Self::Workshop(_, WorkshopEvent::Resumed) => "workshop resumed",
            Self::Workshop(_, WorkshopEvent::CodeRenewed) => "code renewed",
            Self::Workshop(_, WorkshopEvent::CodePutBack) => "code put back",
            Self::Workshop(_, WorkshopEvent::Exported(ExportFormat::Xlsx)) => "exported xlsx",
            Self::Workshop(_, WorkshopEvent::Exported(ExportFormat::Csv)) => "exported csv",
            Self::Workshop(_, WorkshopEvent::Erased) => "workshop erased",
            Self::Restored(_) => "restored",
        }
    }

    fn about(self) -> About<'a> {
        match self {
            Self::Stored(id, _)
            | Self::Waitlisted(id)
            | Self::Duplicate(id)
            | Self::Cancelled(id)
            | Self::CancelledByPhone(id)
            | Self::Replaced(id)
            | Self::NumberPassedOn(id)
            | Self::Promoted(id) => About::Row(Subject::Signup(id)),
            Self::Acted(_, subject) | Self::Undone(subject) | Self::Erased(subject) => About::Row(subject),
            Self::Parked(digest) => About::Bytes(digest),
            Self::Workshop(id, _) => About::Workshop(id),
            Self::Restored(made_at) => About::Backup(made_at),
        }
    }
}

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About<'a> {
    Row(Subject),
    Bytes(Digest),
    Workshop(&'a WorkshopId),
    Backup(Millis),
}

impl fmt::Display for About<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Row(Subject::Signup(id)) => id.fmt(f),
            Self::Row(Subject::Parked(seq)) => write!(f, "parked {seq}"),
            Self::Bytes(digest) => digest.fmt(f),
            Self::Workshop(id) => id.fmt(f),
            Self::Backup(made_at) => made_at.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_and_subjects_in_the_file_are_those_of_every_version() {
        let (id, workshop) = (SignupId::from_random([7; 16]), WorkshopId::parse("abcdefghjkmnpqrs").unwrap());
        let row = Subject::Signup(id);
        let workshop_events = |event| Event::Workshop(&workshop, event);
        for (event, what) in [
            (Event::Stored(id, Path::Edge), "stored edge"),
            (Event::Stored(id, Path::Venue), "stored venue"),
            (Event::Stored(id, Path::Desk), "stored desk"),
            (Event::Waitlisted(id), "waitlisted"),
            (Event::Duplicate(id), "duplicate"),
            (Event::Cancelled(id), "cancelled"),
            (Event::CancelledByPhone(id), "taken back"),
            (Event::Replaced(id), "replaced"),
            (Event::NumberPassedOn(id), "number passed on"),
            (Event::Promoted(id), "promoted"),
            (Event::Acted(Act::AnotherPerson, row), "another person"),
            (Event::Acted(Act::UseNewer, row), "newer used"),
            (Event::Acted(Act::KeepFirst, row), "first kept"),
            (Event::Acted(Act::Cancel, row), "cancelled by host"),
            (Event::Acted(Act::Restore, row), "restored by host"),
            (Event::Acted(Act::Promote, row), "promoted by host"),
            (Event::Undone(row), "undone"),
            (Event::Erased(row), "erased"),
        ] {
            assert_eq!((event.what(), event.about().to_string()), (what, id.to_string()));
        }
        for (event, what) in [
            (Event::Acted(Act::DismissParked, Subject::Parked(3)), "parked dismissed"),
            (Event::Acted(Act::RetryParked, Subject::Parked(3)), "parked retried"),
            (Event::Undone(Subject::Parked(3)), "undone"),
            (Event::Erased(Subject::Parked(3)), "erased"),
        ] {
            assert_eq!((event.what(), event.about().to_string()), (what, "parked 3".to_owned()));
        }
        for (event, what) in [
            (WorkshopEvent::Made, "workshop made"),
            (WorkshopEvent::Changed, "workshop changed"),
            (WorkshopEvent::Opened, "workshop opened"),
            (WorkshopEvent::Closed, "workshop closed"),
            (WorkshopEvent::Retired, "workshop retired"),
            (WorkshopEvent::Resumed, "workshop resumed"),
            (WorkshopEvent::CodeRenewed, "code renewed"),
            (WorkshopEvent::CodePutBack, "code put back"),
            (WorkshopEvent::Exported(ExportFormat::Xlsx), "exported xlsx"),
            (WorkshopEvent::Exported(ExportFormat::Csv), "exported csv"),
            (WorkshopEvent::Erased, "workshop erased"),
        ] {
            let event = workshop_events(event);
            assert_eq!((event.what(), event.about().to_string()), (what, workshop.to_string()));
        }
        let digest = Digest::of(b"bytes");
        assert_eq!(Event::Parked(digest).about().to_string(), digest.to_string());
        assert_eq!(Event::Restored(5).about().to_string(), "5");
    }
}
