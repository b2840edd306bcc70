//! Every refusal, with its status, its code and its media type.

use std::fs;

use reqwest::blocking::{RequestBuilder, Response};
use rollcall_e2e::edge::{Edge, client};
use rollcall_e2e::host::{Folder, Options, ok, text};
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::wait;
use rollcall_shared::signup::MAX_BODY_BYTES;
use serde_json::{Value, json};

/// Sends, checks the refusal, and returns its `Allow` header.
#[track_caller]
fn check(request: RequestBuilder, status: u16, code: &str) -> String {
    refuses(request.send().unwrap(), status, code)
}

#[track_caller]
fn refuses(answer: Response, status: u16, code: &str) -> String {
    let header = |name: &str| answer.headers().get(name).map_or("", |v| v.to_str().unwrap()).to_owned();
    let (got, media_type, allow) = (answer.status().as_u16(), header("content-type"), header("allow"));
    let problem: Value = answer.json().unwrap();
    assert_eq!((got, problem["code"].as_str()), (status, Some(code)), "{problem}");
    assert_eq!(media_type, "application/problem+json");
    assert_eq!(problem["status"], status);
    allow
}

#[test]
fn bodies_are_refused_for_what_they_are() {
    let edge = Edge::shared();
    let folder = Folder::new();
    let host = folder.start(&Options::on(edge));
    let workshop = host.make_workshop(json!({}));
    let signups = format!("{}/v1/signups", edge.url());
    let post = || client().post(&signups);
    let json = |text: &str| post().header("content-type", "application/json").body(text.to_owned());

    check(json("{\"name\":"), 400, "malformed");
    check(json("[]"), 400, "malformed");
    check(json(""), 400, "malformed");
    check(json(&"[".repeat(9_000)), 400, "malformed");
    check(json(&" ".repeat(128 * 1024 + 1)), 413, "too_large");
    // The local edge's proxy loses an answer now and then that comes while it still passes on the body, and
    // answers itself.
    let refusal = wait::until(("the worker's own answer", 20), || {
        let endless = reqwest::blocking::Body::new(std::io::Read::take(std::io::repeat(b' '), 1 << 20));
        let answer = post().header("content-type", "application/json").body(endless).send().ok()?;
        (answer.headers().get("content-type")? == "application/problem+json").then_some(answer)
    });
    refuses(refusal, 413, "too_large");
    check(post().header("content-type", "text/plain").body("{}"), 415, "media_type");
    check(post().body("{}"), 415, "media_type");

    let mut wrong = Teacher::new().body(workshop.invite_code());
    wrong["phone"] = json!("1380013800");
    wrong["name"] = json!("王芳1");
    let answer = post().json(&wrong).send().unwrap();
    assert_eq!(answer.status(), 422);
    let problem: Value = answer.json().unwrap();
    assert_eq!(
        problem["errors"],
        json!([{ "field": "name", "code": "character" }, { "field": "phone", "code": "too_few_digits" }])
    );
}

#[test]
fn addresses_and_methods_are_refused_for_what_they_are() {
    let edge = Edge::shared();
    let at = |path: &str| format!("{}{path}", edge.url());
    check(client().get(at("/v1/nowhere")), 404, "not_found");
    let page = client().get(at("/nowhere")).send().unwrap();
    assert_eq!(page.status(), 404);
    assert!(page.text().unwrap().contains("<h1>"), "a person who mistyped an address reads a page");
    check(client().get(at("/v1/receipts/x/y")), 404, "not_found");
    assert!(check(client().get(at("/v1/signups")), 405, "method_not_allowed").contains("POST"));
    assert!(
        check(client().delete(at("/v1/workshops/ABCD-23456")), 405, "method_not_allowed").contains("GET")
    );
    assert!(check(client().post(at("/healthz")), 405, "method_not_allowed").contains("GET"));
    assert_eq!(client().get(at("/healthz")).send().unwrap().status(), 200);
}

#[test]
fn an_address_is_read_as_people_type_it() {
    let edge = Edge::shared();
    let folder = Folder::new();
    let host = folder.start(&Options::on(edge));
    let workshop = host.make_workshop(json!({}));
    let code = workshop.invite_code();
    // As browsers do, it follows where it is led.
    let browser = reqwest::blocking::Client::builder().no_proxy().build().unwrap();
    let open = |path: &str| {
        let request = browser.get(format!("{}{path}", edge.url())).header("accept", "text/html,*/*;q=0.8");
        let response = request.send().unwrap();
        assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8", "{path}");
        (response.status().as_u16(), response.text().unwrap())
    };
    wait::until(("the form is there", 20), || (open(&format!("/j/{code}")).0 == 200).then_some(()));
    let low = code.to_lowercase();
    for path in [
        format!("/j/{code}/"),
        format!("/j/{low}。"),
        format!("/j/{code}，请扫码"),
        format!("/J/{low}"),
        format!("/{low}"),
        format!("//j//{code}."),
    ] {
        let (status, text) = open(&path);
        assert!(status == 200 && text.contains(r#"<form id="signup""#), "{path}: {status}");
    }
    for (path, status) in
        [("/", 404), ("/j/", 404), ("/v1/signups", 405), ("/v1/nowhere", 404), ("/r/w/t/cancel", 404)]
    {
        let (answered, text) = open(path);
        assert_eq!(answered, status, "{path}");
        assert!(text.contains("二维码") && text.contains("QR code"), "{path} in both languages: {text}");
    }
    let nowhere = client().get(format!("{}/nowhere", edge.url())).header("accept", "application/json");
    check(nowhere, 404, "not_found");
}

#[test]
fn host_routes_are_refused_without_the_right_key() {
    let edge = Edge::shared();
    let folder = Folder::new();
    let host = folder.start(&Options::on(edge));
    let workshop = host.make_workshop(json!({}));
    let collector = json!({ "id": "another", "name": "Another laptop" });
    let at = |path: &str| format!("{}/v1/host/workshops/{}{path}", edge.url(), workshop.id());
    for (path, body) in [
        ("/messages/pull", json!({ "collector": collector })),
        ("/messages/ack", json!({ "collector": collector })),
        ("/messages/replay", json!({ "collector": collector, "since": 0 })),
        ("/takeover", json!({ "collector": collector })),
        ("/receipts", json!({ "receipts": [] })),
    ] {
        check(client().post(at(path)).json(&body), 401, "unauthorized");
        check(client().post(at(path)).bearer_auth("wrong").json(&body), 401, "unauthorized");
        // The publish key makes workshops; it does not read them.
        check(client().post(at(path)).bearer_auth(edge.publish_key()).json(&body), 401, "unauthorized");
    }
    let socket = || client().get(at("/wake")).header("connection", "upgrade").header("upgrade", "websocket");
    check(socket(), 401, "unauthorized");
    check(socket().bearer_auth("wrong"), 401, "unauthorized");
    check(socket().bearer_auth(edge.publish_key()), 401, "unauthorized");
    // No socket is asked for.
    check(client().get(at("/wake")).bearer_auth("wrong"), 400, "malformed");
    check(client().post(at("/wake")), 405, "method_not_allowed");
    let publication = json!({ "workshop": workshop.record, "drain_key_sha256": "0".repeat(64) });
    check(client().put(at("")).bearer_auth("wrong").json(&publication), 401, "unauthorized");
    check(client().delete(at("")).bearer_auth("wrong"), 401, "unauthorized");
    // What was published is shown to the holder of the drain key, whole and with what became of it.
    for key in ["wrong", edge.publish_key()] {
        check(client().get(at("")).bearer_auth(key), 401, "unauthorized");
    }
    let keys = fs::read(folder.path().join("keys.json")).unwrap();
    let keys: Value = serde_json::from_slice(&keys).unwrap();
    let key = text(&keys["workshops"][workshop.id()], "drain_key").to_owned();
    let shown = || ok(client().get(at("")).bearer_auth(&key).send().unwrap())["result"].clone();
    assert_eq!(shown()["workshop"]["invite_code"], workshop.invite_code());
    assert_eq!(shown()["retired"], false);
    host.retire(&workshop);
    wait::until_equal("retired", &Value::from(true), || shown()["retired"].clone());
}

#[test]
fn another_workshops_code_is_taken_and_another_installations_mail_is_owned() {
    let edge = Edge::shared();
    let folder = Folder::new();
    let host = folder.start(&Options::on(edge));
    let workshop = host.make_workshop(json!({}));
    let mut thief = workshop.record.clone();
    thief["id"] = json!("23456789abcdefgh");
    let publication = json!({ "workshop": thief, "drain_key_sha256": "0".repeat(64) });
    let at = format!("{}/v1/host/workshops/23456789abcdefgh", edge.url());
    check(client().put(at).bearer_auth(edge.publish_key()).json(&publication), 409, "taken");

    let keys = fs::read_to_string(folder.path().join("keys.json")).unwrap();
    let drain_key = find_drain_key(&serde_json::from_str(&keys).unwrap(), workshop.id());
    // The host has collected at least once, so that the mailbox has an owner.
    Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202).wait_for("registered");
    let at = format!("{}/v1/host/workshops/{}/messages/pull", edge.url(), workshop.id());
    let body = json!({ "collector": { "id": "another", "name": "Another laptop" } });
    let answer = client().post(at).bearer_auth(drain_key).json(&body).send().unwrap();
    assert_eq!(answer.status(), 409);
    let problem: Value = answer.json().unwrap();
    assert_eq!(problem["code"], "owned_elsewhere");
    let installation: Value =
        serde_json::from_slice(&fs::read(folder.path().join("installation.json")).unwrap()).unwrap();
    assert_eq!(problem["collector"]["id"], installation["id"]);
}

/// The drain key of a workshop, wherever the key file has it.
fn find_drain_key(keys: &Value, workshop: &str) -> String {
    fn under(value: &Value) -> Option<&str> {
        match value {
            Value::Object(members) => {
                members.get("drain_key").and_then(Value::as_str).or_else(|| members.values().find_map(under))
            }
            Value::Array(values) => values.iter().find_map(under),
            _ => None,
        }
    }
    assert!(keys.to_string().contains(workshop));
    under(keys).expect("a drain key").to_owned()
}

#[test]
fn every_refusal_of_a_sign_up_names_it_at_the_edge_and_at_the_venue() {
    let edge = Edge::shared();
    let folder = Folder::new();
    let host = folder.start(&Options::on(edge));
    let workshop = host.make_workshop(json!({}));
    let status = host.status();
    let lan = status["workshops"][0]["lan"].as_str().unwrap().to_owned();
    let (venue, _) = lan.split_once("/j/").unwrap();
    let id = "0f8fad5b-d9cb-469f-a165-70867728950e";
    for server in [edge.url(), venue] {
        let refusal = |media: &str, body: String| -> Value {
            let key = format!("\"{id}\"");
            let request = client().post(format!("{server}/v1/signups")).header("idempotency-key", key);
            request.header("content-type", media).body(body).send().unwrap().json().unwrap()
        };
        let named = |problem: &Value, status: u16, code: &str| {
            assert_eq!((&problem["status"], &problem["code"]), (&json!(status), &json!(code)), "{problem}");
            assert_eq!(problem["type"], format!("urn:rollcall:problem:{code}"));
            assert_eq!(problem["instance"], format!("urn:uuid:{id}"), "{server}: {problem}");
        };
        named(&refusal("application/json", "{".to_owned()), 400, "malformed");
        named(&refusal("application/json", " ".repeat(MAX_BODY_BYTES + 1)), 413, "too_large");
        named(&refusal("text/plain", "{}".to_owned()), 415, "media_type");
        let mut body = Teacher::new().body(workshop.invite_code());
        body["name"] = json!("");
        named(&refusal("application/json", body.to_string()), 422, "invalid");
        body["invite_code"] = json!("ABCD-23456");
        named(&refusal("application/json", body.to_string()), 404, "unknown_code");
        // Whoever names none, or no id, hears of none.
        let answer = client().post(format!("{server}/v1/signups")).header("idempotency-key", "x").send();
        assert_eq!(answer.unwrap().json::<Value>().unwrap()["instance"], Value::Null);
    }
}

#[test]
fn who_has_a_page_or_a_script_is_told_so() {
    let edge = Edge::shared();
    let folder = Folder::new();
    let host = folder.start(&Options::on(edge));
    let code = host.make_workshop(json!({})).invite_code().to_string();
    let page = format!("{}/j/{code}", edge.url());
    wait::until(("the form is there", 20), || {
        (client().get(&page).send().unwrap().status() == 200).then_some(())
    });
    for url in [page, format!("{}/j/-/sw.js", edge.url()), format!("{}/j/-/worker.js", edge.url())] {
        let first = client().get(&url).send().unwrap();
        let etag = first.headers()["etag"].to_str().unwrap().to_owned();
        let again = client().get(&url).header("if-none-match", &etag).send().unwrap();
        assert_eq!(
            (again.status().as_u16(), again.headers()["etag"].to_str().unwrap()),
            (304, etag.as_str()),
            "{url}"
        );
        let other = client().get(&url).header("if-none-match", "\"other\"").send().unwrap();
        assert_eq!(other.status(), 200, "{url}");
    }
}
