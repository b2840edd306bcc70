//! The collector and the acknowledger with an edge that answers as it is told, and when.

use std::collections::VecDeque;

use axum::Router;
use axum::body::Bytes;
use axum::http::{StatusCode, Uri};
use parking_lot::Mutex;
use rollcall_shared::mailbox::{AckRequest, Collector, PullRequest};
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::*;
use crate::config::EdgeConfig;
use crate::pipeline::health::Publication;
use crate::pipeline::leases::Acknowledger;
use crate::pipeline::stream::direct::DirectStream;
use crate::testing::{Hall, until};

#[test]
fn mail_that_nobody_has_in_hand_is_looked_at_soon_called_or_not() {
    let quiet = Quiet { is_over: false, is_called: true, mail_came: false, is_accounted_for: true };
    assert_eq!(quiet.poll(), POLL);
    assert_eq!(Quiet { mail_came: true, ..quiet }.poll(), POLL);
    assert_eq!(Quiet { is_called: false, ..quiet }.poll(), POLL);
    assert_eq!(Quiet { is_called: false, mail_came: true, ..quiet }.poll(), POLL_BUSY);
    assert_eq!(Quiet { is_accounted_for: false, ..quiet }.poll(), POLL_BUSY);
    assert_eq!(Quiet { is_over: true, is_accounted_for: false, ..quiet }.poll(), POLL * 20);
}

/// What the edge does with a pull.
enum Pull {
    /// Answers.
    Answer(Value),
    /// Answers as of now, but only once an acknowledgement has been answered.
    AnswerLate(Value),
    /// Has no answer.
    Lose,
}

/// A mailbox that answers what the test laid out; further pulls find nothing.
#[derive(Default)]
struct Mailbox {
    pulls: Mutex<VecDeque<Pull>>,
    /// When it was pulled, and whether leases were to be ended.
    pulled: Mutex<Vec<(Instant, bool)>>,
    acks: Mutex<VecDeque<Value>>,
    acknowledged: Notify,
}

impl Mailbox {
    async fn answer(&self, uri: Uri, body: Bytes) -> (StatusCode, String) {
        if uri.path().ends_with("/messages/ack") {
            let _: AckRequest = serde_json::from_slice(&body).unwrap();
            let result = self.acks.lock().pop_front().unwrap();
            self.acknowledged.notify_one();
            return success(&result);
        }
        let request: PullRequest = serde_json::from_slice(&body).unwrap();
        self.pulled.lock().push((Instant::now(), request.release));
        let next = self.pulls.lock().pop_front();
        match next {
            Some(Pull::Answer(result)) => success(&result),
            Some(Pull::AnswerLate(result)) => {
                self.acknowledged.notified().await;
                // The acknowledgement's answer leaves first, and has this long to arrive.
                tokio::time::sleep(Duration::from_millis(100)).await;
                success(&result)
            }
            Some(Pull::Lose) => (StatusCode::SERVICE_UNAVAILABLE, String::new()),
            None => success(&json!({ "message_backlog_count": 0, "revision": 1_000, "messages": [] })),
        }
    }
}

fn success(result: &Value) -> (StatusCode, String) {
    (StatusCode::OK, json!({ "success": true, "errors": [], "result": result }).to_string())
}

/// What a pull of these messages says.
fn pulled(waiting: u64, revision: u64, messages: std::ops::Range<u32>) -> Value {
    let message = |n: u32| {
        json!({
            "id": n.to_string(), "body": "{}", "timestamp_ms": 1, "attempts": 1,
            "metadata": { "CF-Content-Type": "text" }, "lease_id": format!("{n}-0-1"),
        })
    };
    let messages: Vec<Value> = messages.map(message).collect();
    json!({ "message_backlog_count": waiting, "revision": revision, "messages": messages })
}

struct Running {
    _hall: Hall,
    pipeline: Arc<PipelineContext>,
    leases: Arc<Leases>,
    mailbox: Arc<Mailbox>,
}

/// Collects from a mailbox that calls whenever the test does.
async fn collect(pulls: impl IntoIterator<Item = Pull>, acks: impl IntoIterator<Item = Value>) -> Running {
    let hall = Hall::open().await;
    let mailbox = Arc::new(Mailbox::default());
    mailbox.pulls.lock().extend(pulls);
    mailbox.acks.lock().extend(acks);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answering = Arc::clone(&mailbox);
    let router = Router::new().fallback(move |uri: Uri, body: Bytes| {
        let mailbox = Arc::clone(&answering);
        async move { mailbox.answer(uri, body).await }
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
    let collector = Collector { id: "a".into(), name: "A laptop".into() };
    let config = EdgeConfig::parse(&url, None).unwrap();
    let edge = Arc::new(EdgeClient::new(config, Arc::clone(&hall.keys), collector).unwrap());
    let workshop = hall.workshop.id.clone();
    let pipeline =
        Arc::new(PipelineContext::new(Arc::clone(&hall.context), workshop, Publication::Published));
    pipeline.wake.connected(true);
    let (leases, finished) = Leases::new();
    let acknowledger = Acknowledger { pipeline: Arc::clone(&pipeline), edge: Arc::clone(&edge) };
    tokio::spawn(async move { acknowledger.run(finished).await });
    let stream = Arc::new(DirectStream::default());
    let collector =
        CollectorLoop { pipeline: Arc::clone(&pipeline), edge, stream, leases: Arc::clone(&leases) };
    tokio::spawn(async move { collector.run().await });
    Running { _hall: hall, pipeline, leases, mailbox }
}

/// As it was seen: two people sign up, and the second pull is answered as of before the first
/// acknowledgement, whose answer overtakes it.
#[tokio::test]
async fn an_answer_that_was_overtaken_leaves_no_mail_behind_that_is_not_there() {
    let at = collect(
        [
            Pull::Answer(pulled(0, 0, 0..0)),
            Pull::Answer(pulled(1, 1, 0..1)),
            Pull::AnswerLate(pulled(2, 2, 1..2)),
        ],
        [
            json!({ "ackCount": 1, "retryCount": 0, "messageBacklogCount": 1, "revision": 3 }),
            json!({ "ackCount": 1, "retryCount": 0, "messageBacklogCount": 0, "revision": 4 }),
        ],
    )
    .await;
    // The socket that has just opened was the first call.
    until("the first is in hand", || at.leases.in_hand() == 1).await;
    at.pipeline.wake.mail();
    until("the second pull is under way", || at.mailbox.pulled.lock().len() == 3).await;
    at.leases.committed(vec!["0-0-1".to_owned()]);
    until("the second is in hand", || at.leases.in_hand() == 1 && at.mailbox.acks.lock().len() == 1).await;
    assert_eq!(at.pipeline.mail.waiting(), 1, "one was acknowledged, whatever the pull says");
    at.leases.committed(vec!["1-0-1".to_owned()]);
    until("nothing is left", || at.pipeline.mail.waiting() == 0).await;
}

#[tokio::test]
async fn what_a_lost_answer_among_several_had_leased_comes_at_once() {
    let at = collect(
        [
            Pull::Answer(pulled(150, 1, 0..100)),
            Pull::Answer(pulled(150, 1, 100..120)),
            Pull::Lose,
            Pull::Answer(pulled(150, 1, 120..150)),
        ],
        [],
    )
    .await;
    until("all are in hand", || at.leases.in_hand() == 150).await;
    let pulled = at.mailbox.pulled.lock().clone();
    assert!(pulled[3].0 - pulled[2].0 < POLL_BUSY, "at once: {pulled:?}");
    assert!(pulled[3].1, "with the leases of the lost one ended");
}

#[tokio::test]
async fn what_waits_and_is_in_nobodys_hand_is_pulled_again_within_seconds() {
    let at = collect(
        [
            Pull::Answer(pulled(1, 1, 0..0)),
            Pull::Answer(pulled(1, 1, 0..0)),
            Pull::Answer(pulled(1, 1, 0..1)),
        ],
        [],
    )
    .await;
    let began = Instant::now();
    until("it is in hand", || at.leases.in_hand() == 1).await;
    assert!(began.elapsed() < POLL_BUSY * 3, "{:?}", began.elapsed());
}
