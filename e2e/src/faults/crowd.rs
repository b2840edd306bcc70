//! The clients: phones at the edge and at the venue that sign up, try again, send twice, change their mind
//! under the same id. Each keeps a ledger of its own.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use reqwest::blocking::{Client, Response};
use rollcall_shared::digest::Digest;
use rollcall_shared::signup_id::SignupId;
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use uuid::Builder;

use super::dice::Dice;
use super::ledger::{Ledger, Line, Person, Replaced};
use super::places::{Places, Promise};
use super::poison;

/// How many clients sign up at the same time.
const CLIENTS: u64 = 6;
/// How long a phone waits for an answer before it tries again.
const PATIENCE: Duration = Duration::from_secs(6);
/// After so long somebody who sends again and again is not answered any more.
const ANSWERED: Duration = Duration::from_secs(90);
/// Milliseconds between two things that a client does.
const PACE: (u64, u64) = (5, 60);
const NAMES: [&str; 6] = ["王芳", "李伟", "赵敏", "Zoë O'Connor", "欧阳娜娜", "Xiangyata Quvondiqov"];

/// Clients that sign up until they are asked to end.
#[derive(Debug)]
pub struct Crowd {
    places: Arc<Places>,
    clients: Vec<JoinHandle<()>>,
}

impl Crowd {
    /// Starts them.
    pub fn gather(places: &Arc<Places>, seed: u64) -> Self {
        let clients = (1..=CLIENTS).map(|number| {
            let mut client = Phone::new(Arc::clone(places), seed, number);
            thread::spawn(move || client.live())
        });
        Self { places: Arc::clone(places), clients: clients.collect() }
    }

    /// Has each send what was not answered until it is, and waits for them.
    pub fn disperse(self) -> thread::Result<()> {
        self.places.stop.store(true, Ordering::Relaxed);
        self.clients.into_iter().try_for_each(JoinHandle::join)
    }
}

/// Has `count` new people sign up at the edge as fast as it takes them.
pub fn burst(places: &Arc<Places>, seed: u64, client: u64, count: usize) {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for thread in 0..8 {
            let next = &next;
            scope.spawn(move || {
                let mut phone = Phone::new(Arc::clone(places), seed, client * 8 + thread);
                while next.fetch_add(1, Ordering::Relaxed) < count {
                    let person = phone.somebody_new();
                    phone.send_until_answered(&person, By::Edge);
                }
            });
        }
    });
}

/// Has somebody's phone send once more, by every way.
pub fn again(places: &Arc<Places>, seed: u64, client: u64, person: &Person) {
    let mut phone = Phone::new(Arc::clone(places), seed, client);
    for by in ways(person) {
        phone.send_until_answered(person, *by);
    }
}

/// Somebody who has not signed up yet.
pub(super) struct Somebody {
    phone: Phone,
    person: Person,
}

impl Somebody {
    /// Makes up somebody new.
    pub(super) fn new(places: &Arc<Places>, seed: u64, client: u64) -> Self {
        let mut phone = Phone::new(Arc::clone(places), seed, client);
        Self { person: phone.somebody_new(), phone }
    }

    /// Their sign-up's id.
    pub(super) fn id(&self) -> &str {
        &self.person.id
    }

    /// Signs up at the edge, until it has said that it took it.
    pub(super) fn sign_up(mut self) {
        self.phone.send_until_answered(&self.person, By::Edge);
    }
}

/// By which way something is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Edge,
    Venue,
    /// The venue's form without script, with its seed.
    Form,
}

/// A receipt's token is good where it was issued, and the venue issues others.
fn ways(person: &Person) -> &'static [By] {
    if person.replaces.is_some() { &[By::Edge] } else { &[By::Edge, By::Venue] }
}

struct Phone {
    places: Arc<Places>,
    dice: Dice,
    /// Makes numbers that nobody else has.
    number: u64,
    made: u64,
    http: Client,
    ledger: Ledger,
    sent: Vec<Person>,
    /// The last answer that was no promise.
    refused: String,
    open: Vec<(Person, By)>,
    /// Ids and addresses of receipts at the edge, the newest last.
    receipts: Vec<(String, String)>,
}

impl Phone {
    fn new(places: Arc<Places>, seed: u64, number: u64) -> Self {
        let http = Client::builder().timeout(PATIENCE).no_proxy();
        let http = http.redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let ledger = Ledger::open(&places.ledgers, number);
        Self {
            dice: Dice::of(seed, number),
            places,
            number,
            made: 0,
            http,
            ledger,
            sent: Vec::new(),
            refused: String::new(),
            open: Vec::new(),
            receipts: Vec::new(),
        }
    }

    fn live(&mut self) {
        while !self.places.stop.load(Ordering::Relaxed) {
            // A person's pace, not a wait for something.
            thread::sleep(Duration::from_millis(self.dice.between(PACE.0, PACE.1)));
            // Counted first: pausing everybody looks at the count last.
            self.places.busy.fetch_add(1, Ordering::SeqCst);
            if !self.places.pause.load(Ordering::SeqCst) {
                self.do_something();
            }
            self.places.busy.fetch_sub(1, Ordering::SeqCst);
        }
        for (person, by) in std::mem::take(&mut self.open) {
            self.send_until_answered(&person, by);
        }
    }

    fn do_something(&mut self) {
        match self.dice.roll(100) {
            0..45 => {
                let person = self.somebody_new();
                let by = self.way(&person);
                self.send(&person, by);
            }
            45..50 => self.send_form(),
            50..63 => self.again(),
            63..69 => self.other_content(),
            69..74 => self.same_number(),
            74..77 => self.poison(),
            77..82 => self.correct(),
            82..86 => self.cancel(),
            86..93 => {
                if let Some((person, by)) = self.open.pop() {
                    self.send(&person, by);
                }
            }
            _ => self.look_at_receipt(),
        }
    }

    fn way(&mut self, person: &Person) -> By {
        if self.dice.roll(10) < 7 || person.replaces.is_some() { By::Edge } else { By::Venue }
    }

    fn somebody_new(&mut self) -> Person {
        self.made += 1;
        Person {
            id: Builder::from_random_bytes(self.dice.bytes()).into_uuid().to_string(),
            name: (*self.dice.one_of(&NAMES)).to_owned(),
            phone: format!("13{:03}{:06}", self.number % 1_000, self.made),
            replaces: None,
        }
    }

    /// Sends the same sign-up some more times, by any way.
    fn again(&mut self) {
        let Some(person) = self.somebody() else { return };
        for _ in 0..self.dice.between(1, 4) {
            let by = self.way(&person);
            self.send(&person, by);
        }
    }

    /// Corrects what was typed: sends a sign-up of its own, which replaces the one that it names.
    fn correct(&mut self) {
        let Some((id, address)) = self.receipt() else { return };
        let Some(old) = self.sent.iter().find(|person| person.id == id).cloned() else { return };
        let token = address.rsplit('/').next().unwrap().to_owned();
        let new = Person { phone: old.phone, replaces: Some(Replaced { id, token }), ..self.somebody_new() };
        self.places.corrects(&new.id, &old.id);
        self.send(&new, By::Edge);
    }

    /// Cancels one.
    fn cancel(&mut self) {
        let Some((id, address)) = self.receipt() else { return };
        let answer = self.http.delete(format!("{}{address}", self.places.edge)).send();
        if answer.is_ok_and(|answer| answer.status().is_success()) {
            self.ledger.note(&Line::Cancelled(id));
        }
    }

    /// Sends something else under an id that was used.
    fn other_content(&mut self) {
        let Some(person) = self.somebody() else { return };
        let new = Person { id: person.id, ..self.somebody_new() };
        let by = self.way(&new);
        self.send(&new, by);
    }

    /// Sends somebody else with a number that is there already.
    fn same_number(&mut self) {
        let Some(person) = self.somebody() else { return };
        let new = Person { phone: person.phone, ..self.somebody_new() };
        let by = self.way(&new);
        self.send(&new, by);
    }

    fn somebody(&mut self) -> Option<Person> {
        (!self.sent.is_empty()).then(|| self.dice.one_of(&self.sent).clone())
    }

    fn send_form(&mut self) {
        let mut person = self.somebody_new();
        let seed = seed_of(&person);
        let digest = self.places.digest(&person);
        person.id = SignupId::derive(&seed, &digest).to_string();
        self.send(&person, By::Form);
    }

    fn send_until_answered(&mut self, person: &Person, by: By) {
        let deadline = Instant::now() + ANSWERED;
        while !self.send(person, by) {
            self.open.pop();
            assert!(Instant::now() < deadline, "{person:?} is not answered: {}", self.refused);
            thread::sleep(Duration::from_millis(PACE.1));
        }
    }

    /// Sends it once, and returns whether it was promised. What was not is kept to be sent again.
    fn send(&mut self, person: &Person, by: By) -> bool {
        self.ledger.note(&Line::Sent(person.clone()));
        if !self.sent.contains(person) && by != By::Form {
            self.sent.push(person.clone());
        }
        let answer = self.post(person, by);
        let receipt = match answer {
            Some(answer) if matches!(answer.status().as_u16(), 201 | 202 | 303) => {
                let body: Value = answer.json().unwrap_or_default();
                body["receipt"]["url"].as_str().map(str::to_owned)
            }
            answer => {
                let status = answer.as_ref().map(Response::status);
                self.refused =
                    format!("{status:?} {}", answer.and_then(|a| a.text().ok()).unwrap_or_default());
                self.open.push((person.clone(), by));
                return false;
            }
        };
        let by_edge = by == By::Edge;
        if !by_edge && !self.stands(&person.id) {
            self.is_wrong(format!("the venue answered {} before it was stored", person.id));
        }
        let receipt = receipt.filter(|_| by_edge);
        if let Some(url) = &receipt {
            self.receipts.push((person.id.clone(), url.replacen("/r/", "/v1/receipts/", 1)));
        }
        self.ledger.note(&Line::Promised { person: person.clone(), by_edge, receipt });
        let promise = Promise { digest: self.places.digest(person), person: person.clone(), by_edge };
        self.places.promised.lock().unwrap().push(promise);
        true
    }

    fn post(&self, person: &Person, by: By) -> Option<Response> {
        let Person { id, name, phone, replaces } = person;
        let code = &self.places.record.invite_code;
        let venue = || self.places.venue.lock().unwrap().clone();
        let request = match by {
            By::Edge | By::Venue => {
                let server = if by == By::Edge { self.places.edge.clone() } else { venue() };
                let mut body = json!({ "id": id, "invite_code": code, "name": name, "phone": phone });
                if let Some(replaced) = replaces {
                    body["replaces"] = json!(replaced.token);
                }
                self.http.post(format!("{server}/v1/signups")).json(&body)
            }
            By::Form => {
                let seed = seed_of(person);
                let name: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
                let version = self.places.record.form_version;
                let body = format!(
                    "seed={seed}&invite_code={code}&form_version={version}&name={name}&phone={phone}"
                );
                let request = self.http.post(format!("{}/j/{code}", venue()));
                request.header("content-type", "application/x-www-form-urlencoded").body(body)
            }
        };
        request.send().ok()
    }

    /// Checks one of the newest receipts: it may say that somebody is on the list only if they are.
    fn look_at_receipt(&mut self) {
        let Some((id, address)) = self.receipt() else { return };
        let answer = self.http.get(format!("{}{address}", self.places.edge)).send();
        let Some(receipt) = answer.ok().and_then(|answer| answer.json::<Value>().ok()) else { return };
        let state = receipt["state"].as_str().unwrap_or_default();
        if matches!(state, "registered" | "waitlisted") && !self.stands(&id) {
            self.is_wrong(format!("the receipt of {id} says {state} before it is stored"));
        }
    }

    /// Picks one of the newest receipts.
    fn receipt(&mut self) -> Option<(String, String)> {
        let newest = self.receipts.len().saturating_sub(6);
        let newest = &self.receipts[newest..];
        (!newest.is_empty()).then(|| self.dice.one_of(newest).clone())
    }

    /// Whether a sign-up is stored under this id at this moment; `true` where the database cannot be read.
    fn stands(&self, id: &str) -> bool {
        if self.places.is_erased(id) {
            return true;
        }
        let paths = self.places.databases.lock().unwrap().clone();
        let look = |path: &PathBuf| -> rusqlite::Result<bool> {
            // Opened each time: a file that is held open keeps a disk from being made read-only.
            let reader = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            reader.busy_timeout(PATIENCE)?;
            let look = "SELECT EXISTS (SELECT 1 FROM signups WHERE id = ?1)
                            OR EXISTS (SELECT 1 FROM duplicates WHERE id = ?1)";
            reader.query_row(look, [id], |row| row.get(0))
        };
        paths.iter().any(|path| look(path).unwrap_or(true))
    }

    fn is_wrong(&self, what: String) {
        self.places.wrong.lock().unwrap().push(what);
    }

    /// Sends a message that no laptop can read.
    fn poison(&mut self) {
        let (person, other) = (self.somebody_new(), self.somebody_new());
        let text = poison::make(&mut self.dice, &self.places.record, &person, &other.id);
        self.ledger.note(&Line::PoisonSent(text.clone()));
        let url = format!("{}/v1/bench/deposit", self.places.edge);
        let answer = self.http.post(url).body(text.clone()).send();
        if answer.is_ok_and(|answer| answer.status() == 202) {
            self.ledger.note(&Line::PoisonPromised(text));
        }
    }
}

/// The seed of the page on which somebody signs up without script: always the same, as on a page that is sent
/// again.
fn seed_of(person: &Person) -> String {
    Digest::of(format!("{}{}", person.phone, person.name).as_bytes()).to_string()[..32].to_owned()
}
