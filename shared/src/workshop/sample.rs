//! Records for tests, here and in the crates that build on this one.

use super::{DEFAULT_GRACE_MS, Notice, ProofMode, Workshop, WorkshopId};
use crate::Timestamp;
use crate::invite_code::InviteCode;
use crate::language::Text;
use crate::seal::PublicKey;

/// A workshop of 1 hour that opens at once, in 1970's first hour, sealed to `key`.
pub fn workshop(key: PublicKey) -> Workshop {
    Workshop {
        id: WorkshopId::from_random([3; 16]),
        invite_code: InviteCode::from_random([5; 16]),
        title: Text::new("数学教研工作坊", "Maths Teaching Workshop"),
        organisation: Text::new("海淀教师进修学校", "Haidian Teachers' College"),
        place: Text::new("302 教室", "Room 302"),
        starts_at: Timestamp::from_millis(0),
        ends_at: Timestamp::from_millis(3_600_000),
        utc_offset_minutes: 480,
        opens_at: None,
        closes_at: None,
        grace_ms: DEFAULT_GRACE_MS,
        capacity: None,
        waiting_list: false,
        questions: Vec::new(),
        form_version: 1,
        notice: Notice {
            version: 1,
            purpose: Text::new("仅用于本次签到", "for this workshop's list only"),
            retention_days: 30,
        },
        proof: ProofMode::Auto,
        venue: None,
        key,
    }
}
