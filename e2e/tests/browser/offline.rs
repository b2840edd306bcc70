//! The outbox on a line that is as bad as a hall's: whatever happens on the way, after the network has
//! returned every entry is in the database exactly once, none was shown as received before the server had it,
//! and all have been sent within three seconds. The page's storage goes, pages are loaded again at any moment,
//! and somebody on the way answers for the server.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use rollcall_e2e::line::{Fault, Line};
use rollcall_e2e::wait;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::stage::{Stage, Story};

/// The runs of the regular test: the first ones, and all that have ever failed. `cargo xtask offline` has
/// others.
const SEEDS: RangeInclusive<u64> = 1..=20;
const FAILED_ONCE: [u64; 5] = [34, 51, 115, 162, 178];
/// The longest from a way that is free to the sign-ups on it.
const SOON: Duration = Duration::from_secs(3);

#[test]
fn random_runs_on_a_bad_line_lose_nothing_and_double_nothing() {
    let seeds = seeds();
    let stage = Stage::with_edge(json!({}));
    let (next, latest) = (AtomicUsize::new(0), Mutex::new(Duration::ZERO));
    let failed = thread::scope(|scope| {
        let work = || {
            let mut failed = Vec::new();
            loop {
                let Some(&seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) else { return failed };
                let run = std::panic::AssertUnwindSafe(|| {
                    let late = play(&stage, seed);
                    let mut latest = latest.lock().unwrap();
                    *latest = late.max(*latest);
                });
                if std::panic::catch_unwind(run).is_err() {
                    eprintln!("seed {seed} FAILED; once more: cargo xtask offline --runs 1 --seed {seed}");
                    failed.push(seed);
                }
            }
        };
        // As many as there are turns to take.
        let workers: Vec<_> = (0..2).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect::<Vec<u64>>()
    });
    let people = stage.folder.count("SELECT count(*) FROM signups");
    println!("{} runs from seed {}, {people} people, {} failed", seeds.len(), seeds[0], failed.len());
    let latest = latest.into_inner().unwrap();
    println!("the latest was sent {} ms after the way was free", latest.as_millis());
    assert!(failed.is_empty(), "seeds {failed:?}");
}

/// The test's own, or as many as `ROLLCALL_OFFLINE_RUNS` says from `ROLLCALL_OFFLINE_SEED` on.
fn seeds() -> Vec<u64> {
    let setting = |name| std::env::var(name).ok().map(|value| value.parse().expect("a whole number"));
    match setting("ROLLCALL_OFFLINE_RUNS") {
        Some(runs) => {
            (setting("ROLLCALL_OFFLINE_SEED").unwrap_or(1)..).take(usize::try_from(runs).unwrap()).collect()
        }
        None => SEEDS.chain(FAILED_ONCE).collect(),
    }
}

/// One phone, one line, some people, and what the seed makes of them. How long after the way was free the last
/// of them was sent.
fn play(stage: &Stage, seed: u64) -> Duration {
    let line = Line::to(stage.edge());
    let profile = TempDir::new().unwrap();
    let plan = Plan::of(seed);
    let told = json!({
        "server": line.url(), "code": stage.workshop.invite_code(), "profile": profile.path(),
        "language": if seed.is_multiple_of(2) { "zh" } else { "en" }, "steps": plan.steps,
    });
    let mut ids = Vec::new();
    let mut story = Story::played_by("offline.mjs", &format!("seed {seed}"), &told);
    while story.hears(|said| deal_with(&said, &line, &mut ids)).is_some() {}
    story.ends_well();

    assert_eq!(ids.len(), plan.people.len(), "an id for each of {:?}", plan.people);
    for (phone, name) in &plan.people {
        let where_ =
            format!("FROM signups WHERE phone = '+86{phone}' AND name = '{name}' AND state = 'registered'");
        wait::until_equal((format!("rows of {name}"), 30), &1, || {
            stage.folder.count(&format!("SELECT count(*) {where_}"))
        });
        let duplicates = format!("SELECT count(*) FROM duplicates WHERE phone = '+86{phone}'");
        assert_eq!(stage.folder.count(&duplicates), 0, "{name} came twice");
    }
    for id in ids {
        assert_eq!(stage.folder.count(&format!("SELECT count(*) FROM signups WHERE id = '{id}'")), 1, "{id}");
    }
    let latest = line.latest();
    assert!(latest < SOON, "sent {latest:?} after the way was free");
    latest
}

fn deal_with(said: &Value, line: &Line, ids: &mut Vec<String>) {
    match said["line"].as_str() {
        Some("cut") => line.cut(),
        Some("mend") => line.mend(),
        Some("seize") => match fault(&said["by"]) {
            Fault::Stranger(status, says) => line.seize(status, says),
            fault => panic!("{fault:?} is no stranger"),
        },
        Some(_) => {
            let faults: Vec<Fault> = said["faults"].as_array().unwrap().iter().map(fault).collect();
            line.fail(&faults);
        }
        None => {}
    }
    let texts = |member: &str| -> Vec<String> {
        let all = said[member].as_array().map(Vec::as_slice).unwrap_or_default();
        all.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    for id in texts("shown") {
        assert!(line.has_taken(&id), "{id} is shown as received, and the server never said so");
    }
    ids.extend(texts("ids"));
}

/// A fault as it stands in a plan: its place among [`Fault::PASSING`].
fn fault(place: &Value) -> Fault {
    Fault::PASSING[usize::try_from(place.as_u64().unwrap()).unwrap()]
}

/// What becomes of the page's storage: see `e2e/browser/phones.mjs`.
const STORAGE: [&str; 4] = ["dropped", "flaky", "upgraded", "cleared"];

/// Somebody answers everything for the server.
fn seized(dice: &mut Dice) -> Value {
    let strangers: Vec<usize> = (0..Fault::PASSING.len())
        .filter(|place| matches!(Fault::PASSING[*place], Fault::Stranger(..)))
        .collect();
    json!({ "do": "line", "line": "seize", "by": strangers[dice.place(strangers.len())] })
}

/// What one seed comes to.
struct Plan {
    steps: Vec<Value>,
    /// Names by numbers.
    people: BTreeMap<String, String>,
}

impl Plan {
    fn of(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let mut steps = Vec::new();
        let mut people = BTreeMap::new();
        for person in 0..1 + dice.roll(3) {
            match dice.roll(5) {
                0 => steps.push(json!({ "do": "line", "line": "cut" })),
                1 => steps.push(json!({ "do": "line", "line": "mend" })),
                2 => steps.push(seized(&mut dice)),
                _ => {
                    let faults: Vec<u64> =
                        (0..1 + dice.roll(4)).map(|_| dice.roll(Fault::PASSING.len() as u64)).collect();
                    steps.push(json!({ "do": "line", "line": "faults", "faults": faults }));
                }
            }
            let name: String =
                [dice.one_of("王李张刘陈杨"), dice.one_of("芳伟敏静丽强"), dice.one_of("平安华英文明")]
                    .iter()
                    .collect();
            // A mobile number of its own: 1, 3 to 9, and nine more.
            let phone = format!("13{:09}", (seed * 10 + person) % 1_000_000_000);
            let mut sign_up =
                json!({ "do": "sign_up", "name": name, "phone": phone, "taps": 1 + dice.roll(2) });
            if dice.roll(3) == 0 {
                // At any moment: before it is kept, while it is sent, when it has arrived.
                sign_up["reload_after"] = dice.roll(300).into();
            }
            steps.push(sign_up);
            people.insert(phone, name);
            for _ in 0..dice.roll(4) {
                steps.push(match dice.roll(11) {
                    0 | 1 => json!({ "do": "reload" }),
                    2 => json!({ "do": "back" }),
                    3 => json!({ "do": "tab" }),
                    4 => json!({ "do": "kill", "after": dice.roll(400) }),
                    5 => json!({ "do": "send_now" }),
                    6 | 7 => json!({ "do": "storage", "how": STORAGE[dice.place(STORAGE.len())] }),
                    8 => seized(&mut dice),
                    9 => json!({ "do": "reload_at_once" }),
                    _ => json!({ "do": "line", "line": "cut" }),
                });
            }
        }
        Self { steps, people }
    }
}

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014): the same
/// everywhere for a seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % sides
    }

    /// A place among so many.
    fn place(&mut self, count: usize) -> usize {
        usize::try_from(self.roll(count as u64)).unwrap()
    }

    fn one_of(&mut self, signs: &str) -> char {
        let signs: Vec<char> = signs.chars().collect();
        signs[self.place(signs.len())]
    }
}
