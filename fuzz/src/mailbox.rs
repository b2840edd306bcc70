//! What host and edge say to each other: requests as the edge reads them, answers and refusals as the host
//! does.

use std::fmt::Debug;

use rollcall_shared::mailbox::{
    AckRequest, AckResult, Answer, Collector, EdgeFigures, MAX_COLLECTOR_CHARS, PullRequest, PullResult,
    ReceiptsRequest, ReceiptsResult, ReplayRequest, ReplayResult, TakeoverRequest, TakeoverResult,
};
use rollcall_shared::problem::Problem;
use rollcall_shared::receipt::{Accepted, Receipt};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::bounds::within_bounds;

/// Whatever is read is written as it was read, within its memory. The first byte says what it is.
pub fn mailbox(data: &[u8]) {
    let Some((kind, data)) = data.split_first() else { return };
    match kind % 14 {
        0 => collector(same::<PullRequest>(data).map(|request| request.collector)),
        1 => collector(same::<AckRequest>(data).map(|request| request.collector)),
        2 => collector(same::<ReplayRequest>(data).map(|request| request.collector)),
        3 => collector(same::<TakeoverRequest>(data).map(|request| request.collector)),
        4 => drop(same::<ReceiptsRequest>(data)),
        5 => drop(same::<Answer<PullResult>>(data)),
        6 => drop(same::<Answer<AckResult>>(data)),
        7 => drop(same::<Answer<ReplayResult>>(data)),
        8 => drop(same::<Answer<TakeoverResult>>(data)),
        9 => drop(same::<Answer<ReceiptsResult>>(data)),
        10 => drop(same::<EdgeFigures>(data)),
        11 => drop(same::<Problem>(data)),
        12 => drop(same::<Accepted>(data)),
        _ => drop(same::<Receipt>(data)),
    }
}

fn same<T: DeserializeOwned + Serialize + PartialEq + Debug>(data: &[u8]) -> Option<T> {
    let read: T = within_bounds(data, || serde_json::from_slice(data).ok())?;
    let written = serde_json::to_vec(&read).unwrap();
    assert_eq!(serde_json::from_slice::<T>(&written).unwrap(), read);
    Some(read)
}

/// A collector that is let in can be shown to the host of another one.
fn collector(collector: Option<Collector>) {
    for text in collector.iter().filter(|collector| collector.is_valid()).flat_map(|c| [&c.id, &c.name]) {
        assert!((1..=MAX_COLLECTOR_CHARS).contains(&text.chars().count()));
        assert!(!text.contains(|c: char| c.is_control() || matches!(c, '\u{202A}'..='\u{202E}')));
    }
}
