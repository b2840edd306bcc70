//! The managed Redis: a private `redis-server` child on a socket that only its owner can reach.
//!
//! It ends with the engine, whatever ends that, and a thread of the engine's starts it again when it ends by
//! itself. Where a system lets it outlive an engine that was killed, the next start stops it first: its files
//! are synced with every write, so that nothing is lost by that.

use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rand_core::OsRng;
use rollcall_shared::retry::{self, Failure};
use rollcall_shared::signup::Digest;
use rustix::process::{Pid, Signal, kill_process, test_kill_process};

/// How long a server may take to end when it is asked to.
const GRACE: Duration = Duration::from_secs(5);
/// How long a server may take to answer after its start: it reads its file first.
const READY: Duration = Duration::from_secs(20);
/// A server that ran this long was healthy: the back-off begins again.
const HEALTHY: Duration = Duration::from_secs(10);

/// A server's files, in its folder.
const FILES: &str = "appendonlydir";
/// Where those are kept with which no server starts, until the next ones come.
const DAMAGED: &str = "appendonlydir.damaged";
/// Much more than a server says between its start and its end.
const LOG_TAIL: i64 = 16 * 1024;

/// A running, supervised server.
pub(crate) struct RedisServer {
    socket: PathBuf,
    pid: Arc<Mutex<Option<Pid>>>,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Where a server's files are.
struct Places {
    data: PathBuf,
    socket: PathBuf,
    pid_file: PathBuf,
}

impl RedisServer {
    /// Starts one whose files live in `data`, and returns once it answers. `NotFound` where none is
    /// installed.
    pub(crate) fn start(data: &Path) -> io::Result<Self> {
        let places = Places::make(data)?;
        end_orphan(&places)?;
        let socket = places.socket.clone();
        let pid = Arc::new(Mutex::new(None));
        let (stop, stopped) = channel();
        let (started, first) = channel();
        let thread = std::thread::Builder::new().name("redis".to_owned()).spawn({
            let pid = Arc::clone(&pid);
            move || supervise(&places, &pid, &stopped, &started)
        })?;
        let server = Self { socket, pid, stop: Some(stop), thread: Some(thread) };
        first.recv().map_err(io::Error::other)??;
        server.wait_until_ready()?;
        Ok(server)
    }

    /// Returns the client's address of it.
    pub(crate) fn url(&self) -> String {
        format!("unix://{}", self.socket.display())
    }

    /// Returns the process, while there is one.
    pub(crate) fn pid(&self) -> Option<i32> {
        self.pid.lock().map(Pid::as_raw_pid)
    }

    fn wait_until_ready(&self) -> io::Result<()> {
        let deadline = Instant::now() + READY;
        loop {
            match ping(&self.socket) {
                Ok(()) => return Ok(()),
                Err(e) if Instant::now() > deadline => return Err(e),
                Err(_) => std::thread::sleep(Duration::from_millis(5)),
            }
        }
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(pid) = *self.pid.lock() {
            let _ = kill_process(pid, Signal::TERM);
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        let _ = std::fs::remove_file(&self.socket);
    }
}

/// Runs the child, and runs it again when it ends, until it is time to stop.
fn supervise(
    places: &Places,
    pid: &Mutex<Option<Pid>>,
    stop: &Receiver<()>,
    started: &Sender<io::Result<()>>,
) {
    let mut attempt = 0;
    loop {
        let start = Instant::now();
        match spawn(places) {
            Ok(mut child) => {
                let _ = started.send(Ok(()));
                *pid.lock() = Pid::from_raw(child.id().cast_signed());
                if is_stopping(stop) {
                    // Asked between the spawn and the note of its number: nobody else can end it.
                    end(&mut child);
                }
                let status = child.wait();
                *pid.lock() = None;
                if is_stopping(stop) {
                    return;
                }
                let log = places.data.join("redis.log");
                tracing::warn!(?status, log = %log.display(), "redis-server ended and is started again");
                set_aside_damaged(places, status);
            }
            Err(error) => {
                tracing::error!(%error, "redis-server cannot be started");
                let _ = started.send(Err(error));
            }
        }
        attempt = if start.elapsed() > HEALTHY { 0 } else { attempt + 1 };
        let wait = retry::delay(attempt, Failure::Redis, &mut OsRng);
        if !matches!(stop.recv_timeout(wait), Err(RecvTimeoutError::Timeout)) {
            return;
        }
    }
}

fn is_stopping(stop: &Receiver<()>) -> bool {
    !matches!(stop.try_recv(), Err(std::sync::mpsc::TryRecvError::Empty))
}

fn end(child: &mut Child) {
    if let Some(pid) = Pid::from_raw(child.id().cast_signed()) {
        let _ = kill_process(pid, Signal::TERM);
    }
}

fn spawn(places: &Places) -> io::Result<Child> {
    // Again at every start: somebody may have deleted it under the server.
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&places.data)?;
    let _ = std::fs::remove_file(&places.socket);
    let mut command = Command::new("redis-server");
    command
        .args(["--port", "0", "--unixsocketperm", "700", "--unixsocket"])
        .arg(&places.socket)
        .args(["--appendonly", "yes", "--appendfsync", "always", "--save", "", "--daemonize", "no", "--dir"])
        .arg(&places.data)
        .arg("--pidfile")
        .arg(&places.pid_file)
        .args(["--loglevel", "notice", "--logfile"])
        .arg(places.data.join("redis.log"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    rollcall_child::spawn(command)
}

/// Sets files aside with which a server has refused to start. What stood in them comes again from the edge,
/// whose leases are not acknowledged; left there, one torn write would keep the whole program from starting.
fn set_aside_damaged(places: &Places, status: io::Result<ExitStatus>) {
    let refused = status.is_ok_and(|status| status.code().is_some_and(|code| code != 0))
        && started_in_vain(&places.data.join("redis.log")).unwrap_or(false);
    let (files, aside) = (places.data.join(FILES), places.data.join(DAMAGED));
    if !refused || !files.exists() {
        return;
    }
    let _ = std::fs::remove_dir_all(&aside);
    match std::fs::rename(&files, &aside) {
        Ok(()) => tracing::warn!(
            aside = %aside.display(),
            "redis-server does not start with its files: set aside, what stood in them comes again"
        ),
        Err(error) => tracing::error!(
            %error,
            "redis-server does not start with its files, and they cannot be set aside"
        ),
    }
}

/// Returns whether the server that wrote last came to its end before it was ready.
fn started_in_vain(log: &Path) -> io::Result<bool> {
    use std::io::{Read, Seek, SeekFrom};
    let mut file = std::fs::File::open(log)?;
    let length = i64::try_from(file.metadata()?.len()).unwrap_or(i64::MAX);
    file.seek(SeekFrom::End(-length.min(LOG_TAIL)))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    let tail = String::from_utf8_lossy(&tail);
    let last = tail.rsplit("Redis is starting").next().unwrap_or_default();
    Ok(!last.contains("eady to accept connections"))
}

impl Places {
    fn make(data: &Path) -> io::Result<Self> {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(data)?;
        let data = data.canonicalize()?;
        let socket = runtime_folder(&data)?.join("redis.sock");
        Ok(Self { pid_file: data.join("redis.pid"), data, socket })
    }
}

/// Makes a folder for the socket, whose path may have about 104 bytes, fewer than a data folder's often has.
/// The name follows from the data folder, so that the next engine finds what the last one left.
fn runtime_folder(data: &Path) -> io::Result<PathBuf> {
    let base = std::env::var_os("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .filter(|p| p.is_dir() && p.as_os_str().len() < 60);
    let base = base.unwrap_or_else(|| PathBuf::from("/tmp"));
    let me = rustix::process::getuid().as_raw();
    let mark = Digest::of(data.as_os_str().as_encoded_bytes()).to_string();
    let folder = base.join(format!("rollcall-{me}-{}", mark.get(..12).unwrap_or_default()));
    match std::fs::DirBuilder::new().mode(0o700).create(&folder) {
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(e),
        _ => {}
    }
    // In a folder that everybody writes, the name may have been taken by somebody else.
    let found = std::fs::symlink_metadata(&folder)?;
    if !found.is_dir() || found.uid() != me || found.mode() & 0o077 != 0 {
        return Err(io::Error::other(format!("{} belongs to somebody else", folder.display())));
    }
    Ok(folder)
}

/// Ends a server that an earlier engine left behind, and waits until its files are free.
fn end_orphan(places: &Places) -> io::Result<()> {
    let Some(pid) = orphan(places) else { return Ok(()) };
    tracing::warn!(pid = pid.as_raw_pid(), "a redis-server was left behind and is ended");
    let _ = kill_process(pid, Signal::TERM);
    let (polite, deadline) = (Instant::now() + GRACE, Instant::now() + 2 * GRACE);
    let mut killed = false;
    while orphan(places) == Some(pid) {
        if Instant::now() > deadline {
            return Err(io::Error::other(format!(
                "the redis-server left behind (process {pid:?}) does not end"
            )));
        }
        if Instant::now() > polite && !killed {
            killed = true;
            let _ = kill_process(pid, Signal::KILL);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// Finds the server that still uses these files: its number from its own note, and only if that process is
/// one.
fn orphan(places: &Places) -> Option<Pid> {
    let noted = std::fs::read_to_string(&places.pid_file).ok()?;
    let pid = Pid::from_raw(noted.trim().parse().ok()?)?;
    test_kill_process(pid).ok()?;
    is_redis(pid).then_some(pid)
}

#[cfg(target_os = "linux")]
fn is_redis(pid: Pid) -> bool {
    let proc = PathBuf::from(format!("/proc/{}", pid.as_raw_pid()));
    // A dead process that nobody has waited for yet holds no files.
    let is_zombie = std::fs::read_to_string(proc.join("stat"))
        .is_ok_and(|stat| stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z')));
    std::fs::read_to_string(proc.join("comm")).is_ok_and(|name| name.starts_with("redis")) && !is_zombie
}

#[cfg(not(target_os = "linux"))]
fn is_redis(pid: Pid) -> bool {
    let asked = Command::new("ps").args(["-o", "comm=", "-p", &pid.as_raw_pid().to_string()]).output();
    asked.is_ok_and(|out| String::from_utf8_lossy(&out.stdout).contains("redis-server"))
}

fn ping(socket: &Path) -> io::Result<()> {
    use std::io::{Read, Write};
    let mut conn = UnixStream::connect(socket)?;
    conn.set_read_timeout(Some(Duration::from_secs(1)))?;
    conn.write_all(b"PING\r\n")?;
    let mut answer = [0; 5];
    conn.read_exact(&mut answer)?;
    // While it reads its file it answers -LOADING.
    if &answer == b"+PONG" { Ok(()) } else { Err(io::Error::other("redis-server is still reading its file")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn until(what: &str, mut reached: impl FnMut() -> bool) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !reached() {
            assert!(Instant::now() < deadline, "waited in vain: {what}");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    #[test]
    fn ends_with_the_value_and_leaves_no_socket() {
        let dir = tempfile::tempdir().unwrap();
        let server = RedisServer::start(&dir.path().join("redis")).unwrap();
        let (pid, socket) = (Pid::from_raw(server.pid().unwrap()).unwrap(), server.socket.clone());
        assert_eq!(std::fs::metadata(&socket).unwrap().mode() & 0o077, 0);
        drop(server);
        assert!(test_kill_process(pid).is_err());
        assert!(!socket.exists());
    }

    #[test]
    fn is_started_again_when_it_dies() {
        let dir = tempfile::tempdir().unwrap();
        let server = RedisServer::start(&dir.path().join("redis")).unwrap();
        let first = server.pid().unwrap();
        kill_process(Pid::from_raw(first).unwrap(), Signal::KILL).unwrap();
        until("another process", || server.pid().is_some_and(|pid| pid != first));
        until("it answers", || ping(&server.socket).is_ok());
    }

    #[test]
    fn one_that_was_left_behind_is_ended_first() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("redis");
        let places = Places::make(&data).unwrap();
        let mut left_behind = spawn(&places).unwrap();
        until("it answers", || ping(&places.socket).is_ok());
        until("its note", || orphan(&places).is_some());
        let server = RedisServer::start(&data).unwrap();
        assert!(left_behind.try_wait().unwrap().is_some(), "it has ended");
        assert_ne!(server.pid(), Some(left_behind.id().cast_signed()));
    }

    #[test]
    fn one_whose_file_is_damaged_starts_without_it() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("redis");
        let server = RedisServer::start(&data).unwrap();
        let mut conn = redis::Client::open(server.url()).unwrap().get_connection().unwrap();
        for n in 0..100 {
            redis::cmd("XADD").arg("s").arg("*").arg("n").arg(n).exec(&mut conn).unwrap();
        }
        drop((conn, server));
        for file in std::fs::read_dir(data.join("appendonlydir")).unwrap().map(|file| file.unwrap().path()) {
            if file.extension().is_some_and(|end| end == "aof") {
                let mut bytes = std::fs::read(&file).unwrap();
                let middle = bytes.len() / 2;
                bytes.splice(middle..middle + 16, *b"sixteen of chaos");
                std::fs::write(&file, bytes).unwrap();
            }
        }
        let server = RedisServer::start(&data).unwrap();
        assert!(ping(&server.socket).is_ok());
        assert!(data.join(DAMAGED).exists(), "it is kept");
    }

    #[test]
    fn a_note_of_another_process_ends_nobody() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("redis");
        let places = Places::make(&data).unwrap();
        std::fs::write(&places.pid_file, std::process::id().to_string()).unwrap();
        assert!(orphan(&places).is_none());
    }
}
