//! A plan, carried out.

use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rollcall_shared::workshop::Workshop;
use serde_json::json;

use super::checker::{self, Verdict};
use super::crowd::Crowd;
use super::gate::{Gate, Weather};
use super::laptop::Laptop;
use super::places::Places;
use super::plan::{Act, Plan};
use super::seen::Seen;
use crate::edge::{Edge, client};
use crate::host::{draft, text};
use crate::told::skip;
use crate::wait::{self, pause};

const LOOK_EVERY: Duration = Duration::from_millis(15);

/// One fault, as it was suffered.
#[derive(Debug, Clone)]
pub struct Played {
    /// Its name in the table.
    pub name: String,
    /// How many times.
    pub times: u64,
    /// How long it took, once the fault was over, until everything was stored that had been promised until
    /// then. `None` where it was stuck.
    pub drain: Option<Duration>,
    /// How many were promised and not stored then.
    pub lost: u64,
    /// How many were stored twice then.
    pub doubled: u64,
}

/// What a run came to.
#[derive(Debug, Default)]
pub struct Report {
    /// What was suffered.
    pub played: Vec<Played>,
    /// What could not be played here, and why.
    pub skipped: Vec<String>,
    /// SIGKILLs that ended a running host or Redis.
    pub kills: u64,
    /// Sign-ups promised.
    pub promised: usize,
    /// Sign-ups that are parked, for a person to read again: the host was killed with them in hand too often.
    pub interrupted: usize,
    /// What is wrong.
    pub verdict: Verdict,
    /// All that the hosts have logged.
    pub log: String,
}

/// Plays a plan on an edge that others may use at the same time, unless the plan kills it.
pub fn play(edge: &Edge, plan: &Plan, planted: &[String]) -> Report {
    let ledgers = tempfile::tempdir().unwrap();
    let mut run = Run::prepare(edge, plan, planted, ledgers.path());
    let crowd = Crowd::gather(&run.places, plan.seed);
    for act in &plan.acts {
        run.suffer(act);
        if run.is_stuck {
            break;
        }
    }
    let ended = crowd.disperse();
    run.conclude(ended.is_ok())
}

/// A fault that is over.
pub(super) struct Suffered {
    /// Names in the table, each with how many times it was played.
    pub(super) played: Vec<(String, u64)>,
    /// When it was over: from here on everything must come to its place.
    pub(super) over: Instant,
}

pub(super) struct Run<'a> {
    pub(super) edge: &'a Edge,
    pub(super) plan: &'a Plan,
    pub(super) planted: &'a [String],
    /// The collector's laptop last.
    pub(super) laptops: Vec<Laptop<'a>>,
    pub(super) places: Arc<Places>,
    pub(super) seen: Seen,
    pub(super) bursts: u64,
    pub(super) is_stuck: bool,
    pub(super) report: Report,
}

impl<'a> Run<'a> {
    fn prepare(edge: &'a Edge, plan: &'a Plan, planted: &'a [String], ledgers: &Path) -> Self {
        let mut laptop = Laptop::new(edge, Gate::before(edge.url()), plan.make, planted);
        laptop.start("");
        laptop.wait_until_up();
        let mut draft = draft();
        draft["proof"] = json!("off");
        let record = laptop.make_workshop(&draft);
        let address = format!("{}/v1/workshops/{}", edge.url(), text(&record, "invite_code"));
        wait::until(("the workshop is published", 60), || {
            client().get(&address).send().ok().filter(|answer| answer.status() == 200)
        });
        let record: Workshop = serde_json::from_value(record).unwrap();
        let database = laptop.folder.database();
        let token = laptop.folder.read("SELECT venue_token FROM workshops", |row| row.get::<_, String>(0));
        let venue = format!("{}/{}", laptop.venue(), token[0]);
        let places = Places::new(edge.url().to_owned(), venue, record, database.clone(), ledgers);
        Self {
            edge,
            plan,
            planted,
            laptops: vec![laptop],
            places: Arc::new(places),
            seen: Seen::of(&database),
            bursts: 0,
            is_stuck: false,
            report: Report::default(),
        }
    }

    pub(super) fn laptop(&mut self) -> &mut Laptop<'a> {
        self.laptops.last_mut().unwrap()
    }

    pub(super) fn gate(&self) -> &Gate {
        &self.laptops.last().unwrap().gate
    }

    /// Has something go wrong, and measures how soon the backlog is drained once it is over.
    fn suffer(&mut self, act: &Act) {
        let Suffered { played, over } = match self.play(act) {
            Ok(suffered) => suffered,
            Err(why) => {
                self.places.go_on();
                skip(&format!("fault: {}", act.name()), why);
                return self.report.skipped.push(format!("{}: {why}", act.name()));
            }
        };
        let (drain, lost, doubled) = self.drain(over);
        self.is_stuck = drain.is_none();
        self.places.go_on();
        if self.is_stuck {
            let what =
                format!("after {act:?}: {lost} of those promised do not stand {:?} later", self.plan.stuck);
            self.report.verdict.wrong.push(what);
        }
        if matches!(act, Act::RedisDeleted(_) | Act::RedisLost(_) | Act::RedisDamaged(_)) {
            self.stream_empties(act);
        }
        self.report.played.extend(played.into_iter().map(|(name, times)| Played {
            name,
            times,
            drain,
            lost,
            doubled,
        }));
    }

    /// Has it happen.
    ///
    /// # Errors
    /// Why it cannot be played here.
    fn play(&mut self, act: &Act) -> Result<Suffered, &'static str> {
        let over = match *act {
            Act::Kills(ref kills) => return Ok(self.kills(kills)),
            Act::RedisKilled(times) => return Ok(self.redis_killed(act, times)),
            Act::HostStands(ms) => self.host_stands(ms),
            Act::RedisStands(ms) => self.redis_stands(ms),
            Act::RedisDown(ms) => self.without_redis(|_| pause(ms)),
            Act::RedisDeleted(ms) => self.redis_deleted(ms),
            Act::RedisLost(ms) => self.redis_lost(ms),
            Act::RedisDamaged(ms) => self.redis_damaged(ms),
            Act::Locked(ms) => self.locked_with_mail(|_| pause(ms)),
            Act::KilledInHand(ms) => self.killed_in_hand(ms),
            Act::Killer => self.killed_by_a_message(),
            Act::ReadOnly => self.read_only()?,
            Act::DiskFull(ms) => self.disk_full(ms)?,
            Act::DiskFails(ms) => self.disk_fails(ms)?,
            Act::EdgeAway(ms) => self.in_weather(Weather::Away, ms),
            Act::EdgeSlow(by, ms) => self.in_weather(Weather::Slow(Duration::from_millis(by)), ms),
            Act::EdgeAnswers(status, ms) => self.edge_answers(status, ms),
            Act::Garbage(ms) => self.in_weather(Weather::Answers { status: 200, garbage: true }, ms),
            Act::AnswersLost(ms) => self.in_weather(Weather::AnswersLost, ms),
            Act::ShortLeases(ms) => self.in_weather(Weather::ShortLeases, ms),
            Act::Clock(first, then) => self.clock_wrong(first, then),
            Act::ClockMoment(by) => self.clock_wrong_for_a_moment(by),
            Act::EdgeKilled => self.edge_killed(),
            Act::Backlog(away, count) => self.backlog(away, count)?,
            Act::TakeOver => self.take_over(),
            Act::Erase(people) => self.erase_some(people),
            Act::Restore(ms) => self.restore(ms),
        };
        Ok(Suffered { played: vec![(act.name(), 1)], over })
    }

    /// Waits until a stream that was created again is empty: whatever is put into it must leave it.
    fn stream_empties(&mut self, act: &Act) {
        let deadline = Instant::now() + self.plan.stuck;
        let mut waiting = None;
        while waiting != Some(0.0) && Instant::now() < deadline {
            waiting = self.laptop().backlog("stream");
            thread::sleep(LOOK_EVERY);
        }
        if waiting != Some(0.0) {
            self.is_stuck = true;
            self.report.verdict.wrong.push(format!("after {act:?}: the stream keeps {waiting:?} entries"));
        }
    }

    /// Waits until everything is stored that is promised by now. Returns how long after `since` that was, how
    /// many are missing, and how many are stored twice.
    pub(super) fn drain(&mut self, since: Instant) -> (Option<Duration>, u64, u64) {
        let deadline = Instant::now() + self.plan.stuck;
        let promised = self.places.promised();
        loop {
            self.seen.look();
            let missing: Vec<_> = promised
                .iter()
                .filter(|promise| !self.places.is_erased(&promise.person.id))
                .filter(|promise| {
                    !self.seen.has(&checker::keys(&promise.person, promise.digest), promise.by_edge)
                })
                .collect();
            if missing.is_empty() {
                return (Some(since.elapsed()), 0, self.seen.doubled());
            }
            if Instant::now() > deadline {
                let some = missing.iter().take(3).map(|promise| format!("missing: {promise:?}"));
                self.report.verdict.wrong.extend(some);
                return (None, missing.len() as u64, self.seen.doubled());
            }
            thread::sleep(LOOK_EVERY);
        }
    }

    /// Everything is well again: what is left comes to its end, and is judged.
    fn conclude(mut self, clients_ended_well: bool) -> Report {
        if !clients_ended_well {
            self.report.verdict.wrong.push("a client was never answered".to_owned());
        }
        let (drain, ..) = self.drain(Instant::now());
        // The judge waits no longer than for any other backlog: what has not come then is lost.
        let deadline = Instant::now() + self.plan.stuck;
        while checker::is_on_its_way(&self.places) && Instant::now() < deadline {
            pause(100);
        }
        let hops = ["edge", "stream", "writer", "receipts"];
        // An acknowledgement that the edge refused for a moment is not tried again: the lease runs out.
        let deadline = Instant::now() + 2 * self.plan.stuck;
        let mut waiting;
        loop {
            waiting = hops.map(|hop| self.laptop().backlog(hop));
            if waiting.iter().all(|n| *n == Some(0.0)) || Instant::now() > deadline {
                break;
            }
            thread::sleep(LOOK_EVERY);
        }
        let is_empty = waiting.iter().all(|n| *n == Some(0.0));
        if !is_empty {
            self.report.verdict.wrong.push(format!("after all was well again {hops:?} hold {waiting:?}"));
        }
        for laptop in &mut self.laptops {
            let status = laptop.stop();
            if !status.success() {
                self.report.verdict.wrong.push(format!("the host stops with {status}"));
            }
            if let Some(at) = laptop.log().find("panicked") {
                let log = laptop.log();
                let line = log[at..].lines().take(2).collect::<Vec<_>>().join(" ");
                self.report.verdict.wrong.push(format!("a panic: {line}"));
            }
        }
        self.seen.look();
        self.report.interrupted = self.seen.databases.iter().map(|database| database.interrupted.len()).sum();
        self.report.promised = self.places.promised().len();
        let Verdict { lost, doubled, wrong } = checker::check(&self.places, drain.is_some() && is_empty);
        self.report.verdict.lost = lost;
        self.report.verdict.doubled = doubled;
        self.report.verdict.wrong.extend(wrong);
        self.report.log =
            self.laptops.iter().map(Laptop::log).collect::<Vec<_>>().join("--- another laptop\n");
        self.report
    }
}
