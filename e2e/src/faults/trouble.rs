//! What goes wrong, one thing to a method, which returns when it was over.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};
use serde_json::json;

use super::crowd::{Somebody, again, burst};
use super::damage::damage;
use super::gate::{Gate, Weather};
use super::laptop::Laptop;
use super::ledger::{self, Line};
use super::plan::{Act, Away, Kill};
use super::run::{Run, Suffered};
use crate::edge::client;
use crate::host::text;
use crate::process::{goes_on, stands_still};
use crate::wait::{self, pause};

/// How long a host may take to come to a named step before it is killed wherever it is.
const TO_A_STEP: Duration = Duration::from_millis(2_500);
/// How often one message may kill the host before it is parked: three times in company, the last of which it
/// is not yet known of, once alone; and once more where it was handed to the host a second time meanwhile.
const MOST_KILLS: u64 = 5;
/// Between two looks at a host that is about to die.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// After so long a message that kills should be with a person: four deliveries, each after a start.
const PARKED: Duration = Duration::from_secs(90);
/// How long a wrong clock is left to do its worst.
const CLOCK_WRONG_MS: u64 = 1_500;
const NO_DISK: &str = "this account may mount no disk, nor have namespaces of its own";

impl Run<'_> {
    /// The host is killed and started, again and again.
    pub(super) fn kills(&mut self, kills: &[Kill]) -> Suffered {
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
        Suffered { played, over: self.start_again() }
    }

    /// The start by which the host comes back; what is behind it is over when it begins.
    fn start_again(&mut self) -> Instant {
        let over = Instant::now();
        self.laptop().start("");
        over
    }

    /// The host is stopped (SIGSTOP) for some milliseconds.
    pub(super) fn host_stands(&mut self, ms: u64) -> Instant {
        let host = self.laptop().id().unwrap();
        assert!(stands_still(host), "the host runs");
        pause(ms);
        goes_on(host);
        Instant::now()
    }

    /// Redis is killed so many times, each time once it is up.
    pub(super) fn redis_killed(&mut self, act: &Act, times: u64) -> Suffered {
        let mut killed = 0;
        for _ in 0..times {
            wait::until(("Redis", 60), || self.laptop().redis());
            killed += u64::from(self.laptop().kill_redis());
        }
        self.report.kills += killed;
        Suffered { played: vec![(act.name(), killed)], over: Instant::now() }
    }

    /// Redis is stopped (SIGSTOP) for some milliseconds.
    pub(super) fn redis_stands(&mut self, ms: u64) -> Instant {
        let redis = wait::until(("Redis", 60), || self.laptop().redis().filter(|pid| stands_still(*pid)));
        pause(ms);
        goes_on(redis);
        Instant::now()
    }

    /// Redis does not start meanwhile.
    pub(super) fn without_redis(&mut self, meanwhile: impl FnOnce(&mut Self)) -> Instant {
        self.laptop().forbid_redis(true);
        self.report.kills += u64::from(self.laptop().kill_redis());
        meanwhile(self);
        self.laptop().forbid_redis(false);
        Instant::now()
    }

    /// Redis's folder is deleted with the mail of some milliseconds in it, which cannot leave it meanwhile.
    pub(super) fn redis_deleted(&mut self, ms: u64) -> Instant {
        self.locked_with_mail(|run| {
            pause(ms);
            run.without_redis(Self::delete_redis_folder);
        })
    }

    /// Redis is away for some milliseconds, and its folder for good.
    pub(super) fn redis_lost(&mut self, ms: u64) -> Instant {
        self.without_redis(|run| {
            run.delete_redis_folder();
            pause(ms);
        })
    }

    fn delete_redis_folder(&mut self) {
        // Redis may be writing at this moment: what it creates again is as good as nothing.
        let _ = std::fs::remove_dir_all(self.laptop().redis_folder());
    }

    /// Redis's files are damaged with the mail of some milliseconds in them.
    pub(super) fn redis_damaged(&mut self, ms: u64) -> Instant {
        self.locked_with_mail(|run| {
            pause(ms);
            run.without_redis(|run| damage(&run.laptop().redis_folder()));
        })
    }

    /// Another program holds the lock meanwhile.
    pub(super) fn locked(&mut self, meanwhile: impl FnOnce(&mut Self)) -> Instant {
        let other = Connection::open(self.laptop().folder.database()).unwrap();
        other.busy_timeout(wait::DEADLINE).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        meanwhile(self);
        other.execute_batch("ROLLBACK").unwrap();
        Instant::now()
    }

    /// The same, with mail on its way that is pulled when the database takes nothing any more.
    pub(super) fn locked_with_mail(&mut self, meanwhile: impl FnOnce(&mut Self)) -> Instant {
        self.burst(40);
        self.locked(meanwhile)
    }

    /// The host is killed with the mail of some milliseconds in hand.
    pub(super) fn killed_in_hand(&mut self, ms: u64) -> Instant {
        self.locked_with_mail(|run| {
            pause(ms);
            run.report.kills += u64::from(run.laptop().kill());
        });
        self.start_again()
    }

    /// Somebody's message kills the host whenever it is touched; the host is started until that message is
    /// left to a person.
    pub(super) fn killed_by_a_message(&mut self) -> Instant {
        self.bursts += 1;
        let somebody = Somebody::new(&self.places, self.plan.seed, 100 + self.bursts);
        let id = somebody.id().to_owned();
        self.report.kills += u64::from(self.laptop().kill());
        let touched = format!("killer=return({id})");
        self.laptop().start(&touched);
        somebody.sign_up();
        let (mut killed, deadline) = (0, Instant::now() + PARKED);
        while killed <= MOST_KILLS && !self.is_left_to_a_person(&id) {
            if self.laptop().dies_within(LOOK_EVERY) {
                killed += 1;
                self.laptop().start(&touched);
            } else if Instant::now() > deadline {
                self.report.verdict.wrong.push(format!("{id} was neither parked nor touched any more"));
                break;
            }
        }
        if killed > MOST_KILLS {
            self.report
                .verdict
                .wrong
                .push(format!("killed {killed} times by one message, which is not parked"));
        }
        self.report.kills += killed;
        self.laptop().kill();
        self.start_again()
    }

    fn is_left_to_a_person(&mut self, id: &str) -> bool {
        self.seen.look();
        self.seen.is_interrupted(id)
    }

    /// So many sign up at the edge at once.
    pub(super) fn burst(&mut self, count: usize) {
        self.bursts += 1;
        burst(&self.places, self.plan.seed, 100 + self.bursts, count);
    }

    /// The line to the edge is bad for some milliseconds.
    pub(super) fn in_weather(&mut self, weather: Weather, ms: u64) -> Instant {
        self.in_weather_while(weather, |_| pause(ms))
    }

    fn in_weather_while(&mut self, weather: Weather, meanwhile: impl FnOnce(&mut Self)) -> Instant {
        self.gate().turn(weather);
        meanwhile(self);
        self.gate().turn(Weather::Fair);
        Instant::now()
    }

    /// The edge answers with a status, to a host that is ready: until then a refused key is a wrong setting.
    pub(super) fn edge_answers(&mut self, status: u16, ms: u64) -> Instant {
        self.laptop().wait_until_ready();
        self.in_weather(Weather::Answers { status, garbage: false }, ms)
    }

    /// workerd is killed. The emulator keeps its Queue in memory, so that it is killed when that is empty.
    pub(super) fn edge_killed(&mut self) -> Instant {
        self.places.pause();
        self.drain(Instant::now());
        self.wait_for_poison();
        self.edge.stop();
        self.report.kills += 1;
        self.edge.start_again();
        self.places.go_on();
        Instant::now()
    }

    /// The clock is wrong by so many milliseconds, then by the second number, and right when the host is
    /// started next.
    pub(super) fn clock_wrong(&mut self, first: i64, then: i64) -> Instant {
        self.start_with_clock(&format!("clock=60*return({first})->120*return({then})->return(0)"));
        self.stop_laptop();
        self.start_again()
    }

    /// The clock is wrong by so many milliseconds for a moment, and the host goes on.
    pub(super) fn clock_wrong_for_a_moment(&mut self, by: i64) -> Instant {
        self.start_with_clock(&format!("clock=40*return(0)->60*return({by})->return(0)"));
        Instant::now()
    }

    /// Has the host run by a clock of its own for as long as that one is wrong.
    fn start_with_clock(&mut self, failpoint: &str) {
        self.stop_laptop();
        self.laptop().start(failpoint);
        self.laptop().wait_until_up();
        pause(CLOCK_WRONG_MS);
    }

    /// Stops the collector as Ctrl-C does, which must end well. One that has only just been started has not
    /// yet said how it wants to be stopped, so that it is waited for.
    fn stop_laptop(&mut self) {
        self.laptop().wait_until_up();
        let status = self.laptop().stop();
        if !status.success() {
            let log = self.laptop().log();
            let last = log.lines().rev().take(3).collect::<Vec<_>>();
            self.report.verdict.wrong.push(format!("the host stops with {status}: {last:?}"));
        }
    }

    /// The host is told in words that it cannot write.
    pub(super) fn read_only(&mut self) -> Result<Instant, &'static str> {
        if self.laptop().disk.is_none() {
            return Err(NO_DISK);
        }
        self.stop_laptop();
        // Readers of this program hold files open, which are none that are written.
        self.seen.close();
        wait::until(("nobody has a file open", 60), || {
            self.laptop().disk.as_ref().unwrap().protect().then_some(())
        });
        self.laptop().start("");
        let status = self.laptop().ended();
        self.laptop().disk.as_ref().unwrap().unprotect();
        if status.code() != Some(2) {
            let what = format!("a read-only disk ends the host with {status}");
            self.report.verdict.wrong.push(what);
        }
        Ok(self.start_again())
    }

    /// The disk is full for some milliseconds, under a host that is up: one that starts on a full disk says
    /// so and ends, as on one that is read-only.
    pub(super) fn disk_full(&mut self, ms: u64) -> Result<Instant, &'static str> {
        self.with_full_disk(|_| pause(ms))
    }

    fn with_full_disk(&mut self, meanwhile: impl FnOnce(&mut Self)) -> Result<Instant, &'static str> {
        if self.laptop().disk.is_none() {
            return Err(NO_DISK);
        }
        self.laptop().wait_until_up();
        self.laptop().disk.as_ref().ok_or(NO_DISK)?.fill();
        meanwhile(self);
        self.laptop().disk.as_ref().ok_or(NO_DISK)?.free();
        Ok(Instant::now())
    }

    /// Writes to the disk fail for some milliseconds, under a host that is up.
    pub(super) fn disk_fails(&mut self, ms: u64) -> Result<Instant, &'static str> {
        if !self.laptop().can_fail() {
            return Err("libfiu is not installed");
        }
        self.laptop().wait_until_up();
        self.laptop().fail_writes(true);
        pause(ms);
        self.laptop().fail_writes(false);
        Ok(Instant::now())
    }

    /// So many sign up, and nobody else, while something is away.
    pub(super) fn backlog(&mut self, away: Away, count: usize) -> Result<Instant, &'static str> {
        self.places.pause();
        let sign_up = |run: &mut Self, ms: u64| {
            let began = Instant::now();
            run.burst(count);
            // Long enough for every back-off to have grown.
            thread::sleep(Duration::from_millis(ms).saturating_sub(began.elapsed()));
        };
        Ok(match away {
            Away::Redis(ms) => self.without_redis(|run| sign_up(run, ms)),
            Away::Database(ms) => self.locked(|run| sign_up(run, ms)),
            Away::Disk(ms) => self.with_full_disk(|run| sign_up(run, ms))?,
            Away::Edge(ms) => self.in_weather_while(Weather::Away, |run| sign_up(run, ms)),
        })
    }

    /// A second laptop with the same keys and an older copy of the database becomes the collector, and has
    /// everything sent again.
    pub(super) fn take_over(&mut self) -> Instant {
        let gate = Gate::before(self.edge.url());
        let first = self.laptops.last().unwrap();
        let mut second = Laptop::new(self.edge, gate, self.plan.make, self.planted);
        let copy = Connection::open_with_flags(first.folder.database(), OpenFlags::SQLITE_OPEN_READ_ONLY);
        let path = second.folder.database();
        copy.unwrap().execute("VACUUM INTO ?1", [path.to_str().unwrap()]).unwrap();
        std::fs::copy(first.folder.path().join("keys.json"), second.folder.path().join("keys.json")).unwrap();
        second.start("");
        second.wait_until_up();
        let (url, token) = wait::until(("the control routes", 60), || second.folder.control());
        let workshop = format!("{url}/control/workshops/{}", self.places.record.id);
        for (what, body) in [("takeover", json!({})), ("replay", json!({ "since": 0 }))] {
            wait::until((what, 60), || {
                let request = client().post(format!("{workshop}/{what}")).bearer_auth(&token).json(&body);
                request.send().ok().filter(|answer| answer.status().is_success())
            });
        }
        let venue = self.places.venue.lock().unwrap().replace(&first.venue(), &second.venue());
        *self.places.venue.lock().unwrap() = venue;
        self.places.databases.lock().unwrap().push(path.clone());
        self.seen.also(&path);
        self.laptops.push(second);
        Instant::now()
    }

    /// So many people are erased, one after the other.
    pub(super) fn erase_some(&mut self, people: u64) -> Instant {
        (0..people).for_each(|_| self.erase_somebody());
        Instant::now()
    }

    /// Somebody on the list is erased, and their phone sends again.
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
        wait::until(("somebody is erased", 60), || self.laptop().ask(&path, &body));
        self.bursts += 1;
        again(&self.places, self.plan.seed, 100 + self.bursts, &person);
    }

    /// A backup is made, sign-ups and an erasure come after it, and it is restored in the place of the
    /// database.
    pub(super) fn restore(&mut self, ms: u64) -> Instant {
        let backup = tempfile::tempdir().unwrap();
        let backup = backup.path().join("backup");
        wait::until(("a backup is made", 60), || {
            self.laptops.last().unwrap().ask("/control/backup", &json!({ "to": backup }))
        });
        pause(ms);
        self.erase_somebody();
        // Until it is known which file is which, nobody compares receipts with rows.
        self.places.pause();
        self.stop_laptop();
        self.seen.close();
        let restored = self.laptop().folder.restore(&backup).unwrap();
        let aside = Path::new(text(&restored, "set_aside")).join("rollcall.db");
        let path = self.laptop().folder.database();
        // What the venue page has taken since is in the one that was set aside only; the edge sends its own
        // again.
        let mut databases = self.places.databases.lock().unwrap();
        *databases.last_mut().unwrap() = aside.clone();
        databases.push(path.clone());
        drop(databases);
        self.seen.databases.last_mut().unwrap().path = aside;
        self.seen.also(&path);
        self.places.go_on();
        self.start_again()
    }

    /// Waits until all poison that the Queue took is parked.
    fn wait_for_poison(&mut self) {
        let lines = ledger::read(&self.places.ledgers);
        let promised = lines.iter().filter(|line| matches!(line, Line::PoisonPromised(_))).count();
        let promised = i64::try_from(promised).unwrap();
        let folder = &self.laptops.last().unwrap().folder;
        wait::until(("poison is parked", 60), || {
            (folder.count("SELECT count(*) FROM parked") >= promised).then_some(())
        });
    }
}
