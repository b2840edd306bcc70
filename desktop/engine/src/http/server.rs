//! Serves HTTP/1 to phones that may be slow, silent or hostile: connections, headers, bodies and time are
//! bounded.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::ACCEPT;
use axum::middleware::{self, Next};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use rollcall_shared::address::Reader;
use rollcall_shared::form::{Message, message_page};
use rollcall_shared::problem::Problem;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::http::answer::{PageQuery, page, problem, secured};
use crate::http::ends::Ends;
use crate::http::port_error::PortError;

/// Most connections at once: a hall of 500 phones with browsers that open six each.
const MAX_CONNECTIONS: usize = 3_000;
/// Connections that the operating system keeps for us until they are accepted. The usual 128 are fewer than a
/// hall's first instant: the rest would wait a whole second before they try again.
const BACKLOG: u32 = 4_096;
/// A connection that sends no whole request head in this time is closed; also how long one may idle.
const HEAD: Duration = Duration::from_secs(15);
/// Longest time from a request's head to its answer.
const ANSWER: Duration = Duration::from_secs(15);
/// Most bytes of a request's head.
const MAX_HEAD_BYTES: usize = 16 * 1024;
/// How long requests in hand may take when the engine stops.
const GRACE: Duration = Duration::from_secs(3);
/// Where the operating system has no descriptor left, or the like.
const ACCEPT_AGAIN: Duration = Duration::from_millis(50);

/// Listens, or says which setting to change.
pub(crate) async fn listen(
    address: SocketAddr,
    purpose: &'static str,
    flag: &'static str,
) -> Result<TcpListener, PortError> {
    bind(address).map_err(|source| PortError { address, purpose, flag, source })
}

fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // On Windows the same word lets two programs have one port.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Answers until `stop`, then finishes what is in hand. Every request carries its connection's [`Ends`];
/// `connected` hears of every connection, also of those that never send a request.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
    connected: impl Fn(Ends) + Send,
) {
    let service = TowerToHyperService::new(
        router.layer(middleware::from_fn(in_time)).layer(middleware::map_response(secured)),
    );
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &room) => accepted,
            () = stop.cancelled() => break,
        };
        match accepted {
            Ok((stream, ends, permit)) => {
                connected(ends);
                connections.spawn(connection(stream, ends, service.clone(), permit, stop.clone()));
            }
            Err(error) => {
                tracing::debug!(%error, "a connection was not accepted");
                tokio::time::sleep(ACCEPT_AGAIN).await;
            }
        }
    }
    connections.close();
    let _ = tokio::time::timeout(GRACE, connections.wait()).await;
}

async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> std::io::Result<(TcpStream, Ends, OwnedSemaphorePermit)> {
    // Room first: those who do not fit wait in the operating system's queue instead of being turned away.
    let permit = Arc::clone(room).acquire_owned().await.map_err(std::io::Error::other)?;
    let (stream, there) = listener.accept().await?;
    let here = stream.local_addr()?;
    Ok((stream, Ends { there, here }, permit))
}

async fn connection(
    stream: TcpStream,
    ends: Ends,
    service: TowerToHyperService<Router>,
    _permit: OwnedSemaphorePermit,
    stop: CancellationToken,
) {
    // Answers are small: waiting to fill a packet would only delay them.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ends);
        service.call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(MAX_HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    tokio::select! {
        // A phone that hangs up in mid-request is no event.
        _ = connection.as_mut() => return,
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

async fn in_time(request: Request, next: Next) -> Response {
    let accept = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok());
    let reader = Reader::of(request.uri().path(), accept.unwrap_or_default());
    let language = PageQuery::of(request.uri().query()).or_preferred(request.headers());
    match tokio::time::timeout(ANSWER, next.run(request)).await {
        Ok(response) => response,
        // It may be committed all the same: the same id, sent again, is told what it has.
        Err(_) => match reader {
            Reader::Program => problem(&Problem::unavailable(1)),
            Reader::Person => {
                page(StatusCode::SERVICE_UNAVAILABLE, message_page(Message::Unavailable, language))
            }
        },
    }
}

/// Lets the program have as many connections as [`MAX_CONNECTIONS`] promises: systems begin with 256 or 1,024
/// descriptors, and a hall has more phones than that.
pub(crate) fn make_room() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit, setrlimit};
        /// Connections, and files, databases and the edge's own as well; macOS allows no more than
        /// 10,240.
        const WANTED: u64 = 8_192;
        let mut limit = getrlimit(Resource::Nofile);
        if limit.current.is_some_and(|current| current < WANTED) {
            limit.current = Some(limit.maximum.map_or(WANTED, |maximum| maximum.min(WANTED)));
            if let Err(error) = setrlimit(Resource::Nofile, limit) {
                tracing::warn!(%error, "the system keeps the number of connections small");
            }
        }
    }
}
