//! The desk over HTTP: who is let in, what it takes, what the host sees of it; and the check from a phone.

#![allow(clippy::unwrap_used, clippy::panic, reason = "fixtures of tests; a failure is what they are for")]

use std::net::{IpAddr, Ipv4Addr};

use rand_core::OsRng;
use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use reqwest::{RequestBuilder, Response, StatusCode};
use rollcall_engine::view::{
    ListQuery, OwnConnection, Reached, Refusal, RefusalCode, Show, SignupState, SignupView, Verdict, Wifi,
    WifiSecurity,
};
use rollcall_engine::{Config, Engine, RedisChoice, VenueStart};
use rollcall_shared::Timestamp;
use rollcall_shared::envelope::Envelope;
use rollcall_shared::question::{Answer, Answers};
use rollcall_shared::seal::SecretKey;
use rollcall_shared::signup::{Signup, SignupForm};
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::{Workshop, WorkshopId};
use serde_json::{Value, json};
use tempfile::TempDir;

struct Hall {
    engine: Engine,
    workshop: Workshop,
    base: String,
    http: reqwest::Client,
    runtime: tokio::runtime::Runtime,
    dir: TempDir,
}

fn config(dir: &TempDir) -> Config {
    Config {
        venue: VenueStart::AtOnce,
        data_dir: dir.path().to_owned(),
        edge: None,
        lan_host: IpAddr::from(Ipv4Addr::LOCALHOST),
        lan_port: 0,
        metrics_port: 0,
        redis: RedisChoice::Direct,
        demo: true,
    }
}

impl Hall {
    fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let engine = Engine::start(config(&dir)).unwrap();
        Self::around(engine, dir)
    }

    fn around(engine: Engine, dir: TempDir) -> Self {
        let workshop = engine.status().unwrap().workshops[0].workshop.clone();
        let base = engine.ready().lan.clone().unwrap().split("/j/").next().unwrap().to_owned();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        Self { engine, workshop, base, http: http(Ipv4Addr::LOCALHOST), runtime, dir }
    }

    fn send(&self, request: RequestBuilder) -> Response {
        self.runtime.block_on(request.send()).unwrap()
    }

    fn text(&self, response: Response) -> String {
        self.runtime.block_on(response.text()).unwrap()
    }

    fn post_form(&self, path: &str, cookie: &str, body: &str) -> Response {
        let request = self.http.post(format!("{}{path}", self.base)).header(COOKIE, cookie);
        self.send(request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body.to_owned()))
    }

    fn post_json(&self, path: &str, cookie: &str, body: &Value) -> (StatusCode, Value) {
        let request = self.http.post(format!("{}{path}", self.base)).header(COOKIE, cookie);
        let response = self.send(request.header(CONTENT_TYPE, "application/json").body(body.to_string()));
        let status = response.status();
        (status, serde_json::from_str(&self.text(response)).unwrap())
    }

    fn get(&self, path: &str, cookie: &str) -> (StatusCode, String) {
        let response = self.send(self.http.get(format!("{}{path}", self.base)).header(COOKIE, cookie));
        (response.status(), self.text(response))
    }

    fn pin(&self) -> String {
        self.engine.desk_panel(&self.workshop.id).unwrap().pin.unwrap()
    }

    /// Lets a device in; its cookie.
    fn enter(&self, name: &str) -> String {
        let response = self.post_form("/desk?lang=en", "", &format!("pin={}&desk={name}", self.pin()));
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        let cookie = response.headers()[SET_COOKIE].to_str().unwrap().to_owned();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        cookie.split(';').next().unwrap().to_owned()
    }

    fn form(&self, name: &str, phone: &str) -> Value {
        let (id, code, filled_at) = (new_id(), &self.workshop.invite_code, now());
        json!({ "id": id, "invite_code": code, "name": name, "phone": phone, "filled_at": filled_at })
    }

    fn rows(&self) -> Vec<SignupView> {
        let query = ListQuery {
            workshop: self.workshop.id.clone(),
            search: String::new(),
            show: Show::All,
            offset: 0,
            limit: 50,
        };
        self.engine.list(&query).unwrap().rows
    }

    /// What the phone of somebody without a network shows.
    fn entry(&self, name: &str, phone: &str) -> (String, Value) {
        let form = self.form(name, phone);
        (entry_for(&self.workshop, &form), form)
    }
}

fn entry_for(workshop: &Workshop, form: &Value) -> String {
    let form: SignupForm = serde_json::from_value(form.clone()).unwrap();
    let signup = form.parse(workshop).unwrap();
    Envelope::seal_signup(workshop, &signup, None, Timestamp::from_millis(1), &mut OsRng).unwrap().to_text()
}

fn http(from: Ipv4Addr) -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().local_address(IpAddr::from(from));
    client.redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

fn new_id() -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("0f8fad5b-d9cb-469f-a165-{:012x}", NEXT.fetch_add(1, Ordering::Relaxed))
}

#[test]
fn the_host_sees_which_device_took_whom() {
    let hall = Hall::open();
    let id = &hall.workshop.id;
    assert_eq!(hall.engine.desk_panel(id).unwrap().pin, None);
    let shut = hall.post_form("/desk", "", "pin=000000&desk=1");
    assert_eq!(shut.status(), StatusCode::FORBIDDEN, "before the host opens a desk no digits let anybody in");

    hall.engine.renew_desk_pin(id).unwrap();
    let (first, second) = (hall.enter("Desk+1"), hall.enter("Desk+2"));
    let (status, page) = hall.get("/desk?lang=en", &first);
    assert!(status == StatusCode::OK && page.contains("Desk 1") && page.contains("0 signed up"), "{page}");

    let form = hall.form("王芳", "138 0013 8000");
    let (status, answer) = hall.post_json("/v1/desk/signups", &first, &form);
    assert_eq!(
        (status, &answer["receipt"]["state"]),
        (StatusCode::CREATED, &json!("registered")),
        "{answer}"
    );
    // Sent again it is the same one, whoever sends it.
    assert_eq!(hall.post_json("/v1/desk/signups", &second, &form), (status, answer));
    // A colleague of the same number goes beside the list, and counts for the desk all the same.
    hall.post_json("/v1/desk/signups", &second, &hall.form("李伟", "13800138000"));

    let rows = hall.rows();
    assert_eq!((rows.len(), rows[0].path.as_str(), rows[0].desk.as_deref()), (1, "desk", Some("Desk 1")));
    let taken = |desk: usize| hall.engine.desk_panel(id).unwrap().desks[desk].taken;
    assert_eq!((taken(0), taken(1)), (1, 1));

    // The host ends one: it takes nobody any more, and the other goes on.
    let ended = hall.engine.desk_panel(id).unwrap().desks[0].id.clone();
    hall.engine.end_desk(id, ended).unwrap();
    let next = hall.form("赵敏", "13700137000");
    assert_eq!(hall.post_json("/v1/desk/signups", &first, &next).0, StatusCode::UNAUTHORIZED);
    assert_eq!(hall.post_json("/v1/desk/signups", &second, &next).0, StatusCode::CREATED);
    assert!(hall.get("/desk?lang=en", &first).1.contains("type the six digits"));

    // After a restart the second still goes on; with a new PIN it does not.
    let Hall { engine, dir, .. } = hall;
    engine.stop();
    let hall = Hall::around(Engine::start(config(&dir)).unwrap(), dir);
    assert_eq!(hall.get("/desk", &second).0, StatusCode::OK);
    let again = hall.form("孙丽", "13600136000");
    assert_eq!(hall.post_json("/v1/desk/signups", &second, &again).0, StatusCode::CREATED);
    hall.engine.renew_desk_pin(&hall.workshop.id).unwrap();
    let (status, _) = hall.post_json("/v1/desk/signups", &second, &hall.form("周杰", "13500135000"));
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(hall.engine.desk_panel(&hall.workshop.id).unwrap().desks.iter().all(|desk| !desk.open));
}

#[test]
fn without_script_a_desk_works_page_by_page() {
    let hall = Hall::open();
    hall.engine.renew_desk_pin(&hall.workshop.id).unwrap();
    let desk = hall.enter("Desk+1");
    let code = hall.workshop.invite_code.to_string();
    let seed = "00112233445566778899aabbccddeeff";
    let body =
        format!("seed={seed}&invite_code={code}&form_version=1&name=%E7%8E%8B%E8%8A%B3&phone=1380013800");
    let wrong = hall.post_form("/desk/signup?lang=en", &desk, &body);
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = hall.text(wrong);
    assert!(
        page.contains("11 digits, you typed 10") && page.contains("王芳") && page.contains(seed),
        "{page}"
    );
    let taken = hall.post_form("/desk/signup?lang=en", &desk, &format!("{body}0"));
    assert_eq!(taken.status(), StatusCode::SEE_OTHER);
    let receipt = taken.headers()[LOCATION].to_str().unwrap().to_owned();
    let path = receipt.strip_prefix(&format!("/{}", hall.base.rsplit('/').next().unwrap())).unwrap();
    let (status, page) = hall.get(path, &desk);
    assert!(
        status == StatusCode::OK && page.contains("on the list") && page.contains("Next person"),
        "{page}"
    );
    assert!(!page.contains("王芳"), "its address names nobody, and neither does the page");
    // Not for those who are not at the desk.
    assert!(hall.get(path, "").1.contains("type the six digits"));

    let (entry, _) = hall.entry("李伟", "13900139000");
    let quoted: String = form_quoted(&entry);
    assert_eq!(
        hall.post_form("/desk/entry?lang=en", &desk, &format!("entry={quoted}")).status(),
        StatusCode::SEE_OTHER
    );
    let refused = hall.post_form("/desk/entry?lang=en", &desk, "entry=hello");
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(hall.text(refused).contains("not a sign-up"));
    assert_eq!(hall.rows().len(), 2);

    let left = hall.post_form("/desk/leave?lang=en", &desk, "");
    assert!(left.headers()[SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
    assert!(hall.get("/desk?lang=en", &desk).1.contains("type the six digits"));
}

fn form_quoted(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[test]
fn the_same_sign_up_by_its_code_and_over_the_network_is_one() {
    let hall = Hall::open();
    hall.engine.renew_desk_pin(&hall.workshop.id).unwrap();
    let desk = hall.enter("Desk+1");
    let take = |entry: &str| hall.post_json("/v1/entries", &desk, &json!({ "entry": entry }));
    let (entry, form) = hall.entry("王芳", "13800138000");
    let (status, answer) = take(&format!("  {entry}\r\n"));
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    assert_eq!((&answer["receipt"]["id"], &answer["receipt"]["state"]), (&form["id"], &json!("registered")));
    // Scanned again, and sent by the phone itself once it has a network.
    assert_eq!(take(&entry).0, StatusCode::CREATED);
    assert_eq!(hall.post_json("/v1/signups", "", &form).0, StatusCode::CREATED);
    let rows = hall.rows();
    assert_eq!((rows.len(), rows[0].path.as_str(), rows[0].desk.as_deref()), (1, "desk", Some("Desk 1")));

    // And the other way round, at the host's own computer.
    let (entry, form) = hall.entry("李伟", "13900139000");
    assert_eq!(hall.post_json("/v1/signups", "", &form).0, StatusCode::CREATED);
    let taken = hall.engine.take_entry(&hall.workshop.id, &entry).unwrap();
    assert_eq!(
        (taken.name.as_str(), taken.state, taken.again),
        ("李伟", Some(SignupState::Registered), true)
    );
    assert_eq!(hall.rows().len(), 2);
    let (entry, _) = hall.entry("赵敏", "13700137000");
    assert!(!hall.engine.take_entry(&hall.workshop.id, &entry).unwrap().again);
    assert_eq!(hall.engine.desk_panel(&hall.workshop.id).unwrap().here, 1);
}

#[test]
fn a_code_that_is_not_taken_says_why() {
    let hall = Hall::open();
    let id = &hall.workshop.id;
    hall.engine.renew_desk_pin(id).unwrap();
    let desk = hall.enter("Desk+1");
    let (entry, form) = hall.entry("王芳", "13800138000");
    let strange_key = SecretKey::from_bytes([7; 32]).public();
    let with_key = Workshop { key: strange_key, ..hall.workshop.clone() };
    let elsewhere = Workshop { id: WorkshopId::from_random([5; 16]), ..hall.workshop.clone() };
    let damaged = entry.replacen("\"box\":\"", "\"box\":\"AAAA", 1);
    // What nobody's page makes: an answer to no question, a correction that nothing proves.
    let signup = serde_json::from_value::<SignupForm>(form.clone()).unwrap().parse(&hall.workshop).unwrap();
    let answers = Answers::from([("stranger".to_owned(), Answer::One("x".repeat(600)))]);
    let unchecked = Signup { answers, ..signup.clone() };
    let seal = |signup: &Signup, replaces| {
        Envelope::seal_signup(&hall.workshop, signup, replaces, Timestamp::from_millis(1), &mut OsRng)
            .unwrap()
            .to_text()
    };
    let correction = seal(&signup, Some(SignupId::from_random([8; 16])));
    let cases = [
        ("http://192.168.1.20:7470/k7m2qx/j/ABCD-23456".to_owned(), "not_an_entry", RefusalCode::NotAnEntry),
        (correction, "not_an_entry", RefusalCode::NotAnEntry),
        (damaged, "damaged", RefusalCode::EntryDamaged),
        (seal(&unchecked, None), "damaged", RefusalCode::EntryDamaged),
        (entry_for(&elsewhere, &form), "other_workshop", RefusalCode::EntryOtherWorkshop),
        (entry_for(&with_key, &form), "unknown_key", RefusalCode::EntryUnknownKey),
        (entry.replacen("\"v\":1", "\"v\":9", 1), "newer", RefusalCode::EntryNewer),
    ];
    for (text, field, code) in cases {
        let (status, answer) = hall.post_json("/v1/entries", &desk, &json!({ "entry": text }));
        assert_eq!((status, &answer["errors"][0]["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(field)));
        let refused = Refusal::from(hall.engine.take_entry(id, &text).unwrap_err());
        assert_eq!(refused.code, code, "{field}");
    }
    let (status, _) = hall.post_json("/v1/entries", "", &json!({ "entry": entry }));
    assert_eq!(status, StatusCode::UNAUTHORIZED, "codes are for desks");
    hall.engine.close(id).unwrap();
    assert_eq!(
        hall.post_json("/v1/entries", &desk, &json!({ "entry": entry })).0,
        StatusCode::CREATED,
        "within the grace"
    );
    hall.engine.retire(id).unwrap();
    assert_eq!(hall.post_json("/v1/entries", &desk, &json!({ "entry": entry })).0, StatusCode::GONE);
    // Taken back, it is there again under the same code.
    hall.engine.resume(id).unwrap();
    assert_eq!(hall.get("/desk", &desk).0, StatusCode::OK);
    assert_eq!(hall.rows().len(), 1, "what was refused was not stored, parked or doubled");
    assert_eq!(hall.engine.status().unwrap().counts.parked, 0);
}

#[test]
fn the_check_tells_who_came_and_how_far() {
    let hall = Hall::open();
    let id = &hall.workshop.id;
    let long_ago = hall.engine.check(id, Timestamp::from_millis(0)).unwrap();
    // By itself the laptop sees itself only: it has no neighbours on its own loop.
    assert_eq!(long_ago.own, Some(OwnConnection::Works));
    assert!(long_ago.arrivals.is_empty());
    assert!(matches!(long_ago.verdict, Verdict::Isolation | Verdict::CannotTell), "{:?}", long_ago.verdict);
    let since = now();
    assert_eq!(hall.engine.check(id, Timestamp::from_millis(since)).unwrap().verdict, Verdict::NothingYet);

    // Somebody else's address, as far as this machine has some.
    let phone = Ipv4Addr::new(127, 0, 0, 2);
    let at: std::net::SocketAddr =
        hall.base.strip_prefix("http://").unwrap().split('/').next().unwrap().parse().unwrap();
    let silent = hall.runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind((phone, 0).into()).unwrap();
        socket.connect(at).await.unwrap()
    });
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    let cut = loop {
        let check = hall.engine.check(id, Timestamp::from_millis(since)).unwrap();
        if check.verdict == Verdict::Cut || std::time::Instant::now() > deadline {
            break check;
        }
    };
    assert_eq!((cut.verdict, cut.arrivals[0].reached), (Verdict::Cut, Reached::Connected));
    drop(silent);

    let opened = hall.runtime.block_on(http(phone).get(cut.url.unwrap()).send()).unwrap();
    assert_eq!(opened.status(), StatusCode::OK);
    let works = hall.engine.check(id, Timestamp::from_millis(since)).unwrap();
    assert_eq!((works.verdict, works.arrivals[0].reached), (Verdict::Works, Reached::Check));
    assert_eq!(works.arrivals[0].ip, phone.to_string());
    assert_eq!(hall.engine.addresses(id).unwrap().phones, 1);
    hall.engine.close_venue();
    assert_eq!(hall.engine.check(id, Timestamp::from_millis(since)).unwrap().verdict, Verdict::Closed);
}

#[test]
fn the_wifi_is_kept_for_the_host_alone() {
    let hall = Hall::open();
    let id = &hall.workshop.id;
    let wifi = |password: &str| Wifi {
        name: "教师之家".to_owned(),
        password: password.to_owned(),
        security: WifiSecurity::Wpa,
        hidden: false,
    };
    let refused = Refusal::from(hall.engine.set_wifi(Some(wifi("short"))).unwrap_err());
    assert_eq!((refused.code, refused.field.as_deref()), (RefusalCode::Invalid, Some("wifi_password")));
    hall.engine.set_wifi(Some(wifi("p;ssw0rd!"))).unwrap();
    let code = hall.engine.addresses(id).unwrap().wifi.unwrap().code;
    assert_eq!(code, r"WIFI:T:WPA;S:教师之家;P:p\;ssw0rd!;;");
    // In its own file, and not in what is copied and shared.
    for file in ["rollcall.db", "rollcall.db-wal"] {
        let bytes = std::fs::read(hall.dir.path().join(file)).unwrap_or_default();
        assert!(!bytes.windows(9).any(|part| part == b"p;ssw0rd!"), "{file}");
    }
    // Nobody at the venue is told either.
    let page = hall.get(&format!("/j/{}", hall.workshop.invite_code), "").1;
    assert!(!page.contains("p;ssw0rd!"));
    hall.engine.choose_network(Some("usb0".to_owned())).unwrap();
    let addresses = hall.engine.addresses(id).unwrap();
    // It is gone, and remembered.
    assert_eq!((addresses.network.as_deref(), addresses.lan.len()), (Some("usb0"), 1));
    hall.engine.set_wifi(None).unwrap();
    assert_eq!(hall.engine.addresses(id).unwrap().wifi, None);
}

#[test]
fn who_guesses_too_often_is_told_to_slow_down() {
    let hall = Hall::open();
    hall.engine.renew_desk_pin(&hall.workshop.id).unwrap();
    let pin = hall.engine.desk_panel(&hall.workshop.id).unwrap().pin.unwrap();
    let wrong = if pin == "000000" { "000001" } else { "000000" };
    let guess = |accept: &str| {
        let request = hall.http.post(format!("{}/desk", hall.base)).header("accept", accept);
        let form = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        hall.send(form.body(format!("pin={wrong}&desk=1")))
    };
    let slow = (0..9).map(|_| guess("text/html")).find(|answer| answer.status() == 429).unwrap();
    // A person sees the page; a program reads the same as a problem. Both are told for how long.
    assert!(slow.headers()[CONTENT_TYPE].to_str().unwrap().starts_with("text/html"));
    assert!(slow.headers().contains_key("retry-after"));
    for accept in ["application/json", "application/problem+json"] {
        let answer = guess(accept);
        assert_eq!(answer.status(), 429);
        assert_eq!(answer.headers()[CONTENT_TYPE], "application/problem+json");
        let wait = answer.headers()["retry-after"].to_str().unwrap().to_owned();
        let problem: Value = serde_json::from_str(&hall.text(answer)).unwrap();
        assert_eq!((&problem["code"], &problem["status"]), (&json!("slow_down"), &json!(429)));
        assert_eq!(problem["retry_after"].to_string(), wait);
    }
}
