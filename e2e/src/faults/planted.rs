//! Defects that are planted in the engine (`FAILPOINTS`, for tests alone), each with the run that must see
//! it. A harness that has never been red proves nothing.

use std::time::Duration;

use super::plan::{Act, Away, Kill, Plan};

/// A planted defect.
#[derive(Debug, Clone, Copy)]
pub struct Planted {
    /// As the engine knows it.
    pub name: &'static str,
    /// What it does.
    pub what: &'static str,
    /// What the verdict must say.
    pub seen_as: &'static str,
    acts: fn() -> Vec<Act>,
}

/// How long a planted run waits for what never comes. A run without the defect needs a second or two.
const STUCK: Duration = Duration::from_secs(15);
/// Seeds that are played until one sees it. The first does where the machine has time; on a busy one a
/// message may come too late to be in hand at the right moment.
pub const SEEDS: std::ops::RangeInclusive<u64> = 1..=6;

/// All that this harness catches. `planted_synchronous_normal` is caught by the power cuts
/// (`e2e/tests/path/power.rs`).
pub const ALL: [Planted; 13] = [
    Planted {
        name: "planted_acknowledge_before_commit",
        what: "stream and lease are acknowledged before the COMMIT",
        seen_as: "lost: ",
        acts: || vec![Act::KilledInHand(800); 2],
    },
    Planted {
        name: "planted_answer_before_commit",
        what: "the venue page answers before the COMMIT",
        seen_as: "before it was stored",
        acts: || vec![Act::Locked(2_000)],
    },
    Planted {
        name: "planted_maxlen",
        what: "the stream is trimmed (XADD MAXLEN)",
        seen_as: "of those promised do not stand",
        acts: || vec![Act::Backlog(Away::Database(3_000), 300)],
    },
    Planted {
        name: "planted_group_at_end",
        what: "the group is made at `$`, past what waits",
        seen_as: "the stream keeps",
        acts: || vec![Act::RedisLost(800); 8],
    },
    Planted {
        name: "planted_no_unique",
        what: "nothing keeps an id from standing twice: no look, no UNIQUE",
        seen_as: "doubled: ",
        acts: || vec![Act::ShortLeases(2_000), Act::Kills(vec![Kill::At("after_commit", 2); 4])],
    },
    Planted {
        name: "planted_pending_not_reclaimed",
        what: "what a killed host had read from the stream is not read again",
        seen_as: "hold [",
        acts: || vec![Act::Kills(vec![Kill::At("after_stream_read", 2); 4])],
    },
    Planted {
        name: "planted_interruptions_forgotten",
        what: "interrupted deliveries are counted in the private Redis's memory, which ends with the host",
        seen_as: "times by one message",
        acts: || vec![Act::Killer],
    },
    Planted {
        name: "planted_unreadable_acknowledged",
        what: "what cannot be read is acknowledged and not parked",
        seen_as: "lost: to be parked",
        acts: || vec![Act::EdgeSlow(10, 4_000)],
    },
    Planted {
        name: "planted_id_without_digest",
        what: "the same id with other content is taken for a repetition",
        seen_as: "lost: ",
        acts: || vec![Act::EdgeSlow(10, 4_000)],
    },
    Planted {
        name: "planted_erased_ignored",
        what: "nobody asks whether an id was erased",
        seen_as: "erased, and stands",
        acts: || vec![Act::EdgeSlow(10, 1_000), Act::Erase(5)],
    },
    Planted {
        name: "planted_attempts_burnt",
        what: "a transient failure counts against the message, which is parked",
        seen_as: "parked, and can be read",
        acts: || vec![Act::Locked(4_000)],
    },
    Planted {
        name: "planted_receipts_before_commit",
        what: "receipts are sent before the COMMIT",
        seen_as: "before it is stored",
        acts: || vec![Act::Locked(4_000)],
    },
    Planted {
        name: "planted_receipts_not_retried",
        what: "receipts are noted as sent before the edge said so",
        seen_as: "the edge says received",
        acts: || vec![Act::EdgeAnswers(500, 3_000)],
    },
];

impl Planted {
    /// The run that sees it, from one of the [`SEEDS`].
    pub fn plan(&self, seed: u64) -> Plan {
        Plan { stuck: STUCK, ..Plan::of_acts(seed, false, (self.acts)()) }
    }
}
