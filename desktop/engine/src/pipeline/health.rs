//! How each workshop's pipeline is doing, in words for the window and the status command.

use std::sync::Arc;

use rollcall_shared::Timestamp;
use rollcall_shared::mailbox::Collector;
use rollcall_shared::seal::KeyId;
use serde::Serialize;
use tokio::sync::watch;

/// The state of one workshop's pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WorkshopHealth {
    /// Whether the edge shows this workshop.
    pub publication: Publication,
    /// Whether mail comes in.
    pub collection: Collection,
    /// Why the stream cannot be used; `None` while it can.
    pub stream_away: Option<String>,
    /// A key that mail is sealed to and that is not here. Nothing is pulled until it is.
    pub missing_key: Option<KeyId>,
    /// When the oldest sign-up was deposited that waits at the edge, as the edge said last; `None` where none
    /// waits.
    pub oldest_mail_at: Option<Timestamp>,
}

/// Whether the edge shows a workshop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Publication {
    /// There is no edge: the workshop is the venue's alone.
    NoEdge,
    /// It is being published, or a change of it is.
    Pending {
        /// Why it takes longer.
        why: Option<String>,
    },
    /// The edge has the record as it is here.
    Published,
    /// The edge no longer takes sign-ups for it.
    Retired,
    /// The edge refuses the keys.
    Unauthorized {
        /// Which: the edge knew this workshop, or it did not.
        known: bool,
    },
    /// The edge refuses the record.
    Refused {
        /// Its words.
        why: String,
    },
}

/// Whether mail comes in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Collection {
    /// Nothing to collect from.
    Idle,
    /// It does.
    Collecting,
    /// The edge cannot be reached.
    Away {
        /// Why.
        why: String,
    },
    /// The edge refuses the drain key.
    Unauthorized,
    /// Another installation collects.
    OwnedElsewhere {
        /// Which.
        collector: Collector,
    },
}

/// One pipeline's own view of its health. Cheap to clone.
#[derive(Clone)]
pub(crate) struct PipelineHealth(Arc<watch::Sender<WorkshopHealth>>);

impl PipelineHealth {
    pub(crate) fn new(publication: Publication) -> Self {
        let health = WorkshopHealth {
            publication,
            collection: Collection::Idle,
            stream_away: None,
            missing_key: None,
            oldest_mail_at: None,
        };
        Self(Arc::new(watch::Sender::new(health)))
    }

    /// Returns it as it is now.
    pub(crate) fn now(&self) -> WorkshopHealth {
        self.0.borrow().clone()
    }

    /// Returns once `reached` holds.
    pub(crate) async fn wait_for(&self, reached: impl FnMut(&WorkshopHealth) -> bool) -> WorkshopHealth {
        let mut receiver = self.0.subscribe();
        // The sender lives in `self`, so that the channel is open.
        let health = receiver.wait_for(reached).await.map(|health| health.clone());
        health.unwrap_or_else(|_| self.now())
    }

    /// Tells of every change.
    pub(crate) fn subscribe(&self) -> watch::Receiver<WorkshopHealth> {
        self.0.subscribe()
    }

    /// Tells that something changed that is shown with it.
    pub(crate) fn moved(&self) {
        self.0.send_modify(|_| ());
    }

    pub(crate) fn publication(&self, publication: Publication) {
        self.set(|health| &mut health.publication, publication);
    }

    pub(crate) fn collection(&self, collection: Collection) {
        self.set(|health| &mut health.collection, collection);
    }

    pub(crate) fn stream_away(&self, why: &str) {
        if self.set(|health| &mut health.stream_away, Some(why.to_owned())) {
            tracing::warn!(%why, "the stream cannot be used");
        }
    }

    pub(crate) fn stream_there(&self) {
        if self.set(|health| &mut health.stream_away, None) {
            tracing::info!("the stream can be used again");
        }
    }

    pub(crate) fn key_missing(&self, key_id: &KeyId) {
        self.set(|health| &mut health.missing_key, Some(key_id.clone()));
    }

    pub(crate) fn oldest_mail(&self, at: Option<Timestamp>) {
        self.set(|health| &mut health.oldest_mail_at, at);
    }

    pub(crate) fn key_found(&self) {
        self.set(|health| &mut health.missing_key, None);
    }

    /// Sets a field; returns whether it changed.
    fn set<T: PartialEq>(&self, field: impl FnOnce(&mut WorkshopHealth) -> &mut T, value: T) -> bool {
        self.0.send_if_modified(|health| {
            let field = field(health);
            let changed = *field != value;
            *field = value;
            changed
        })
    }
}
