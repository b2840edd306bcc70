//! HTTP as a phone speaks it: a connection of its own for every request.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// No phone waits longer; an answer that comes later counts as none.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A request that can be sent.
pub(crate) type Outgoing = Request<Full<Bytes>>;

/// A whole answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn json(&self) -> Result<Value> {
        serde_json::from_slice(&self.body).context("the answer is not JSON")
    }
}

/// Prepares a `POST` with a JSON body.
pub(crate) fn post(to: SocketAddr, path: &str, body: &Value) -> Result<Outgoing> {
    let builder = Request::builder().method(Method::POST).uri(path).header(header::HOST, to.to_string());
    let builder = builder.header(header::CONTENT_TYPE, "application/json");
    Ok(builder.body(Full::from(body.to_string()))?)
}

/// Prepares a `GET`, with a Bearer token where there is one.
pub(crate) fn get(to: SocketAddr, path: &str, bearer: Option<&str>) -> Result<Outgoing> {
    let mut builder = Request::builder().uri(path).header(header::HOST, to.to_string());
    if let Some(bearer) = bearer {
        builder = builder.header(header::AUTHORIZATION, format!("Bearer {bearer}"));
    }
    Ok(builder.body(Full::default())?)
}

/// Opens a connection, sends the request, reads the whole answer.
pub(crate) async fn send(to: SocketAddr, request: Outgoing) -> Result<Answer> {
    tokio::time::timeout(TIMEOUT, exchange(to, request)).await.context("no answer in time")?
}

async fn exchange(to: SocketAddr, request: Outgoing) -> Result<Answer> {
    let stream = TcpStream::connect(to).await.context("connecting")?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let response = sender.send_request(request).await?;
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    connection.abort();
    Ok(Answer { status, body })
}

/// Whether `GET /healthz` says 200 at this moment.
pub(crate) fn is_healthy(at: SocketAddr) -> bool {
    let healthy = async {
        let answer = send(at, get(at, "/healthz", None)?).await?;
        anyhow::Ok(answer.status == StatusCode::OK)
    };
    runtime().and_then(|runtime| runtime.block_on(healthy)).unwrap_or(false)
}

/// Starts the threads that requests run on.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime> {
    // Two threads drive thousands of connections; more would only take the measured programs' processors.
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().context("starting threads for requests")
}
