//! The edge, over HTTP: what a laptop may ask of it. One request per method, no second try: the callers know
//! how to wait.

use std::sync::Arc;
use std::time::Duration;

use reqwest_websocket::{Upgrade, WebSocket};
use rollcall_shared::Timestamp;
use rollcall_shared::invite_code::InviteCode;
use rollcall_shared::mailbox::{
    Ack, AckRequest, AckResult, Answer, Collector, EdgeFigures, EraseRequest, EraseResult, LEASE_MS,
    MAX_BATCH, Publication, PublishedWorkshop, PullRequest, PullResult, ReceiptUpdate, ReceiptsRequest,
    ReceiptsResult, ReplayRequest, ReplayResult, Retry, TakeoverRequest, TakeoverResult,
};
use rollcall_shared::problem::{Problem, ProblemCode};
use rollcall_shared::retry::Failure;
use rollcall_shared::secret::sha256_hex;
use rollcall_shared::workshop::{Workshop, WorkshopId};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::config::EdgeConfig;
use crate::config::settings_error::SettingsError;
use crate::folder::keys::{Keys, KnownEdge};
use crate::view::Reach;

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// Longest wait for a whole answer: a pull of 100 messages over a bad line.
const TOTAL: Duration = Duration::from_secs(20);
/// Most bytes of an answer that are read: 100 messages of the queue's own limit, with JSON around them.
const MAX_ANSWER_BYTES: usize = 16 * 1024 * 1024;

/// A client of one deployment.
pub(crate) struct EdgeClient {
    http: reqwest::Client,
    /// For sockets, which are HTTP/1.1's, and live longer than any answer may take.
    sockets: reqwest::Client,
    config: EdgeConfig,
    keys: Arc<Keys>,
    collector: Collector,
}

/// Why the edge did not do it.
#[derive(Debug, thiserror::Error)]
pub enum EdgeError {
    /// No connection, or none any more.
    #[error("the edge cannot be reached ({0})")]
    Network(String),
    /// No answer in time.
    #[error("the edge does not answer in time")]
    Timeout,
    /// It refused, and said why.
    #[error("the edge refuses: {0}")]
    Refused(Box<Problem>),
    /// It answered with something else.
    #[error("the edge answers {0}")]
    Status(u16),
    /// It answered with success and a body that is not one.
    #[error("the edge's answer cannot be read ({0})")]
    Answer(String),
    /// There is no key to show.
    #[error("{0}")]
    NoKey(&'static str),
}

impl EdgeError {
    /// Says it in the words of the retry rule.
    pub(crate) fn failure(&self) -> Failure {
        match self {
            Self::Network(_) | Self::Answer(_) => Failure::Network,
            Self::Timeout => Failure::Timeout,
            Self::Refused(problem) => Failure::Http(problem.status),
            Self::Status(status) => Failure::Http(*status),
            Self::NoKey(_) => Failure::Permanent,
        }
    }

    /// Returns whether waiting does not help.
    pub(crate) fn is_permanent(&self) -> bool {
        !self.failure().is_transient()
    }

    /// Returns whether a key was refused or is missing.
    pub(crate) fn is_unauthorized(&self) -> bool {
        matches!(self.failure(), Failure::Http(401)) || matches!(self, Self::NoKey(_))
    }

    /// Returns the stable code of a refusal.
    pub(crate) fn code(&self) -> Option<ProblemCode> {
        match self {
            Self::Refused(problem) => Some(problem.code),
            _ => None,
        }
    }

    /// Returns the installation that collects instead of this one, and since when it does.
    pub(crate) fn owner(&self) -> Option<(&Collector, Option<Timestamp>)> {
        match self {
            Self::Refused(problem) => Some((problem.collector.as_ref()?, problem.since)),
            _ => None,
        }
    }
}

impl EdgeClient {
    /// Makes a client that shows the keys of this folder.
    pub(crate) fn new(config: EdgeConfig, keys: Arc<Keys>, collector: Collector) -> reqwest::Result<Self> {
        let sockets = builder(&config).http1_only().build()?;
        Ok(Self { http: http(&config)?, sockets, config, keys, collector })
    }

    /// Returns the deployment as a copy of the keys names it.
    pub(crate) fn known(&self) -> KnownEdge {
        let publish_key = self.config.publish_key().map(str::to_owned);
        KnownEdge { url: self.url().to_owned(), publish_key }
    }

    /// Returns whether that is this installation.
    pub(crate) fn is_collector(&self, collector: &Collector) -> bool {
        self.collector.id == collector.id
    }

    /// Returns the deployment's address.
    pub(crate) fn url(&self) -> &str {
        self.config.url()
    }

    /// Tells whether a phone can get there: an edge on this very computer is for tests.
    pub(crate) fn reach(&self) -> Reach {
        let url = reqwest::Url::parse(self.url()).ok();
        url.as_ref().and_then(reqwest::Url::host_str).map_or(Reach::Phones, Reach::of_host)
    }

    /// Publishes a record. A workshop that the edge has is changed with its own drain key, a new one with the
    /// deployment's publish key: `known` says which is tried first, for a folder may be older or younger than
    /// the edge's state.
    pub(crate) async fn publish(&self, workshop: &Workshop, known: bool) -> Result<(), EdgeError> {
        let drain_key = self.drain_key(&workshop.id)?;
        let publication =
            Publication { workshop: workshop.clone(), drain_key_sha256: sha256_hex(drain_key.as_bytes()) };
        let with_drain = self.put(&workshop.id, &drain_key, &publication);
        let with_publish = async {
            let key = self.config.publish_key().ok_or(EdgeError::NoKey("no publish key was given"))?;
            self.put(&workshop.id, key, &publication).await
        };
        if known {
            match with_drain.await {
                Err(error) if error.is_unauthorized() => with_publish.await.map_err(|second| match second {
                    EdgeError::NoKey(_) => error,
                    second => second,
                }),
                result => result,
            }
        } else {
            match with_publish.await {
                Err(error) if error.is_unauthorized() => {
                    with_drain.await.map_err(|second| if second.is_unauthorized() { error } else { second })
                }
                result => result,
            }
        }
    }

    /// Ends the intake.
    pub(crate) async fn retire(&self, workshop: &WorkshopId) -> Result<(), EdgeError> {
        let request = self.http.delete(self.address(workshop, "")).bearer_auth(self.drain_key(workshop)?);
        match self.send(request).await {
            // The edge never had it: nothing is left to close.
            Err(EdgeError::Refused(problem)) if problem.status == 404 => Ok(()),
            result => result.map(|_| ()),
        }
    }

    /// Takes up to [`MAX_BATCH`] messages under a lease; with `release`, ends the leases of an earlier run
    /// first.
    pub(crate) async fn pull(&self, workshop: &WorkshopId, release: bool) -> Result<PullResult, EdgeError> {
        let request = PullRequest {
            collector: self.collector.clone(),
            visibility_timeout_ms: LEASE_MS,
            batch_size: MAX_BATCH,
            release,
        };
        self.post(workshop, "/messages/pull", &request).await
    }

    /// Acknowledges and returns leases. What is left in the mailbox then.
    pub(crate) async fn acknowledge(
        &self,
        workshop: &WorkshopId,
        acks: Vec<Ack>,
        retries: Vec<Retry>,
    ) -> Result<AckResult, EdgeError> {
        let request = AckRequest { collector: self.collector.clone(), acks, retries };
        self.post(workshop, "/messages/ack", &request).await
    }

    /// Says what receipts say.
    pub(crate) async fn send_receipts(
        &self,
        workshop: &WorkshopId,
        receipts: Vec<ReceiptUpdate>,
    ) -> Result<(), EdgeError> {
        let request = ReceiptsRequest { collector: Some(self.collector.clone()), receipts };
        let _: ReceiptsResult = self.post(workshop, "/receipts", &request).await?;
        Ok(())
    }

    /// Makes this installation the collector. Who was it before, and what was erased so far.
    pub(crate) async fn take_over(&self, workshop: &WorkshopId) -> Result<TakeoverResult, EdgeError> {
        let request = TakeoverRequest { collector: self.collector.clone() };
        self.post(workshop, "/takeover", &request).await
    }

    /// Asks what was published of a workshop whose drain key is here.
    pub(crate) async fn published(&self, workshop: &WorkshopId) -> Result<PublishedWorkshop, EdgeError> {
        let request = self.http.get(self.address(workshop, "")).bearer_auth(self.drain_key(workshop)?);
        read::<Answer<PublishedWorkshop>>(&self.send(request).await?).map(|answer| answer.result)
    }

    /// Reads what everybody may know of the workshop to which a code leads.
    pub(crate) async fn facts(&self, code: &InviteCode) -> Result<Workshop, EdgeError> {
        read(&self.send(self.http.get(format!("{}/v1/workshops/{code}", self.config.url()))).await?)
    }

    /// Has it delete what was erased here.
    pub(crate) async fn erase(&self, workshop: &WorkshopId, what: &EraseRequest) -> Result<(), EdgeError> {
        let _: EraseResult = self.post(workshop, "/erase", what).await?;
        Ok(())
    }

    /// Has everything delivered again that was deposited since then. How much that is.
    pub(crate) async fn replay(&self, workshop: &WorkshopId, since: Timestamp) -> Result<u64, EdgeError> {
        let request = ReplayRequest { collector: self.collector.clone(), since };
        let result: ReplayResult = self.post(workshop, "/messages/replay", &request).await?;
        Ok(result.replayed)
    }

    /// Fetches the edge's own figures; nothing where this host has no publish key, which they are shown for.
    pub(crate) async fn figures(&self) -> Result<Option<EdgeFigures>, EdgeError> {
        let Some(key) = self.config.publish_key() else { return Ok(None) };
        let request = self.http.get(format!("{}/v1/host/stats", self.config.url())).bearer_auth(key);
        read(&self.send(request).await?).map(Some)
    }

    /// Opens the socket over which the edge says that there is mail.
    pub(crate) async fn wake_socket(&self, workshop: &WorkshopId) -> Result<WebSocket, EdgeError> {
        let request =
            self.sockets.get(self.address(workshop, "/wake")).bearer_auth(self.drain_key(workshop)?);
        let connected = async {
            let answer = request.upgrade().send().await.map_err(|e| socket(&e))?;
            match answer.status() {
                reqwest::StatusCode::SWITCHING_PROTOCOLS => {
                    answer.into_websocket().await.map_err(|e| socket(&e))
                }
                status => Err(EdgeError::Status(status.as_u16())),
            }
        };
        tokio::time::timeout(TOTAL, connected).await.unwrap_or(Err(EdgeError::Timeout))
    }

    async fn put(
        &self,
        workshop: &WorkshopId,
        key: &str,
        publication: &Publication,
    ) -> Result<(), EdgeError> {
        let request = self.http.put(self.address(workshop, "")).bearer_auth(key);
        self.send(json(request, publication)?).await.map(|_| ())
    }

    async fn post<T: DeserializeOwned>(
        &self,
        workshop: &WorkshopId,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, EdgeError> {
        let request = self.http.post(self.address(workshop, path)).bearer_auth(self.drain_key(workshop)?);
        let bytes = self.send(json(request, body)?).await?;
        read::<Answer<T>>(&bytes).map(|answer| answer.result)
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Vec<u8>, EdgeError> {
        let mut response = request.send().await.map_err(|e| network(&e))?;
        let status = response.status();
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| network(&e))? {
            if bytes.len() + chunk.len() > MAX_ANSWER_BYTES {
                return Err(EdgeError::Answer("too large".to_owned()));
            }
            bytes.extend_from_slice(&chunk);
        }
        if status.is_success() {
            return Ok(bytes);
        }
        match serde_json::from_slice::<Problem>(&bytes) {
            Ok(problem) => Err(EdgeError::Refused(Box::new(problem))),
            Err(_) => Err(EdgeError::Status(status.as_u16())),
        }
    }

    fn address(&self, workshop: &WorkshopId, path: &str) -> String {
        format!("{}/v1/host/workshops/{workshop}{path}", self.config.url())
    }

    fn drain_key(&self, workshop: &WorkshopId) -> Result<String, EdgeError> {
        self.keys.drain_key(workshop).ok_or(EdgeError::NoKey("the workshop's drain key is not in keys.json"))
    }
}

fn read<T: DeserializeOwned>(answer: &[u8]) -> Result<T, EdgeError> {
    serde_json::from_slice(answer)
        .map_err(|e| EdgeError::Answer(format!("line {}, column {}", e.line(), e.column())))
}

fn json(
    request: reqwest::RequestBuilder,
    body: &impl Serialize,
) -> Result<reqwest::RequestBuilder, EdgeError> {
    let body = serde_json::to_vec(body).map_err(|e| EdgeError::Answer(e.to_string()))?;
    Ok(request.header(reqwest::header::CONTENT_TYPE, "application/json").body(body))
}

/// Makes an HTTP client for a deployment.
pub(crate) fn http(config: &EdgeConfig) -> reqwest::Result<reqwest::Client> {
    builder(config).timeout(TOTAL).build()
}

/// Prepares what all clients of a deployment share.
fn builder(config: &EdgeConfig) -> reqwest::ClientBuilder {
    // The process may have chosen one already; either will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .connect_timeout(CONNECT)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("rollcall-host/", env!("CARGO_PKG_VERSION")));
    if config.is_loopback() {
        builder = builder.no_proxy();
    }
    builder
}

/// Says why a socket was not opened.
fn socket(error: &reqwest_websocket::Error) -> EdgeError {
    match error {
        reqwest_websocket::Error::Reqwest(error) => network(error),
        error => EdgeError::Network(error.to_string()),
    }
}

/// Says why a request failed, in the network's words.
pub(crate) fn network(error: &reqwest::Error) -> EdgeError {
    if error.is_timeout() { EdgeError::Timeout } else { EdgeError::Network(innermost(error)) }
}

/// Returns the innermost cause, which is the one that says something: "connection refused".
pub(crate) fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// Makes the client of a deployment.
pub(crate) fn client(
    edge: EdgeConfig,
    keys: &Arc<Keys>,
    collector: &Collector,
) -> Result<Arc<EdgeClient>, SettingsError> {
    let url = edge.url().to_owned();
    let client = EdgeClient::new(edge, Arc::clone(keys), collector.clone());
    Ok(Arc::new(client.map_err(|e| SettingsError::EdgeUrl { url, why: e.to_string() })?))
}
