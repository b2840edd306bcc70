//! The outbox on a line that is as bad as a hall's: whatever happens on the way, after the network has
//! returned every entry is in the database exactly once, and none was shown as received before the server had
//! it.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use rollcall_e2e::line::{Fault, Line};
use rollcall_e2e::wait;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::stage::{Stage, Story};

/// The runs of the regular test: the first ones, and all that have ever failed. `cargo xtask offline` has
/// others.
const SEEDS: RangeInclusive<u64> = 1..=20;
const FAILED_ONCE: [u64; 5] = [34, 51, 115, 162, 178];

#[test]
fn random_runs_on_a_bad_line_lose_nothing_and_double_nothing() {
    let seeds = seeds();
    let stage = Stage::with_edge(json!({}));
    let next = AtomicUsize::new(0);
    let failed = thread::scope(|scope| {
        let work = || {
            let mut failed = Vec::new();
            loop {
                let Some(&seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) else { return failed };
                let run = std::panic::AssertUnwindSafe(|| play(&stage, seed));
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

/// One phone, one line, some people, and what the seed makes of them.
fn play(stage: &Stage, seed: u64) {
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
        wait::until_equal(&format!("rows of {name}"), &1, || {
            stage.folder.count(&format!("SELECT count(*) {where_}"))
        });
        let duplicates = format!("SELECT count(*) FROM duplicates WHERE phone = '+86{phone}'");
        assert_eq!(stage.folder.count(&duplicates), 0, "{name} came twice");
    }
    for id in ids {
        assert_eq!(stage.folder.count(&format!("SELECT count(*) FROM signups WHERE id = '{id}'")), 1, "{id}");
    }
}

fn deal_with(said: &Value, line: &Line, ids: &mut Vec<String>) {
    match said["line"].as_str() {
        Some("cut") => line.cut(),
        Some("mend") => line.mend(),
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
            match dice.roll(4) {
                0 => steps.push(json!({ "do": "line", "line": "cut" })),
                1 => steps.push(json!({ "do": "line", "line": "mend" })),
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
            steps.push(json!({ "do": "sign_up", "name": name, "phone": phone, "taps": 1 + dice.roll(2) }));
            people.insert(phone, name);
            for _ in 0..dice.roll(3) {
                steps.push(match dice.roll(7) {
                    0 | 1 => json!({ "do": "reload" }),
                    2 => json!({ "do": "back" }),
                    3 => json!({ "do": "tab" }),
                    4 => json!({ "do": "kill", "after": dice.roll(400) }),
                    5 => json!({ "do": "send_now" }),
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

    fn one_of(&mut self, signs: &str) -> char {
        let signs: Vec<char> = signs.chars().collect();
        signs[usize::try_from(self.roll(signs.len() as u64)).unwrap()]
    }
}
