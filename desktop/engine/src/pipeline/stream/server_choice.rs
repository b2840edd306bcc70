//! Which Redis is used: the host's, a managed one, or none.

use std::path::Path;

use serde::Serialize;

use crate::config::RedisChoice;
use crate::config::settings_error::SettingsError;
use crate::folder::error::FolderError;

/// The Redis of this engine.
pub(crate) enum Redis {
    /// Messages go to the writer directly.
    Direct,
    /// The host's.
    Given { client: redis::Client },
    /// A child of this process, ended with the value.
    #[cfg(unix)]
    Managed { client: redis::Client, server: crate::pipeline::stream::private_server::RedisServer },
}

/// Why there is no Redis to use.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RedisError {
    /// The address that the host set is none.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// Its files cannot be kept in the data folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
}

/// Which Redis is used, for the status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum RedisKind {
    /// None: messages go to the writer directly.
    Direct,
    /// The host's own.
    Given,
    /// A child of this process.
    Managed {
        /// The process when it was started.
        pid: Option<i32>,
    },
}

/// Opens what was chosen. Where no `redis-server` is installed the direct channel is as safe, only less even
/// under load.
pub(crate) fn open(choice: &RedisChoice, data: &Path) -> Result<Redis, RedisError> {
    match choice {
        RedisChoice::Direct => Ok(Redis::Direct),
        RedisChoice::Url(url) => redis::Client::open(url.as_str())
            .map(|client| Redis::Given { client })
            .map_err(|source| SettingsError::RedisUrl { url: without_password(url), source }.into()),
        RedisChoice::Managed => managed(data),
    }
}

#[cfg(unix)]
fn managed(data: &Path) -> Result<Redis, RedisError> {
    use crate::pipeline::stream::private_server::RedisServer;
    match RedisServer::start(data) {
        Ok(server) => {
            let client = redis::Client::open(server.url())
                .map_err(|source| SettingsError::RedisUrl { url: server.url(), source })?;
            Ok(Redis::Managed { client, server })
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            tracing::info!("no redis-server is installed: messages go to the writer directly");
            Ok(Redis::Direct)
        }
        Err(source) => Err(FolderError::Unusable { path: data.to_owned(), source }.into()),
    }
}

#[cfg(not(unix))]
fn managed(_data: &Path) -> Result<Redis, RedisError> {
    tracing::info!("no Redis is managed on this system: messages go to the writer directly");
    Ok(Redis::Direct)
}

impl Redis {
    /// Returns a client, where there is a server.
    pub(crate) fn client(&self) -> Option<redis::Client> {
        match self {
            Self::Direct => None,
            Self::Given { client } => Some(client.clone()),
            #[cfg(unix)]
            Self::Managed { client, .. } => Some(client.clone()),
        }
    }

    /// Describes it for the status.
    pub(crate) fn describe(&self) -> RedisKind {
        match self {
            Self::Direct => RedisKind::Direct,
            Self::Given { .. } => RedisKind::Given,
            #[cfg(unix)]
            Self::Managed { server, .. } => RedisKind::Managed { pid: server.pid() },
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
