//! The host's program, `rollcall-host`, on a data folder of the test's.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use reqwest::blocking::{RequestBuilder, Response};
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::edge::{Edge, client};
use crate::process::{Process, keep};
use crate::{place, wait};

/// How long a start may take, with a Redis that recovers its files.
const READY: Duration = Duration::from_secs(60);

/// How a host is started.
#[derive(Debug, Clone, Default)]
pub struct Options<'a> {
    /// The edge it collects from; none for a workshop without internet.
    pub edge: Option<&'a Edge>,
    /// Another address at which it is reached.
    pub through: Option<&'a str>,
    /// Without Redis: from the pull to the writer directly.
    pub direct: bool,
    /// Failpoints and what happens there, as `FAILPOINTS` reads them: `after_commit=return` kills the program
    /// there.
    pub failpoints: Option<&'a str>,
    /// The venue page's address; the loopback interface's by default.
    pub lan_host: Option<Ipv4Addr>,
    /// The venue page's port; 0 for any.
    pub lan_port: u16,
    /// The port of metrics and control; 0 for any.
    pub metrics_port: u16,
}

impl<'a> Options<'a> {
    /// A host that collects from `edge`, with Redis.
    pub fn on(edge: &'a Edge) -> Self {
        Self { edge: Some(edge), ..Self::default() }
    }
}

/// A data folder, with the key to publish in it.
#[derive(Debug)]
pub struct Folder {
    own: TempDir,
    /// Where the disk that is mounted on it is found, where that is elsewhere.
    disk: Option<PathBuf>,
}

impl Folder {
    /// Creates an empty one.
    pub fn new() -> Self {
        Self { own: tempfile::tempdir().unwrap(), disk: None }
    }

    /// The folder is what is found at `path` from here on: a disk that is mounted on it.
    pub(crate) fn is_on(&mut self, path: &Path) {
        self.disk = Some(path.to_owned());
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.disk.as_deref().unwrap_or(self.own.path())
    }

    /// The database file.
    pub fn database(&self) -> PathBuf {
        self.path().join("rollcall.db")
    }

    /// The command that a host types to start its program here.
    pub fn command(&self, options: &Options<'_>) -> Command {
        let mut command = Command::new(match options.failpoints {
            Some(_) => place("ROLLCALL_HOST_FAILPOINTS_BIN", "target/release/rollcall-host-failpoints"),
            None => place("ROLLCALL_HOST_BIN", "target/release/rollcall-host"),
        });
        command.arg("run").arg("--data-dir").arg(self.path());
        let host = options.lan_host.unwrap_or(Ipv4Addr::LOCALHOST);
        command.args(["--lan-host", &host.to_string(), "--lan-port", &options.lan_port.to_string()]);
        command.args(["--metrics-port", &options.metrics_port.to_string()]);
        if let Some(edge) = options.edge {
            let key_file = self.path().join("publish-key");
            // Written once: the folder may be read-only later.
            if !key_file.exists() {
                fs::write(&key_file, edge.publish_key()).unwrap();
            }
            command
                .args(["--edge-url", options.through.unwrap_or(edge.url())])
                .arg("--publish-key-file")
                .arg(key_file);
        }
        if options.direct {
            command.arg("--no-redis");
        }
        if let Some(failpoints) = options.failpoints {
            command.env("FAILPOINTS", failpoints);
        }
        command.env("RUST_LOG", std::env::var("ROLLCALL_HOST_LOG").unwrap_or_else(|_| "info".into()));
        command
    }

    /// Starts a host and waits until sign-ups can be taken.
    pub fn start(&self, options: &Options<'_>) -> Host {
        Host::start(&self.command(options), self.path())
    }

    /// Where the control routes are, and the token that they ask for, of the host that runs here.
    pub fn control(&self) -> Option<(String, String)> {
        let note: Value = serde_json::from_slice(&fs::read(self.path().join("control.json")).ok()?).ok()?;
        Some((note["url"].as_str()?.to_owned(), note["token"].as_str()?.to_owned()))
    }

    /// Starts a host by another command that runs it.
    pub fn start_as(&self, command: &Command) -> Host {
        Host::start(command, self.path())
    }

    /// Restores a backup here, and returns what the program says.
    ///
    /// # Errors
    /// The program's own line, where it ends with the code for a setting.
    pub fn restore(&self, backup: &Path) -> Result<Value, String> {
        self.ask(&["restore"], &[], backup)
    }

    /// Loads a key file here, and returns what the program says.
    ///
    /// # Errors
    /// The program's own line, where it ends with the code for a setting.
    pub fn load_keys(&self, file: &Path, passphrase: &str) -> Result<Value, String> {
        let note = tempfile::NamedTempFile::new().unwrap();
        fs::write(note.path(), passphrase).unwrap();
        self.ask(&["keys", "load", "--passphrase-file"], &[note.path()], file)
    }

    fn ask(&self, what: &[&str], more: &[&Path], path: &Path) -> Result<Value, String> {
        let mut command = Command::new(place("ROLLCALL_HOST_BIN", "target/release/rollcall-host"));
        command.args(what).args(more).env("ROLLCALL_DATA_DIR", self.path()).arg(path);
        let output = command.output().unwrap();
        match output.status.code() {
            Some(0) => Ok(serde_json::from_slice(&output.stdout).unwrap()),
            Some(2) => Err(String::from_utf8(output.stderr).unwrap().trim().to_owned()),
            code => panic!("ended with {code:?}: {}", String::from_utf8_lossy(&output.stderr)),
        }
    }

    /// Reads the database for a moment, as another program would.
    pub fn read<T>(&self, sql: &str, row: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>) -> Vec<T> {
        let database =
            Connection::open_with_flags(self.database(), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        database.busy_timeout(wait::DEADLINE).unwrap();
        let mut statement = database.prepare(sql).unwrap();
        statement.query_map([], row).unwrap().map(Result::unwrap).collect()
    }

    /// Returns the one number that a statement yields.
    pub fn count(&self, sql: &str) -> i64 {
        self.read(sql, |row| row.get(0)).pop().unwrap()
    }
}

impl Default for Folder {
    fn default() -> Self {
        Self::new()
    }
}

/// A running host.
#[derive(Debug)]
pub struct Host {
    process: Process,
    log: Arc<Mutex<String>>,
    /// The line that says that sign-ups can be taken.
    pub ready: Value,
    control_token: String,
}

impl Host {
    fn start(command: &Command, folder: &Path) -> Self {
        let mut process = Process::start(command);
        let (stdout, stderr) = process.outputs();
        let log = Arc::<Mutex<String>>::default();
        keep(stderr, Arc::clone(&log));
        let Some(ready) = first_ready(stdout) else {
            panic!("the host ended ({}) before it was ready:\n{}", process.ended(), log.lock().unwrap());
        };
        let control: Value = serde_json::from_slice(&fs::read(folder.join("control.json")).unwrap()).unwrap();
        Self { process, log, ready, control_token: text(&control, "token").to_owned() }
    }

    /// All that it has logged.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Stops it as Ctrl-C does.
    pub fn stop(mut self) -> ExitStatus {
        self.process.stop()
    }

    /// Kills it at once.
    pub fn kill(mut self) {
        self.process.kill_alone();
    }

    /// Waits until a failpoint has killed it.
    pub fn killed_by_itself(mut self) {
        let status = self.process.ended();
        assert!(
            crate::process::was_killed(status),
            "ended with {status} instead of being killed:\n{}",
            self.log()
        );
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Makes a workshop (open now, for a day) with the members of `with` changed. Its code works at once on
    /// the venue page.
    pub fn make_local_workshop(&self, with: Value) -> Workshop {
        let mut draft = draft();
        draft.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
        let record = ok(self.control("PUT", "/control/workshops").json(&draft).send().unwrap());
        Workshop { record, draft }
    }

    /// Makes a workshop, and waits until the edge knows it where there is an edge.
    pub fn make_workshop(&self, with: Value) -> Workshop {
        let workshop = self.make_local_workshop(with);
        if self.ready["edge"].is_string() {
            self.wait_until_published(workshop.invite_code());
        }
        workshop
    }

    /// Changes what a host filled in.
    pub fn change_workshop(&self, workshop: &Workshop, with: Value) -> Workshop {
        let mut draft = workshop.draft.clone();
        draft.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
        draft["id"] = Value::from(workshop.id());
        let record = ok(self.control("PUT", "/control/workshops").json(&draft).send().unwrap());
        Workshop { record, draft }
    }

    /// Retires a workshop.
    pub fn retire(&self, workshop: &Workshop) {
        ok(self.control("POST", &format!("/control/workshops/{}/retire", workshop.id())).send().unwrap());
    }

    /// Gives a workshop a new invite code.
    pub fn renew_code(&self, workshop: &Workshop) -> Workshop {
        let path = format!("/control/workshops/{}/renew-code", workshop.id());
        Workshop { record: ok(self.control("POST", &path).send().unwrap()), draft: workshop.draft.clone() }
    }

    /// Asks for what the window would show.
    pub fn status(&self) -> Value {
        ok(self.control("GET", "/control/status").send().unwrap())
    }

    /// Prepares a request to the control routes.
    pub fn control(&self, method: &str, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", text(&self.ready, "control"));
        client().request(method.parse().unwrap(), url).bearer_auth(&self.control_token)
    }

    /// Reads the value of the metric whose name and labels are `name`.
    pub fn metric(&self, name: &str) -> Option<f64> {
        let text = client().get(text(&self.ready, "metrics")).send().unwrap().text().unwrap();
        let line =
            text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ').map(str::to_owned))?;
        line.trim().parse().ok()
    }

    /// Waits until the edge's mailbox has nothing left that is not acknowledged.
    pub fn wait_until_all_collected(&self) {
        wait::until_equal(("mail at the edge", 20), &Some(0.0), || {
            self.metric("rollcall_backlog{hop=\"edge\"}")
        });
    }

    fn wait_until_published(&self, invite_code: &str) {
        let url = format!("{}/v1/workshops/{invite_code}", text(&self.ready, "edge"));
        wait::until(("the workshop is published", 30), || {
            client().get(&url).send().ok().filter(|answer| answer.status() == 200)
        });
    }
}

/// A workshop.
#[derive(Debug, Clone)]
pub struct Workshop {
    /// The public record, as the host's program gives it.
    pub record: Value,
    /// What the host filled in.
    draft: Value,
}

impl Workshop {
    /// Its id.
    pub fn id(&self) -> &str {
        text(&self.record, "id")
    }

    /// Its code.
    pub fn invite_code(&self) -> &str {
        text(&self.record, "invite_code")
    }
}

/// A draft of a workshop that takes sign-ups now.
pub fn draft() -> Value {
    let now = now();
    json!({
        "title": { "zh": "数学教研工作坊", "en": "Maths Teaching Workshop" },
        "organisation": { "zh": "海淀教师进修学校", "en": "Haidian Teachers' College" },
        "place": { "zh": "302 教室", "en": "Room 302" },
        "starts_at": now,
        "ends_at": now + 86_400_000,
        "utc_offset_minutes": 480,
        "waiting_list": false,
        "questions": [],
        "purpose": { "zh": "仅用于本次签到", "en": "for this list only" },
        "retention_days": 30,
    })
}

/// Returns the time in milliseconds since 1970 UTC.
pub fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

/// Returns the JSON of an answer that must be a success.
///
/// # Panics
/// With the answer, where it is not.
pub fn ok(answer: Response) -> Value {
    let status = answer.status();
    let body = answer.text().unwrap();
    assert!(status.is_success(), "{status}: {body}");
    serde_json::from_str(&body).unwrap_or(Value::Null)
}

/// Returns a member that must be a text.
pub fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_else(|| panic!("no text {member:?} in {value}"))
}

fn first_ready(stdout: impl Read + Send + 'static) -> Option<Value> {
    let (sender, ready) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if let Some(json) = line.strip_prefix("ready ") {
                // The receiver takes the first and is gone; reading goes on so that the program never writes
                // to a closed pipe.
                let _ = sender.send(serde_json::from_str(json).unwrap());
            }
        }
    });
    ready.recv_timeout(READY).ok()
}
