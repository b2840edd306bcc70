//! The demo workshop: what a newcomer sees first, and what a rehearsal sends its made-up teachers to.

use rollcall_shared::language::Text;
use rollcall_shared::workshop::{DEFAULT_GRACE_MS, ProofMode};
use rollcall_shared::{Millis, Timestamp};

use crate::workshops::draft::WorkshopDraft;

const HOUR_MS: Millis = 60 * 60 * 1000;
const DAY_MS: Millis = 24 * HOUR_MS;

/// Makes one that is open at once, over in a week, with as many seats as a rehearsal has teachers.
pub(crate) fn draft(now: Timestamp) -> WorkshopDraft {
    let starts_at = now + 6 * DAY_MS;
    WorkshopDraft {
        id: None,
        title: Text::new("数学教研工作坊（演示）", "Maths Teaching Workshop (demo)"),
        organisation: Text::new("区教师进修学校", "District Teachers' College"),
        place: Text::new("图书馆三楼报告厅", "Library, third floor, lecture hall"),
        starts_at,
        ends_at: starts_at + 3 * HOUR_MS,
        utc_offset_minutes: 480,
        opens_at: None,
        closes_at: None,
        grace_ms: DEFAULT_GRACE_MS,
        capacity: None,
        waiting_list: false,
        questions: Vec::new(),
        purpose: Text::new(
            "仅用于本次工作坊的签到和联系。",
            "Only for this workshop's list and to reach you about it.",
        ),
        retention_days: 30,
        // A rehearsal's five hundred teachers sit on one machine.
        proof: ProofMode::Off,
    }
}
