//! What goes wrong, one thing to a method.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};
use serde_json::json;

use super::crowd::{again, burst};
use super::gate::{Gate, Weather};
use super::laptop::Laptop;
use super::ledger::{self, Line};
use super::plan::{Away, Kill};
use super::run::Run;
use crate::edge::client;
use crate::host::text;
use crate::wait::{self, pause};

/// How long a host may take to come to a named step before it is killed wherever it is.
const TO_A_STEP: Duration = Duration::from_millis(2_500);

impl Run<'_> {
    pub(super) fn kill_again_and_again(&mut self, kills: &[Kill]) -> Vec<(String, u64)> {
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

    pub(super) fn without_redis(&mut self, meanwhile: impl FnOnce(&mut Self)) {
        self.laptop().forbid_redis(true);
        self.report.kills += u64::from(self.laptop().kill_redis());
        meanwhile(self);
        self.laptop().forbid_redis(false);
    }

    /// Another program holds the lock meanwhile.
    pub(super) fn locked(&mut self, meanwhile: impl FnOnce(&mut Self)) {
        let other = Connection::open(self.laptop().folder.database()).unwrap();
        other.busy_timeout(wait::DEADLINE).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        meanwhile(self);
        other.execute_batch("ROLLBACK").unwrap();
    }

    /// The same, with mail on its way that is pulled when the database takes nothing any more.
    pub(super) fn locked_with_mail(&mut self, meanwhile: impl FnOnce(&mut Self)) {
        self.burst(40);
        self.locked(meanwhile);
    }

    /// So many sign up at the edge at once.
    pub(super) fn burst(&mut self, count: usize) {
        self.bursts += 1;
        burst(&self.places, self.plan.seed, 100 + self.bursts, count);
    }

    pub(super) fn in_weather(&mut self, weather: Weather, meanwhile: impl FnOnce(&mut Self)) {
        self.gate().turn(weather);
        meanwhile(self);
        self.gate().turn(Weather::Fair);
    }

    /// Stops the collector as Ctrl-C does, which must end well. One that has only just been started has not yet said how it wants
    /// to be stopped, so that it is waited for.
    pub(super) fn stop_laptop(&mut self) {
        self.laptop().wait_until_up();
        let status = self.laptop().stop();
        if !status.success() {
            let log = self.laptop().log();
            let last = log.lines().rev().take(3).collect::<Vec<_>>();
            self.report.verdict.wrong.push(format!("the host stops with {status}: {last:?}"));
        }
    }

    /// The host is told in words that it cannot write; whether that can be played here.
    pub(super) fn read_only(&mut self) -> bool {
        if self.laptop().disk.is_none() {
            return false;
        }
        self.stop_laptop();
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
    pub(super) fn backlog(&mut self, away: Away, count: usize) -> Instant {
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
    pub(super) fn take_over(&mut self) {
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
    pub(super) fn erase_somebody(&mut self) {
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
        self.bursts += 1;
        again(&self.places, self.plan.seed, 100 + self.bursts, &person);
    }

    /// A backup is made, sign-ups and an erasure come after it, and it is restored in the place of the database.
    pub(super) fn restore(&mut self, ms: u64) {
        let backup = tempfile::tempdir().unwrap();
        let backup = backup.path().join("backup");
        wait::until("a backup is made", || {
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
        // What the venue page has taken since stands in the one that was set aside alone; the edge sends its own again.
        let mut databases = self.places.databases.lock().unwrap();
        *databases.last_mut().unwrap() = aside.clone();
        databases.push(path.clone());
        drop(databases);
        self.seen.databases.last_mut().unwrap().path = aside;
        self.seen.also(&path);
        self.places.go_on();
    }

    /// Waits until all poison that the Queue took is parked.
    pub(super) fn wait_for_poison(&mut self) {
        let lines = ledger::read(&self.places.ledgers);
        let promised = lines.iter().filter(|line| matches!(line, Line::PoisonPromised(_))).count();
        let promised = i64::try_from(promised).unwrap();
        let folder = &self.laptops.last().unwrap().folder;
        wait::until("poison is parked", || {
            (folder.count("SELECT count(*) FROM parked") >= promised).then_some(())
        });
    }
}
