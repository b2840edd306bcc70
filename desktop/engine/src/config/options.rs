//! What can be set on a command line or in the environment: the same words for `rollcall-host` and for the
//! window.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::Args;

use crate::config::settings_error::SettingsError;
use crate::config::{self, Config, EdgeConfig, RedisChoice, VenueStart};

/// A deployment and its publish key.
#[derive(Debug, Clone, Args)]
pub struct EdgeOptions {
    /// The deployment that takes sign-ups over the internet
    #[arg(long, env = "ROLLCALL_EDGE_URL")]
    edge_url: Option<String>,
    /// A file that holds the deployment's publish key
    #[arg(long, env = "ROLLCALL_PUBLISH_KEY_FILE")]
    publish_key_file: Option<PathBuf>,
}

impl EdgeOptions {
    /// Reads the key's file and checks the address; `None` where no deployment is named.
    ///
    /// # Errors
    /// [`SettingsError`] where the host has to change one of them.
    pub fn config(self) -> Result<Option<EdgeConfig>, SettingsError> {
        let publish_key = self.publish_key_file.map(read_publish_key).transpose()?;
        self.edge_url.map(|url| EdgeConfig::parse(&url, publish_key)).transpose()
    }
}

/// Everything that an engine is started with but its folder.
#[derive(Debug, Clone, Args)]
pub struct EngineOptions {
    #[command(flatten)]
    edge: EdgeOptions,
    /// The address on which the venue page listens; 0.0.0.0 for the whole local network
    #[arg(long, env = "ROLLCALL_LAN_HOST")]
    lan_host: Option<IpAddr>,
    /// The venue page's port; 0 for any free one
    #[arg(long, env = "ROLLCALL_LAN_PORT", default_value_t = config::DEFAULT_LAN_PORT)]
    lan_port: u16,
    /// The port of metrics and control, on 127.0.0.1; 0 for any free one
    #[arg(long, env = "ROLLCALL_METRICS_PORT", default_value_t = 0)]
    metrics_port: u16,
    /// A Redis (6.2 or newer) or Valkey of your own instead of a managed one
    #[arg(long, env = "ROLLCALL_REDIS_URL", conflicts_with = "no_redis")]
    redis_url: Option<String>,
    /// No Redis: messages go to the database directly
    #[arg(long)]
    no_redis: bool,
    /// Make a demo workshop where the folder has no workshop
    #[arg(long)]
    demo: bool,
}

impl EngineOptions {
    /// Reads the key's file and checks the address. The venue page listens on `lan_host` where nothing else
    /// is said.
    ///
    /// # Errors
    /// [`SettingsError`] where the host has to change one of them.
    pub fn config(
        self,
        data_dir: PathBuf,
        lan_host: IpAddr,
        venue: VenueStart,
    ) -> Result<Config, SettingsError> {
        let edge = self.edge.config()?;
        let redis = match (self.redis_url, self.no_redis) {
            (Some(url), _) => RedisChoice::Url(url),
            (None, true) => RedisChoice::Direct,
            (None, false) => RedisChoice::Managed,
        };
        Ok(Config {
            data_dir,
            edge,
            lan_host: self.lan_host.unwrap_or(lan_host),
            lan_port: self.lan_port,
            venue,
            metrics_port: self.metrics_port,
            redis,
            demo: self.demo,
        })
    }
}

fn read_publish_key(path: PathBuf) -> Result<String, SettingsError> {
    match std::fs::read_to_string(&path) {
        Ok(key) if !key.trim().is_empty() => Ok(key.trim().to_owned()),
        Ok(_) => Err(SettingsError::PublishKeyFile { path, source: std::io::Error::other("it is empty") }),
        Err(source) => Err(SettingsError::PublishKeyFile { path, source }),
    }
}
