//! Whatever Redis a system has, or is named: used, or done without, and never in anybody's way.

use std::fs;
use std::path::Path;
use std::process::Command;

use rollcall_e2e::edge::Edge;
use rollcall_e2e::host::{Folder, Host, Options};
use rollcall_e2e::process::{Process, descendant};
use rollcall_e2e::servers::{Systems, TOO_OLD, USED, program};
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::wait;
use serde_json::{Value, json};

use crate::form::venue;
use crate::settings::refused;

/// What the host says of its Redis.
fn redis(host: &Host) -> Value {
    host.status()["health"]["redis"].clone()
}

fn wait_until_redis_is(host: &Host, kind: &str) {
    wait::until((kind, 30), || (redis(host)["kind"] == kind).then_some(()));
}

#[test]
fn one_that_never_answers_keeps_nobody_from_signing_up_and_is_used_once_it_does() {
    let (edge, folder, systems) = (Edge::shared(), Folder::new(), Systems::hangs());
    let host = folder.start_as(&systems.under(folder.command(&Options::on(edge))));
    let workshop = host.make_workshop(json!({}));
    assert_eq!(redis(&host)["reason"], "not_started");
    Teacher::new().sign_up(&venue(&host.status(), &workshop), workshop.invite_code(), 201);
    Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202).wait_for("registered");

    systems.goes_on();
    wait_until_redis_is(&host, "managed");
    Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202).wait_for("registered");
    assert_eq!(folder.count("SELECT count(*) FROM signups"), 3);
    host.wait_until_all_collected();
    assert!(host.stop().success());
}

#[test]
fn each_that_a_system_may_have_carries_mail_through_a_kill_and_a_damaged_file() {
    let edge = Edge::shared();
    for name in USED {
        let Some(server) = program(name) else { continue };
        let (folder, systems) = (Folder::new(), Systems::is(&server));
        let start = || folder.start_as(&systems.under(folder.command(&Options::on(edge))));
        let host = start();
        assert_eq!(redis(&host)["kind"], "managed", "{name}");
        let workshop = host.make_workshop(json!({}));
        let code = workshop.invite_code();
        Teacher::new().sign_up(edge.url(), code, 202).wait_for("registered");
        host.kill();

        damage(&folder.path().join("redis"));
        let waiting = Teacher::new().sign_up(edge.url(), code, 202);
        let host = start();
        wait_until_redis_is(&host, "managed");
        waiting.wait_for_within("registered", 30);
        assert_eq!(folder.count("SELECT count(*) FROM signups"), 2, "{name}");
        assert!(
            fs::read_dir(folder.path().join("redis"))
                .unwrap()
                .any(|file| { file.unwrap().file_name().to_string_lossy().ends_with(".damaged") })
        );
        assert!(host.stop().success());
    }
}

/// Writes over the beginning of every append-only file.
fn damage(redis: &Path) {
    let folders = [redis.to_owned(), redis.join("appendonlydir")];
    for file in folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten() {
        let path = file.unwrap().path();
        if path.is_file() && path.extension().is_some_and(|end| end == "aof") {
            let mut bytes = fs::read(&path).unwrap();
            bytes.splice(..bytes.len().min(7), *b"?chaos?");
            fs::write(path, bytes).unwrap();
        }
    }
}

#[test]
fn one_that_is_too_old_is_not_used_and_is_said() {
    let Some(server) = program(TOO_OLD) else { return };
    let (edge, folder, systems) = (Edge::shared(), Folder::new(), Systems::is(&server));
    let host = folder.start_as(&systems.under(folder.command(&Options::on(edge))));
    assert_eq!(redis(&host), json!({ "kind": "direct", "reason": "too_old", "found": "Redis 5.0.6" }));
    let workshop = host.make_workshop(json!({}));
    Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202).wait_for("registered");
    assert_eq!(descendant(host.id(), "redis-server"), None, "it has ended");
    assert!(host.stop().success());
}

#[test]
fn one_of_the_hosts_own_that_is_too_old_is_refused() {
    let Some(server) = program(TOO_OLD) else { return };
    let folder = Folder::new();
    let socket = folder.path().join("own.sock");
    let mut command = Command::new(server);
    command.args(["--port", "0", "--save", "", "--unixsocket"]).arg(&socket).arg("--dir").arg(folder.path());
    let _own = Process::start(&command);
    wait::until(("Redis listens", 30), || socket.exists().then_some(()));
    let url = format!("redis+unix://{}", socket.display());
    refused(
        folder.command(&Options::default()).args(["--redis-url", &url]),
        &["is Redis 5.0.6", "install Redis 6.2 or newer"],
    );
}
