//! The line between a phone and the edge, as bad as a hall's: it goes away before a request, inside one,
//! after the server took it and before the answer, and networks on the way answer for the server.

use std::collections::{HashMap, HashSet, VecDeque};
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rollcall_shared::problem::{self, Problem, ProblemCode};
use rollcall_shared::proof::Challenge;
use rollcall_shared::signup::Digest;
use serde_json::{Value, json};

use crate::relay::{Ends, Port, closing, head_end, message, own_answer};
use crate::stranger::Says;
use crate::wait;

/// What happens to one sign-up on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The line is gone before the server hears anything.
    BeforeRequest,
    /// Half of the request gets through.
    InsideRequest,
    /// The server takes it, and nobody hears of that.
    BeforeAnswer,
    /// Half of the answer gets through.
    InsideAnswer,
    /// The answer gets through, and with it the line is cut.
    AfterAnswer,
    /// The server's own refusal: 404 for a code that is not known yet, 413, 429, 500, 503.
    Status(u16),
    /// What somebody on the way answers for the server, with this status.
    Stranger(u16, Says),
    /// A proof of work is asked for; what follows is let through only with one.
    Proof,
}

impl Fault {
    /// One of each from which a phone recovers with time, or by itself.
    pub const PASSING: [Self; 16] = [
        Self::BeforeRequest,
        Self::InsideRequest,
        Self::BeforeAnswer,
        Self::InsideAnswer,
        Self::Status(404),
        Self::Status(429),
        Self::Status(500),
        Self::Status(503),
        Self::Proof,
        Self::Stranger(200, Says::Page),
        Self::Stranger(302, Says::Elsewhere),
        Self::Stranger(403, Says::Json),
        Self::Stranger(410, Says::Code),
        Self::Stranger(422, Says::Problem),
        Self::Stranger(409, Says::OtherSignup),
        Self::Stranger(202, Says::OtherReceipt),
    ];
}

/// A TCP proxy to the edge.
#[derive(Debug)]
pub struct Line {
    port: Port,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    is_cut: bool,
    /// Who answers everything for the server.
    seized: Option<(u16, Says)>,
    /// Whether the page that comes through is of a later version.
    is_newer: bool,
    /// For the next sign-ups, one each.
    faults: VecDeque<Fault>,
    /// Both ends of what is open.
    open: Ends,
    /// Ids that the server has answered 202.
    taken: HashSet<String>,
    /// Ids whose proof is still to come.
    unproven: HashSet<String>,
    /// Ids of the sign-ups that came, each as often as it came.
    attempts: Vec<String>,
    /// When the line was last mended, and how long after that each sign-up came that had not been taken.
    mended: Option<Instant>,
    came_after: HashMap<String, Duration>,
}

/// What SHA-256 makes of the salt and this number is the challenge.
const NUMBER: u32 = 4321;

impl Line {
    /// Opens a line to `http://127.0.0.1:PORT`.
    pub fn to(server: &str) -> Self {
        let server: SocketAddr = server.strip_prefix("http://").unwrap().parse().unwrap();
        let state: Arc<Mutex<State>> = Arc::default();
        let shared = Arc::clone(&state);
        let port = Port::open(move |phone| carry(&phone, server, &shared));
        Self { port, state }
    }

    /// `http://127.0.0.1:PORT`, for the phone.
    pub fn url(&self) -> String {
        self.port.url()
    }

    /// Takes the network away: what is open ends at once.
    pub fn cut(&self) {
        let mut state = self.state.lock().unwrap();
        state.is_cut = true;
        state.open.cut();
    }

    /// Has somebody on the way answer everything for the server, pages and all, until the line is mended.
    pub fn seize(&self, status: u16, says: Says) {
        self.state.lock().unwrap().seized = Some((status, says));
    }

    /// Brings the network back, and forgets all faults.
    pub fn mend(&self) {
        let mut state = self.state.lock().unwrap();
        state.is_cut = false;
        state.seized = None;
        state.faults.clear();
        state.unproven.clear();
        state.came_after.clear();
        state.mended = Some(Instant::now());
    }

    /// Serves the page and its service worker as a later version would be from now on: their files' addresses
    /// have another digest, and the worker is another text.
    pub fn serve_newer(&self) {
        self.state.lock().unwrap().is_newer = true;
    }

    /// Sets what happens to the next sign-ups, one fault each.
    pub fn fail(&self, faults: &[Fault]) {
        self.state.lock().unwrap().faults = faults.iter().copied().collect();
    }

    /// Whether the server has taken the sign-up with this id.
    pub fn has_taken(&self, id: &str) -> bool {
        self.state.lock().unwrap().taken.contains(id)
    }

    /// Returns how long after the line was last mended the last of the sign-ups came that were still to come.
    pub fn latest(&self) -> Duration {
        self.state.lock().unwrap().came_after.values().max().copied().unwrap_or_default()
    }

    /// Returns the ids of the sign-ups that came to the line, each as often as it came.
    pub fn attempts(&self) -> Vec<String> {
        self.state.lock().unwrap().attempts.clone()
    }
}

/// Carries one request on a connection of its own, and its answer.
fn carry(phone: &Arc<TcpStream>, server: SocketAddr, state: &Mutex<State>) -> std::io::Result<()> {
    phone.set_read_timeout(Some(wait::DEADLINE))?;
    if !state.lock().unwrap().lets_in(phone) {
        return phone.shutdown(Shutdown::Both);
    }
    let mut phone = &**phone;
    let request = Request::read(&mut phone)?;
    let seized = state.lock().unwrap().seized;
    if let Some((status, says)) = seized {
        return phone.write_all(says.answer(status, request.id()).as_bytes());
    }
    let fault = request.is_signup().then(|| next_fault(&request, &mut state.lock().unwrap())).flatten();
    if fault == Some(Fault::BeforeRequest) {
        return phone.shutdown(Shutdown::Both);
    }
    if let Some(answer) = fault.and_then(|fault| fault.own_answer(request.id())) {
        return phone.write_all(answer.as_bytes());
    }

    let edge = Arc::new(TcpStream::connect(server)?);
    edge.set_read_timeout(Some(wait::DEADLINE))?;
    state.lock().unwrap().open.add(&edge);
    let mut edge = &*edge;
    let head = request.head_to_pass_on();
    if fault == Some(Fault::InsideRequest) {
        edge.write_all(&[head.as_bytes(), &request.body[..request.body.len() / 2]].concat())?;
        edge.shutdown(Shutdown::Both)?;
        return phone.shutdown(Shutdown::Both);
    }
    edge.write_all(&[head.as_bytes(), &request.body].concat())?;
    let answer = message(&mut edge)?;
    let answer = state.lock().unwrap().taken(&request, &answer);
    match fault {
        Some(Fault::BeforeAnswer) => {}
        Some(Fault::InsideAnswer) => phone.write_all(&answer[..answer.len() / 2])?,
        Some(Fault::AfterAnswer) => {
            state.lock().unwrap().is_cut = true;
            phone.write_all(&answer)?;
        }
        _ => phone.write_all(&answer)?,
    }
    phone.shutdown(Shutdown::Both)
}

/// What a phone asks.
struct Request {
    head: String,
    body: Vec<u8>,
    /// The body where it is JSON, `null` elsewhere.
    json: Value,
}

impl Request {
    fn read(phone: &mut impl Read) -> std::io::Result<Self> {
        let bytes = message(phone)?;
        let (head, body) = bytes.split_at(head_end(&bytes).unwrap_or(bytes.len()));
        let head = String::from_utf8_lossy(head).into_owned();
        Ok(Self { head, json: serde_json::from_slice(body).unwrap_or_default(), body: body.to_owned() })
    }

    fn is_signup(&self) -> bool {
        self.head.starts_with("POST /v1/signups")
    }

    /// The sign-up's; empty where it names none.
    fn id(&self) -> &str {
        self.json["id"].as_str().unwrap_or_default()
    }

    /// The head to pass on: one request per connection, so that a fault belongs to one; and in plain text, so
    /// that a page can be changed.
    fn head_to_pass_on(&self) -> String {
        closing(&self.head, &["connection:", "accept-encoding:"])
    }
}

impl State {
    /// Notes a phone's connection, unless there is no network.
    fn lets_in(&mut self, phone: &Arc<TcpStream>) -> bool {
        if !self.is_cut {
            self.open.add(phone);
        }
        !self.is_cut
    }

    /// Notes the server's answer, and returns what is passed on to the phone.
    fn taken(&mut self, request: &Request, answer: &[u8]) -> Vec<u8> {
        if request.is_signup() && answer.starts_with(b"HTTP/1.1 202") {
            self.taken.insert(request.id().to_owned());
        }
        let (head, body) = answer.split_at(head_end(answer).unwrap_or(answer.len()));
        let head = closing(&String::from_utf8_lossy(head), &["connection:"]);
        let answer = [head.as_bytes(), body].concat();
        if self.is_newer && request.head.starts_with("GET /j/") {
            return newer(&request.head, &answer);
        }
        answer
    }
}

impl Fault {
    /// What somebody on the way answers for the server.
    fn own_answer(self, id: &str) -> Option<String> {
        let (status, problem) = match self {
            Self::Stranger(status, says) => return Some(says.answer(status, id)),
            Self::Proof => (428, Problem::proof_required(challenge(id))),
            Self::Status(status) => {
                let code = match status {
                    404 => ProblemCode::UnknownCode,
                    413 => ProblemCode::TooLarge,
                    429 => ProblemCode::SlowDown,
                    _ => ProblemCode::Unavailable,
                };
                (status, Problem { status, ..Problem::new(code) })
            }
            Self::BeforeRequest
            | Self::InsideRequest
            | Self::BeforeAnswer
            | Self::InsideAnswer
            | Self::AfterAnswer => return None,
        };
        let more = if matches!(status, 429 | 500 | 503) { "retry-after: 1\r\n" } else { "" };
        Some(own_answer(status, problem::MEDIA_TYPE, more, &problem.about(id).to_json()))
    }
}

/// Makes an answer look newer. It keeps its length, so that its head stays right; a page's own script stays
/// as it is, for its policy names it by its digest.
fn newer(head: &str, answer: &[u8]) -> Vec<u8> {
    const ADDRESS: &str = "worker.js?v=";
    let text = String::from_utf8_lossy(answer);
    if head.starts_with("GET /j/-/sw.js") {
        return text.replacen("\"use strict\";(", "'use strict';(", 1).into_bytes();
    }
    let Some((before, after)) = text.split_once(ADDRESS) else { return answer.to_vec() };
    format!("{before}{ADDRESS}{}{}", "f".repeat(8), &after[8..]).into_bytes()
}

/// Takes the fault for this sign-up. One that owes a proof gets no further without it.
fn next_fault(request: &Request, state: &mut State) -> Option<Fault> {
    let id = request.id();
    let proof = &request.json["proof"];
    state.attempts.push(id.to_owned());
    if let Some(mended) = state.mended.filter(|_| !state.taken.contains(id)) {
        state.came_after.entry(id.to_owned()).or_insert_with(|| mended.elapsed());
    }
    if state.unproven.contains(id) {
        match proof.as_str() {
            Some(proof) => assert_proven(id, proof),
            None => return Some(Fault::Proof),
        }
    }
    let fault = state.faults.pop_front();
    if fault == Some(Fault::Proof) && proof.is_null() {
        state.unproven.insert(id.to_owned());
        return fault;
    }
    fault.filter(|fault| *fault != Fault::Proof)
}

fn salt(id: &str) -> String {
    format!("{id}?expires=9999999999")
}

fn challenge(id: &str) -> Challenge {
    let salt = salt(id);
    let challenge = Digest::of(format!("{salt}{NUMBER}").as_bytes()).to_string();
    let challenge = json!({
        "algorithm": "SHA-256", "challenge": challenge, "maxnumber": 10_000, "salt": salt, "signature": "00",
    });
    serde_json::from_value(challenge).expect("a challenge as servers write it")
}

/// Ends the program where a proof is wrong: a panic of this thread alone would be overlooked.
fn assert_proven(id: &str, proof: &str) {
    use base64::Engine as _;
    let json = base64::engine::general_purpose::STANDARD.decode(proof).unwrap_or_default();
    let proof: Value = serde_json::from_slice(&json).unwrap_or_default();
    if proof["number"] != NUMBER || proof["salt"] != salt(id).as_str() {
        eprintln!("a wrong proof for {id}: {proof}");
        std::process::exit(101);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that takes every sign-up, and says on which connections it was asked.
    fn server() -> Port {
        Port::open(|stream| {
            let mut stream = &*stream;
            let request = message(&mut stream)?;
            let head = String::from_utf8_lossy(&request[..head_end(&request).unwrap()]).into_owned();
            assert!(head.contains("connection: close") && !head.contains("gzip"), "{head}");
            let body = if head.starts_with("GET") { "worker.js?v=12345678" } else { "{}" };
            let length = body.len();
            let answer = format!("HTTP/1.1 202 Accepted\r\ncontent-length: {length}\r\n\r\n{body}");
            stream.write_all(answer.as_bytes())
        })
    }

    /// What a phone hears; empty where the line is cut before it hears anything.
    fn ask(line: &Line, request: &str, body: &str) -> String {
        let mut phone = TcpStream::connect(line.url().strip_prefix("http://").unwrap()).unwrap();
        let length = body.len();
        let request =
            format!("{request} HTTP/1.1\r\nAccept-Encoding: gzip\r\ncontent-length: {length}\r\n\r\n{body}");
        phone.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        // An answer that is cut is what there is of it.
        let _ = phone.read_to_string(&mut answer);
        answer
    }

    #[test]
    fn every_fault_happens_to_one_sign_up_and_where_it_should() {
        let server = server();
        let line = Line::to(&server.url());
        let sign_up = |id: &str| ask(&line, "POST /v1/signups", &format!(r#"{{"id":"{id}"}}"#));
        let whole = sign_up("whole");
        assert!(whole.starts_with("HTTP/1.1 202") && whole.contains("connection: close"), "{whole}");

        let check = |fault: Fault, id: &str, answer: &str, is_taken: bool| {
            line.fail(&[fault]);
            let heard = sign_up(id);
            assert!(heard.starts_with(answer) && heard.is_empty() == answer.is_empty(), "{fault:?}: {heard}");
            assert_eq!(line.has_taken(id), is_taken, "{fault:?}");
        };
        check(Fault::BeforeRequest, "a", "", false);
        check(Fault::InsideRequest, "b", "", false);
        check(Fault::BeforeAnswer, "c", "", true);
        check(Fault::InsideAnswer, "d", "HTTP/1.1 202", true);
        check(Fault::Status(429), "e", "HTTP/1.1 429", false);
        check(Fault::Stranger(200, Says::Page), "f", "HTTP/1.1 200", false);
        check(Fault::Proof, "g", "HTTP/1.1 428", false);
        // It owes a proof, and gets no further without it.
        assert!(sign_up("g").starts_with("HTTP/1.1 428"));
        assert!(sign_up("h").starts_with("HTTP/1.1 202"));
        check(Fault::AfterAnswer, "i", "HTTP/1.1 202", true);
        assert_eq!(sign_up("j"), "");
        line.mend();
        assert!(sign_up("g").starts_with("HTTP/1.1 202"));
        assert_eq!(line.attempts().join(" "), "whole a b c d e f g g h i g");
    }

    #[test]
    fn a_line_that_is_seized_answers_everything_until_it_is_mended() {
        let server = server();
        let line = Line::to(&server.url());
        line.seize(403, Says::Json);
        assert!(ask(&line, "GET /j/A", "").starts_with("HTTP/1.1 403"));
        assert!(ask(&line, "POST /v1/signups", r#"{"id":"a"}"#).contains(r#""code":403"#));
        line.mend();
        assert!(ask(&line, "GET /j/A", "").starts_with("HTTP/1.1 202"));
    }

    #[test]
    fn a_page_is_served_as_a_later_version() {
        let server = server();
        let line = Line::to(&server.url());
        assert!(ask(&line, "GET /j/A", "").ends_with("?v=12345678"));
        line.serve_newer();
        assert!(ask(&line, "GET /j/A", "").ends_with("?v=ffffffff"));
    }
}
