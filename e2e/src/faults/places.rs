//! Where phones send to, and what all of them know together.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rollcall_shared::digest::Digest;
use rollcall_shared::signup::SignupForm;
use rollcall_shared::workshop::Workshop;

use super::ledger::{Ledger, Line, Person};
use crate::wait;

/// The host's own ledger.
const HOST: u64 = 0;

/// Where phones send to.
#[derive(Debug)]
pub struct Places {
    /// The edge.
    pub edge: String,
    /// The venue page with its token.
    pub venue: Mutex<String>,
    /// The public record.
    pub record: Workshop,
    /// Databases that may hold a row: one, or two after a take-over.
    pub databases: Mutex<Vec<PathBuf>>,
    /// Where ledgers are kept.
    pub ledgers: PathBuf,
    /// What was promised so far, in its order.
    pub(super) promised: Mutex<Vec<Promise>>,
    families: Mutex<Families>,
    /// Faults that no later state can undo: something was said before it was true.
    pub(super) wrong: Mutex<Vec<String>>,
    pub(super) stop: AtomicBool,
    pub(super) pause: AtomicBool,
    /// Clients that are doing something.
    pub(super) busy: AtomicU64,
}

/// Sign-ups that correct each other are erased together.
#[derive(Debug, Default)]
struct Families {
    /// From one to another of its family, and so on to the family's head.
    toward: HashMap<String, String>,
    /// The heads of families that the host has erased, or is about to.
    erased: HashSet<String>,
}

impl Families {
    fn head<'a>(&'a self, mut id: &'a str) -> &'a str {
        while let Some(next) = self.toward.get(id) {
            id = next;
        }
        id
    }
}

/// A sign-up that was answered as received.
#[derive(Debug, Clone)]
pub struct Promise {
    /// Whose it is.
    pub person: Person,
    /// The digest of its content.
    pub digest: Digest,
    /// Whether the edge promised it.
    pub by_edge: bool,
}

impl Places {
    /// Begins with nobody signed up.
    pub fn new(edge: String, venue: String, record: Workshop, database: PathBuf, ledgers: &Path) -> Self {
        Self {
            edge,
            venue: Mutex::new(venue),
            record,
            databases: Mutex::new(vec![database]),
            ledgers: ledgers.to_owned(),
            promised: Mutex::default(),
            families: Mutex::default(),
            wrong: Mutex::default(),
            stop: AtomicBool::new(false),
            pause: AtomicBool::new(false),
            busy: AtomicU64::new(0),
        }
    }

    /// All that was promised until now.
    pub fn promised(&self) -> Vec<Promise> {
        self.promised.lock().unwrap().clone()
    }

    /// Notes that the host is about to erase somebody: from here on nobody is promised.
    pub fn erase(&self, id: &str) {
        Ledger::open(&self.ledgers, HOST).note(&Line::Erased(id.to_owned()));
        let mut families = self.families.lock().unwrap();
        let head = families.head(id).to_owned();
        families.erased.insert(head);
    }

    /// Whether the host has erased somebody, or is about to; sign-ups that correct each other are erased
    /// together.
    pub fn is_erased(&self, id: &str) -> bool {
        let families = self.families.lock().unwrap();
        families.erased.contains(families.head(id))
    }

    /// Notes that one is about to correct another.
    pub(super) fn corrects(&self, new: &str, old: &str) {
        let mut families = self.families.lock().unwrap();
        let (from, to) = (families.head(new).to_owned(), families.head(old).to_owned());
        if from == to {
            return;
        }
        if families.erased.remove(&from) {
            families.erased.insert(to.clone());
        }
        families.toward.insert(from, to);
    }

    /// Everything that was said before it was true.
    pub fn wrong(&self) -> Vec<String> {
        self.wrong.lock().unwrap().clone()
    }

    /// Returns the digest of somebody's sign-up.
    pub fn digest(&self, person: &Person) -> Digest {
        let form = SignupForm {
            id: person.id.clone(),
            invite_code: self.record.invite_code.to_string(),
            name: person.name.clone(),
            phone: person.phone.clone(),
            ..SignupForm::default()
        };
        form.parse(&self.record).unwrap().digest()
    }

    /// Has everybody stop for a while, and waits until nobody is in the middle of anything.
    pub fn pause(&self) {
        self.pause.store(true, Ordering::SeqCst);
        wait::until(("every client pauses", 60), || (self.busy.load(Ordering::SeqCst) == 0).then_some(()));
    }

    /// Lets everybody go on.
    pub fn go_on(&self) {
        self.pause.store(false, Ordering::SeqCst);
    }
}
