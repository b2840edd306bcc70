//! How bursts are measured, so that they can be compared.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;

use crate::load::http;
use crate::load::teachers::Teacher;

pub(super) const TEACHERS: u32 = 500;
/// Each burst is measured so often; the middle one counts, so that one hiccup of the machine does not.
pub(super) const ROUNDS: usize = 5;

pub(super) fn post_all(
    to: SocketAddr,
    path: &str,
    crowd: &[Teacher],
    invite_code: &str,
) -> Result<Vec<http::Outgoing>> {
    crowd.iter().map(|teacher| http::post(to, path, &teacher.body(invite_code))).collect()
}

pub(super) fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
