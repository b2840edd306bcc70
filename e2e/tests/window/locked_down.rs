//! What the page may not do, it cannot; and what a stranger typed is text.

use rollcall_e2e::edge::client;
use rollcall_e2e::teacher::Teacher;
use serde_json::json;

use crate::{open, with_workshop};

const SCRIPT: &str = "<img src=x onerror=\"window.pwned=1\"><script>window.pwned=1</script>";

#[test]
fn a_command_outside_the_capabilities_is_refused() {
    let (folder, workshop) = with_workshop(json!({}));
    let (window, _) = open(&folder, &workshop);
    assert!(window.invoke("workshops", &json!({})).is_ok());
    for (command, arguments) in [
        ("plugin:window|set_title", json!({ "value": "x" })),
        ("plugin:dialog|save", json!({ "options": {} })),
        ("plugin:window-state|save_window_state", json!({ "flags": 1 })),
        ("plugin:webview|create_webview_window", json!({ "options": { "label": "x" } })),
        ("plugin:event|emit", json!({ "event": "changed", "payload": 1 })),
        ("plugin:shell|execute", json!({})),
    ] {
        let refused = window.invoke(command, &arguments).unwrap_err().to_string();
        assert!(refused.contains("not allowed") || refused.contains("not found"), "{command}: {refused}");
    }
    // Nor does the page load or send anything elsewhere.
    let blocked = "const policy = []; document.addEventListener('securitypolicyviolation', (e) => policy.push(e.violatedDirective));\
        const image = new Image(); image.src = 'http://127.0.0.1:9/x.png'; window.policy = policy;\
        const script = document.createElement('script'); script.textContent = 'window.pwned=1'; document.head.append(script);\
        fetch('http://127.0.0.1:9/').catch(() => {}); try { eval('window.pwned=1') } catch {}";
    window.run(blocked, json!([]));
    window.until(("the policy holds", 20), || {
        let seen = window.run("return window.policy.map((one) => one.split('-')[0])", json!([])).to_string();
        (seen.contains("img") && seen.contains("script") && seen.contains("connect")).then_some(())
    });
    assert!(window.run("return window.pwned ?? null", json!([])).is_null());
}

#[test]
fn a_script_that_a_stranger_typed_is_text() {
    let questions = json!([{
        "key": "school", "label": { "zh": SCRIPT, "en": SCRIPT }, "kind": "text", "max_chars": 200
    }]);
    let title = json!({ "zh": SCRIPT, "en": SCRIPT });
    let (folder, workshop) = with_workshop(json!({ "title": title, "questions": questions }));
    let (window, venue) = open(&folder, &workshop);
    // No name holds such signs; an answer may.
    let teacher = Teacher::new();
    let mut body = teacher.body(workshop.invite_code());
    body["answers"] = json!({ "school": SCRIPT });
    assert_eq!(client().post(format!("{venue}/v1/signups")).json(&body).send().unwrap().status(), 201);
    let named = Teacher { name: SCRIPT.to_owned(), ..Teacher::new() };
    assert_eq!(named.send(&venue, workshop.invite_code()).status(), 422);
    // Past every check, as a broken file would have it.
    rusqlite::Connection::open(folder.database())
        .unwrap()
        .execute("UPDATE signups SET name = ?1", [SCRIPT])
        .unwrap();
    window.fill("#search", "img");
    window.click(&format!("[data-id=\"{}\"]", teacher.id));
    window.wait_for_text("#person", |text| text.matches(SCRIPT).count() >= 3);
    window.press("p");
    window.wait_for_text("#projector", |text| text.contains(SCRIPT));
    assert!(window.run("return window.pwned ?? null", json!([])).is_null());
}
