//! The figures in the window: what the engine saw is drawn, said and judged, and read only while somebody
//! looks.

use std::fs;

use rollcall_e2e::edge::{Edge, client};
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::window::{Options, Window};
use rusqlite::Connection;
use serde_json::json;

use crate::{in_english, with_workshop};

/// WebDriver's words for two keys.
const LEFT: &str = "\u{E012}";
const ENTER: &str = "\u{E007}";

/// Keeps count of what runs by itself in the page, from now on.
const COUNT_TIMERS: &str = "window.timers = new Set();\
    const [set, clear] = [setInterval, clearInterval];\
    window.setInterval = (...given) => { const id = set(...given); window.timers.add(id); return id; };\
    window.clearInterval = (id) => { window.timers.delete(id); clear(id); };";

#[test]
fn the_figures_are_drawn_said_and_judged() {
    let edge = Edge::shared();
    let (folder, workshop) = with_workshop(json!({}));
    // Nobody knows this code, so that the source is asked.
    client().get(format!("{}/j/AAAA-22222", edge.url())).send().unwrap();
    let key = folder.path().join("publish-key");
    fs::write(&key, edge.publish_key()).unwrap();
    let arguments = ["--edge-url", edge.url(), "--publish-key-file", key.to_str().unwrap()];
    let window = Window::open(&folder, &Options { venue: true, arguments: &arguments, ..Options::default() });
    window.wait_for("#hop-internet[data-code=published]");
    in_english(&window);

    window.run(COUNT_TIMERS, json!([]));
    window.click("#to-figures");
    window.wait_for_text("#figure-queue", |text| text.contains("Nobody signed up"));
    window.wait_for("#figure-retries[data-level=ok]");
    window.picture("figures-empty");
    assert_eq!(timers(&window), 1);

    let venue = window.venue(workshop.invite_code());
    Teacher::new().sign_up(&venue, workshop.invite_code(), 201);
    Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202);
    assert_eq!(edge.deposit_raw(&json!({ "workshop": workshop.id(), "what": 1 }).to_string()).status(), 202);
    window
        .until("all of it has come in", || (folder.count("SELECT count(*) FROM signups") == 2).then_some(()));
    let other = Connection::open(folder.database()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = Teacher::new();
    assert_eq!(refused.send(&venue, workshop.invite_code()).status(), 503);
    other.execute_batch("ROLLBACK").unwrap();

    // Each figure by its own words, its unit and its judgement.
    window.wait_for_text("#figure-retries[data-level=waiting] [data-cause=busy]", |text| {
        text.contains("another program held the database")
    });
    window.wait_for_text("#figure-failures[data-level=trouble]", |text| text.contains("Unreadable here\n1"));
    for (figure, words) in [
        ("queue", &["on average", "slowest", "normal", "more than 10 s is unusual"][..]),
        ("commit", &["ms", "on average", "slowest", "more than 1 s is unusual"]),
        ("batch", &["on average", "most", "Any number is normal"]),
        (
            "backlog",
            &["Online, to collect", "Collected, to write", "Before the database", "Receipts to send"],
        ),
        ("failures", &["Online, naming no workshop", "Needs a look"]),
        ("retries", &["unusual", "until it works"]),
        ("cache", &["Memory", "A copy nearby (KV)", "The source", "more than 5 %"]),
    ] {
        let said = window.wait_for_text(&format!("#figure-{figure}"), |text| !text.is_empty());
        assert!(words.iter().all(|word| said.contains(word)), "{figure}: {said}");
        let plots = "return [...document.querySelectorAll(`#figure-${arguments[0]} svg[role=img]`)]\
             .map((plot) => plot.getAttribute('aria-label'))";
        let drawn = window.run(plots, json!([figure]));
        let labels = drawn.as_array().unwrap();
        assert!(!labels.is_empty() && labels.iter().all(|label| label.as_str().unwrap().contains("minutes")));
    }
    let asked = window.wait_for_text("#figure-cache dl", |text| text.contains("The source"));
    let source = asked.split("The source").nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap();
    let source: u64 = source.trim_end_matches('%').parse().unwrap();
    assert!((1..=edge.stats()["cache"]["authoritative"].as_u64().unwrap()).contains(&source), "{asked}");
    window.picture("figures");
    window.accessible("figures of the way over the internet");

    // A moment is chosen by the keyboard, and told; the table has the same, by the minute.
    window.wait_for("#moment:enabled[aria-valuetext=now]");
    type_at(&window, "#moment", LEFT);
    window.wait_for("#moment:not([aria-valuetext=now])");
    window.picture("figures-moment");
    window.click("#moment-back");
    window.wait_for("#moment[aria-valuetext=now]");
    type_at(&window, "#figures-table summary", ENTER);
    window.wait_for_text("#figures-table[open] table", |text| {
        text.contains("another program held the database 1") && text.contains("Receipts to send")
    });
    window.click("#language");
    for (figure, words) in [
        ("queue", &["从收到到上名单", "平均", "最慢", "超过 10 秒就不寻常"][..]),
        ("commit", &["写进磁盘", "毫秒", "超过 1 秒就不寻常"]),
        ("batch", &["一次写几条", "最多", "多少都正常"]),
        ("backlog", &["每一段有多少在等", "云端待收", "收下待写", "数据库前", "回执待送"]),
        ("failures", &["读不出、走岔的", "需要看一眼", "本机读不出"]),
        ("retries", &["重试（按原因）", "别的程序占着数据库"]),
        ("cache", &["云端在哪里找到活动", "内存", "源头"]),
    ] {
        window
            .wait_for_text(&format!("#figure-{figure}"), |text| words.iter().all(|word| text.contains(word)));
    }
    window.wait_for_text("#figures-table[open] table", |text| text.contains("别的程序占着数据库 1"));
    window.picture("figures-table-zh");
    window.resize(960, 640);
    window.press("d");
    window.wait_for("html[data-theme=dark]");
    window.picture("figures-narrow-zh-dark");
    window.resize(1280, 800);

    // Whoever has looked leaves nothing behind that goes on asking.
    window.press("h");
    window.wait_until_gone("#figures");
    assert_eq!(timers(&window), 0);
}

/// A key at what has the focus, which Tab would have given it.
fn type_at(window: &Window, selector: &str, key: &str) {
    let focus = "const part = document.querySelector(arguments[0]);\
         part.focus(); return part.tabIndex === 0 && document.activeElement === part";
    assert_eq!(window.run(focus, json!([selector])), true, "{selector}");
    window.type_key(key);
}

fn timers(window: &Window) -> u64 {
    window.run("return window.timers.size", json!([])).as_u64().unwrap()
}
