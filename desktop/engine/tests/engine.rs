//! The whole engine on a data folder of its own, without an edge: the venue page, the control routes, starts
//! and stops.

#![allow(clippy::unwrap_used, clippy::panic, reason = "fixtures of tests; a failure is what they are for")]

use std::path::Path;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use reqwest::header::{ACCEPT, CONTENT_TYPE, LOCATION};
use rollcall_engine::{
    Config, EdgeConfig, Engine, FolderError, OpenError, PortError, RedisChoice, SettingsError, StartError,
    VenueStart,
};
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

const DEADLINE: Duration = Duration::from_secs(20);

struct Hall {
    engine: Engine,
    dir: TempDir,
    http: reqwest::Client,
    runtime: tokio::runtime::Runtime,
}

fn config(dir: &Path, redis: RedisChoice) -> Config {
    Config {
        venue: VenueStart::AtOnce,
        data_dir: dir.to_owned(),
        edge: None,
        lan_host: [127, 0, 0, 1].into(),
        lan_port: 0,
        metrics_port: 0,
        redis,
        demo: true,
    }
}

impl Hall {
    fn open(redis: RedisChoice) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let engine = Engine::start(config(dir.path(), redis)).unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self { engine, dir, http, runtime: tokio::runtime::Runtime::new().unwrap() }
    }

    /// What stands before the public routes.
    fn base(&self) -> String {
        let lan = self.engine.ready().lan.clone().unwrap();
        lan.split("/j/").next().unwrap().to_owned()
    }

    fn code(&self) -> String {
        self.engine.ready().invite_code.clone().unwrap()
    }

    fn body(&self, name: &str, phone: &str) -> Value {
        json!({ "id": new_id(), "invite_code": self.code(), "name": name, "phone": phone })
    }

    fn post(&self, body: &Value) -> (StatusCode, Value) {
        let request = self.http.post(format!("{}/v1/signups", self.base()));
        self.send(request.header(CONTENT_TYPE, "application/json").body(body.to_string()))
    }

    fn get(&self, url: &str) -> (StatusCode, Value) {
        self.send(self.http.get(url))
    }

    fn send(&self, request: reqwest::RequestBuilder) -> (StatusCode, Value) {
        self.runtime.block_on(async {
            let response = request.send().await.unwrap();
            let status = response.status();
            let text = response.text().await.unwrap();
            (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
        })
    }

    fn origin(&self) -> String {
        self.base().rsplit_once('/').unwrap().0.to_owned()
    }

    fn database(&self) -> Connection {
        Connection::open(self.dir.path().join("rollcall.db")).unwrap()
    }

    fn count(&self, sql: &str) -> i64 {
        self.database().query_row(sql, [], |row| row.get(0)).unwrap()
    }
}

/// A version 4 UUID that nobody else in this process has drawn.
fn new_id() -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("0f8fad5b-d9cb-469f-a165-{:012x}", NEXT.fetch_add(1, Ordering::Relaxed))
}

#[test]
fn a_signup_is_answered_registered_and_stands_in_the_database() {
    let hall = Hall::open(RedisChoice::Direct);
    let body = hall.body("王芳", "138 0013 8000");
    let (status, answer) = hall.post(&body);
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    assert_eq!(answer["receipt"]["state"], "registered");
    assert_eq!(answer["receipt"]["id"], body["id"]);
    assert_eq!(
        hall.count("SELECT count(*) FROM signups WHERE phone = '+8613800138000' AND path = 'venue'"),
        1
    );

    let url = answer["receipt"]["url"].as_str().unwrap();
    let receipt = hall.get(&format!("{}{}", hall.origin(), url.replace("/r/", "/v1/receipts/")));
    assert_eq!(
        receipt,
        (StatusCode::OK, json!({ "id": body["id"], "state": "registered", "see_desk": false }))
    );
    let (status, page) = hall.get(&format!("{}{url}", hall.origin()));
    assert_eq!(status, StatusCode::OK);
    assert!(!page.as_str().unwrap().contains("王芳"), "a receipt names nobody");
    assert_eq!(hall.get(&format!("{}{url}x", hall.origin())).0, StatusCode::NOT_FOUND);
}

#[test]
fn five_hundred_at_once_are_five_hundred_rows() {
    let hall = Hall::open(RedisChoice::Direct);
    let url = format!("{}/v1/signups", hall.base());
    let bodies: Vec<String> =
        (0..500).map(|n| hall.body("王芳", &format!("138{n:08}")).to_string()).collect();
    let statuses: Vec<StatusCode> = hall.runtime.block_on(async {
        let sent: Vec<_> = bodies
            .into_iter()
            .map(|body| {
                let request = hall.http.post(&url).header(CONTENT_TYPE, "application/json").body(body);
                tokio::spawn(async move { request.send().await.unwrap().status() })
            })
            .collect();
        let mut statuses = Vec::new();
        for answer in sent {
            statuses.push(answer.await.unwrap());
        }
        statuses
    });
    assert!(statuses.iter().all(|status| *status == StatusCode::CREATED));
    assert_eq!(hall.count("SELECT count(*) FROM signups WHERE state = 'registered'"), 500);
}

#[test]
fn the_form_works_without_script() {
    let hall = Hall::open(RedisChoice::Direct);
    let url = hall.engine.ready().lan.clone().unwrap();
    let (status, page) = hall.get(&url);
    assert_eq!(status, StatusCode::OK);
    let page = page.as_str().unwrap().to_owned();
    let seed = page.split("name=\"seed\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let form = |phone: &str| {
        let body = format!("seed={seed}&invite_code={}&name=%E7%8E%8B%E8%8A%B3&phone={phone}", hall.code());
        let request =
            hall.http.post(&url).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
        hall.runtime.block_on(async {
            let response = request.send().await.unwrap();
            let location = response.headers().get(LOCATION).map(|l| l.to_str().unwrap().to_owned());
            (response.status(), location, response.text().await.unwrap())
        })
    };
    let (status, _, again) = form("123");
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        again.contains("王芳") && again.contains("123") && again.contains(&seed),
        "values and seed are kept"
    );
    let (status, first, _) = form("13800138000");
    assert_eq!(status, StatusCode::SEE_OTHER);
    let (_, second, _) = form("13800138000");
    assert_eq!(first, second, "a double tap is one sign-up");
    assert_eq!(hall.get(&format!("{}{}", hall.origin(), first.unwrap())).0, StatusCode::OK);
    assert_eq!(hall.count("SELECT count(*) FROM signups"), 1);
}

#[test]
fn what_is_wrong_is_said_with_its_code() {
    let hall = Hall::open(RedisChoice::Direct);
    let (status, answer) =
        hall.post(&json!({ "id": new_id(), "invite_code": hall.code(), "name": "", "phone": "1" }));
    assert_eq!((status, &answer["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("invalid")));
    assert_eq!(answer["errors"].as_array().unwrap().len(), 2);
    let unknown =
        json!({ "id": new_id(), "invite_code": "ABCD-23456", "name": "王芳", "phone": "13800138000" });
    assert_eq!(hall.post(&unknown).1["code"], "unknown_code");

    let url = format!("{}/v1/signups", hall.base());
    let code = |request: reqwest::RequestBuilder| hall.send(request).1["code"].clone();
    let json_post = |body: String| hall.http.post(&url).header(CONTENT_TYPE, "application/json").body(body);
    assert_eq!(code(json_post("{".to_owned())), "malformed");
    assert_eq!(code(json_post("x".repeat(129 * 1024))), "too_large");
    assert_eq!(code(hall.http.post(&url).header(CONTENT_TYPE, "text/plain").body("{}")), "media_type");
    assert_eq!(code(hall.http.put(&url)), "method_not_allowed");
    let nowhere = hall.http.get(format!("{}/nowhere", hall.base()));
    assert_eq!(code(nowhere.header(ACCEPT, "application/json")), "not_found");
    assert_eq!(
        code(hall.http.post(url.replace(hall.base().rsplit_once('/').unwrap().1, "222222")).body("{}")),
        "not_found"
    );
    assert_eq!(hall.count("SELECT count(*) FROM signups"), 0);
}

#[test]
fn a_retired_workshop_takes_nothing() {
    let hall = Hall::open(RedisChoice::Direct);
    let workshop = hall.engine.status().unwrap().workshops[0].workshop.id.clone();
    hall.engine.retire(&workshop).unwrap();
    let (status, answer) = hall.post(&hall.body("王芳", "13800138000"));
    assert_eq!((status, &answer["code"]), (StatusCode::GONE, &json!("closed")));
    assert_eq!(hall.get(&hall.engine.ready().lan.clone().unwrap()).0, StatusCode::GONE);
}

#[test]
fn while_the_database_cannot_be_written_the_answer_is_503_and_nothing_is_lost_after() {
    let hall = Hall::open(RedisChoice::Direct);
    let other = hall.database();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let body = hall.body("王芳", "13800138000");
    let (status, answer) = hall.post(&body);
    assert_eq!((status, &answer["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("unavailable")));
    assert!(answer["retry_after"].as_u64().unwrap() > 0);
    let health = hall.engine.status().unwrap().health;
    assert!(health.unwritable.is_some());

    other.execute_batch("ROLLBACK").unwrap();
    let deadline = Instant::now() + DEADLINE;
    while hall.post(&body).0 != StatusCode::CREATED {
        assert!(Instant::now() < deadline, "the engine does not recover");
    }
    assert_eq!(hall.count("SELECT count(*) FROM signups"), 1);
}

#[test]
fn everything_is_there_again_after_a_stop() {
    let Hall { engine, dir, .. } = Hall::open(RedisChoice::Managed);
    let ready = engine.ready().clone();
    let token = ready.lan.as_ref().unwrap().rsplit('/').nth(2).unwrap().to_owned();
    engine.stop();
    assert!(!dir.path().join("control.json").exists());

    let again = Engine::start(config(dir.path(), RedisChoice::Managed)).unwrap();
    assert_eq!(again.ready().invite_code, ready.invite_code);
    assert_eq!(again.ready().lan.as_ref().unwrap().rsplit('/').nth(2).unwrap(), token);
    assert_eq!(again.status().unwrap().workshops.len(), 1, "the demo is made once");
}

#[test]
fn every_answer_carries_the_headers_that_keep_it_private() {
    let hall = Hall::open(RedisChoice::Direct);
    let headers = |url: String| {
        let response = hall.runtime.block_on(hall.http.get(url).send()).unwrap();
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert_eq!(header("x-frame-options"), "DENY");
        assert_eq!(header("cache-control"), "no-store");
        header("content-security-policy")
    };
    let nothing = "default-src 'none'; frame-ancestors 'none'";
    let form = headers(hall.engine.ready().lan.clone().unwrap());
    assert!(form != nothing && form.contains("script-src"), "a page has a policy of its own: {form}");
    let json = format!("{}/v1/workshops/{}", hall.base(), hall.code());
    assert_eq!(headers(json), nothing);
    assert!(headers(format!("{}/nowhere", hall.base())).contains("default-src 'none'; style-src"));
    assert_eq!(headers(hall.engine.ready().metrics.clone()), nothing);
}

#[test]
fn control_needs_its_token_and_its_own_name() {
    let hall = Hall::open(RedisChoice::Direct);
    let note: Value =
        serde_json::from_slice(&std::fs::read(hall.dir.path().join("control.json")).unwrap()).unwrap();
    let status = format!("{}/control/status", hall.engine.ready().control);
    let token = note["token"].as_str().unwrap();
    assert_eq!(hall.get(&status).0, StatusCode::UNAUTHORIZED);
    assert_eq!(hall.send(hall.http.get(&status).bearer_auth("guess")).0, StatusCode::UNAUTHORIZED);
    assert_eq!(hall.send(hall.http.get(&status).bearer_auth(token)).0, StatusCode::OK);
    let rebound = hall.http.get(&status).bearer_auth(token).header("host", "evil.example.org");
    assert_eq!(hall.send(rebound).0, StatusCode::NOT_FOUND);
    let metrics = hall.get(&hall.engine.ready().metrics).1;
    assert!(metrics.as_str().unwrap().contains("rollcall_commits_total"));
}

#[test]
fn a_wrong_setting_is_one_line_with_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let refused = |config: Config| match Engine::start(config) {
        Ok(_) => panic!("it started"),
        Err(error) => {
            let line = error.to_string();
            assert!(line.contains(" — ") && !line.contains('\n'), "{line}");
            error
        }
    };
    let lan = Config { lan_port: port, ..config(dir.path(), RedisChoice::Direct) };
    assert!(matches!(refused(lan), StartError::Port(PortError { flag: "--lan-port", .. })));
    let metrics = Config { metrics_port: port, ..config(dir.path(), RedisChoice::Direct) };
    assert!(matches!(refused(metrics), StartError::Port(PortError { flag: "--metrics-port", .. })));
    let redis = RedisChoice::Url("nonsense".to_owned());
    assert!(matches!(
        refused(config(dir.path(), redis)),
        StartError::Settings(SettingsError::RedisUrl { .. })
    ));

    let first = Engine::start(config(dir.path(), RedisChoice::Direct)).unwrap();
    assert!(matches!(
        refused(config(dir.path(), RedisChoice::Direct)),
        StartError::Folder(FolderError::Locked { pid: Some(_), .. })
    ));
    first.stop();
    Connection::open(dir.path().join("rollcall.db"))
        .unwrap()
        .pragma_update(None, "user_version", 999)
        .unwrap();
    assert!(matches!(
        refused(config(dir.path(), RedisChoice::Direct)),
        StartError::Database(OpenError::Newer { found: 999, .. })
    ));
}

#[test]
fn an_edge_that_refuses_the_keys_is_a_setting() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let refusing = axum::Router::new().fallback(|| async { StatusCode::UNAUTHORIZED });
    let listener = runtime.block_on(tokio::net::TcpListener::bind(("127.0.0.1", 0))).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    runtime.spawn(async move { axum::serve(listener, refusing).await });
    let dir = tempfile::tempdir().unwrap();
    let edge = EdgeConfig::parse(&url, Some("wrong".to_owned())).unwrap();
    let error = Engine::start(Config { edge: Some(edge), ..config(dir.path(), RedisChoice::Direct) });
    assert!(matches!(error, Err(StartError::WrongKey { .. })));
}

#[test]
fn workshops_are_made_changed_and_renewed() {
    let hall = Hall::open(RedisChoice::Direct);
    let draft = json!({
        "title": { "zh": "科学课", "en": "" },
        "organisation": { "zh": "一中", "en": "" },
        "place": { "zh": "302", "en": "" },
        "starts_at": 0, "ends_at": 4_102_444_800_000_i64, "purpose": { "zh": "签到", "en": "" },
    });
    let made = hall.engine.put_workshop(serde_json::from_value(draft.clone()).unwrap()).unwrap();
    let mut change = draft.clone();
    change["id"] = json!(made.workshop.id);
    let label = json!({ "zh": "学校", "en": "School" });
    change["questions"] = json!([{ "key": "school", "label": label, "kind": "text", "max_chars": 50 }]);
    let changed = hall.engine.put_workshop(serde_json::from_value(change).unwrap()).unwrap();
    assert_eq!(changed.workshop.invite_code, made.workshop.invite_code);
    assert_eq!(changed.workshop.form_version, made.workshop.form_version + 1);
    assert_eq!(changed.workshop.notice, made.workshop.notice);
    // What the page says about the data has another version as soon as it says something else; each is kept.
    let mut other = serde_json::to_value(hall.engine.workshop(&made.workshop.id).unwrap()).unwrap();
    other["organisation"]["zh"] = json!("二中");
    let other = hall.engine.put_workshop(serde_json::from_value(other).unwrap()).unwrap();
    assert_eq!(other.workshop.notice.version, made.workshop.notice.version + 1);
    assert_eq!(hall.count("SELECT count(*) FROM notices WHERE zh LIKE '由一中%' AND since > 0"), 1);
    assert_eq!(hall.count("SELECT count(*) FROM notices WHERE zh LIKE '由二中%' AND version = 2"), 1);

    let code = || {
        let workshops = hall.engine.status().unwrap().workshops;
        workshops.into_iter().find(|one| one.workshop.id == made.workshop.id).unwrap().workshop.invite_code
    };
    let undo = hall.engine.renew_code(&made.workshop.id).unwrap();
    assert_ne!(code(), made.workshop.invite_code);
    hall.engine.undo(&undo.token).unwrap();
    assert_eq!(code(), made.workshop.invite_code);
    assert!(hall.engine.undo(&undo.token).is_err(), "once");
    // A third code by now: the way back from the second leads nowhere.
    let old = hall.engine.renew_code(&made.workshop.id).unwrap();
    hall.engine.renew_code(&made.workshop.id).unwrap();
    let third = code();
    assert!(hall.engine.undo(&old.token).unwrap_err().to_string().contains("changed since"));
    assert_eq!(code(), third);

    let mut wrong = draft;
    wrong["ends_at"] = json!(-1);
    let error = hall.engine.put_workshop(serde_json::from_value(wrong).unwrap()).unwrap_err();
    assert!(error.to_string().contains("ends_at"), "{error}");
    assert_eq!(hall.engine.status().unwrap().workshops.len(), 2);
}

#[test]
fn two_engines_share_nothing_by_accident() {
    let hall = Hall::open(RedisChoice::Managed);
    let other = Hall::open(RedisChoice::Managed);
    assert_ne!(hall.base(), other.base());
    assert_eq!(hall.post(&hall.body("王芳", "13800138000")).0, StatusCode::CREATED);
    assert_eq!(other.count("SELECT count(*) FROM signups"), 0);
}
