use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use tempfile::TempDir;

use super::*;
use crate::pipeline::stream::suite::servers::{TOO_OLD, program, start_in};
use crate::testing::DEADLINE;

/// A private server of that program, in a folder of its own.
fn private(dir: &TempDir, program: PathBuf) -> Redis {
    managed_by(RedisServer::start_one_of(vec![program], &dir.path().join("redis"))).unwrap()
}

fn given(url: &str) -> Redis {
    open(&RedisChoice::Url(url.to_owned()), Path::new("unused")).unwrap()
}

async fn followed(redis: &Redis) -> bool {
    tokio::time::timeout(DEADLINE, redis.follow()).await.unwrap()
}

#[tokio::test]
async fn one_that_starts_is_used_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let redis = private(&dir, "redis-server".into());
    redis.settle().await.unwrap();
    assert!(matches!(redis.describe(), RedisKind::Managed { pid: Some(_) }));
    assert!(redis.client().is_some());
    assert!(!followed(&redis).await, "nothing has changed");
}

#[tokio::test]
async fn one_that_does_not_start_is_not_waited_for_and_is_used_once_it_has() {
    let dir = tempfile::tempdir().unwrap();
    let (script, go) = (dir.path().join("redis-server"), dir.path().join("go"));
    std::fs::write(
        &script,
        format!("#!/bin/sh\n[ -e {} ] && exec redis-server \"$@\"\nexit 7\n", go.display()),
    )
    .unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let redis = private(&dir, script);
    tokio::time::timeout(DEADLINE, redis.settle()).await.unwrap().unwrap();
    let RedisKind::Direct(DirectReason::NotStarted { why }) = redis.describe() else {
        panic!("{:?}", redis.describe())
    };
    assert!(why.contains("exit status: 7"), "{why}");
    assert!(redis.client().is_none());

    std::fs::write(go, "").unwrap();
    assert!(followed(&redis).await);
    assert!(matches!(redis.describe(), RedisKind::Managed { pid: Some(_) }));
    assert!(redis.client().is_some());
}

#[tokio::test]
async fn where_none_is_installed_none_is_used() {
    let dir = tempfile::tempdir().unwrap();
    let redis = private(&dir, "no-such-server".into());
    redis.settle().await.unwrap();
    assert_eq!(redis.describe(), RedisKind::Direct(DirectReason::NotInstalled));
    assert!(!followed(&redis).await);
}

#[tokio::test]
async fn a_private_one_that_is_too_old_is_ended_and_not_used() {
    let Some(old) = program(TOO_OLD) else { return };
    let dir = tempfile::tempdir().unwrap();
    let redis = private(&dir, old);
    redis.settle().await.unwrap();
    assert_eq!(redis.describe(), RedisKind::Direct(DirectReason::TooOld { found: "Redis 5.0.6".to_owned() }));
    assert!(redis.client().is_none());
    assert!(!followed(&redis).await);
    let Source::Managed { server, .. } = &redis.source else { unreachable!() };
    crate::testing::until("it has ended", || server.pid().is_none()).await;
}

#[tokio::test]
async fn a_given_one_that_is_too_old_is_refused_in_words() {
    let Some(old) = program(TOO_OLD) else { return };
    let dir = tempfile::tempdir().unwrap();
    let server = start_in(&old, &dir);
    let error = given(&server.url()).settle().await.unwrap_err().to_string();
    assert!(error.contains("is Redis 5.0.6") && error.contains("install Redis 6.2 or newer"), "{error}");
    assert!(error.contains(" — ") && !error.contains('\n'), "{error}");
}

#[tokio::test]
async fn a_given_one_that_is_away_is_no_error_and_is_looked_at_when_it_comes() {
    let Some(old) = program(TOO_OLD) else { return };
    let dir = tempfile::tempdir().unwrap();
    let url = start_in(&old, &dir).url();
    let redis = given(&url);
    redis.settle().await.unwrap();
    assert_eq!(redis.describe(), RedisKind::Given);
    assert!(redis.client().is_some());
    let _server = start_in(&old, &dir);
    assert!(followed(&redis).await);
    assert!(matches!(redis.describe(), RedisKind::Direct(DirectReason::TooOld { .. })));
    assert!(redis.client().is_none());
}
