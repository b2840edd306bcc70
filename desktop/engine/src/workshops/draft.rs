//! What a host fills in, and the record that comes of it.

use rollcall_shared::form::notice_text;
use rollcall_shared::forms::Forms;
use rollcall_shared::invite_code::InviteCode;
use rollcall_shared::language::{Language, Text};
use rollcall_shared::question::Question;
use rollcall_shared::seal::PublicKey;
use rollcall_shared::workshop::{DEFAULT_GRACE_MS, Notice, ProofMode, Workshop, WorkshopId};
use rollcall_shared::{Millis, Timestamp};
use serde::{Deserialize, Serialize};

use crate::random::random_16;

/// What a host fills in to make a workshop, or to change one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct WorkshopDraft {
    /// The workshop to change; a new one is made where it is not set.
    #[serde(default)]
    pub id: Option<WorkshopId>,
    /// What it is called.
    pub title: Text,
    /// Who holds it and collects the data.
    pub organisation: Text,
    /// Where it is.
    pub place: Text,
    /// Beginning.
    pub starts_at: Timestamp,
    /// End.
    pub ends_at: Timestamp,
    /// Minutes east of UTC; China's where it is not set.
    #[serde(default = "china")]
    pub utc_offset_minutes: i16,
    /// Sign-ups are taken from here on.
    #[serde(default)]
    pub opens_at: Option<Timestamp>,
    /// Sign-ups are taken until here.
    #[serde(default)]
    pub closes_at: Option<Timestamp>,
    /// How long after closing an entry counts that was filled in before.
    #[serde(default = "grace")]
    pub grace_ms: Millis,
    /// Seats.
    #[serde(default)]
    pub capacity: Option<u32>,
    /// Whether people without a seat join a waiting list.
    #[serde(default)]
    pub waiting_list: bool,
    /// The workshop's own questions.
    #[serde(default)]
    pub questions: Vec<Question>,
    /// What the data is for.
    pub purpose: Text,
    /// Days after the end when it is erased.
    #[serde(default = "month")]
    pub retention_days: u16,
    /// When a proof of work is asked for.
    #[serde(default)]
    pub proof: ProofMode,
}

impl WorkshopDraft {
    /// Returns what the host filled in to make that workshop.
    pub(crate) fn of(workshop: &Workshop) -> Self {
        let Workshop {
            id,
            invite_code: _,
            title,
            organisation,
            place,
            starts_at,
            ends_at,
            utc_offset_minutes,
            opens_at,
            closes_at,
            grace_ms,
            capacity,
            waiting_list,
            questions,
            form_version: _,
            notice: Notice { version: _, purpose, retention_days },
            proof,
            venue: _,
            key: _,
        } = workshop.clone();
        Self {
            id: Some(id),
            title,
            organisation,
            place,
            starts_at,
            ends_at,
            utc_offset_minutes,
            opens_at,
            closes_at,
            grace_ms,
            capacity,
            waiting_list,
            questions,
            purpose,
            retention_days,
            proof,
        }
    }
}

fn china() -> i16 {
    480
}

fn grace() -> Millis {
    DEFAULT_GRACE_MS
}

fn month() -> u16 {
    30
}

/// Makes a workshop as the draft says, with a new code.
pub(crate) fn fresh(id: WorkshopId, draft: WorkshopDraft, key: PublicKey) -> Workshop {
    let WorkshopDraft {
        id: _,
        title,
        organisation,
        place,
        starts_at,
        ends_at,
        utc_offset_minutes,
        opens_at,
        closes_at,
        grace_ms,
        capacity,
        waiting_list,
        questions,
        purpose,
        retention_days,
        proof,
    } = draft;
    Workshop {
        id,
        invite_code: InviteCode::from_random(random_16()),
        title,
        organisation,
        place,
        starts_at,
        ends_at,
        utc_offset_minutes,
        opens_at,
        closes_at,
        grace_ms,
        capacity,
        waiting_list,
        questions,
        form_version: 1,
        notice: Notice { version: 1, purpose, retention_days },
        proof,
        // Known when it is published.
        venue: None,
        key,
    }
}

/// Makes the old record with the draft's content. Versions count up where what they count has changed; a
/// question that is another one now has a key of its own.
pub(crate) fn changed(old: &Workshop, forms: &Forms, draft: WorkshopDraft) -> Workshop {
    let draft = WorkshopDraft { questions: forms.next(draft.questions), ..draft };
    let new = fresh(old.id.clone(), draft, old.key.clone());
    let same_form = new.questions == old.questions;
    let same_notice =
        [Language::Zh, Language::En].iter().all(|of| notice_text(&new, *of) == notice_text(old, *of));
    Workshop {
        invite_code: old.invite_code.clone(),
        form_version: old.form_version + u32::from(!same_form),
        notice: Notice { version: old.notice.version + u32::from(!same_notice), ..new.notice },
        ..new
    }
}
