//! What the system is started with, and whether a start can succeed.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::ports;
use crate::cli::RunOptions;
use crate::settings::WrongSetting;
use crate::setup;

/// What the system is started with.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// An absolute path.
    pub(crate) data_dir: PathBuf,
    pub(crate) edge_port: u16,
    pub(crate) venue: Venue,
    pub(crate) lan_port: u16,
    pub(crate) metrics_port: u16,
    pub(crate) redis: RedisChoice,
    /// Whether the host has a window.
    pub(crate) window: bool,
    pub(crate) worker: Worker,
}

/// Which worker the edge runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Worker {
    /// The one that is deployed.
    Deployed,
    /// The same with the routes that only tests and benchmarks call.
    Bench,
}

/// Where the stream between mailbox and writer lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RedisChoice {
    /// The engine starts one of its own.
    Private,
    Url(String),
    None,
}

/// When the venue page opens, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Venue {
    /// When the host asks for it in the window, which explains the firewall's question first.
    Offered,
    /// With the host, on this address.
    AtOnce(IpAddr),
}

impl Venue {
    fn of(options: &RunOptions, window: bool) -> Self {
        match options.lan_host {
            Some(address) => Self::AtOnce(address),
            // A rehearsal goes by itself: nobody is there to press a button.
            None if window && options.rehearse.is_none() => Self::Offered,
            None => Self::AtOnce(Ipv4Addr::LOCALHOST.into()),
        }
    }
}

impl Settings {
    pub(crate) fn of(options: &RunOptions) -> Result<Self> {
        let data_dir = std::path::absolute(&options.data_dir).context("--data-dir")?;
        let redis = match (&options.redis_url, options.no_redis) {
            (Some(url), _) => RedisChoice::Url(url.clone()),
            (None, true) => RedisChoice::None,
            (None, false) => RedisChoice::Private,
        };
        let RunOptions { edge_port, lan_port, metrics_port, .. } = *options;
        let window = !options.headless && setup::display_is_there();
        let venue = Venue::of(options, window);
        Ok(Self {
            data_dir,
            edge_port,
            venue,
            lan_port,
            metrics_port,
            redis,
            window,
            worker: Worker::Deployed,
        })
    }

    /// Whether a start can succeed, as far as that can be told beforehand.
    pub(crate) fn check(&self) -> Result<()> {
        let ports = [
            (self.edge_port, "the edge", "--edge-port"),
            (self.lan_port, "the venue page", "--lan-port"),
            (self.metrics_port, "the numbers to watch", "--metrics-port"),
        ];
        for (index, (port, what, flag)) in ports.into_iter().enumerate() {
            if let Some((_, other, _)) = ports.iter().take(index).find(|(taken, ..)| *taken == port) {
                let line = format!(
                    "port {port} is given to {other} and to {what} — choose another with {flag} PORT"
                );
                return Err(WrongSetting::new(line).into());
            }
            ports::must_be_free(port, what, flag)?;
        }
        std::fs::create_dir_all(&self.data_dir).map_err(|error| {
            let folder = self.data_dir.display();
            WrongSetting::new(format!(
                "the folder {folder} cannot be made ({error}) — choose another with --data-dir DIR"
            ))
        })?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::{Cli, Command};

    #[test]
    fn a_window_offers_the_venue_page_unless_an_address_is_given() {
        let check = |line: &str, window: bool, expected: Venue| {
            let cli = Cli::parse_from(["xtask", "run"].into_iter().chain(line.split_whitespace()));
            let Command::Run(options) = cli.command else { panic!("{line}") };
            assert_eq!(Venue::of(&options, window), expected, "{line}");
        };
        let at = |address: [u8; 4]| Venue::AtOnce(IpAddr::from(address));
        check("", true, Venue::Offered);
        check("", false, at([127, 0, 0, 1]));
        check("--rehearse 5", true, at([127, 0, 0, 1]));
        check("--lan-host 0.0.0.0", true, at([0, 0, 0, 0]));
        check("--lan-host 127.0.0.1", true, at([127, 0, 0, 1]));
        check("--lan-host 0.0.0.0 --headless", false, at([0, 0, 0, 0]));
    }
}
