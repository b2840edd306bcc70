//! How each hop of one workshop is doing, said in the words of [`crate::view::HopCode`]: one place that
//! derives them.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use rollcall_shared::retry::Failure;
use rollcall_shared::workshop::WorkshopId;
use rollcall_shared::{Millis, Timestamp};

use crate::pipeline::health::{Collection, Publication, WorkshopHealth};
use crate::pipeline::stream::server_choice::{DirectReason, RedisKind};
use crate::venue::listener::ListenerState;
use crate::view::{Hop, HopCode, HopHealth};

/// What the hops are derived from.
pub(crate) struct Facts {
    pub(crate) health: WorkshopHealth,
    pub(crate) has_edge: bool,
    pub(crate) redis: RedisKind,
    pub(crate) unwritable: Option<Failure>,
    pub(crate) listener: ListenerState,
    /// Whether a phone could reach this laptop at all.
    pub(crate) on_a_network: bool,
}

/// What waits at each hop.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Waiting {
    pub(crate) receipts: u64,
    pub(crate) mail: u64,
    /// How long that takes.
    pub(crate) mail_seconds: Option<u32>,
    pub(crate) stream: u64,
    pub(crate) writer: u64,
}

/// Since when each hop is as it is.
#[derive(Default)]
pub(crate) struct Since(Mutex<BTreeMap<(WorkshopId, Hop), (HopCode, Millis)>>);

impl Since {
    /// Notes how the hops are now, and says since when.
    pub(crate) fn note(
        &self,
        workshop: &WorkshopId,
        facts: &Facts,
        waiting: Waiting,
        now: Timestamp,
    ) -> Vec<HopHealth> {
        let mut since = self.0.lock();
        let mail_seconds = waiting.mail_seconds;
        let hops = [
            (Hop::Internet, internet(facts), waiting.receipts),
            (Hop::Collection, collection(facts), waiting.mail),
            (Hop::Redis, redis(facts), waiting.stream),
            (Hop::Venue, venue(facts), 0),
            (Hop::Database, database(facts), waiting.writer),
        ];
        hops.into_iter()
            .map(|(hop, (code, detail), waiting)| {
                let noted = since.entry((workshop.clone(), hop)).or_insert((code, now.as_millis()));
                if noted.0 != code {
                    *noted = (code, now.as_millis());
                }
                let remaining_seconds = mail_seconds.filter(|_| code == HopCode::Collecting);
                HopHealth {
                    hop,
                    level: code.level(),
                    code,
                    since: Some(Timestamp::from_millis(noted.1)),
                    waiting,
                    remaining_seconds,
                    detail,
                }
            })
            .collect()
    }
}

type Reading = (HopCode, Option<String>);

fn internet(facts: &Facts) -> Reading {
    match &facts.health.publication {
        _ if !facts.has_edge => (HopCode::NoEdge, None),
        // The edge holds what was published; what counts now is whether it answers.
        Publication::Published | Publication::Retired
            if matches!(facts.health.collection, Collection::Away { .. }) =>
        {
            away(&facts.health.collection)
        }
        Publication::NoEdge | Publication::Pending { why: None } => (HopCode::Publishing, None),
        Publication::Pending { why: Some(why) } => (HopCode::EdgeAway, Some(why.clone())),
        Publication::Published => (HopCode::Published, None),
        Publication::Retired => (HopCode::Retired, None),
        Publication::Unauthorized { known: false } => (HopCode::PublishKeyRefused, None),
        Publication::Unauthorized { known: true } => (HopCode::DrainKeyRefused, None),
        Publication::Refused { why } => (HopCode::RecordRefused, Some(why.clone())),
    }
}

fn collection(facts: &Facts) -> Reading {
    if !facts.has_edge {
        return (HopCode::NoEdge, None);
    }
    if let Some(key_id) = &facts.health.missing_key {
        return (HopCode::KeyMissing, Some(key_id.to_string()));
    }
    match &facts.health.collection {
        Collection::Idle => (HopCode::NotYet, None),
        Collection::Collecting => (HopCode::Collecting, None),
        away_now @ Collection::Away { .. } => away(away_now),
        Collection::Unauthorized => (HopCode::DrainKeyRefused, None),
        Collection::OwnedElsewhere { collector } => (HopCode::OwnedElsewhere, Some(collector.name.clone())),
    }
}

fn away(collection: &Collection) -> Reading {
    let why = match collection {
        Collection::Away { why } => Some(why.clone()),
        _ => None,
    };
    (HopCode::EdgeAway, why)
}

fn redis(facts: &Facts) -> Reading {
    match (&facts.redis, &facts.health.stream_away) {
        (RedisKind::Direct(reason), _) => match reason {
            DirectReason::Chosen | DirectReason::NotInstalled => (HopCode::Direct, None),
            DirectReason::TooOld { found } => (HopCode::RedisTooOld, Some(found.clone())),
            DirectReason::NotStarted { why } => (HopCode::RedisNotStarted, Some(why.clone())),
        },
        (_, None) => (HopCode::RedisWorks, None),
        (RedisKind::Managed { .. }, Some(why)) => (HopCode::RedisRestarting, Some(why.clone())),
        (RedisKind::Given, Some(why)) => (HopCode::RedisAway, Some(why.clone())),
    }
}

fn venue(facts: &Facts) -> Reading {
    match &facts.listener {
        ListenerState::Closed => (HopCode::VenueClosed, None),
        ListenerState::Refused(why) => (HopCode::VenueRefused, Some(why.clone())),
        ListenerState::Open if facts.on_a_network => (HopCode::VenueOpen, None),
        ListenerState::Open => (HopCode::NoNetwork, None),
    }
}

fn database(facts: &Facts) -> Reading {
    let code = match facts.unwritable {
        None => HopCode::Writable,
        Some(Failure::Busy | Failure::Locked) => HopCode::DatabaseBusy,
        Some(Failure::DiskFull) => HopCode::DiskFull,
        Some(Failure::ReadOnly) => HopCode::ReadOnly,
        Some(_) => HopCode::DatabaseFailing,
    };
    (code, facts.unwritable.map(|failure| failure.cause().to_owned()))
}

#[cfg(test)]
mod tests {
    use rollcall_shared::mailbox::Collector;

    use super::*;

    fn facts() -> Facts {
        Facts {
            health: WorkshopHealth {
                publication: Publication::Published,
                collection: Collection::Collecting,
                stream_away: None,
                missing_key: None,
                oldest_mail_at: None,
            },
            has_edge: true,
            redis: RedisKind::Direct(DirectReason::Chosen),
            unwritable: None,
            listener: ListenerState::Open,
            on_a_network: true,
        }
    }

    #[test]
    fn every_state_has_its_word() {
        let check = |hop: Hop, change: fn(&mut Facts), expected: HopCode| {
            let mut facts = facts();
            change(&mut facts);
            let workshop = WorkshopId::from_random([1; 16]);
            let hops =
                Since::default().note(&workshop, &facts, Waiting::default(), Timestamp::from_millis(5));
            let found = hops.into_iter().find(|health| health.hop == hop).unwrap();
            assert_eq!(
                (found.code, found.level, found.since),
                (expected, expected.level(), Some(Timestamp::from_millis(5)))
            );
        };
        let away = |facts: &mut Facts| facts.health.collection = Collection::Away { why: "x".into() };
        check(Hop::Internet, |_| (), HopCode::Published);
        check(Hop::Internet, |f| f.has_edge = false, HopCode::NoEdge);
        check(Hop::Internet, away, HopCode::EdgeAway);
        check(Hop::Internet, |f| f.health.publication = Publication::Retired, HopCode::Retired);
        check(
            Hop::Internet,
            |f| f.health.publication = Publication::Pending { why: None },
            HopCode::Publishing,
        );
        check(
            Hop::Internet,
            |f| f.health.publication = Publication::Pending { why: Some("x".into()) },
            HopCode::EdgeAway,
        );
        check(
            Hop::Internet,
            |f| f.health.publication = Publication::Unauthorized { known: false },
            HopCode::PublishKeyRefused,
        );
        check(
            Hop::Internet,
            |f| f.health.publication = Publication::Unauthorized { known: true },
            HopCode::DrainKeyRefused,
        );
        check(
            Hop::Internet,
            |f| f.health.publication = Publication::Refused { why: "x".into() },
            HopCode::RecordRefused,
        );
        check(Hop::Collection, |_| (), HopCode::Collecting);
        check(Hop::Collection, |f| f.has_edge = false, HopCode::NoEdge);
        check(Hop::Collection, |f| f.health.collection = Collection::Idle, HopCode::NotYet);
        check(Hop::Collection, away, HopCode::EdgeAway);
        check(Hop::Collection, |f| f.health.collection = Collection::Unauthorized, HopCode::DrainKeyRefused);
        check(
            Hop::Collection,
            |f| {
                let collector = Collector { id: "a".into(), name: "b".into() };
                f.health.collection = Collection::OwnedElsewhere { collector };
            },
            HopCode::OwnedElsewhere,
        );
        check(
            Hop::Collection,
            |f| {
                f.health.missing_key =
                    Some(rollcall_shared::seal::SecretKey::from_bytes([1; 32]).public().key_id)
            },
            HopCode::KeyMissing,
        );
        check(Hop::Redis, |_| (), HopCode::Direct);
        check(Hop::Redis, |f| f.redis = RedisKind::Direct(DirectReason::NotInstalled), HopCode::Direct);
        check(
            Hop::Redis,
            |f| f.redis = RedisKind::Direct(DirectReason::TooOld { found: "Redis 6.0.16".into() }),
            HopCode::RedisTooOld,
        );
        check(
            Hop::Redis,
            |f| f.redis = RedisKind::Direct(DirectReason::NotStarted { why: "x".into() }),
            HopCode::RedisNotStarted,
        );
        check(Hop::Redis, |f| f.redis = RedisKind::Given, HopCode::RedisWorks);
        check(
            Hop::Redis,
            |f| (f.redis, f.health.stream_away) = (RedisKind::Given, Some("x".into())),
            HopCode::RedisAway,
        );
        check(
            Hop::Redis,
            |f| (f.redis, f.health.stream_away) = (RedisKind::Managed { pid: None }, Some("x".into())),
            HopCode::RedisRestarting,
        );
        check(Hop::Venue, |_| (), HopCode::VenueOpen);
        check(Hop::Venue, |f| f.on_a_network = false, HopCode::NoNetwork);
        check(Hop::Venue, |f| f.listener = ListenerState::Closed, HopCode::VenueClosed);
        check(Hop::Venue, |f| f.listener = ListenerState::Refused("x".into()), HopCode::VenueRefused);
        check(Hop::Database, |_| (), HopCode::Writable);
        check(Hop::Database, |f| f.unwritable = Some(Failure::Locked), HopCode::DatabaseBusy);
        check(Hop::Database, |f| f.unwritable = Some(Failure::DiskFull), HopCode::DiskFull);
        check(Hop::Database, |f| f.unwritable = Some(Failure::ReadOnly), HopCode::ReadOnly);
        check(Hop::Database, |f| f.unwritable = Some(Failure::Io), HopCode::DatabaseFailing);
    }

    #[test]
    fn since_moves_with_the_word_only() {
        let (since, workshop) = (Since::default(), WorkshopId::from_random([1; 16]));
        let at = |facts: &Facts, now| {
            let hops = since.note(&workshop, facts, Waiting::default(), now);
            hops.into_iter().find(|health| health.hop == Hop::Database).unwrap().since
        };
        assert_eq!(at(&facts(), Timestamp::from_millis(1)), Some(Timestamp::from_millis(1)));
        assert_eq!(at(&facts(), Timestamp::from_millis(2)), Some(Timestamp::from_millis(1)));
        let full = Facts { unwritable: Some(Failure::DiskFull), ..facts() };
        assert_eq!(at(&full, Timestamp::from_millis(3)), Some(Timestamp::from_millis(3)));
        assert_eq!(at(&facts(), Timestamp::from_millis(4)), Some(Timestamp::from_millis(4)));
    }
}
