//! What the tests' lines are made of: a port whose connections are passed on, and what is open, so that it
//! can be cut.

use std::io::{ErrorKind, Read};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::thread;

/// A port of this machine that takes connections until it is dropped.
#[derive(Debug)]
pub(crate) struct Port {
    address: SocketAddr,
    is_over: Arc<AtomicBool>,
}

impl Port {
    /// Opens one; each connection is served on a thread of its own.
    pub(crate) fn open(
        serve: impl Fn(Arc<TcpStream>) -> std::io::Result<()> + Clone + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = Self { address: listener.local_addr().unwrap(), is_over: Arc::default() };
        let is_over = Arc::clone(&port.is_over);
        thread::spawn(move || {
            while let Some(taken) = (!is_over.load(Ordering::SeqCst)).then(|| listener.accept()) {
                let serve = serve.clone();
                match taken {
                    // An end that is gone is what lines are about.
                    Ok((stream, _)) => drop(thread::spawn(move || drop(serve(Arc::new(stream))))),
                    Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
                    // A line that is dead without a word looks like a loss.
                    Err(error) => {
                        eprintln!("a line of the tests takes no connections any more: {error}");
                        std::process::exit(101);
                    }
                }
            }
        });
        port
    }

    /// `http://127.0.0.1:PORT`
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for the next one.
        let _ = TcpStream::connect(self.address);
    }
}

/// Both ends of every open connection. Each belongs to the thread that serves it, and is closed when that
/// ends.
#[derive(Debug, Default)]
pub(crate) struct Ends(Vec<Weak<TcpStream>>);

impl Ends {
    /// One more.
    pub(crate) fn add(&mut self, end: &Arc<TcpStream>) {
        self.0.retain(|end| end.strong_count() > 0);
        self.0.push(Arc::downgrade(end));
    }

    /// Ends all of them.
    pub(crate) fn cut(&mut self) {
        for end in self.0.drain(..).filter_map(|end| end.upgrade()) {
            let _ = end.shutdown(Shutdown::Both);
        }
    }
}

/// A whole HTTP message, or what there is of it when its sender goes away.
pub(crate) fn message(stream: &mut impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut part = [0; 16 * 1024];
    loop {
        let count = match stream.read(&mut part) {
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        bytes.extend_from_slice(&part[..count]);
        if is_whole(&bytes) {
            return Ok(bytes);
        }
        if count == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
    }
}

fn is_whole(bytes: &[u8]) -> bool {
    let Some(end) = head_end(bytes) else { return false };
    let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
    let value = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    match value("content-length:") {
        Some(length) => bytes.len() >= end + length.parse().unwrap_or(0),
        None if value("transfer-encoding:") == Some("chunked") => bytes.ends_with(b"0\r\n\r\n"),
        None => true,
    }
}

/// Where a message's body begins.
pub(crate) fn head_end(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}

/// A head without the lines that begin like these, in small letters, which ends its connection: one request
/// on each, so that what goes wrong belongs to one.
pub(crate) fn closing(head: &str, without: &[&str]) -> String {
    let lines = head.trim_end().split("\r\n");
    let kept = lines.filter(|line| {
        let line = line.to_ascii_lowercase();
        !without.iter().any(|name| line.starts_with(name))
    });
    let mut lines: Vec<&str> = kept.collect();
    lines.push("connection: close\r\n\r\n");
    lines.join("\r\n")
}

/// The page of a captive portal.
pub(crate) const PORTAL: &str = "<!doctype html><title>Wi-Fi</title><h1>Welcome, please log in</h1>";

/// An answer of somebody on the way; `more` are further lines of its head, each with its end.
pub(crate) fn own_answer(status: u16, media: &str, more: &str, body: &str) -> String {
    let length = body.len();
    let head = format!("HTTP/1.1 {status} X\r\ncontent-type: {media}\r\ncontent-length: {length}\r\n{more}");
    format!("{head}connection: close\r\n\r\n{body}")
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Mutex;

    use super::*;
    use crate::wait;

    #[test]
    fn nothing_stays_open_of_what_was_served_or_cut() {
        let ends: Arc<Mutex<Ends>> = Arc::default();
        let kept = Arc::clone(&ends);
        let port = Port::open(move |stream| {
            kept.lock().unwrap().add(&stream);
            message(&mut &*stream).map(drop)
        });
        let address = port.address;
        let phones: Vec<_> = (0..20).map(|_| TcpStream::connect(address).unwrap()).collect();
        wait::until(("all are taken", 10), || (ends.lock().unwrap().0.len() == phones.len()).then_some(()));
        let served = |count: usize| {
            let open = || ends.lock().unwrap().0.iter().filter(|end| end.strong_count() > 0).count();
            wait::until(("they are closed", 10), || (open() == count).then_some(()));
        };
        served(20);
        (&phones[0]).write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
        served(19);
        // The phone keeps its own end open: the line must not for that.
        phones[1].shutdown(Shutdown::Write).unwrap();
        served(18);
        ends.lock().unwrap().cut();
        wait::until(("the phone hears of it", 10), || {
            (&phones[2]).read(&mut [0]).is_ok_and(|count| count == 0).then_some(())
        });
        drop(port);
        wait::until(("the port is closed", 10), || TcpStream::connect(address).is_err().then_some(()));
    }
    #[test]
    fn a_head_that_is_passed_on_ends_its_connection_and_keeps_the_rest() {
        let head = "GET /j/A HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\nAccept-Encoding: br\r\n\r\n";
        assert_eq!(
            closing(head, &["connection:", "accept-encoding:"]),
            "GET /j/A HTTP/1.1\r\nHost: x\r\nconnection: close\r\n\r\n"
        );
    }
}
