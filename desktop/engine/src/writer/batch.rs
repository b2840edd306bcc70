//! One batch of messages, one transaction; and what happens when one of them is the reason that it fails.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use rollcall_shared::admission::Outcome;
use rollcall_shared::retry::Failure;

use super::admit::admit;
use super::gather::Gather;
use super::list::Lists;
use crate::clock::now_ms;
use crate::db::failure::classify;
use crate::db::tx::WriterConnection;
use crate::failpoints;
use crate::message::{Content, Message, UnreadableReason, Written};
use crate::metrics::Metrics;

/// Why a message cannot be part of its batch.
#[derive(Debug)]
enum Stop {
    /// Time alone helps; nothing of the batch is kept.
    Transient(Failure),
    /// The message at this place panicked or was refused by the database.
    Message(usize),
}

/// What a batch is committed with.
pub(super) struct Committer<'a> {
    pub(super) gather: &'a dyn Gather,
    pub(super) metrics: &'a Metrics,
}

impl Committer<'_> {
    /// Commits the messages together. A message that panics or that the database refuses is taken out, the
    /// batch runs without it, then the message alone; if that fails as well it is parked. One answer for each
    /// message, in their order.
    pub(super) fn commit(
        &self,
        conn: &mut WriterConnection,
        messages: &[Message],
    ) -> Vec<Result<Written, Failure>> {
        let mut answers: Vec<Option<Result<Written, Failure>>> = vec![None; messages.len()];
        let mut together: Vec<usize> = (0..messages.len()).collect();
        let mut alone = Vec::new();
        loop {
            match self.try_commit(conn, messages, &together) {
                Ok(written) => {
                    for (place, written) in together.iter().zip(written) {
                        answers[*place] = Some(Ok(written));
                    }
                    break;
                }
                Err(Stop::Message(place)) => {
                    together.retain(|p| *p != place);
                    alone.push(place);
                }
                Err(Stop::Transient(failure)) => {
                    for place in &together {
                        answers[*place] = Some(Err(failure));
                    }
                    break;
                }
            }
        }
        for place in alone {
            answers[place] = Some(self.commit_alone(conn, &messages[place]));
        }
        answers.into_iter().map(|answer| answer.unwrap_or(Err(Failure::Io))).collect()
    }

    fn commit_alone(&self, conn: &mut WriterConnection, message: &Message) -> Result<Written, Failure> {
        match self.try_one(conn, message) {
            Ok(written) => return Ok(written),
            Err(Stop::Transient(failure)) => return Err(failure),
            Err(Stop::Message(_)) => {}
        }
        let workshop = &message.workshop;
        tracing::error!(%workshop, "a message failed together with others and alone: parked");
        match self.try_one(conn, &message.unreadable(UnreadableReason::Failed)) {
            Ok(written) => Ok(written),
            Err(Stop::Transient(failure)) => Err(failure),
            // Not even parking works: the database is the reason, and time or a person may help.
            Err(Stop::Message(_)) => Err(Failure::Io),
        }
    }

    fn try_one(&self, conn: &mut WriterConnection, message: &Message) -> Result<Written, Stop> {
        let written = self.try_commit(conn, std::slice::from_ref(message), &[0])?;
        written.into_iter().next().ok_or(Stop::Transient(Failure::Io))
    }

    fn try_commit(
        &self,
        conn: &mut WriterConnection,
        messages: &[Message],
        places: &[usize],
    ) -> Result<Vec<Written>, Stop> {
        if places.is_empty() {
            return Ok(Vec::new());
        }
        let (start, now) = (Instant::now(), now_ms());
        let mut failed_at = None;
        let result = conn.in_transaction(|tx| {
            let mut lists = Lists::default();
            let mut written = Vec::with_capacity(places.len());
            for place in places {
                failed_at = Some(*place);
                let admit = || admit(tx, self.gather, &mut lists, &messages[*place], now);
                // Unwind safe: after a panic the transaction is rolled back and the lists are dropped.
                let decided = catch_unwind(AssertUnwindSafe(admit));
                written.push(decided.unwrap_or(Err(rusqlite::Error::UnwindingPanic))?);
            }
            failed_at = None;
            failpoints::reached("in_transaction");
            Ok(written)
        });
        let written = result.map_err(|error| stop(&error, failed_at))?;
        failpoints::reached("after_commit");
        self.metrics.committed(written.len(), start.elapsed());
        for (place, written) in places.iter().zip(&written) {
            self.count(&messages[*place], *written);
        }
        Ok(written)
    }

    fn count(&self, message: &Message, written: Written) {
        self.metrics.decided(written.outcome);
        if let (Content::Signup(sealed), false) = (&message.content, written.outcome == Outcome::Repeated) {
            self.metrics.queued(now_ms() - sealed.received_at);
        }
    }
}

fn stop(error: &rusqlite::Error, failed_at: Option<usize>) -> Stop {
    let failure = classify(error);
    match failed_at {
        Some(place) if !failure.is_transient() => {
            tracing::warn!(%error, "a message was taken out of its batch");
            Stop::Message(place)
        }
        // BEGIN and COMMIT concern no message. What they are refused for is the database's state.
        _ if failure.is_transient() => Stop::Transient(failure),
        _ => Stop::Transient(Failure::Io),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_message_costs_itself_anything() {
        let refused = rusqlite::Error::InvalidQuery;
        assert!(matches!(stop(&refused, Some(3)), Stop::Message(3)));
        // BEGIN or COMMIT was refused: the batch's sender tries again.
        assert!(matches!(stop(&refused, None), Stop::Transient(failure) if failure.is_transient()));
    }
}
