//! A workshop on real servers, and a browser that plays a story on it.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;

use rollcall_e2e::edge::Edge;

use rollcall_e2e::host::{Folder, Host, Options, Workshop, text};
use rollcall_e2e::ports::network_address;
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::turn::Turn;
use rollcall_e2e::{checkout, place};
use serde_json::{Value, json};

/// How a phone is set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    pub(crate) language: &'static str,
    pub(crate) scheme: &'static str,
    pub(crate) script: bool,
}

/// A host with a workshop.
pub(crate) struct Stage {
    pub(crate) host: Host,
    pub(crate) workshop: Workshop,
    pub(crate) folder: Folder,
}

impl Stage {
    /// On the edge that all tests share, and on a venue page of its own.
    pub(crate) fn with_edge(workshop: Value) -> Self {
        Self::new(&Options::on(Edge::shared()), workshop)
    }

    /// On an edge of the test's own.
    pub(crate) fn on(edge: &Edge, workshop: Value) -> Self {
        Self::new(&Options::on(edge), workshop)
    }

    /// Without any edge.
    pub(crate) fn venue_only(workshop: Value) -> Self {
        Self::new(&Options::default(), workshop)
    }

    /// Without any edge, by this machine's address in its network, as phones come: not a secure context, so
    /// that browsers have no Web Locks there. Where it has none, by the loopback interface.
    pub(crate) fn venue_on_the_network(workshop: Value) -> Self {
        Self::new(&Options { lan_host: network_address(), ..Options::default() }, workshop)
    }

    fn new(options: &Options<'_>, workshop: Value) -> Self {
        let folder = Folder::new();
        let host = folder.start(options);
        let workshop = host.make_workshop(workshop);
        Self { host, workshop, folder }
    }

    pub(crate) fn edge(&self) -> &str {
        text(&self.host.ready, "edge")
    }

    pub(crate) fn venue(&self) -> String {
        self.venue_of(&self.workshop)
    }

    /// The venue page's address with a workshop's token.
    pub(crate) fn venue_of(&self, workshop: &Workshop) -> String {
        let status = self.host.status();
        let shown =
            status["workshops"].as_array().unwrap().iter().find(|w| w["id"] == workshop.id()).unwrap();
        text(shown, "lan").split("/j/").next().unwrap().to_owned()
    }

    /// Plays a story to its end.
    pub(crate) fn play(&self, story: &'static str, server: &str, look: Look, with: Value) {
        self.begin(story, server, look, with).ends_well();
    }

    /// Begins a story; the test has a part in it.
    pub(crate) fn begin(&self, story: &'static str, server: &str, look: Look, with: Value) -> Story {
        let Look { language, scheme, script } = look;
        let mut told = json!({
            "story": story, "server": server, "code": self.workshop.invite_code(),
            "phone": Teacher::new().phone, "language": language, "scheme": scheme, "script": script,
        });
        told.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
        Story::begin(story, &told)
    }
}

/// A story that is being played.
pub(crate) struct Story {
    name: String,
    browser: Child,
    /// Taken at the end: the story then waits for nothing.
    stdin: Option<ChildStdin>,
    lines: BufReader<ChildStdout>,
    complaints: Option<JoinHandle<String>>,
    _turn: Turn,
}

impl Story {
    /// Begins a story of `run.mjs`.
    pub(crate) fn begin(name: &str, told: &Value) -> Self {
        Self::played_by("run.mjs", name, told)
    }

    /// Begins a story that another program of `e2e/browser` plays.
    pub(crate) fn played_by(program: &str, name: &str, told: &Value) -> Self {
        let turn = Turn::take();
        let mut browser = Command::new(place("ROLLCALL_NODE", "edge/node_modules/.bin/node"))
            .arg(checkout().join("e2e/browser").join(program))
            .arg(told.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("node starts");
        let lines = BufReader::new(browser.stdout.take().unwrap());
        let mut stderr = browser.stderr.take().unwrap();
        let complaints = std::thread::spawn(move || {
            let mut text = String::new();
            let _ = stderr.read_to_string(&mut text);
            text
        });
        let stdin = browser.stdin.take();
        let (name, complaints) = (format!("{name} {told}"), Some(complaints));
        Self { name, browser, stdin, lines, complaints, _turn: turn }
    }

    /// Waits until the story has reached `point`, does the test's part, and lets it go on.
    pub(crate) fn go_on_after(&mut self, point: &str, part: impl FnOnce()) {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        if line.trim_end() != format!("reached {point}") {
            self.fail(&format!("did not reach {point}"));
        }
        part();
        writeln!(self.stdin.as_mut().unwrap()).unwrap();
    }

    /// What the story says next, as JSON; it goes on once `answer` has returned. None at its end.
    pub(crate) fn hears(&mut self, answer: impl FnOnce(Value)) -> Option<()> {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        answer(serde_json::from_str(&line).ok()?);
        // Who has just been killed does not read this; the end says so.
        let _ = writeln!(self.stdin.as_mut().unwrap());
        Some(())
    }

    pub(crate) fn ends_well(mut self) {
        self.stdin = None;
        if !self.browser.wait().unwrap().success() {
            self.fail("failed");
        }
    }

    fn fail(&mut self, how: &str) -> ! {
        let _ = self.browser.kill();
        let _ = self.browser.wait();
        let complaints = self.complaints.take().map(|reader| reader.join().unwrap()).unwrap_or_default();
        panic!("{} {how}:\n{complaints}", self.name);
    }
}

impl Drop for Story {
    fn drop(&mut self) {
        // Where the test's own part has failed.
        let _ = self.browser.kill();
        let _ = self.browser.wait();
    }
}
