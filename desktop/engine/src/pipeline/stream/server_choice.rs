//! Which Redis is used: the host's, a managed one, or none.

use std::path::Path;
use std::time::Duration;

use redis::Client;
use serde::Serialize;
use tokio::sync::watch;

use crate::config::RedisChoice;
use crate::config::settings_error::SettingsError;
#[cfg(unix)]
use crate::pipeline::stream::private_server::{Life, RedisServer};
use crate::pipeline::stream::server_version::{self, OLDEST, ServerVersion};

/// How long a start waits for a server: much longer than one takes that has little to read.
const PATIENCE: Duration = Duration::from_secs(2);
/// Between two looks at a server meanwhile.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// And after that.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// The Redis of this engine. Until it is known that it can be used, and where it cannot, messages go to the
/// writer directly, which is as safe, only less even under load: nobody ever waits for a server.
pub(crate) struct Redis {
    source: Source,
    usage: watch::Sender<Usage>,
}

/// Where a server comes from.
enum Source {
    /// There is none.
    Nowhere,
    /// The host's.
    Given { client: Client, url: String },
    /// A child of this process.
    #[cfg(unix)]
    Managed { client: Client, server: RedisServer },
}

/// Whether it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Usage {
    Used,
    Direct(DirectReason),
}

/// Which Redis is used, for the status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum RedisKind {
    /// None: messages go to the writer directly.
    Direct(DirectReason),
    /// The host's own.
    Given,
    /// A child of this process.
    Managed {
        /// The process, while there is one.
        pid: Option<i32>,
    },
}

/// Why no Redis is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum DirectReason {
    /// The host wants none.
    Chosen,
    /// None is installed, or none is managed on this system.
    NotInstalled,
    /// It is older than the oldest that is used.
    TooOld {
        /// Its name and version.
        found: String,
    },
    /// It does not start. It is tried again, and used once it has.
    NotStarted {
        /// What is in the way.
        why: String,
    },
}

/// What a look at a server finds.
enum Look {
    /// This is so for good.
    Known(Usage),
    /// It does not answer yet.
    NotYet(String),
}

/// Opens what was chosen. Returns at once: [`Redis::settle`] waits for a server.
///
/// # Errors
/// [`SettingsError::RedisUrl`] where the address is none.
pub(crate) fn open(choice: &RedisChoice, data: &Path) -> Result<Redis, SettingsError> {
    match choice {
        RedisChoice::Direct => Ok(Redis::none(DirectReason::Chosen)),
        RedisChoice::Url(url) => {
            let client = client(url)?;
            let source = Source::Given { client, url: without_password(url) };
            Ok(Redis { source, usage: watch::Sender::new(Usage::Used) })
        }
        RedisChoice::Managed => managed(data),
    }
}

#[cfg(unix)]
fn managed(data: &Path) -> Result<Redis, SettingsError> {
    managed_by(RedisServer::start(data))
}

#[cfg(unix)]
fn managed_by(server: std::io::Result<RedisServer>) -> Result<Redis, SettingsError> {
    match server {
        Ok(server) => {
            let source = Source::Managed { client: client(&server.url())?, server };
            let starting = DirectReason::NotStarted { why: "it is starting".to_owned() };
            Ok(Redis { source, usage: watch::Sender::new(Usage::Direct(starting)) })
        }
        Err(error) => {
            tracing::warn!(%error, "Redis has no place for its files: messages go to the writer directly");
            Ok(Redis::none(DirectReason::NotStarted { why: error.to_string() }))
        }
    }
}

#[cfg(not(unix))]
fn managed(_data: &Path) -> Result<Redis, SettingsError> {
    tracing::info!("no Redis is managed on this system: messages go to the writer directly");
    Ok(Redis::none(DirectReason::NotInstalled))
}

fn client(url: &str) -> Result<Client, SettingsError> {
    Client::open(url).map_err(|source| SettingsError::RedisUrl { url: without_password(url), source })
}

impl Redis {
    fn none(reason: DirectReason) -> Self {
        Self { source: Source::Nowhere, usage: watch::Sender::new(Usage::Direct(reason)) }
    }

    /// Waits a moment for the server, so that a start has what it will have.
    ///
    /// # Errors
    /// [`SettingsError::OldRedis`] where the host's own is too old. One that is away is no error.
    pub(crate) async fn settle(&self) -> Result<(), SettingsError> {
        if tokio::time::timeout(PATIENCE, self.known(LOOK_EVERY)).await.is_err() {
            tracing::warn!(redis = ?self.describe(), "Redis does not answer yet; the rest goes ahead");
        }
        match (&self.source, &*self.usage.borrow()) {
            (Source::Given { url, .. }, Usage::Direct(DirectReason::TooOld { found })) => {
                Err(SettingsError::OldRedis { url: url.clone(), found: found.clone(), oldest: OLDEST })
            }
            _ => Ok(()),
        }
    }

    /// Waits until it is known for good whether the server is used, however long that takes. Whether that has
    /// changed.
    pub(crate) async fn follow(&self) -> bool {
        let is_used = || *self.usage.borrow() == Usage::Used;
        let was_used = is_used();
        self.known(LOOK_AGAIN).await;
        is_used() != was_used
    }

    async fn known(&self, look_every: Duration) {
        loop {
            match self.look().await {
                Look::Known(usage) => {
                    if matches!(usage, Usage::Direct(_)) {
                        self.ask_to_end();
                    }
                    self.usage.send_replace(usage);
                    return;
                }
                Look::NotYet(why) => {
                    // What is used meanwhile is decided already; only the words may be new.
                    self.usage.send_if_modified(|usage| match usage {
                        Usage::Direct(DirectReason::NotStarted { why: known }) if *known != why => {
                            *known = why;
                            true
                        }
                        _ => false,
                    });
                }
            }
            tokio::time::sleep(look_every).await;
        }
    }

    async fn look(&self) -> Look {
        let usage = self.usage.borrow().clone();
        if matches!(usage, Usage::Direct(DirectReason::NotInstalled | DirectReason::TooOld { .. })) {
            return Look::Known(usage);
        }
        let client = match &self.source {
            Source::Nowhere => return Look::Known(usage),
            Source::Given { client, .. } => client,
            #[cfg(unix)]
            Source::Managed { client, server } => match server.life() {
                Life::NotInstalled => {
                    tracing::info!("no redis-server is installed: messages go to the writer directly");
                    return Look::Known(Usage::Direct(DirectReason::NotInstalled));
                }
                Life::Ended(why) => return Look::NotYet(why),
                Life::Starting | Life::Running => client,
            },
        };
        match server_version::ask(client).await {
            Ok(version) => Look::Known(self.judge(version)),
            Err(error) => Look::NotYet(error.to_string()),
        }
    }

    /// Whether a server of that version is used.
    fn judge(&self, version: Option<ServerVersion>) -> Usage {
        match version {
            None => {
                tracing::warn!("the Redis does not say how old it is, and is used all the same");
                Usage::Used
            }
            Some(version) if version.is_enough() => {
                tracing::info!(%version, "Redis is used");
                Usage::Used
            }
            Some(version) => {
                tracing::warn!(%version, oldest = ?OLDEST, "Redis is too old: messages go to the writer directly");
                Usage::Direct(DirectReason::TooOld { found: version.to_string() })
            }
        }
    }

    /// Returns a client, where a server is used.
    pub(crate) fn client(&self) -> Option<Client> {
        match (&self.source, &*self.usage.borrow()) {
            (Source::Nowhere, _) | (_, Usage::Direct(_)) => None,
            (Source::Given { client, .. }, Usage::Used) => Some(client.clone()),
            #[cfg(unix)]
            (Source::Managed { client, .. }, Usage::Used) => Some(client.clone()),
        }
    }

    /// Tells of every change.
    pub(crate) fn watch(&self) -> watch::Receiver<impl Send + Sync + use<>> {
        self.usage.subscribe()
    }

    /// Describes it for the status.
    pub(crate) fn describe(&self) -> RedisKind {
        match (&self.source, &*self.usage.borrow()) {
            (_, Usage::Direct(reason)) => RedisKind::Direct(reason.clone()),
            (Source::Nowhere | Source::Given { .. }, Usage::Used) => RedisKind::Given,
            #[cfg(unix)]
            (Source::Managed { server, .. }, Usage::Used) => RedisKind::Managed { pid: server.pid() },
        }
    }

    /// Has the server end where it is ours and is not used.
    fn ask_to_end(&self) {
        #[cfg(unix)]
        if let Source::Managed { server, .. } = &self.source {
            server.ask_to_end();
        }
    }

    /// Ends the server where it is ours, and waits until it has ended. Blocking. After everything that talks
    /// to it.
    pub(crate) fn end(&self) {
        #[cfg(unix)]
        if let Source::Managed { server, .. } = &self.source {
            server.end();
        }
    }
}

/// Writes an address as it may be logged.
fn without_password(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => {
            format!("{}…{}", url.get(..scheme + 3).unwrap_or_default(), url.get(at..).unwrap_or_default())
        }
        _ => url.to_owned(),
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
