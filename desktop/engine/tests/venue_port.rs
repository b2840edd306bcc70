//! The venue page's port against phones that are slow, silent or hostile, and against pages of others.

#![allow(clippy::unwrap_used, clippy::panic, reason = "fixtures of tests; a failure is what they are for")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use rollcall_engine::{Config, Engine, RedisChoice, VenueStart};
use rollcall_shared::signup::MAX_BODY_BYTES;
use serde_json::json;
use tempfile::TempDir;

/// Longer than any limit of the server's.
const DEADLINE: Duration = Duration::from_secs(40);

struct Hall {
    engine: Engine,
    at: SocketAddr,
    token: String,
    _dir: TempDir,
}

impl Hall {
    fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let engine = Engine::start(Config {
            venue: VenueStart::AtOnce,
            data_dir: dir.path().to_owned(),
            edge: None,
            lan_host: [127, 0, 0, 1].into(),
            lan_port: 0,
            metrics_port: 0,
            redis: RedisChoice::Direct,
            demo: true,
        })
        .unwrap();
        let lan = engine.ready().lan.clone().unwrap();
        let (at, rest) = lan.strip_prefix("http://").unwrap().split_once('/').unwrap();
        let token = rest.split('/').next().unwrap().to_owned();
        Self { at: at.parse().unwrap(), token, engine, _dir: dir }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.at).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream
    }

    /// Sends one request; the answer as text.
    fn say(&self, request: &str) -> String {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).unwrap();
        heard(stream)
    }

    fn get(&self, path: &str, host: &str) -> String {
        self.say(&format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"))
    }

    fn sign_up(&self, number: u32) -> String {
        let code = self.engine.ready().invite_code.clone().unwrap();
        let (id, phone) = (format!("0f8fad5b-d9cb-469f-a165-{number:012x}"), format!("138{number:08}"));
        let body = json!({ "id": id, "invite_code": code, "name": "王芳", "phone": phone }).to_string();
        self.say(&format!("{}{body}", self.post_head(body.len())))
    }

    /// The head of a sign-up with a body of that many bytes.
    fn post_head(&self, length: usize) -> String {
        format!(
            "POST /{}/v1/signups HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n",
            self.token, self.at,
        )
    }
}

/// All that comes until the server closes.
fn heard(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset after the answer ends it as well.
    let _ = stream.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

#[track_caller]
fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_else(|| panic!("no answer: {answer:?}"))
}

#[test]
fn by_another_name_nothing_is_there() {
    let hall = Hall::open();
    let path = format!("/{}/j/{}", hall.token, hall.engine.ready().invite_code.clone().unwrap());
    assert_eq!(status(&hall.get(&path, &hall.at.to_string())), "200");
    let port = hall.at.port();
    for host in [
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        format!("localhost:{port}"),
        format!("127.0.0.2:{port}"),
    ] {
        let answer = hall.get(&path, &host);
        assert_eq!(status(&answer), "421", "{host}");
        assert!(answer.contains(&format!("http://{}/", hall.at)) && answer.contains("大屏"), "{answer}");
    }
    // Without a name at all, too.
    assert_eq!(status(&hall.say(&format!("GET {path} HTTP/1.0\r\n\r\n"))), "421");
}

#[test]
fn no_function_of_the_hosts_is_there() {
    let hall = Hall::open();
    let own = hall.at.to_string();
    for path in [
        "/metrics".to_owned(),
        "/control/status".to_owned(),
        "/control/workshops".to_owned(),
        format!("/{}/control/status", hall.token),
        format!("/{}/metrics", hall.token),
        format!("/{}/v1/host/workshops/x", hall.token),
    ] {
        assert_eq!(status(&hall.get(&path, &own)), "404", "{path}");
    }
}

#[test]
fn two_thousand_silent_connections_keep_nobody_out_and_are_ended() {
    let hall = Hall::open();
    let silent: Vec<TcpStream> = (0..2_000)
        .map(|n| {
            let mut stream = hall.connect();
            // Every other one begins a request and never ends it.
            if n % 2 == 0 {
                write!(stream, "GET /{}/j/x HTTP/1.1\r\nHost: {}\r\nX-Slow: ", hall.token, hall.at).unwrap();
            }
            stream
        })
        .collect();
    let began = Instant::now();
    for number in 1..=20 {
        assert_eq!(status(&hall.sign_up(number)), "201");
    }
    assert!(began.elapsed() < Duration::from_secs(10), "{:?} for 20 sign-ups", began.elapsed());
    // The server ends them by itself, those that drip as well as those that are silent.
    for stream in silent {
        heard(stream);
    }
    assert!(began.elapsed() < DEADLINE, "{:?}", began.elapsed());
    assert_eq!(status(&hall.sign_up(21)), "201");
}

#[test]
fn a_head_without_end_is_refused() {
    let hall = Hall::open();
    let mut stream = hall.connect();
    write!(stream, "GET / HTTP/1.1\r\nHost: {}\r\n", hall.at).unwrap();
    let line = format!("X-Long: {}\r\n", "a".repeat(1_000));
    // It stops reading long before this is sent.
    let refused = (0..1_000).any(|_| stream.write_all(line.as_bytes()).is_err());
    let answer = heard(stream);
    assert!(refused || status(&answer) == "431", "{answer}");
}

#[test]
fn a_body_that_never_comes_is_not_waited_for() {
    let hall = Hall::open();
    let mut stream = hall.connect();
    write!(stream, "{}{{", hall.post_head(100)).unwrap();
    assert_eq!(status(&heard(stream)), "503", "nothing was taken, and it says so");
}

#[test]
fn a_body_is_refused_as_soon_as_it_is_too_large() {
    let hall = Hall::open();
    let mut stream = hall.connect();
    write!(stream, "{}{}", hall.post_head(100_000_000), " ".repeat(MAX_BODY_BYTES + 1)).unwrap();
    assert_eq!(status(&heard(stream)), "413");
}
