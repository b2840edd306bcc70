//! A workshop's public record: what the page shows and what the edge and the venue page check sign-ups
//! against.

mod id;
#[cfg(any(test, feature = "testing"))]
pub mod sample;

use core::net::SocketAddrV4;

use serde::{Deserialize, Serialize};

pub use id::{WorkshopId, WorkshopIdError};

use crate::invite_code::InviteCode;
use crate::language::Text;
use crate::question::{Question, QuestionError, check_questions};
use crate::seal::PublicKey;
use crate::text::shown;
use crate::{Millis, Timestamp};

/// Most characters of a title, an organisation or a place.
pub const MAX_TEXT_CHARS: usize = 120;
/// Most characters of the notice's purpose.
pub const MAX_NOTICE_CHARS: usize = 500;
/// Most characters of the venue page's address: `http://255.255.255.255:65535/` and a token.
pub const MAX_VENUE_CHARS: usize = 60;
/// Most bytes of a record as JSON: 20 questions of 30 options with labels in two languages are refused above
/// it.
pub const MAX_RECORD_BYTES: usize = 64 * 1024;
/// How long after closing an entry is accepted that was filled in before: 24 hours, unless the host sets
/// another grace.
pub const DEFAULT_GRACE_MS: Millis = 24 * 60 * 60 * 1000;
/// Longest grace: 14 days, as long as acknowledged mail is kept.
pub const MAX_GRACE_MS: Millis = 14 * 24 * 60 * 60 * 1000;
/// How long after the workshop's end undelivered mail is kept: 90 days.
pub const KEEP_AFTER_END_MS: Millis = 90 * 24 * 60 * 60 * 1000;

const DAY_MS: Millis = 24 * 60 * 60 * 1000;

/// The public record of a workshop. Nothing in it is secret: anyone with the invite code reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workshop {
    /// Its id, which never changes.
    pub id: WorkshopId,
    /// The code on the poster; a host can renew it.
    pub invite_code: InviteCode,
    /// What it is called.
    pub title: Text,
    /// The organisation that holds it and collects the data.
    pub organisation: Text,
    /// Where it is.
    pub place: Text,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// The venue's clock: minutes east of UTC, −720 to 840. China is 480.
    pub utc_offset_minutes: i16,
    /// When sign-up opens; at once where it is not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<Timestamp>,
    /// When sign-up closes; at the end where it is not set. Closing by hand sets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<Timestamp>,
    /// How long after closing an entry is accepted that was filled in before.
    #[serde(default = "default_grace")]
    pub grace_ms: Millis,
    /// The number of seats; without limit where it is not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
    /// Whether people without a seat join a waiting list; otherwise the page says that the workshop is full.
    #[serde(default)]
    pub waiting_list: bool,
    /// The workshop's own questions, in the page's order.
    #[serde(default)]
    pub questions: Vec<Question>,
    /// Counts up with every change of the questions.
    pub form_version: u32,
    /// Why the data is collected and for how long it is kept.
    pub notice: Notice,
    /// When a proof of work is asked for.
    #[serde(default)]
    pub proof: ProofMode,
    /// Where the host's laptop takes sign-ups on the venue's network, while it does:
    /// `http://192.168.137.1:8080/k7m2qx`, the part before `/j/`. A stored page that has it can send there
    /// when there is no internet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub venue: Option<String>,
    /// The public key that sign-ups are sealed to.
    pub key: PublicKey,
}

/// What the page says about the data. Its version is stored with every sign-up, and the text of every version
/// with the list ([`crate::form::notice_text`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Counts up with every change of the text, who collects included.
    pub version: u32,
    /// What the data is for, in one sentence.
    pub purpose: Text,
    /// Days after the end when the host erases it, 1 to 3,650.
    pub retention_days: u16,
}

/// When a sign-up needs a proof of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum ProofMode {
    /// Never.
    Off,
    /// From a device that sends, or for a code that receives, unusually many sign-ups.
    #[default]
    Auto,
    /// Always.
    On,
}

/// Whether a sign-up is accepted now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intake {
    /// It is accepted.
    Open,
    /// It was filled in before closing and comes within the grace: accepted, and marked late.
    Late,
    /// Sign-up has not opened yet.
    NotYet,
    /// Sign-up has closed.
    Closed,
}

/// What is wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorkshopError {
    /// A text is empty or too long.
    #[error("{0} is empty or longer than {MAX_TEXT_CHARS} characters")]
    Text(&'static str),
    /// A text has a character that no page shows. Those without a meaning were dropped when it was read.
    #[error("{0} has {sign}, which no page can show", sign = shown(*.1))]
    Sign(&'static str, char),
    /// The purpose of the notice is too long.
    #[error("the purpose of the notice is longer than {MAX_NOTICE_CHARS} characters")]
    Purpose,
    /// It ends before it starts.
    #[error("the workshop ends before it starts")]
    Times,
    /// It opens after it closes.
    #[error("sign-up closes before it opens")]
    Window,
    /// No place on earth has this offset.
    #[error("the offset from UTC is {0} minutes, outside -720 to 840")]
    Offset(i16),
    /// The grace is negative, or longer than [`MAX_GRACE_MS`].
    #[error("the grace after closing is 0 to 14 days")]
    Grace,
    /// The number of seats is 0.
    #[error("the number of seats is 0; leave it out for no limit")]
    Capacity,
    /// 0 days, or more than ten years.
    #[error("data is kept 1 to 3650 days, not {0}")]
    Retention(u16),
    /// A question is wrong.
    #[error(transparent)]
    Question(#[from] QuestionError),
    /// The venue page's address is malformed, or longer than [`MAX_VENUE_CHARS`].
    #[error("the venue page's address is not http://ADDRESS:PORT/TOKEN")]
    Venue,
    /// The key's id is not the one that follows from the key.
    #[error("the key's id does not belong to the key")]
    Key,
}

impl WorkshopError {
    /// The record's field that is wrong.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Text(field) | Self::Sign(field, _) => field,
            Self::Purpose | Self::Retention(_) => "notice",
            Self::Times => "ends_at",
            Self::Window => "closes_at",
            Self::Offset(_) => "utc_offset_minutes",
            Self::Grace => "grace_ms",
            Self::Capacity => "capacity",
            Self::Question(_) => "questions",
            Self::Venue => "venue",
            Self::Key => "key",
        }
    }
}

impl Workshop {
    /// Checks the record's own limits. Done by the host before it is stored and by the edge before it is
    /// published.
    ///
    /// ```
    /// use rollcall_shared::seal::SecretKey;
    /// use rollcall_shared::workshop::{Workshop, WorkshopError, sample};
    /// let workshop = sample::workshop(SecretKey::from_bytes([9; 32]).public());
    /// assert_eq!(workshop.check(), Ok(()));
    /// let without_seats = Workshop { capacity: Some(0), ..workshop };
    /// assert_eq!(without_seats.check(), Err(WorkshopError::Capacity));
    /// ```
    ///
    /// # Errors
    /// The first [`WorkshopError`] in the order of the record.
    pub fn check(&self) -> Result<(), WorkshopError> {
        let texts = [("title", &self.title), ("organisation", &self.organisation), ("place", &self.place)];
        for (field, text) in texts {
            if let Some(sign) = text.stranger() {
                return Err(WorkshopError::Sign(field, sign));
            }
            if text.is_empty() || !text.is_plain(MAX_TEXT_CHARS) {
                return Err(WorkshopError::Text(field));
            }
        }
        if self.ends_at < self.starts_at {
            return Err(WorkshopError::Times);
        }
        if self.opens_at.is_some_and(|opens| opens > self.closing_time()) {
            return Err(WorkshopError::Window);
        }
        if !(-720..=840).contains(&self.utc_offset_minutes) {
            return Err(WorkshopError::Offset(self.utc_offset_minutes));
        }
        if !(0..=MAX_GRACE_MS).contains(&self.grace_ms) {
            return Err(WorkshopError::Grace);
        }
        if self.capacity == Some(0) {
            return Err(WorkshopError::Capacity);
        }
        check_questions(&self.questions)?;
        if let Some(sign) = self.notice.purpose.stranger() {
            return Err(WorkshopError::Sign("notice", sign));
        }
        if !self.notice.purpose.is_plain(MAX_NOTICE_CHARS) {
            return Err(WorkshopError::Purpose);
        }
        if !(1..=3650).contains(&self.notice.retention_days) {
            return Err(WorkshopError::Retention(self.notice.retention_days));
        }
        if !self.venue.as_deref().is_none_or(is_venue_url) {
            return Err(WorkshopError::Venue);
        }
        if !self.key.is_consistent() {
            return Err(WorkshopError::Key);
        }
        Ok(())
    }

    /// Sign-ups are taken until this time.
    pub fn closing_time(&self) -> Timestamp {
        self.closes_at.unwrap_or(self.ends_at)
    }

    /// Undelivered mail is kept until this time.
    pub fn keeps_mail_until(&self) -> Timestamp {
        self.ends_at + KEEP_AFTER_END_MS
    }

    /// Teachers were told that their details are deleted by this time.
    pub fn delete_by(&self) -> Timestamp {
        self.ends_at + Millis::from(self.notice.retention_days) * DAY_MS
    }

    /// Decides whether a sign-up is accepted that comes at `now` and was filled in at `filled_at`. A phone's
    /// clock that is fast gains nothing: a time in the future counts as `now`.
    ///
    /// ```
    /// use rollcall_shared::Timestamp;
    /// use rollcall_shared::seal::SecretKey;
    /// use rollcall_shared::workshop::{Intake, Workshop, sample};
    /// let workshop = sample::workshop(SecretKey::from_bytes([9; 32]).public());
    /// let at = Timestamp::from_millis;
    /// let workshop = Workshop { closes_at: Some(at(5_000)), grace_ms: 2_000, ..workshop };
    /// assert_eq!(workshop.intake(at(4_999), None), Intake::Open);
    /// assert_eq!(workshop.intake(at(6_000), Some(at(4_000))), Intake::Late);
    /// assert_eq!(workshop.intake(at(6_000), None), Intake::Closed);
    /// ```
    pub fn intake(&self, now: Timestamp, filled_at: Option<Timestamp>) -> Intake {
        let closing = self.closing_time();
        let filled_at = filled_at.unwrap_or(now).min(now);
        if self.opens_at.is_some_and(|opens| now < opens) {
            Intake::NotYet
        } else if now < closing {
            Intake::Open
        } else if filled_at < closing && now - closing < self.grace_ms {
            Intake::Late
        } else {
            Intake::Closed
        }
    }
}

/// Whether it is plain HTTP, an IPv4 address with a port, and one token: it becomes a link on other people's
/// phones.
fn is_venue_url(url: &str) -> bool {
    let Some((address, token)) = url.strip_prefix("http://").and_then(|rest| rest.split_once('/')) else {
        return false;
    };
    url.len() <= MAX_VENUE_CHARS
        && address.parse::<SocketAddrV4>().is_ok()
        && !token.is_empty()
        && token.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn default_grace() -> Millis {
    DEFAULT_GRACE_MS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::SecretKey;

    fn workshop() -> Workshop {
        sample::workshop(SecretKey::from_bytes([9; 32]).public())
    }

    #[test]
    fn intake_follows_the_clock() {
        let mut w = workshop();
        w.opens_at = Some(Timestamp::from_millis(1_000));
        w.closes_at = Some(Timestamp::from_millis(5_000));
        w.grace_ms = 2_000;
        let check =
            |now, filled_at, expected| assert_eq!(w.intake(now, filled_at), expected, "{now} {filled_at:?}");
        check(Timestamp::from_millis(999), None, Intake::NotYet);
        check(Timestamp::from_millis(1_000), None, Intake::Open);
        check(Timestamp::from_millis(4_999), Some(Timestamp::from_millis(9_999)), Intake::Open);
        check(Timestamp::from_millis(5_000), None, Intake::Closed);
        check(Timestamp::from_millis(5_000), Some(Timestamp::from_millis(4_999)), Intake::Late);
        check(Timestamp::from_millis(5_000), Some(Timestamp::from_millis(6_000)), Intake::Closed);
        check(Timestamp::from_millis(6_999), Some(Timestamp::from_millis(10)), Intake::Late);
        check(Timestamp::from_millis(7_000), Some(Timestamp::from_millis(10)), Intake::Closed);
    }

    #[test]
    fn intake_has_an_answer_at_every_time_there_is() {
        let mut w = workshop();
        w.closes_at = Some(Timestamp::MIN + 1);
        assert_eq!(w.intake(Timestamp::MAX, Some(Timestamp::MIN)), Intake::Closed);
        w.closes_at = Some(Timestamp::MAX);
        assert_eq!(w.intake(Timestamp::MIN, None), Intake::Open);
        w.ends_at = Timestamp::MAX;
        assert_eq!(w.keeps_mail_until(), Timestamp::MAX);
        assert_eq!(w.delete_by(), Timestamp::MAX);
    }

    #[test]
    fn records_are_checked() {
        let check = |change: fn(&mut Workshop), expected| {
            let mut w = workshop();
            change(&mut w);
            assert_eq!(w.check(), expected);
        };
        check(|_| (), Ok(()));
        check(|w| w.title = Text::default(), Err(WorkshopError::Text("title")));
        check(|w| w.place.en = "a\u{202E}b".into(), Err(WorkshopError::Sign("place", '\u{202E}')));
        check(|w| w.organisation.zh = "一\u{7}中".into(), Err(WorkshopError::Sign("organisation", '\u{7}')));
        check(|w| w.notice.purpose.zh = "一\n二".into(), Err(WorkshopError::Sign("notice", '\n')));
        check(|w| w.title.zh = "长".repeat(121), Err(WorkshopError::Text("title")));
        check(|w| w.ends_at = Timestamp::from_millis(-1), Err(WorkshopError::Times));
        check(|w| w.opens_at = Some(Timestamp::from_millis(4_000_000)), Err(WorkshopError::Window));
        check(|w| w.utc_offset_minutes = 900, Err(WorkshopError::Offset(900)));
        check(|w| w.grace_ms = -1, Err(WorkshopError::Grace));
        check(|w| w.capacity = Some(0), Err(WorkshopError::Capacity));
        check(|w| w.notice.retention_days = 0, Err(WorkshopError::Retention(0)));
        check(|w| w.venue = Some("http://192.168.137.1:8080/k7m2qx".into()), Ok(()));
        let wrong = [
            "",
            "https://192.168.1.2:80/a",
            "http://evil.example/a",
            "http://10.0.0.1:80/",
            "http://10.0.0.1:80/a/b",
        ];
        for url in wrong {
            let mut w = workshop();
            w.venue = Some(url.into());
            assert_eq!(w.check(), Err(WorkshopError::Venue), "{url}");
        }
        check(|w| w.key.x25519 = SecretKey::from_bytes([1; 32]).public().x25519, Err(WorkshopError::Key));
    }

    #[test]
    fn what_shows_nothing_is_dropped_as_a_record_is_read() {
        let mut w = workshop();
        w.title.zh = "\u{FEFF}数学\u{200B}教研 ".into();
        w.place.en = "\u{202D}Room 3\u{202C}".into();
        w.organisation = Text { zh: "\u{200B}".into(), en: String::new() };
        let mut read: Workshop = serde_json::from_str(&serde_json::to_string(&w).unwrap()).unwrap();
        assert_eq!((read.title.zh.as_str(), read.place.en.as_str()), ("数学教研", "Room 3"));
        assert_eq!(read.check(), Err(WorkshopError::Text("organisation")));
        read.organisation.zh = "一中".into();
        assert_eq!(read.check(), Ok(()));
        let message = WorkshopError::Sign("title", '\u{7}').to_string();
        assert_eq!(message, "title has U+0007, which no page can show");
    }

    #[test]
    fn the_record_goes_through_json() {
        let w = workshop();
        assert_eq!(serde_json::from_str::<Workshop>(&serde_json::to_string(&w).unwrap()).unwrap(), w);
    }
}
