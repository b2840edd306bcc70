//! Many requests at one instant, each on a connection of its own, and how long each took.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use hyper::StatusCode;
use tokio::sync::Barrier;

use super::http::{self, Answer, Outgoing};

/// What came of a burst.
#[derive(Debug)]
pub(crate) struct Burst {
    /// In the order of the requests.
    pub(crate) answers: Vec<Result<Answer>>,
    /// Sorted; one for each request that was answered at all.
    times: Vec<Duration>,
    /// From the first request's start to the last answer's end.
    pub(crate) wall: Duration,
}

/// Sends all requests at once. Nothing is sent twice.
pub(crate) async fn fire(to: SocketAddr, requests: Vec<Outgoing>) -> Burst {
    let everybody = Arc::new(Barrier::new(requests.len() + 1));
    let waiting: Vec<_> = requests
        .into_iter()
        .map(|request| {
            let everybody = Arc::clone(&everybody);
            tokio::spawn(async move {
                everybody.wait().await;
                let started = Instant::now();
                (http::send(to, request).await, started.elapsed())
            })
        })
        .collect();
    everybody.wait().await;
    let started = Instant::now();
    let (mut answers, mut times) = (Vec::new(), Vec::new());
    for task in waiting {
        match task.await {
            Ok((answer, time)) => {
                times.extend(answer.is_ok().then_some(time));
                answers.push(answer);
            }
            Err(panic) => answers.push(Err(panic.into())),
        }
    }
    let wall = started.elapsed();
    times.sort();
    Burst { answers, times, wall }
}

impl Burst {
    /// Counts the answers with this status.
    pub(crate) fn count(&self, status: StatusCode) -> usize {
        self.answers.iter().flatten().filter(|answer| answer.status == status).count()
    }

    pub(crate) fn percentiles(&self) -> Percentiles {
        Percentiles::of(&self.times)
    }

    /// The first answer that is not this status, in words; for the report of a failure.
    pub(crate) fn first_other(&self, status: StatusCode) -> Option<String> {
        self.answers.iter().find_map(|answer| match answer {
            Ok(answer) if answer.status == status => None,
            Ok(answer) => Some(format!("{}: {}", answer.status, String::from_utf8_lossy(&answer.body))),
            Err(error) => Some(format!("{error:#}")),
        })
    }
}

/// The usual ones of a set of times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Percentiles {
    p50: Duration,
    p95: Duration,
    p99: Duration,
    max: Duration,
}

impl Percentiles {
    /// Takes them by nearest rank, of times in ascending order.
    fn of(sorted: &[Duration]) -> Self {
        let rank = |percent: usize| {
            let index = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
            sorted.get(index).copied().unwrap_or_default()
        };
        Self { p50: rank(50), p95: rank(95), p99: rank(99), max: rank(100) }
    }
}

impl fmt::Display for Percentiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { p50, p95, p99, max } = self;
        let [p50, p95, p99, max] = [p50, p95, p99, max].map(Duration::as_millis);
        write!(f, "p50 {p50} ms, p95 {p95} ms, p99 {p99} ms, max {max} ms")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_occurred() {
        let times: Vec<_> = (1..=500).map(Duration::from_millis).collect();
        let ms = Duration::from_millis;
        assert_eq!(
            Percentiles::of(&times),
            Percentiles { p50: ms(250), p95: ms(475), p99: ms(495), max: ms(500) }
        );
        assert_eq!(Percentiles::of(&[]).max, Duration::ZERO);
    }
}
