//! A plan, carried out.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rollcall_shared::signup::Digest;
use rollcall_shared::workshop::Workshop;
use rusqlite::{Connection, OpenFlags};
use serde_json::json;

use super::checker::{self, Parked, Verdict};
use super::crowd::{Crowd, Places, again, burst};
use super::gate::{Gate, Weather};
use super::laptop::Laptop;
use super::ledger::{self, Line};
use super::plan::{Act, Away, Kill, Plan};
use crate::edge::{Edge, client};
use crate::host::{draft, text};
use crate::process::{goes_on, stands_still};
use crate::wait;

/// How long a host may take to come to a named step before it is killed wherever it is.
const TO_A_STEP: Duration = Duration::from_millis(2_500);
const LOOK_EVERY: Duration = Duration::from_millis(15);

/// One fault, as it was suffered.
#[derive(Debug, Clone)]
pub struct Played {
    /// Its name in the table.
    pub name: String,
    /// How many times.
    pub times: u64,
    /// Once it was over: how long until everything stood that had been promised until then. `None` where it was stuck.
    pub drain: Option<Duration>,
    /// Promised and not standing then.
    pub lost: u64,
    /// Standing twice then.
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
    /// Sign-ups that stand parked, for a person to read again: the host was killed with them in hand too often.
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

struct Run<'a> {
    edge: &'a Edge,
    plan: &'a Plan,
    planted: &'a [String],
    /// The collector's laptop last.
    laptops: Vec<Laptop<'a>>,
    places: Arc<Places>,
    seen: Seen,
    bursts: u64,
    is_stuck: bool,
    report: Report,
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
        wait::until("the workshop is published", || {
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

    fn laptop(&mut self) -> &mut Laptop<'a> {
        self.laptops.last_mut().unwrap()
    }

    fn gate(&self) -> &Gate {
        &self.laptops.last().unwrap().gate
    }

    /// Has something go wrong, and measures how soon it is mended once it is over.
    fn suffer(&mut self, act: &Act) {
        let mut played = vec![(act.name(), 1)];
        // Where the fault is over at another moment than its end here, it says so.
        let mut over = None;
        match act {
            Act::Kills(kills) => {
                played = self.kill_again_and_again(kills);
                // The last start, by which the host comes back.
                over = Some(Instant::now());
                self.laptop().start("");
            }
            Act::HostStands(ms) => {
                let host = self.laptop().id().unwrap();
                assert!(stands_still(host), "the host runs");
                pause(*ms);
                goes_on(host);
            }
            Act::RedisKilled(times) => {
                played[0].1 = 0;
                for _ in 0..*times {
                    wait::until("Redis", || self.laptop().redis());
                    played[0].1 += u64::from(self.laptop().kill_redis());
                }
                self.report.kills += played[0].1;
            }
            Act::RedisStands(ms) => {
                let redis = wait::until("Redis", || self.laptop().redis().filter(|pid| stands_still(*pid)));
                pause(*ms);
                goes_on(redis);
            }
            Act::RedisDown(ms) => self.without_redis(|_| pause(*ms)),
            // With mail in it: what comes meanwhile cannot leave it.
            Act::RedisDeleted(ms) => self.locked_with_mail(|run| {
                pause(*ms);
                run.without_redis(|run| {
                    let folder = run.laptop().redis_folder();
                    // Redis may be writing its last: what it makes anew is as good as nothing.
                    let _ = std::fs::remove_dir_all(folder);
                });
            }),
            Act::RedisLost(ms) => self.without_redis(|run| {
                let _ = std::fs::remove_dir_all(run.laptop().redis_folder());
                pause(*ms);
            }),
            Act::RedisDamaged(ms) => self.locked_with_mail(|run| {
                pause(*ms);
                run.without_redis(|run| damage(&run.laptop().redis_folder()));
            }),
            Act::Locked(ms) => self.locked_with_mail(|_| pause(*ms)),
            Act::KilledInHand(ms) => {
                self.locked_with_mail(|run| {
                    pause(*ms);
                    run.report.kills += u64::from(run.laptop().kill());
                });
                over = Some(Instant::now());
                self.laptop().start("");
            }
            Act::ReadOnly => {
                if !self.read_only() {
                    return self.skip(act, "only root may mount a disk");
                }
            }
            Act::DiskFull(ms) => {
                let Some(disk) = &self.laptops.last().unwrap().disk else {
                    return self.skip(act, "only root may mount a disk");
                };
                disk.fill();
                pause(*ms);
                disk.free();
            }
            Act::DiskFails(ms) => {
                if !self.laptop().can_fail() {
                    return self.skip(act, "libfiu is not installed");
                }
                self.laptop().fail_writes(true);
                pause(*ms);
                self.laptop().fail_writes(false);
            }
            Act::EdgeAway(ms) => self.in_weather(Weather::Away, |_| pause(*ms)),
            Act::EdgeSlow(by, ms) => {
                self.in_weather(Weather::Slow(Duration::from_millis(*by)), |_| pause(*ms));
            }
            Act::EdgeAnswers(status, ms) => {
                self.in_weather(Weather::Answers { status: *status, garbage: false }, |_| pause(*ms));
            }
            Act::Garbage(ms) => {
                self.in_weather(Weather::Answers { status: 200, garbage: true }, |_| pause(*ms));
            }
            Act::AnswersLost(ms) => self.in_weather(Weather::AnswersLost, |_| pause(*ms)),
            Act::ShortLeases(ms) => self.in_weather(Weather::ShortLeases, |_| pause(*ms)),
            Act::Clock(first, then) => {
                assert!(self.laptop().stop().success(), "the host stops");
                let clock = format!("clock=60*return({first})->120*return({then})->return(0)");
                self.laptop().start(&clock);
                self.laptop().wait_until_up();
                pause(1_500);
                assert!(self.laptop().stop().success(), "the host stops");
                over = Some(Instant::now());
                self.laptop().start("");
            }
            Act::ClockMoment(by) => {
                assert!(self.laptop().stop().success(), "the host stops");
                self.laptop().start(&format!("clock=40*return(0)->60*return({by})->return(0)"));
                self.laptop().wait_until_up();
                pause(1_500);
            }
            Act::EdgeKilled => {
                // The emulator keeps its Queue in memory: it is killed when that is empty.
                self.places.pause();
                self.drain(Instant::now());
                self.wait_for_poison();
                self.edge.stop();
                self.report.kills += 1;
                self.edge.start_again();
                self.places.go_on();
            }
            Act::Backlog(away, count) => over = Some(self.backlog(*away, *count)),
            Act::TakeOver => self.take_over(),
            Act::Erase(people) => (0..*people).for_each(|_| self.erase_somebody()),
            Act::Restore(ms) => {
                self.restore(*ms);
                over = Some(Instant::now());
                self.laptop().start("");
            }
        }
        let over = over.unwrap_or_else(Instant::now);
        let (drain, lost, doubled) = self.drain(over);
        self.is_stuck = drain.is_none();
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

    /// Whatever is put into a stream that was made anew leaves it, sooner or later at one moment all of it.
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

    fn skip(&mut self, act: &Act, why: &str) {
        self.report.skipped.push(format!("{}: {why}", act.name()));
    }

    fn kill_again_and_again(&mut self, kills: &[Kill]) -> Vec<(String, u64)> {
        let mut played = Vec::new();
        self.report.kills += u64::from(self.laptop().kill());
        for kill in kills {
            self.laptop().start(&kill.failpoint());
            let by_itself = match kill {
                Kill::After(ms) => {
                    pause(*ms);
                    false
                }
                Kill::At(..) => self.laptop().dies_within(TO_A_STEP),
            };
            if by_itself {
                self.report.kills += 1;
                played.push((kill.name(), 1));
            } else if self.laptop().kill() {
                // It did not come to its step: killed wherever it was.
                self.report.kills += 1;
                played.push((Kill::After(0).name(), 1));
            }
        }
        played
    }

    fn without_redis(&mut self, meanwhile: impl FnOnce(&mut Self)) {
        self.laptop().forbid_redis(true);
        self.report.kills += u64::from(self.laptop().kill_redis());
        meanwhile(self);
        self.laptop().forbid_redis(false);
    }

    /// Another program holds the lock meanwhile.
    fn locked(&mut self, meanwhile: impl FnOnce(&mut Self)) {
        let other = Connection::open(self.laptop().folder.database()).unwrap();
        other.busy_timeout(wait::DEADLINE).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        meanwhile(self);
        other.execute_batch("ROLLBACK").unwrap();
    }

    /// The same, with mail on its way that is pulled when the database takes nothing any more.
    fn locked_with_mail(&mut self, meanwhile: impl FnOnce(&mut Self)) {
        self.burst(40);
        self.locked(meanwhile);
    }

    /// So many sign up at the edge at once.
    fn burst(&mut self, count: usize) {
        self.bursts += 1;
        burst(&self.places, self.plan.seed, 100 + self.bursts, count);
    }

    fn in_weather(&mut self, weather: Weather, meanwhile: impl FnOnce(&mut Self)) {
        self.gate().turn(weather);
        meanwhile(self);
        self.gate().turn(Weather::Fair);
    }

    /// The host is told in words that it cannot write; whether that can be played here.
    fn read_only(&mut self) -> bool {
        if self.laptop().disk.is_none() {
            return false;
        }
        assert!(self.laptop().stop().success(), "the host stops");
        // Readers of this program hold files open, which are none that are written.
        self.seen.close();
        wait::until("nobody has a file open", || {
            self.laptop().disk.as_ref().unwrap().protect().then_some(())
        });
        self.laptop().start("");
        let status = self.laptop().ended();
        self.laptop().disk.as_ref().unwrap().unprotect();
        if status.code() != Some(2) {
            let what = format!("a read-only disk ends the host with {status}");
            self.report.verdict.wrong.push(what);
        }
        self.laptop().start("");
        true
    }

    /// Many sign up while something is away; when it came back.
    fn backlog(&mut self, away: Away, count: usize) -> Instant {
        let sign_up = |run: &mut Self, ms: u64| {
            let began = Instant::now();
            run.burst(count);
            // Long enough for every back-off to have grown.
            thread::sleep(Duration::from_millis(ms).saturating_sub(began.elapsed()));
        };
        match away {
            Away::Redis(ms) => self.without_redis(|run| sign_up(run, ms)),
            Away::Disk(ms) => self.locked(|run| sign_up(run, ms)),
            Away::Edge(ms) => self.in_weather(Weather::Away, |run| sign_up(run, ms)),
        }
        Instant::now()
    }

    /// A second laptop with the same keys and an older copy of the database becomes the collector, and has everything sent again.
    fn take_over(&mut self) {
        let gate = Gate::before(self.edge.url());
        let first = self.laptops.last().unwrap();
        let mut second = Laptop::new(self.edge, gate, self.plan.make, self.planted);
        let copy = Connection::open_with_flags(first.folder.database(), OpenFlags::SQLITE_OPEN_READ_ONLY);
        let path = second.folder.database();
        copy.unwrap().execute("VACUUM INTO ?1", [path.to_str().unwrap()]).unwrap();
        std::fs::copy(first.folder.path().join("keys.json"), second.folder.path().join("keys.json")).unwrap();
        second.start("");
        second.wait_until_up();
        let (url, token) = wait::until("the control routes", || second.folder.control());
        let workshop = format!("{url}/control/workshops/{}", self.places.record.id);
        for (what, body) in [("takeover", json!({})), ("replay", json!({ "since": 0 }))] {
            wait::until(what, || {
                let request = client().post(format!("{workshop}/{what}")).bearer_auth(&token).json(&body);
                request.send().ok().filter(|answer| answer.status().is_success())
            });
        }
        let venue = self.places.venue.lock().unwrap().replace(&first.venue(), &second.venue());
        *self.places.venue.lock().unwrap() = venue;
        self.places.databases.lock().unwrap().push(path.clone());
        self.seen.also(&path);
        self.laptops.push(second);
    }

    /// Somebody who stands is erased, and their phone sends again.
    fn erase_somebody(&mut self) {
        self.seen.look();
        let promised = self.places.promised();
        let stands = promised
            .iter()
            .rev()
            .map(|promise| &promise.person)
            .find(|person| !self.places.is_erased(&person.id) && self.seen.has_id(&person.id));
        let Some(person) = stands.cloned() else { return };
        self.places.erase(&person.id);
        let path = format!("/control/workshops/{}/erase", self.places.record.id);
        let body = json!({ "whom": { "person": person.id }, "yes": true });
        wait::until("somebody is erased", || self.laptop().ask(&path, &body));
        self.seen.begin_anew();
        self.bursts += 1;
        again(&self.places, self.plan.seed, 100 + self.bursts, &person);
    }

    /// A backup is made, sign-ups and an erasure come after it, and it is restored in the place of the database.
    fn restore(&mut self, ms: u64) {
        let backup = tempfile::tempdir().unwrap();
        let backup = backup.path().join("backup");
        wait::until("a backup is made", || {
            self.laptops.last().unwrap().ask("/control/backup", &json!({ "to": backup }))
        });
        pause(ms);
        self.erase_somebody();
        assert!(self.laptop().stop().success(), "the host stops");
        self.seen.close();
        let restored = self.laptop().folder.restore(&backup).unwrap();
        let aside = Path::new(text(&restored, "set_aside")).join("rollcall.db");
        let path = self.laptop().folder.database();
        // What the venue page has taken since stands in the one that was set aside alone; the edge sends its own again.
        let mut databases = self.places.databases.lock().unwrap();
        *databases.last_mut().unwrap() = aside.clone();
        databases.push(path.clone());
        self.seen.databases.last_mut().unwrap().path = aside;
        self.seen.also(&path);
    }

    /// Waits until everything stands that is promised by now. How long after `since`, how much does not, how much twice.
    fn drain(&mut self, since: Instant) -> (Option<Duration>, u64, u64) {
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
                return (Some(since.elapsed()), 0, self.seen.doubled);
            }
            if Instant::now() > deadline {
                let some = missing.iter().take(3).map(|promise| format!("missing: {promise:?}"));
                self.report.verdict.wrong.extend(some);
                return (None, missing.len() as u64, self.seen.doubled);
            }
            thread::sleep(LOOK_EVERY);
        }
    }

    /// Waits until all poison that the Queue took is parked.
    fn wait_for_poison(&mut self) {
        let lines = ledger::read(&self.places.ledgers);
        let promised = lines.iter().filter(|line| matches!(line, Line::PoisonPromised(_))).count();
        let promised = i64::try_from(promised).unwrap();
        let folder = &self.laptops.last().unwrap().folder;
        wait::until("poison is parked", || {
            (folder.count("SELECT count(*) FROM parked") >= promised).then_some(())
        });
    }

    /// Everything is well again: what is left comes to its end, and is judged.
    fn conclude(mut self, clients_ended_well: bool) -> Report {
        if !clients_ended_well {
            self.report.verdict.wrong.push("a client was never answered".to_owned());
        }
        let (drain, ..) = self.drain(Instant::now());
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
        if !self.report.verdict.is_well()
            && let Some(folder) = std::env::var_os("ROLLCALL_FAULTS_LOGS")
        {
            let file = Path::new(&folder).join(format!("seed-{}.log", self.plan.seed));
            let _ = std::fs::write(file, &self.report.log);
        }
        self.report
    }
}

/// Writes over a command's head in the middle of every file by which Redis would come back.
fn damage(redis: &Path) {
    let files = std::fs::read_dir(redis.join("appendonlydir")).into_iter().flatten().filter_map(Result::ok);
    for path in files.map(|file| file.path()).filter(|path| path.extension().is_some_and(|end| end == "aof"))
    {
        let mut bytes = std::fs::read(&path).unwrap();
        let heads = bytes.windows(3).enumerate().filter(|(_, three)| three == b"\r\n*").map(|(at, _)| at + 2);
        let heads: Vec<usize> = heads.collect();
        if let Some(head) = heads.get(heads.len() / 2) {
            bytes[*head] = b'?';
        }
        std::fs::write(&path, bytes).unwrap();
    }
}

fn pause(ms: u64) {
    // The length of a fault, not a wait for something.
    thread::sleep(Duration::from_millis(ms));
}

/// What stands, as another program reads it bit by bit.
struct Seen {
    databases: Vec<Database>,
    doubled: u64,
}

struct Database {
    path: std::path::PathBuf,
    reader: Option<Connection>,
    rows: [i64; 3],
    keys: HashSet<(String, Digest)>,
    /// Ids of sign-ups that are left to a person.
    interrupted: HashSet<String>,
}

impl Seen {
    fn of(path: &Path) -> Self {
        let mut seen = Self { databases: Vec::new(), doubled: 0 };
        seen.also(path);
        seen
    }

    fn also(&mut self, path: &Path) {
        self.databases.push(Database {
            path: path.to_owned(),
            reader: None,
            rows: [0; 3],
            keys: HashSet::new(),
            interrupted: HashSet::new(),
        });
    }

    fn close(&mut self) {
        self.databases.iter_mut().for_each(|database| database.reader = None);
    }

    /// Rows were deleted, whose numbers SQLite gives again.
    fn begin_anew(&mut self) {
        for database in &mut self.databases {
            database.rows = [0; 3];
            database.keys.clear();
        }
    }

    fn look(&mut self) {
        for database in &mut self.databases {
            // Where it cannot be read just now, the next look may.
            self.doubled += database.look().unwrap_or(0);
        }
    }

    /// Whether a sign-up stands under this very id where it is collected.
    fn has_id(&self, id: &str) -> bool {
        self.databases.last().unwrap().keys.iter().any(|(key, _)| key == id)
    }

    /// What the edge promised must come to the collector's database, the last; what the venue did, to any.
    fn has(&self, keys: &[(String, Digest); 2], by_edge: bool) -> bool {
        let first = if by_edge { self.databases.len() - 1 } else { 0 };
        self.databases[first..].iter().any(|database| {
            keys.iter().any(|key| database.keys.contains(key)) || database.interrupted.contains(&keys[0].0)
        })
    }
}

impl Database {
    /// Reads what is new; how much of it was there before.
    fn look(&mut self) -> rusqlite::Result<u64> {
        if self.reader.is_none() {
            let reader = Connection::open_with_flags(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            reader.busy_timeout(Duration::from_secs(1))?;
            self.reader = Some(reader);
        }
        let Some(reader) = &self.reader else { return Ok(0) };
        let mut doubled = 0;
        for (table, last) in ["signups", "duplicates"].into_iter().zip(&mut self.rows) {
            let mut look = reader.prepare_cached(&format!(
                "SELECT rowid, id, digest FROM {table} WHERE rowid > ?1 ORDER BY rowid"
            ))?;
            let mut rows = look.query([*last])?;
            while let Some(row) = rows.next()? {
                *last = row.get(0)?;
                doubled += u64::from(!self.keys.insert((row.get(1)?, Digest::from_bytes(row.get(2)?))));
            }
        }
        let mut look =
            reader.prepare_cached("SELECT seq, reason, bytes FROM parked WHERE seq > ?1 ORDER BY seq")?;
        let mut rows = look.query([self.rows[2]])?;
        while let Some(row) = rows.next()? {
            self.rows[2] = row.get(0)?;
            let text = String::from_utf8_lossy(&row.get::<_, Vec<u8>>(2)?).into_owned();
            self.interrupted.extend(Parked { reason: row.get(1)?, text }.interrupted());
        }
        Ok(doubled)
    }
}
