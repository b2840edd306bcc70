//! No page of the window stands in anybody's way: axe looks at every one, in both languages and both
//! appearances. What only a story leads to is looked at there.

use rollcall_e2e::host::Folder;
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::window::{Options, Window};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::{in_english, open, with_workshop};

/// A question of every kind.
fn questions() -> Value {
    let text = |zh: &str, en: &str| json!({ "zh": zh, "en": en });
    json!([
        { "key": "school", "label": text("学校", "School"), "required": true, "kind": "text", "max_chars": 60 },
        {
            "key": "stage", "label": text("学段", "Stage"), "required": true, "kind": "choice",
            "options": [{ "key": "primary", "label": text("小学", "Primary") }]
        },
        { "key": "lunch", "label": text("订午餐", "Lunch"), "required": false, "kind": "checkbox" },
    ])
}

#[test]
fn every_page_of_a_workshop() {
    let (folder, workshop) =
        with_workshop(json!({ "questions": questions(), "capacity": 2, "waiting_list": true }));
    let (window, venue) = open(&folder, &workshop);
    window.wait_for_text("#list", |text| text.contains("Nobody yet"));
    window.accessible("nobody yet");

    let answers = |teacher: &Teacher| {
        let mut body = teacher.body(workshop.invite_code());
        body["answers"] = json!({ "school": "实验小学", "stage": "primary" });
        body
    };
    let sign_up = |teacher: &Teacher| {
        let request = rollcall_e2e::edge::client().post(format!("{venue}/v1/signups"));
        assert_eq!(request.json(&answers(teacher)).send().unwrap().status(), 201);
    };
    let first = Teacher { name: "王芳".to_owned(), ..Teacher::new() };
    sign_up(&first);
    sign_up(&Teacher { name: "李伟".to_owned(), ..first.again() });
    (0..3).for_each(|_| sign_up(&Teacher::new()));
    window.wait_for_text("#needs-look", |text| text == "1");
    window.accessible("the list");
    window.click(&format!("[data-id=\"{}\"]", first.id));
    window.click("#person [data-erase]");
    window.wait_for("#person [data-sure]");
    window.accessible("a person about to be erased");
    window.click("#person [data-leave]");
    window.click("#cancel");
    window.wait_for("#undo");
    window.accessible("a person who is cancelled, and the way back");
    window.press("Ctrl+z");
    window.press("n");
    window.wait_for("[data-act=another_person]");
    window.accessible("what needs a look");
    window.press("l");

    let each = [
        ("w", "#workshop-menu", "the workshops"),
        ("x", "#back-up", "the exports"),
        ("?", "#help", "the keys"),
        ("p", "#projector", "the projector"),
        ("i", "#connection", "the online address"),
        ("e", "#edit", "the form of a workshop"),
        ("s", "#open-desk", "the desk, closed"),
        ("t", "#verdict", "the venue's network"),
        ("h", "#figure-queue", "the figures"),
    ];
    for (key, shown, what) in each {
        window.press(key);
        window.wait_for(shown);
        window.accessible(what);
        window.press("Escape");
        window.wait_until_gone(shown);
    }
    window.click("#hop-database");
    window.wait_for("#hop-open");
    window.accessible("a hop");
    window.press("Escape");
    mistakes(&window);
    in_trouble(&window, &folder, || {
        rollcall_e2e::edge::client()
            .post(format!("{venue}/v1/signups"))
            .json(&answers(&Teacher::new()))
            .send()
    });
}

/// Pages that refuse something.
fn mistakes(window: &Window) {
    window.press("c");
    window.click("#save");
    window.wait_for("#title-zh[aria-invalid=true]");
    window.accessible("a new workshop, its form incomplete");
    window.press("Escape");
    window.press("i");
    window.fill("#connection-line", "rollcall:nonsense");
    window.click("#connection-try");
    window.wait_for("#connection-test [data-code=not_a_line]");
    window.accessible("a line that is none");
    window.press("Escape");
    window.press("t");
    window.fill("#wifi-name", "Hall 3");
    window.fill("#wifi-password", "short");
    window.click("#wifi-save");
    window.wait_for_text("#wifi", |text| text.contains("No phone takes this password"));
    window.accessible("a password that is none");
    window.press("Escape");
    window.press("s");
    window.click("#open-desk");
    window.wait_for("#pin");
    window.fill("#entry", "ABCD-23456\u{E007}");
    window.wait_for("#scan .error, #scan [role=alert]");
    window.accessible("the desk, open, and a code that is none");
    window.press("Escape");
}

/// A database that another program holds: an alarm, a note, and figures out of the ordinary.
fn in_trouble<T>(window: &Window, folder: &Folder, send: impl Fn() -> T) {
    let other = Connection::open(folder.database()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    send();
    window.wait_for("[data-alarm=nothing_stored]");
    window.press("o");
    window.wait_for(".note");
    window.accessible("an alarm and a refusal");
    window.press("h");
    window.wait_for("#figure-retries[data-level=waiting]");
    window.run("document.getElementById('figures-table').open = true", json!([]));
    window.accessible("figures out of the ordinary, as a table as well");
    other.execute_batch("ROLLBACK").unwrap();
}

#[test]
fn every_page_before_the_first_workshop() {
    let folder = Folder::new();
    let window = Window::open(&folder, &Options::default());
    window.wait_for("#first-run");
    in_english(&window);
    window.click("#save");
    window.wait_for("#title-zh[aria-invalid=true]");
    window.accessible("the first workshop, its form incomplete");
    window.fill("#title-zh", "数学教研工作坊");
    window.fill("#organisation-zh", "海淀教师进修学校");
    window.fill("#place-zh", "302 教室");
    window.click("#save");
    window.wait_for("#way-venue");
    window.accessible("the two ways");
    window.click("#way-edge");
    window.wait_for("#connection-line");
    window.accessible("the way over the internet");
    drop(window);

    // A folder that another program keeps cannot be opened.
    let host = folder.start(&rollcall_e2e::host::Options { direct: true, ..Default::default() });
    let window = Window::open(&folder, &Options::default());
    window.wait_for("main .why");
    window.accessible("a list that cannot be opened");
    assert!(host.stop().success());
}
