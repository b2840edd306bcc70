//! What the host sets.

pub(crate) mod language;
pub mod options;
pub(crate) mod settings_error;

use std::net::IpAddr;
use std::path::PathBuf;

use crate::config::settings_error::SettingsError;

/// The port of the venue page where none is given. Fixed, so that a printed QR code stays right after a
/// restart.
pub const DEFAULT_LAN_PORT: u16 = 7470;

/// Everything that can be set from outside; the rest is in the data folder.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where database, keys and Redis's files live. Made where it is missing.
    pub data_dir: PathBuf,
    /// The edge, where there is one: a workshop can be run from first to last without. Where it is not set,
    /// the one that the host connected to is used (see [`crate::Engine::connect`]).
    pub edge: Option<EdgeConfig>,
    /// The address on which the venue page listens.
    pub lan_host: IpAddr,
    /// Its port; 0 takes any free one.
    pub lan_port: u16,
    /// When the venue page is opened.
    pub venue: VenueStart,
    /// The port of `/metrics` and of the control routes, on the loopback interface only; 0 takes any free
    /// one.
    pub metrics_port: u16,
    /// Which Redis.
    pub redis: RedisChoice,
    /// Make a demo workshop where the folder has no workshop.
    pub demo: bool,
}

/// When the venue page is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VenueStart {
    /// With the engine: a port that is taken keeps it from starting.
    #[default]
    AtOnce,
    /// When the host asks for it.
    WhenAsked,
}

/// The deployment that takes sign-ups over the internet.
#[derive(Debug, Clone)]
pub struct EdgeConfig {
    /// Its address, without a slash at the end.
    url: String,
    /// Whether the address is this very machine, where no proxy is asked.
    is_loopback: bool,
    /// Lets this host publish new workshops. Known workshops are published with their own drain key.
    publish_key: Option<String>,
}

impl EdgeConfig {
    /// Reads the address.
    ///
    /// # Errors
    /// [`SettingsError::EdgeUrl`] where it is no `http` or `https` address, names a user or holds a query.
    pub fn parse(url: &str, publish_key: Option<String>) -> Result<Self, SettingsError> {
        let wrong = |why: &str| SettingsError::EdgeUrl { url: url.to_owned(), why: why.to_owned() };
        let parsed = reqwest::Url::parse(url.trim()).map_err(|e| wrong(&e.to_string()))?;
        let host = parsed.host_str().ok_or_else(|| wrong("it has no host"))?;
        let is_loopback = host == "localhost"
            || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        match parsed.scheme() {
            "https" => {}
            "http" if is_loopback => {}
            // Keys would travel in the clear.
            "http" => return Err(wrong("it is http, which only an edge on this machine may be")),
            _ => return Err(wrong("it does not begin with https://")),
        }
        if !parsed.username().is_empty() || parsed.password().is_some() {
            return Err(wrong("it holds a user name"));
        }
        if parsed.query().is_some() || parsed.fragment().is_some() {
            return Err(wrong("it holds a query"));
        }
        Ok(Self { url: parsed.as_str().trim_end_matches('/').to_owned(), is_loopback, publish_key })
    }

    /// Returns the address, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn is_loopback(&self) -> bool {
        self.is_loopback
    }

    pub(crate) fn publish_key(&self) -> Option<&str> {
        self.publish_key.as_deref()
    }
}

/// Which Redis keeps what was pulled until it is committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RedisChoice {
    /// A private `redis-server` child; the direct channel where none is installed.
    Managed,
    /// The host's own.
    Url(String),
    /// None: from the pull to the writer directly. As safe, because the edge keeps what is not acknowledged.
    Direct,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edge_addresses() {
        let good = |url: &str, kept: &str| assert_eq!(EdgeConfig::parse(url, None).unwrap().url(), kept);
        good("https://signup.example.org/", "https://signup.example.org");
        good(" http://127.0.0.1:8787 ", "http://127.0.0.1:8787");
        good("http://localhost:8787", "http://localhost:8787");
        good("http://[::1]:8787", "http://[::1]:8787");
        for bad in [
            "",
            "signup.example.org",
            "ftp://x",
            "http://signup.example.org",
            "https://a:b@x.org",
            "https://x.org/?a",
        ] {
            let error = EdgeConfig::parse(bad, None).unwrap_err().to_string();
            assert!(error.contains(" — ") && !error.contains('\n'), "{bad}: {error}");
        }
    }
}
