//! The line between the laptop and the edge, as bad as one likes: away, slow, answering for the edge, losing
//! its answers.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::relay::{Ends, PORTAL, Port, closing, head_end, message, own_answer};
use crate::wait;

/// What becomes of a host's requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// They get through.
    Fair,
    /// There is no line; what is open ends.
    Away,
    /// Each waits this long.
    Slow(Duration),
    /// Somebody on the way answers with this status, and not as the edge does where `garbage`.
    Answers {
        /// The status.
        status: u16,
        /// Whether the body is not what that status comes with at the edge.
        garbage: bool,
    },
    /// The edge does what it is asked, and its answer is lost.
    AnswersLost,
    /// Leases run out almost at once, so that messages are delivered again and again.
    ShortLeases,
}

/// How long a lease lives in [`Weather::ShortLeases`].
const SHORT_LEASE_MS: u32 = 150;

/// A TCP proxy from one host to the edge.
#[derive(Debug)]
pub struct Gate {
    port: Port,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    weather: Weather,
    /// Both ends of every open connection.
    open: Ends,
}

impl Gate {
    /// Opens a gate before `http://127.0.0.1:PORT`, in fair weather.
    pub fn before(edge: &str) -> Self {
        let edge: SocketAddr = edge.strip_prefix("http://").unwrap().parse().unwrap();
        let state = Arc::new(Mutex::new(State { weather: Weather::Fair, open: Ends::default() }));
        let shared = Arc::clone(&state);
        let port = Port::open(move |host| carry(&host, edge, &shared));
        Self { port, state }
    }

    /// Returns the address for the host, `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        self.port.url()
    }

    /// Changes the weather from here on.
    pub fn turn(&self, weather: Weather) {
        let mut state = self.state.lock().unwrap();
        state.weather = weather;
        // A socket for wake-up calls would outlive any weather.
        if weather != Weather::Fair {
            state.open.cut();
        }
    }
}

/// Carries one request on a connection of its own, and its answer.
fn carry(host: &Arc<TcpStream>, edge: SocketAddr, state: &Mutex<State>) -> std::io::Result<()> {
    host.set_read_timeout(Some(wait::DEADLINE))?;
    let request = message(&mut &**host)?;
    let weather = {
        let mut state = state.lock().unwrap();
        state.open.add(host);
        state.weather
    };
    let mut host = &**host;
    let head_ends = head_end(&request).unwrap_or(request.len());
    let (head, body) = request.split_at(head_ends);
    let head = String::from_utf8_lossy(head).into_owned();
    match weather {
        Weather::Away => return host.shutdown(Shutdown::Both),
        Weather::Answers { status, garbage } => {
            return host.write_all(answer_for_edge(status, garbage).as_bytes());
        }
        Weather::Slow(wait) => thread::sleep(wait),
        Weather::Fair | Weather::AnswersLost | Weather::ShortLeases => {}
    }
    let server = Arc::new(TcpStream::connect(edge)?);
    server.set_read_timeout(Some(wait::DEADLINE))?;
    state.lock().unwrap().open.add(&server);
    let mut server = &*server;
    if head.to_ascii_lowercase().contains("upgrade: websocket") {
        server.write_all(&request)?;
        return join(host, server);
    }
    let body = if weather == Weather::ShortLeases && head.contains("/messages/pull") {
        shortened(body)
    } else {
        body.to_vec()
    };
    let head = closing(&head, &["connection:", "content-length:"]);
    let length = format!("\r\ncontent-length: {}\r\n", body.len());
    server.write_all(&[head.replacen("\r\n", &length, 1).as_bytes(), &body].concat())?;
    let answer = message(&mut server)?;
    if weather != Weather::AnswersLost {
        let (head, body) = answer.split_at(head_end(&answer).unwrap_or(answer.len()));
        let head = closing(&String::from_utf8_lossy(head), &["connection:"]);
        host.write_all(&[head.as_bytes(), body].concat())?;
    }
    host.shutdown(Shutdown::Both)
}

/// Makes a pull ask for a shorter lease.
fn shortened(body: &[u8]) -> Vec<u8> {
    let mut pull: Value = serde_json::from_slice(body).unwrap_or_default();
    pull["visibility_timeout_ms"] = SHORT_LEASE_MS.into();
    pull.to_string().into_bytes()
}

fn answer_for_edge(status: u16, garbage: bool) -> String {
    if garbage {
        return own_answer(status, "text/html", "", PORTAL);
    }
    let code = match status {
        401 => "unauthorized",
        409 => "owned_elsewhere",
        429 => "slow_down",
        _ => "unavailable",
    };
    let mut problem = json!({ "status": status, "code": code, "title": code });
    if status == 409 {
        problem["collector"] = json!({ "id": "0".repeat(32), "name": "Another laptop" });
    }
    own_answer(status, "application/problem+json", "", &problem.to_string())
}

/// Passes on what either says, until one is gone.
fn join(host: &TcpStream, server: &TcpStream) -> std::io::Result<()> {
    host.set_read_timeout(None)?;
    server.set_read_timeout(None)?;
    let (from_server, to_host) = (server.try_clone()?, host.try_clone()?);
    thread::spawn(move || pass(&from_server, &to_host));
    pass(host, server);
    Ok(())
}

fn pass(mut from: &TcpStream, mut to: &TcpStream) {
    let mut part = [0; 4096];
    while let Ok(count) = from.read(&mut part) {
        if count == 0 || to.write_all(&part[..count]).is_err() {
            break;
        }
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}
