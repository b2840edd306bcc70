//! The laptop: a data folder, and whatever program runs on it at the moment. It is killed and started again,
//! and keeps its ports.

use std::fs;
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use std::{env, thread};

use tempfile::TempDir;

use super::disk::Disk;
use super::gate::Gate;
use crate::edge::{Edge, client};
use crate::host::{Folder, Options};
use crate::ports::free_port;
use crate::process::{Process, descendant, keep, kill, threads};
use crate::wait;

const LOOK_EVERY: Duration = Duration::from_millis(3);
/// How long the program may take to end. It gives its loops, and its Redis, some seconds itself.
const END: Duration = Duration::from_secs(60);
/// What makes reads and writes fail, from Debian's `fiu-utils`.
const FAILING_IO: [&str; 2] = ["/usr/lib/fiu/fiu_run_preload.so", "/usr/lib/fiu/fiu_posix_preload.so"];
/// Calls by which SQLite writes.
const WRITES: [&str; 3] = ["posix/io/rw/pwrite", "posix/io/sync/fsync", "posix/io/sync/fdatasync"];
const EIO: i32 = 5;

/// How a laptop is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Make {
    /// Without Redis.
    pub direct: bool,
    /// With a disk that can be filled.
    pub small_disk: bool,
    /// With a disk that can fail.
    pub failing_disk: bool,
}

/// A laptop.
#[derive(Debug)]
pub struct Laptop<'a> {
    edge: &'a Edge,
    /// Its line to the edge.
    pub gate: Gate,
    direct: bool,
    /// Defects that are planted at every start.
    planted: String,
    lan_port: u16,
    metrics_port: u16,
    process: Option<Process>,
    log: Arc<Mutex<String>>,
    /// What the program that runs has said on its standard output.
    said: Arc<Mutex<String>>,
    /// Found before the real `redis-server`, which it starts while there is no file `away`.
    tools: TempDir,
    fails: bool,
    /// Before the folder, which it is mounted on.
    pub disk: Option<Disk>,
    /// Its data.
    pub folder: Folder,
}

impl<'a> Laptop<'a> {
    /// Makes a new laptop, which is off.
    pub fn new(edge: &'a Edge, gate: Gate, make: Make, planted: &[String]) -> Self {
        let mut folder = Folder::new();
        let disk = make.small_disk.then(|| Disk::mount(folder.path())).flatten();
        if let Some(disk) = &disk {
            folder.is_on(disk.path());
        }
        let tools = tempfile::tempdir().unwrap();
        let redis = tools.path().join("redis-server");
        let away = tools.path().join("away");
        let script = format!(
            "#!/bin/sh\n[ -e {} ] && exit 1\nPATH=${{PATH#*:}} exec redis-server \"$@\"\n",
            away.display()
        );
        fs::write(&redis, script).unwrap();
        fs::set_permissions(&redis, fs::Permissions::from_mode(0o755)).unwrap();
        Self {
            edge,
            gate,
            direct: make.direct,
            planted: planted.iter().map(|name| format!("{name}=return;")).collect(),
            lan_port: free_port(),
            metrics_port: free_port(),
            process: None,
            log: Arc::default(),
            said: Arc::default(),
            tools,
            fails: make.failing_disk && can_fail(),
            disk,
            folder,
        }
    }

    /// Whether its disk can be made to fail.
    pub fn can_fail(&self) -> bool {
        self.fails
    }

    /// Whether it has a Redis.
    pub fn has_redis(&self) -> bool {
        !self.direct
    }

    /// Starts the program; it need not be ready when this returns. `failpoints` as `FAILPOINTS` has them.
    pub fn start(&mut self, failpoints: &str) {
        let failpoints = format!("{}{failpoints}", self.planted);
        let gate = self.gate.url();
        let command = self.folder.command(&Options {
            edge: Some(self.edge),
            through: Some(&gate),
            direct: self.direct,
            failpoints: Some(&failpoints),
            lan_host: None,
            lan_port: self.lan_port,
            metrics_port: self.metrics_port,
        });
        let mut wrapped = Command::new("env");
        let path = env::var("PATH").unwrap();
        wrapped.arg(format!("PATH={}:{path}", self.tools.path().display()));
        if self.fails {
            wrapped.arg(format!("LD_PRELOAD={}", FAILING_IO.join(" ")));
            wrapped.arg(format!("FIU_CTRL_FIFO={}", self.fifo().display()));
        }
        wrapped.arg(command.get_program()).args(command.get_args());
        command.get_envs().for_each(|(name, value)| {
            wrapped.env(name, value.unwrap_or_default());
        });
        let mut process = Process::start(&wrapped);
        let (stdout, stderr) = process.outputs();
        self.said = Arc::default();
        keep(stdout, Arc::clone(&self.said));
        keep(stderr, Arc::clone(&self.log));
        self.process = Some(process);
    }

    /// Waits until the program answers, and takes part in the venue's network.
    pub fn wait_until_up(&mut self) {
        let (lan, metrics) = (self.lan_port, self.metrics_port);
        wait::until(("the host answers", 60), || {
            let ended = self.process.as_mut().and_then(Process::try_ended);
            assert!(ended.is_none(), "the host ended ({ended:?}):\n{}", self.log());
            [lan, metrics]
                .iter()
                .all(|port| TcpStream::connect((Ipv4Addr::LOCALHOST, *port)).is_ok())
                .then_some(())
        });
    }

    /// Waits until the program has said that sign-ups can be taken: until then a key that is refused is a
    /// wrong setting, with which it ends.
    pub fn wait_until_ready(&mut self) {
        wait::until(("the host is ready", 90), || {
            self.said.lock().unwrap().starts_with("ready ").then_some(())
        });
    }

    /// Kills it, and returns whether it ran until then.
    pub fn kill(&mut self) -> bool {
        let Some(mut process) = self.process.take() else { return false };
        let ran = process.try_ended().is_none();
        process.kill_alone();
        ran
    }

    /// Waits at most `most` until a failpoint kills it, and returns whether one did.
    pub fn dies_within(&mut self, most: Duration) -> bool {
        let deadline = Instant::now() + most;
        while Instant::now() < deadline {
            if let Some(status) = self.process.as_mut().and_then(Process::try_ended) {
                assert!(crate::process::was_killed(status), "ended with {status}:\n{}", self.log());
                self.process = None;
                return true;
            }
            thread::sleep(LOOK_EVERY);
        }
        false
    }

    /// Waits for the end of a start that cannot succeed.
    pub fn ended(&mut self) -> ExitStatus {
        self.process.take().unwrap().ended()
    }

    /// Stops it as Ctrl-C does.
    ///
    /// # Panics
    /// Where it does not end: with what its threads wait for, and what it has logged.
    pub fn stop(&mut self) -> ExitStatus {
        let mut process = self.process.take().unwrap();
        process.ask_to_stop();
        let deadline = Instant::now() + END;
        loop {
            if let Some(status) = process.try_ended() {
                return status;
            }
            let (pid, log) = (process.id(), self.log());
            assert!(Instant::now() < deadline, "it does not end; {:#?}\n{log}", threads(pid));
            thread::sleep(LOOK_EVERY);
        }
    }

    /// The program, while it runs.
    pub fn id(&self) -> Option<u32> {
        self.process.as_ref().map(Process::id)
    }

    /// Its Redis, while it runs.
    pub fn redis(&self) -> Option<u32> {
        descendant(self.id()?, "redis-server")
    }

    /// Kills its Redis, and returns whether there was one.
    pub fn kill_redis(&self) -> bool {
        self.redis().is_some_and(kill)
    }

    /// Keeps Redis from being started, or lets it start again.
    pub fn forbid_redis(&self, forbidden: bool) {
        let away = self.tools.path().join("away");
        if forbidden {
            fs::write(away, "").unwrap();
        } else {
            fs::remove_file(away).unwrap();
        }
    }

    /// Where Redis keeps its files.
    pub fn redis_folder(&self) -> PathBuf {
        self.folder.path().join("redis")
    }

    /// Makes every write to the disk fail, or none any more.
    pub fn fail_writes(&self, fail: bool) {
        let Some(pid) = self.id() else { return };
        let commands = WRITES.map(|name| match fail {
            true => format!("enable name={name},failinfo={EIO}"),
            false => format!("disable name={name}"),
        });
        let mut ctrl = Command::new("fiu-ctrl");
        ctrl.arg("-f").arg(self.fifo());
        commands.iter().for_each(|command| {
            ctrl.arg("-c").arg(command);
        });
        let told = ctrl.arg(pid.to_string()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        assert!(told.is_ok_and(|status| status.success()), "fiu-ctrl reaches the host");
    }

    /// Makes a workshop and returns its record.
    pub fn make_workshop(&self, draft: &serde_json::Value) -> serde_json::Value {
        let (url, token) = wait::until(("the control routes", 60), || self.folder.control());
        let request = client().put(format!("{url}/control/workshops")).bearer_auth(token).json(draft);
        crate::host::ok(request.send().unwrap())
    }

    /// Asks for something by the control routes; `None` where it was not done.
    pub fn ask(&self, path: &str, body: &serde_json::Value) -> Option<serde_json::Value> {
        let (url, token) = self.folder.control()?;
        let answer = client().post(format!("{url}{path}")).bearer_auth(token).json(body).send().ok()?;
        answer.status().is_success().then(|| answer.json().unwrap_or_default())
    }

    /// Asks for what the window would show.
    pub fn status(&self) -> serde_json::Value {
        let ask = || -> Option<serde_json::Value> {
            let (url, token) = self.folder.control()?;
            client().get(format!("{url}/control/status")).bearer_auth(token).send().ok()?.json().ok()
        };
        wait::until(("the status", 60), ask)
    }

    /// Reads how much waits at a hop, by the program's own figures.
    pub fn backlog(&self, hop: &str) -> Option<f64> {
        let url = format!("http://127.0.0.1:{}/metrics", self.metrics_port);
        let text = client().get(url).send().ok()?.text().ok()?;
        let name = format!("rollcall_backlog{{hop=\"{hop}\"}} ");
        text.lines().find_map(|line| line.strip_prefix(&name))?.trim().parse().ok()
    }

    /// The venue page's address, without the token.
    pub fn venue(&self) -> String {
        format!("http://127.0.0.1:{}", self.lan_port)
    }

    /// All that its programs have logged.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    fn fifo(&self) -> PathBuf {
        self.tools.path().join("fiu")
    }
}

impl Drop for Laptop<'_> {
    fn drop(&mut self) {
        let redis = self.redis();
        self.kill();
        redis.map(kill);
    }
}

fn can_fail() -> bool {
    FAILING_IO.iter().all(|library| Path::new(library).exists())
}
