//! The servers on which the suite runs: the system's own, and others of other ages and of Valkey, which
//! `cargo xtask setup` fetches (`xtask/src/setup/servers.rs`).

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::pipeline::stream::private_server::{Life, RedisServer};
use crate::testing::skip;

/// The system's own.
pub(in crate::pipeline) const SYSTEMS: &str = "redis-server";
/// Older than the oldest that is used.
pub(in crate::pipeline) const TOO_OLD: &str = "redis-5.0";
/// The others, from the oldest that is used on.
const OTHERS: [&str; 4] = ["redis-6.2", "redis-8.2", "valkey-8.1", "valkey-9.1"];

/// The program of that name; `None`, and why, where it is not there.
pub(in crate::pipeline) fn program(name: &str) -> Option<PathBuf> {
    if name == SYSTEMS {
        return Some(PathBuf::from(name));
    }
    let kept = || std::env::home_dir().unwrap_or_default().join(".cache/rollcall/tools/servers");
    let folder = std::env::var_os("ROLLCALL_SERVERS").map_or_else(kept, PathBuf::from);
    let path = folder.join(name);
    if !path.exists() {
        skip(name, "set-up did not fetch it, and says why");
        return None;
    }
    Some(path)
}

/// Does something with each of those that are there: its name, and its program.
pub(in crate::pipeline) fn each(mut act: impl FnMut(&str, &Path)) {
    for name in [SYSTEMS].into_iter().chain(OTHERS) {
        if let Some(program) = program(name) {
            act(name, &program);
        }
    }
}

/// A server that answers, whose files live in `dir`.
pub(in crate::pipeline) fn start_in(program: &Path, dir: &TempDir) -> RedisServer {
    ready(RedisServer::start_one_of(vec![program.to_owned()], &dir.path().join("redis")).unwrap())
}

/// The same server once it answers.
pub(in crate::pipeline) fn ready(server: RedisServer) -> RedisServer {
    let deadline = Instant::now() + Duration::from_secs(20);
    // One that was left behind may answer until then.
    while server.life() != Life::Running || !ping(&server) {
        assert!(Instant::now() < deadline, "waited in vain: {:?}", server.life());
        std::thread::sleep(Duration::from_millis(2));
    }
    server
}

/// Whether it answers.
pub(in crate::pipeline) fn ping(server: &RedisServer) -> bool {
    let conn = redis::Client::open(server.url()).unwrap().get_connection();
    conn.is_ok_and(|mut conn| redis::cmd("PING").exec(&mut conn).is_ok())
}
