//! What happens in a run, as its seed has it. The seed fixes what is done and in which order, not how the
//! system's scheduler lets it interleave: a failing seed fails again as a rule, not by law.

use std::time::Duration;

use super::dice::Dice;
use super::laptop::Make;

/// The engine's named steps, in the order of the path.
pub const STEPS: [&str; 8] = [
    "after_pull",
    "after_stream_add",
    "after_stream_read",
    "in_transaction",
    "after_commit",
    "after_stream_ack",
    "after_lease_ack",
    "before_receipts",
];

const YEAR_MS: i64 = 365 * 86_400_000;

/// Where a host is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kill {
    /// So many milliseconds after its start.
    After(u64),
    /// When it has come to a named step this many times before.
    At(&'static str, u64),
}

/// One thing that goes wrong. Times are in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// The host is killed and started again, and again.
    Kills(Vec<Kill>),
    /// The host is stopped (SIGSTOP) and continued.
    HostStands(u64),
    /// Redis is killed so many times.
    RedisKilled(u64),
    /// Redis is stopped (SIGSTOP) and continued.
    RedisStands(u64),
    /// Redis does not start for so long.
    RedisDown(u64),
    /// Redis's folder is deleted under it, with the mail of so long in it.
    RedisDeleted(u64),
    /// Redis does not start for so long, and has lost its folder.
    RedisLost(u64),
    /// Redis's file is damaged in its middle, as a power cut may leave it, with the mail of so long in it.
    RedisDamaged(u64),
    /// Another program holds SQLite's lock.
    Locked(u64),
    /// The host is killed with the mail of so long in hand, which SQLite's lock keeps it from storing.
    KilledInHand(u64),
    /// Somebody's message ends the host whenever it is touched, in whatever company.
    Killer,
    /// The disk is read-only when the host starts.
    ReadOnly,
    /// The disk is full.
    DiskFull(u64),
    /// The disk refuses to write.
    DiskFails(u64),
    /// There is no line to the edge.
    EdgeAway(u64),
    /// Each answer of the edge takes so much longer, for so long.
    EdgeSlow(u64, u64),
    /// The edge answers with a status, for so long.
    EdgeAnswers(u16, u64),
    /// Something else answers for the edge with 200.
    Garbage(u64),
    /// The edge's answers are lost.
    AnswersLost(u64),
    /// Leases run out at once.
    ShortLeases(u64),
    /// The clock is wrong by so many milliseconds, then by the second number, and right again when the host
    /// is started next.
    Clock(i64, i64),
    /// The clock is wrong for a moment, and the host goes on.
    ClockMoment(i64),
    /// workerd is killed once its Queue is empty.
    EdgeKilled,
    /// So many sign up while something is away that comes back then.
    Backlog(Away, usize),
    /// A second laptop takes over in mid-drain.
    TakeOver,
    /// So many people are erased, and their phones send again.
    Erase(u64),
    /// A backup that is so old is restored, and everything sent again.
    Restore(u64),
}

/// What comes back in [`Act::Backlog`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Away {
    /// Redis, down for so long.
    Redis(u64),
    /// The database: another program keeps SQLite from writing for so long.
    Database(u64),
    /// The disk, full for so long.
    Disk(u64),
    /// The line to the edge, away for so long.
    Edge(u64),
}

/// A run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What it follows from.
    pub seed: u64,
    /// The laptop.
    pub make: Make,
    /// What goes wrong, one after the other.
    pub acts: Vec<Act>,
    /// A backlog that is not drained so long after a fault is stuck.
    pub stuck: Duration,
}

/// Longer than any wait that the engine has but one: a lease (60 s), which nothing need wait out that is not
/// forgotten.
const STUCK: Duration = Duration::from_secs(50);

impl Plan {
    /// What a seed comes to.
    pub fn of(seed: u64) -> Self {
        let mut dice = Dice::of(seed, 0);
        let make = Make {
            direct: dice.roll(4) == 0,
            small_disk: dice.roll(2) == 0,
            failing_disk: dice.roll(3) == 0,
        };
        let mut acts = Vec::new();
        for _ in 0..5 {
            acts.push(Act::Kills((0..dice.between(3, 6)).map(|_| kill(&mut dice)).collect()));
            acts.push(other(&mut dice, make));
        }
        if dice.roll(6) == 0 {
            acts.push(Act::TakeOver);
        }
        Self { seed, make, acts, stuck: STUCK }
    }

    /// These, whatever the seed; clients follow from it all the same.
    pub fn of_acts(seed: u64, direct: bool, acts: Vec<Act>) -> Self {
        let small_disk = acts.iter().any(is_on_a_small_disk);
        let failing_disk = acts.iter().any(|act| matches!(act, Act::DiskFails(_)));
        Self { seed, make: Make { direct, small_disk, failing_disk }, acts, stuck: STUCK }
    }
}

fn is_on_a_small_disk(act: &Act) -> bool {
    matches!(act, Act::DiskFull(_) | Act::ReadOnly | Act::Backlog(Away::Disk(_), _))
}

fn kill(dice: &mut Dice) -> Kill {
    match dice.roll(3) {
        0 => Kill::After(dice.between(5, 600)),
        _ => Kill::At(dice.one_of::<&str>(&STEPS), dice.roll(4)),
    }
}

/// Anything that such a laptop can suffer, but kills.
fn other(dice: &mut Dice, make: Make) -> Act {
    loop {
        let act = match dice.roll(26) {
            0 => Act::HostStands(dice.between(100, 2_000)),
            1 | 2 => Act::RedisKilled(dice.between(1, 6)),
            3 => Act::RedisStands(dice.between(100, 2_000)),
            4 => match dice.roll(2) {
                0 => Act::RedisDown(dice.between(500, 6_000)),
                _ => Act::RedisLost(dice.between(300, 1_500)),
            },
            5 => Act::RedisDeleted(dice.between(300, 1_200)),
            6 => Act::RedisDamaged(dice.between(300, 1_200)),
            7 | 8 => Act::Locked(dice.between(200, 4_000)),
            9 => Act::ReadOnly,
            10 => Act::DiskFull(dice.between(500, 3_000)),
            11 => Act::DiskFails(dice.between(300, 2_000)),
            12 => Act::EdgeAway(dice.between(200, 3_000)),
            13 => Act::EdgeSlow(dice.between(50, 400), dice.between(500, 2_000)),
            14 => Act::EdgeAnswers(*dice.one_of(&[401, 409]), dice.between(100, 700)),
            15 => Act::EdgeAnswers(*dice.one_of(&[429, 500]), dice.between(200, 2_000)),
            16 => Act::Garbage(dice.between(200, 2_000)),
            17 => Act::AnswersLost(dice.between(200, 1_500)),
            18 => Act::ShortLeases(dice.between(500, 2_000)),
            19 => Act::Clock(years(dice), years(dice)),
            20 => Act::ClockMoment(years(dice)),
            21 => Act::KilledInHand(dice.between(200, 1_500)),
            22 => Act::Erase(dice.between(1, 4)),
            23 => Act::Restore(dice.between(300, 1_500)),
            24 => Act::Killer,
            _ => Act::EdgeKilled,
        };
        let possible = match act {
            Act::RedisKilled(_)
            | Act::RedisStands(_)
            | Act::RedisDown(_)
            | Act::RedisDeleted(_)
            | Act::RedisLost(_)
            | Act::RedisDamaged(_) => !make.direct,
            Act::ReadOnly | Act::DiskFull(_) => make.small_disk,
            Act::DiskFails(_) => make.failing_disk,
            // Five seconds for workerd's start: now and then.
            Act::EdgeKilled => dice.roll(4) == 0,
            _ => true,
        };
        if possible {
            return act;
        }
    }
}

/// Some years, both ways.
fn years(dice: &mut Dice) -> i64 {
    let years = i64::try_from(dice.between(1, 20)).unwrap();
    if dice.roll(2) == 0 { years * YEAR_MS } else { -years * YEAR_MS }
}

impl Kill {
    /// Its name in the table.
    pub fn name(self) -> String {
        match self {
            Self::After(_) => "host killed at random".to_owned(),
            Self::At(step, _) => format!("host killed at `{step}`"),
        }
    }

    /// As `FAILPOINTS` has it.
    pub fn failpoint(self) -> String {
        match self {
            Self::After(_) => String::new(),
            Self::At(step, 0) => format!("{step}=return"),
            Self::At(step, times) => format!("{step}={times}*off->return"),
        }
    }
}

impl Act {
    /// Its name in the table. Kills have names of their own.
    pub fn name(&self) -> String {
        let name = match self {
            Self::Kills(_) => "host killed",
            Self::HostStands(_) => "host stopped (SIGSTOP) and continued",
            Self::RedisKilled(_) => "Redis killed",
            Self::RedisStands(_) => "Redis stopped (SIGSTOP) and continued",
            Self::RedisDown(_) => "Redis down for seconds",
            Self::RedisDeleted(_) => "Redis killed and its folder deleted",
            Self::RedisLost(_) => "Redis down, its folder deleted",
            Self::RedisDamaged(_) => "Redis killed and its file damaged",
            Self::Locked(_) => "SQLite locked by another program",
            Self::KilledInHand(_) => "host killed while SQLite is locked",
            Self::Killer => "host killed by one message again and again",
            Self::ReadOnly => "disk read-only at the start",
            Self::DiskFull(_) => "disk full (SQLite and Redis)",
            Self::DiskFails(_) => "disk errors (EIO) under SQLite and Redis",
            Self::EdgeAway(_) => "edge away",
            Self::EdgeSlow(..) => "edge slow",
            Self::EdgeAnswers(status, _) => return format!("edge answers {status}"),
            Self::Garbage(_) => "something else answers for the edge",
            Self::AnswersLost(_) => "the edge's answers lost",
            Self::ShortLeases(_) => "leases run out at once",
            Self::Clock(..) => "clock wrong by years, then otherwise, then right",
            Self::ClockMoment(_) => "clock wrong by years for a moment",
            Self::EdgeKilled => "workerd killed (its Queue empty)",
            Self::Backlog(Away::Redis(_), n) => return format!("Redis down while {n} sign up"),
            Self::Backlog(Away::Database(_), n) => return format!("SQLite not writable while {n} sign up"),
            Self::Backlog(Away::Disk(_), n) => return format!("disk full while {n} sign up"),
            Self::Backlog(Away::Edge(_), n) => return format!("edge away while {n} sign up"),
            Self::Erase(_) => "somebody erased, and sent again",
            Self::Restore(_) => "an older backup restored",
            Self::TakeOver => "a second laptop takes over",
        };
        name.to_owned()
    }
}
