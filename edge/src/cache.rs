//! Finds the workshop that an invite code leads to: in memory, then in KV, then in the InviteCode object.
//!
//! The rules, lifetimes and keys are `rollcall_shared::cache`'s. No request waits for what another one
//! fetches: Workers cancel such requests. Each looks, fetches for itself and stores what it found.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use rollcall_shared::Timestamp;
use rollcall_shared::cache::{
    Counters, Entry, Freshness, KV_CACHE_TTL_SECONDS, Known, MEMORY_ENTRIES, REFRESH_TIMEOUT_MS, kv_key,
};
use rollcall_shared::invite_code::InviteCode;
use worker::{Context, Env, Result, console_warn};

use crate::invite_code::LookUp;
use crate::{clock, deadline, invite_code, object};

thread_local! {
    /// The isolate's memory. Borrowed between waits only, never across one.
    static MEMORY: RefCell<Memory> = RefCell::default();
}

/// Finds what is known about a code.
pub(crate) async fn find(
    env: &Env,
    context: &Context,
    code: &InviteCode,
    now: Timestamp,
) -> Result<Rc<Entry>> {
    match MEMORY.with_borrow_mut(|memory| memory.look(code, now)) {
        Looked::Hit(entry) => Ok(entry),
        Looked::RefreshAfter(entry) => {
            let (env, code) = (env.clone(), code.clone());
            context.wait_until(async move {
                if let Err(error) = fetch(&env, &code).await {
                    console_warn!("a stale record could not be refreshed: {error}");
                }
            });
            Ok(entry)
        }
        Looked::Miss => fetch(env, code).await,
    }
}

/// Forgets a code after it was published or retired here, so that this isolate does not lag behind itself.
pub(crate) fn forget(code: &InviteCode) {
    MEMORY.with_borrow_mut(|memory| memory.entries.remove(code));
}

/// Hits and misses of this isolate.
pub(crate) fn counters() -> Counters {
    MEMORY.with_borrow(|memory| memory.counters)
}

async fn fetch(env: &Env, code: &InviteCode) -> Result<Rc<Entry>> {
    let known = match from_kv(env, code).await {
        Some(known) => {
            count(|counters| counters.kv_hits += 1);
            known
        }
        None => {
            count(|counters| {
                counters.kv_misses += 1;
                counters.authoritative += 1;
            });
            object::call(&invite_code::object(env, code)?, &LookUp {}).await?
        }
    };
    let entry = Rc::new(Entry { known, stored_at: clock::now() });
    MEMORY.with_borrow_mut(|memory| memory.put(code.clone(), entry.clone()));
    Ok(entry)
}

/// KV is only a cache: where it fails, the object is asked.
async fn from_kv(env: &Env, code: &InviteCode) -> Option<Known> {
    let read = async {
        let value = env.kv("CACHE")?.get(&kv_key(code)).cache_ttl(KV_CACHE_TTL_SECONDS).bytes().await?;
        Ok(value.map(|json| serde_json::from_slice::<Entry>(&json)).transpose()?)
    };
    match deadline::within(deadline::KV, "KV", read).await {
        Ok(entry) => entry.filter(|entry| entry.usable_from_kv(clock::now())).map(|entry| entry.known),
        Err(error) => {
            console_warn!("KV was not readable: {error}");
            None
        }
    }
}

fn count(change: impl FnOnce(&mut Counters)) {
    MEMORY.with_borrow_mut(|memory| change(&mut memory.counters));
}

#[derive(Default)]
struct Memory {
    entries: BTreeMap<InviteCode, Slot>,
    counters: Counters,
}

struct Slot {
    entry: Rc<Entry>,
    /// When the running refresh began; one runs at a time.
    refreshing_since: Option<Timestamp>,
}

enum Looked {
    Hit(Rc<Entry>),
    RefreshAfter(Rc<Entry>),
    Miss,
}

impl Memory {
    fn look(&mut self, code: &InviteCode, now: Timestamp) -> Looked {
        let slot = self.entries.get_mut(code);
        let freshness = slot.as_ref().map_or(Freshness::Expired, |slot| slot.entry.freshness(now));
        match (slot, freshness) {
            (Some(slot), Freshness::Fresh) => {
                self.counters.memory_hits += 1;
                Looked::Hit(slot.entry.clone())
            }
            (Some(slot), Freshness::Stale) => {
                self.counters.memory_stale += 1;
                let running = slot.refreshing_since.is_some_and(|since| now - since < REFRESH_TIMEOUT_MS);
                if running {
                    return Looked::Hit(slot.entry.clone());
                }
                slot.refreshing_since = Some(now);
                Looked::RefreshAfter(slot.entry.clone())
            }
            _ => {
                self.counters.memory_misses += 1;
                Looked::Miss
            }
        }
    }

    fn put(&mut self, code: InviteCode, entry: Rc<Entry>) {
        if self.entries.len() >= MEMORY_ENTRIES && !self.entries.contains_key(&code) {
            self.evict();
        }
        self.entries.insert(code, Slot { entry, refreshing_since: None });
    }

    /// Makes room: evicts guessed codes before workshops, old entries before new ones.
    fn evict(&mut self) {
        let rank = |slot: &Slot| (slot.entry.known != Known::Unknown, slot.entry.stored_at);
        let first = self.entries.iter().min_by_key(|(_, slot)| rank(slot)).map(|(code, _)| code.clone());
        if let Some(code) = first {
            self.entries.remove(&code);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rollcall_shared::cache::{MEMORY_TTL_MS, STALE_MS};

    fn code(n: u8) -> InviteCode {
        InviteCode::from_random([n; 16])
    }

    fn entry(known: Known, stored_at: Timestamp) -> Rc<Entry> {
        Rc::new(Entry { known, stored_at })
    }

    #[test]
    fn one_request_refreshes_a_stale_entry_and_the_others_are_served() {
        let mut memory = Memory::default();
        assert!(matches!(memory.look(&code(1), Timestamp::from_millis(0)), Looked::Miss));
        memory.put(code(1), entry(Known::Retired, Timestamp::from_millis(0)));
        assert!(matches!(memory.look(&code(1), Timestamp::from_millis(0)), Looked::Hit(_)));
        assert!(matches!(
            memory.look(&code(1), Timestamp::from_millis(MEMORY_TTL_MS)),
            Looked::RefreshAfter(_)
        ));
        assert!(matches!(memory.look(&code(1), Timestamp::from_millis(MEMORY_TTL_MS)), Looked::Hit(_)));
        let given_up = MEMORY_TTL_MS + REFRESH_TIMEOUT_MS;
        assert!(matches!(memory.look(&code(1), Timestamp::from_millis(given_up)), Looked::RefreshAfter(_)));
        assert!(matches!(
            memory.look(&code(1), Timestamp::from_millis(MEMORY_TTL_MS + STALE_MS)),
            Looked::Miss
        ));
        let Counters { memory_hits, memory_stale, memory_misses, .. } = memory.counters;
        assert_eq!((memory_hits, memory_stale, memory_misses), (1, 3, 2));
    }

    #[test]
    fn guessed_codes_do_not_push_workshops_out() {
        let mut memory = Memory::default();
        memory.put(code(0), entry(Known::Retired, Timestamp::from_millis(0)));
        for n in 0..2 * MEMORY_ENTRIES {
            let mut random = [0; 16];
            random[..8].copy_from_slice(&(n as u64 + 1_000).to_le_bytes());
            memory.put(InviteCode::from_random(random), entry(Known::Unknown, Timestamp::from_millis(1)));
        }
        assert_eq!(memory.entries.len(), MEMORY_ENTRIES);
        assert!(memory.entries.contains_key(&code(0)));
    }
}
