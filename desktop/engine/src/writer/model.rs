//! The hops from the Queue to the database as a state machine: sign-ups come by every path, in any order, any
//! number of times; leases run out, the stream is wiped, the laptop is killed between any two steps,
//! restored, replaced. The rules, the boxes and the writer are the real ones, on a real database in memory;
//! Queue, mailbox and stream are modelled by what they promise (DESIGN.md, "The path"), since the real ones
//! are tested in `e2e/`.
//!
//! The promise is checked after every step: what was answered stands exactly once, and nothing else stands.
//! Steps are told by indices into whatever there is, so that a failing run shrinks to the few steps that
//! matter. `ROLLCALL_MODEL_STEPS` sets how many steps are taken; 50,000 where it is not set.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use proptest::prelude::*;
use proptest::strategy::Union;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};
use rand_core::OsRng;
use rollcall_shared::Timestamp;
use rollcall_shared::digest::Digest;
use rollcall_shared::envelope::{Envelope, SealedCancellation, SealedSignup};
use rollcall_shared::signup::{Signup, SignupForm};
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::Workshop;
use tempfile::TempDir;

use super::batch::Committer;
use super::erase;
use super::gather::Database;
use super::work::Answers;
use crate::acts::played;
use crate::db::tx::WriterConnection;
use crate::db::{self, receipts_out, workshops};
use crate::folder::keys::Keys;
use crate::folder::unsealer::{Opened, Unsealer};
use crate::message::{Content, Message, Origin};
use crate::metrics::Metrics;
use crate::random::random_16;
use crate::view::Act;

/// Steps of one run.
const STEPS: usize = 100;
/// Steps of all runs, where `ROLLCALL_MODEL_STEPS` does not say.
const ALL_STEPS: usize = 50_000;
/// Fewer than people, so that the waiting list is used.
const SEATS: u32 = 3;
const PHONES: [&str; 6] =
    ["13800138000", "13800138001", "13800138002", "13800138003", "13800138004", "13800138005"];
const NAMES: [&str; 3] = ["王芳", "李伟", "Zoë O'Connor"];

/// By which way a phone sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Edge,
    Venue,
}

/// Where the laptop is killed, or what keeps it from going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Everything is acknowledged.
    Well,
    /// Killed after COMMIT, before the stream heard of it.
    AfterCommit,
    /// Killed after the stream was acknowledged, before the lease was.
    AfterStreamAck,
    /// The database takes nothing.
    Unwritable,
}

/// One step. Numbers choose among what there is.
#[derive(Debug, Clone)]
enum Step {
    SignUp { phone: usize, name: usize, by: By },
    SendAgain { which: usize, by: By },
    ReuseId { which: usize, phone: usize, name: usize, by: By },
    Correct { which: usize, phone: usize, name: usize, by: By },
    TakeBack { which: usize, by: By },
    Poison { which: usize },
    Deposit { count: usize },
    QueueAgain { which: usize },
    Pull { count: usize, killed: bool },
    LeasesRunOut,
    Read { count: usize },
    Commit { end: End },
    Kill,
    WipeStream,
    BackUp,
    Restore { which: usize },
    AnotherLaptop,
    Erase { which: usize },
    Act { act: Act, which: usize },
    Undo { which: usize },
}

/// Any step may follow any other: what it means is decided where it is taken.
struct Anything;

impl ReferenceStateMachine for Anything {
    type State = ();
    type Transition = Step;

    fn init_state() -> BoxedStrategy<()> {
        Just(()).boxed()
    }

    fn transitions((): &()) -> BoxedStrategy<Step> {
        let by = || prop_oneof![3 => Just(By::Edge), 1 => Just(By::Venue)];
        let (which, phone, name) = (0..64_usize, 0..PHONES.len(), 0..NAMES.len());
        let end = prop_oneof![
            4 => Just(End::Well),
            2 => Just(End::AfterCommit),
            2 => Just(End::AfterStreamAck),
            1 => Just(End::Unwritable),
        ];
        let act = prop_oneof![
            3 => Just(Act::Cancel),
            1 => Just(Act::Restore),
            1 => Just(Act::UseNewer),
            1 => Just(Act::AnotherPerson),
        ];
        let steps: Vec<(u32, BoxedStrategy<Step>)> = vec![
            (
                10,
                (phone.clone(), name.clone(), by())
                    .prop_map(|(phone, name, by)| Step::SignUp { phone, name, by })
                    .boxed(),
            ),
            (3, (which.clone(), by()).prop_map(|(which, by)| Step::SendAgain { which, by }).boxed()),
            (
                1,
                (which.clone(), phone.clone(), name.clone(), by())
                    .prop_map(|(which, phone, name, by)| Step::ReuseId { which, phone, name, by })
                    .boxed(),
            ),
            (
                2,
                (which.clone(), phone, name, by())
                    .prop_map(|(which, phone, name, by)| Step::Correct { which, phone, name, by })
                    .boxed(),
            ),
            (2, (which.clone(), by()).prop_map(|(which, by)| Step::TakeBack { which, by }).boxed()),
            (1, which.clone().prop_map(|which| Step::Poison { which }).boxed()),
            (8, (1..6_usize).prop_map(|count| Step::Deposit { count }).boxed()),
            (2, which.clone().prop_map(|which| Step::QueueAgain { which }).boxed()),
            (
                8,
                (1..6_usize, prop::bool::weighted(0.1))
                    .prop_map(|(count, killed)| Step::Pull { count, killed })
                    .boxed(),
            ),
            (2, Just(Step::LeasesRunOut).boxed()),
            (8, (1..6_usize).prop_map(|count| Step::Read { count }).boxed()),
            (10, end.prop_map(|end| Step::Commit { end }).boxed()),
            (2, Just(Step::Kill).boxed()),
            (1, Just(Step::WipeStream).boxed()),
            (1, Just(Step::BackUp).boxed()),
            (1, which.clone().prop_map(|which| Step::Restore { which }).boxed()),
            (1, Just(Step::AnotherLaptop).boxed()),
            (1, which.clone().prop_map(|which| Step::Erase { which }).boxed()),
            (4, (act, which.clone()).prop_map(|(act, which)| Step::Act { act, which }).boxed()),
            (2, which.prop_map(|which| Step::Undo { which }).boxed()),
        ];
        Union::new_weighted(steps).boxed()
    }

    fn apply((): (), _: &Step) {}
}

/// A message of the mailbox.
struct Mail {
    body: String,
    leased: bool,
    acknowledged: bool,
}

/// Something a phone sent, and sends again with the same content.
#[derive(Clone)]
enum Sent {
    Signup { signup: Signup, replaces: Option<SignupId> },
    TakenBack(SignupId),
}

/// What a phone was told *received* or *registered* for: under its own id, or under the one derived from id
/// and content.
type Promise = (SignupId, Digest);

/// Everything between phones and database.
struct World {
    workshop: Workshop,
    keys: Arc<Keys>,
    unsealer: Unsealer,
    metrics: Metrics,
    conn: WriterConnection,
    sent: Vec<Sent>,
    /// Texts that the Queue has yet to deliver; and all that it ever had.
    queue: Vec<String>,
    queued: Vec<String>,
    mailbox: Vec<Mail>,
    /// The stream's entries, by the mailbox's number; and which of them were read and not yet acknowledged.
    stream: Vec<usize>,
    in_flight: Vec<usize>,
    /// What must stand, and whether the edge has it, too, should the laptop be lost.
    promises: BTreeMap<Promise, bool>,
    poison: BTreeSet<String>,
    erased: BTreeSet<SignupId>,
    /// Neither promised nor forbidden.
    void: BTreeSet<SignupId>,
    backups: Vec<(WriterConnection, BTreeMap<Promise, bool>)>,
    /// What the host may take back; of one run.
    ways: Vec<played::Way>,
    kills: u64,
    _dir: TempDir,
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let keys = Arc::new(Keys::open(dir.path().join("keys.json")).unwrap());
        let id = crate::workshops::new_id();
        let key = keys.make(&id).unwrap();
        let workshop = Workshop {
            id: id.clone(),
            capacity: Some(SEATS),
            waiting_list: true,
            ends_at: Timestamp::from_millis(i64::MAX / 2),
            ..rollcall_shared::workshop::sample::workshop(key)
        };
        let unsealer = Unsealer::new(id, Arc::clone(&keys), Arc::default());
        let conn = fresh(&workshop);
        Self {
            workshop,
            keys,
            unsealer,
            metrics: Metrics::new(),
            conn,
            sent: Vec::new(),
            queue: Vec::new(),
            queued: Vec::new(),
            mailbox: Vec::new(),
            stream: Vec::new(),
            in_flight: Vec::new(),
            promises: BTreeMap::new(),
            poison: BTreeSet::new(),
            erased: BTreeSet::new(),
            void: BTreeSet::new(),
            backups: Vec::new(),
            ways: Vec::new(),
            kills: 0,
            _dir: dir,
        }
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::SignUp { phone, name, by } => {
                let signup = self.signup(SignupId::from_random(random_16()), phone, name);
                self.send(Sent::Signup { signup, replaces: None }, by);
            }
            Step::SendAgain { which, by } => {
                if let Some(sent) = chosen(&self.sent, which).cloned() {
                    self.deliver(&sent, by);
                }
            }
            Step::ReuseId { which, phone, name, by } => {
                if let Some(id) = self.chosen_signup(which) {
                    let signup = self.signup(id, phone, name);
                    self.send(Sent::Signup { signup, replaces: None }, by);
                }
            }
            Step::Correct { which, phone, name, by } => {
                if let Some(old) = self.chosen_signup(which) {
                    let signup = self.signup(SignupId::from_random(random_16()), phone, name);
                    self.send(Sent::Signup { signup, replaces: Some(old) }, by);
                }
            }
            Step::TakeBack { which, by } => {
                if let Some(id) = self.chosen_signup(which) {
                    self.send(Sent::TakenBack(id), by);
                }
            }
            Step::Poison { which } => {
                let text = format!("{{\"v\":9,\"workshop\":\"{}\",\"n\":{which}}}", self.workshop.id);
                self.poison.insert(text.clone());
                self.enqueue(text);
            }
            Step::Deposit { count } => {
                for body in self.queue.drain(..count.min(self.queue.len())) {
                    if !self.mailbox.iter().any(|mail| mail.body == body) {
                        self.mailbox.push(Mail { body, leased: false, acknowledged: false });
                    }
                }
            }
            Step::QueueAgain { which } => {
                if let Some(text) = chosen(&self.queued, which).cloned() {
                    self.queue.push(text);
                }
            }
            Step::Pull { count, killed } => self.pull(count, killed),
            Step::LeasesRunOut => self.mailbox.iter_mut().for_each(|mail| mail.leased = false),
            Step::Read { count } => {
                let unread = self.stream.iter().filter(|mail| !self.in_flight.contains(mail));
                let read: Vec<usize> = unread.take(count).copied().collect();
                self.in_flight.extend(read);
            }
            Step::Commit { end } => self.commit(end),
            Step::Kill => self.kill(),
            Step::WipeStream => {
                self.stream.clear();
                self.kill();
            }
            Step::BackUp => {
                self.backups.push((WriterConnection::copy_of(&self.conn).unwrap(), self.promises.clone()))
            }
            Step::Restore { which } => {
                if let Some((backup, promises)) = chosen(&self.backups, which) {
                    let (conn, held) = (WriterConnection::copy_of(backup).unwrap(), promises.clone());
                    self.move_to(conn, &held);
                }
            }
            Step::AnotherLaptop => self.move_to(fresh(&self.workshop), &BTreeMap::new()),
            Step::Erase { which } => {
                if let Some(id) = self.chosen_signup(which) {
                    self.erase(id);
                }
            }
            Step::Act { act, which } => {
                let ids: Vec<SignupId> = self.rows().into_iter().map(|(id, ..)| id).collect();
                if let Some(id) = chosen(&ids, which) {
                    self.ways.extend(played::play(&mut self.conn, &self.workshop.id, act, *id));
                }
            }
            Step::Undo { which } => {
                if !self.ways.is_empty() {
                    let way = self.ways.remove(which % self.ways.len());
                    played::undo(&mut self.conn, &way);
                }
            }
        }
    }

    fn signup(&self, id: SignupId, phone: usize, name: usize) -> Signup {
        let form = SignupForm {
            id: id.to_string(),
            invite_code: self.workshop.invite_code.to_string(),
            name: NAMES[name].to_owned(),
            phone: PHONES[phone].to_owned(),
            ..SignupForm::default()
        };
        form.parse(&self.workshop).unwrap()
    }

    fn chosen_signup(&self, which: usize) -> Option<SignupId> {
        let ids = self.sent.iter().filter_map(|sent| match sent {
            Sent::Signup { signup, .. } => Some(signup.id),
            Sent::TakenBack(_) => None,
        });
        chosen(&ids.collect::<Vec<_>>(), which).copied()
    }

    fn send(&mut self, sent: Sent, by: By) {
        self.deliver(&sent, by);
        self.sent.push(sent);
    }

    /// A phone sends something; from its answer on it is promised.
    fn deliver(&mut self, sent: &Sent, by: By) {
        match by {
            By::Edge => {
                let text = match sent {
                    Sent::Signup { signup, replaces } => Envelope::seal_signup(
                        &self.workshop,
                        signup,
                        *replaces,
                        Timestamp::from_millis(1),
                        &mut OsRng,
                    ),
                    Sent::TakenBack(id) => Envelope::seal_cancellation(
                        &self.workshop,
                        *id,
                        Timestamp::from_millis(1),
                        &mut OsRng,
                    ),
                };
                self.enqueue(text.unwrap().to_text());
            }
            By::Venue => {
                let message = self.venue_message(sent);
                let answers = self.commit_all(&[message]);
                assert!(answers.iter().all(Result::is_ok), "{answers:?}");
            }
        }
        let Sent::Signup { signup, replaces } = sent else { return };
        if replaces.is_some_and(|old| self.erased.contains(&old) || self.void.contains(&old)) {
            // What corrects an erased one is erased when it comes; what came before under its id decides
            // whether it does.
            self.void.insert(signup.id);
            self.promises.retain(|(id, _), _| *id != signup.id);
        }
        // An erased id stays erased, whatever comes under it.
        if !self.erased.contains(&signup.id) && !self.void.contains(&signup.id) {
            *self.promises.entry((signup.id, signup.digest())).or_default() |= by == By::Edge;
        }
    }

    fn venue_message(&self, sent: &Sent) -> Message {
        let workshop = self.workshop.id.clone();
        let content = match sent {
            Sent::Signup { signup, replaces } => Content::Signup(Box::new(SealedSignup {
                workshop: workshop.clone(),
                signup: signup.clone(),
                replaces: *replaces,
                received_at: Timestamp::from_millis(1),
                notice_version: 1,
            })),
            Sent::TakenBack(id) => Content::Cancellation(SealedCancellation {
                workshop: workshop.clone(),
                id: *id,
                received_at: Timestamp::from_millis(1),
            }),
        };
        Message { workshop, origin: Origin::Venue, content, bytes: Vec::new(), delivered_alone: false }
    }

    fn enqueue(&mut self, text: String) {
        self.queued.push(text.clone());
        self.queue.push(text);
    }

    /// Under a lease, then into the stream; killed in between, only the lease knows of it.
    fn pull(&mut self, count: usize, killed: bool) {
        let waiting = self.mailbox.iter().enumerate().filter(|(_, mail)| !mail.acknowledged && !mail.leased);
        let pulled: Vec<usize> = waiting.map(|(at, _)| at).take(count).collect();
        for at in pulled {
            self.mailbox[at].leased = true;
            // The stream holds whatever is added, also what it holds already: a second delivery.
            if !killed {
                self.stream.push(at);
            }
        }
        if killed {
            self.kill();
        }
    }

    fn commit_all(&mut self, messages: &[Message]) -> Answers {
        Committer { gather: &Database, metrics: &self.metrics }.commit(&mut self.conn, messages)
    }

    fn commit(&mut self, end: End) {
        let batch = std::mem::take(&mut self.in_flight);
        let messages = batch.iter().map(|at| match self.unsealer.open(self.mailbox[*at].body.clone()) {
            Opened::Message(message) => message,
            Opened::MissingKey(key) => panic!("the key {key} is there"),
        });
        let messages: Vec<Message> = messages.collect();
        if end == End::Unwritable {
            self.conn.pragma_update(None, "query_only", true).unwrap();
            let answers = self.commit_all(&messages);
            self.conn.pragma_update(None, "query_only", false).unwrap();
            assert!(answers.iter().all(Result::is_err), "{answers:?}");
            self.in_flight = batch;
            return;
        }
        let answers = self.commit_all(&messages);
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        if end == End::AfterCommit {
            return self.kill();
        }
        self.stream.retain(|at| !batch.contains(at));
        if end == End::AfterStreamAck {
            return self.kill();
        }
        for at in batch {
            self.mailbox[at].acknowledged = true;
        }
    }

    /// What was in memory is gone; what was read comes again, and so do the leases.
    fn kill(&mut self) {
        self.kills += 1;
        self.in_flight.clear();
        self.ways.clear();
        self.mailbox.iter_mut().for_each(|mail| mail.leased = false);
    }

    /// The laptop is lost, or a backup is put in its place: the edge delivers all that it has once more. What
    /// only the lost database had is lost with it; nobody promised more of a disk.
    fn move_to(&mut self, conn: WriterConnection, held: &BTreeMap<Promise, bool>) {
        self.conn = conn;
        self.stream.clear();
        self.kill();
        self.mailbox.iter_mut().for_each(|mail| mail.acknowledged = false);
        self.promises.retain(|promise, edge| *edge || held.contains_key(promise));
        // The edge tells what was erased since.
        let ids: Vec<SignupId> = self.erased.iter().copied().collect();
        self.erase_rows(&ids);
    }

    fn erase_rows(&mut self, ids: &[SignupId]) {
        let workshop = &self.workshop.id;
        let rows = self
            .conn
            .in_transaction(|tx| erase::erase(tx, workshop, ids, Timestamp::from_millis(1)))
            .unwrap();
        self.erased.extend(rows.ids);
    }

    /// A person is erased by the real rule. What belongs together is found here from what was sent, not from
    /// the tables.
    fn erase(&mut self, id: SignupId) {
        let mut ids = BTreeSet::from([id]);
        loop {
            let linked = self.sent.iter().filter_map(|sent| match sent {
                Sent::Signup { signup, replaces: Some(old) } => Some([signup.id, *old]),
                _ => None,
            });
            let more = linked.filter(|pair| pair.iter().any(|id| ids.contains(id))).flatten();
            let all: BTreeSet<SignupId> = more.chain(ids.iter().copied()).collect();
            if all.len() == ids.len() {
                break;
            }
            ids = all;
        }
        self.promises.retain(|(promised, _), _| !ids.contains(promised));
        // Nothing can be erased that has not come. What has not come and belongs to it is erased when it
        // comes, or stands where what links the two never comes.
        let asked = receipts_out::known(&self.conn, &self.workshop.id, &[id]).unwrap();
        self.erase_rows(&asked);
        self.ways.clear();
        self.void.extend(ids);
    }

    /// Everything comes to rest: no step is left that could bring anything.
    fn settle(&mut self) {
        self.kill();
        self.take(Step::Deposit { count: usize::MAX });
        self.take(Step::Pull { count: usize::MAX, killed: false });
        self.take(Step::Read { count: usize::MAX });
        self.take(Step::Commit { end: End::Well });
    }

    /// What stands in the database: where, under which id, with which content.
    fn rows(&self) -> Vec<(SignupId, Digest, String)> {
        let all = "SELECT id, digest, state FROM signups UNION ALL SELECT id, digest, state FROM duplicates";
        let mut select = self.conn.prepare_cached(all).unwrap();
        let rows = select.query_map([], |row| {
            let (id, state): (String, String) = (row.get(0)?, row.get(2)?);
            Ok((SignupId::parse(&id).unwrap(), row.get(1).map(Digest::from_bytes)?, state))
        });
        rows.unwrap().collect::<Result<_, _>>().unwrap()
    }

    /// What holds after every step.
    fn check(&self) {
        let rows = self.rows();
        for (id, digest, state) in &rows {
            let same = rows.iter().filter(|(other, other_digest, _)| {
                (other, other_digest) == (id, digest) || *other == id.reused(digest) && other_digest == digest
            });
            assert_eq!(same.count(), 1, "{id} stands more than once");
            assert!(!self.erased.contains(id), "{id} was erased");
            let sent = self.sent.iter().any(|sent| match sent {
                Sent::Signup { signup, .. } => {
                    signup.digest() == *digest && (signup.id == *id || signup.id.reused(digest) == *id)
                }
                Sent::TakenBack(_) => false,
            });
            assert!(sent, "{id} was never sent");
            let receipt: String = self
                .conn
                .query_row("SELECT state FROM receipts_out WHERE id = ?1", [id.to_string()], |row| row.get(0))
                .unwrap();
            assert_eq!(receipt, *state, "the receipt of {id}");
        }
        let number = |sql: &str| self.conn.query_row(sql, [], |row| row.get::<_, u32>(0)).unwrap();
        let taken = number("SELECT count(*) FROM signups WHERE state = 'registered'");
        assert!(taken <= SEATS, "{taken} of {SEATS} seats");
        let waiting = number("SELECT count(*) FROM signups WHERE state = 'waitlisted'");
        assert!(waiting == 0 || taken == SEATS, "{waiting} wait and {taken} of {SEATS} seats are taken");
        let twice = "SELECT count(*) FROM (SELECT phone FROM signups \
                     WHERE state <> 'cancelled' AND shared_phone = 0 \
                     GROUP BY phone HAVING count(*) > 1)";
        assert_eq!(number(twice), 0, "a number stands on the list twice");
        let beside = "SELECT count(*) FROM duplicates d WHERE state <> 'cancelled' AND NOT EXISTS \
                      (SELECT 1 FROM signups s WHERE s.phone = d.phone AND s.state <> 'cancelled')";
        assert_eq!(number(beside), 0, "somebody waits beside a number that is nobody's");
    }

    /// What holds once everything has come to rest.
    fn check_promises(&self) {
        let rows = self.rows();
        for (id, digest) in self.promises.keys() {
            let found = rows.iter().filter(|(other, stored, _)| {
                stored == digest && (other == id || *other == id.reused(digest))
            });
            assert_eq!(found.count(), 1, "{id} was promised");
        }
        let parked = "SELECT bytes FROM parked";
        let mut select = self.conn.prepare(parked).unwrap();
        let parked = select.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
        let parked: BTreeSet<String> =
            parked.map(|bytes| String::from_utf8(bytes.unwrap()).unwrap()).collect();
        assert_eq!(parked, self.poison, "what cannot be read is parked, once");
        let integrity: String = self.conn.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(integrity, "ok");
        // Kept until here: whoever opens the boxes needs them.
        assert!(self.keys.drain_key(&self.workshop.id).is_some());
    }
}

impl StateMachineTest for World {
    type SystemUnderTest = Self;
    type Reference = Anything;

    fn init_test((): &()) -> Self {
        Self::new()
    }

    fn apply(mut world: Self, (): &(), step: Step) -> Self {
        world.take(step);
        world
    }

    fn check_invariants(world: &Self, (): &()) {
        world.check();
    }

    fn teardown(mut world: Self, (): ()) {
        world.settle();
        world.check();
        world.check_promises();
        KILLS.fetch_add(world.kills, Ordering::Relaxed);
    }
}

/// How often the laptop was killed, over all runs.
static KILLS: AtomicU64 = AtomicU64::new(0);

fn fresh(workshop: &Workshop) -> WriterConnection {
    let mut conn = db::open_writer(std::path::Path::new(":memory:")).unwrap();
    let row = workshops::WorkshopRow {
        workshop: workshop.clone(),
        venue_token: "k7m2qx".to_owned(),
        retired_at: None,
        rev: 1,
        published_rev: 1,
    };
    conn.in_transaction(|tx| workshops::insert(tx, &row, Timestamp::from_millis(0))).unwrap();
    conn
}

fn chosen<T>(all: &[T], which: usize) -> Option<&T> {
    if all.is_empty() { None } else { all.get(which % all.len()) }
}

#[test]
fn whatever_comes_in_between_each_stands_once() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let cases = number("ROLLCALL_MODEL_STEPS").map_or(ALL_STEPS / STEPS, |steps| steps as usize / STEPS);
    let seed = number("ROLLCALL_MODEL_SEED")
        .unwrap_or_else(|| u64::from_be_bytes(random_16()[..8].try_into().unwrap()));
    println!("ROLLCALL_MODEL_SEED={seed} takes the same steps");
    let config = Config {
        cases: u32::try_from(cases).unwrap(),
        max_shrink_iters: 20_000,
        failure_persistence: None,
        ..Config::default()
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_be_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    TestRunner::new_with_rng(config, rng)
        .run(&Anything::sequential_strategy(STEPS), |(initial, steps, seen)| {
            World::test_sequential(Config::default(), initial, steps, seen);
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
    println!("{cases} runs of {STEPS} steps, {} kills", KILLS.load(Ordering::Relaxed));
}
