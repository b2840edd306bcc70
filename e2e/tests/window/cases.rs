//! What needs a look is decided with one click, and the click can be taken back.

use rollcall_e2e::teacher::Teacher;
use serde_json::json;

use crate::{open, with_workshop};

#[test]
fn two_people_with_one_phone() {
    let (folder, workshop) = with_workshop(json!({}));
    let (window, venue) = open(&folder, &workshop);
    let first = Teacher { name: "王芳".to_owned(), ..Teacher::new() };
    first.sign_up(&venue, workshop.invite_code(), 201);
    let second = Teacher { name: "李伟".to_owned(), ..first.again() };
    second.sign_up(&venue, workshop.invite_code(), 201);
    window.wait_for_text("#needs-look", |text| text == "1");
    window.press("n");
    window.wait_for_text("#look", |text| text.contains("王芳") && text.contains("李伟"));
    window.picture("needs-a-look");

    let registered = || folder.count("SELECT count(*) FROM signups WHERE state = 'registered'");
    window.click("[data-act=another_person]");
    window.wait_for_text("#count", |count| count == "2");
    window.wait_until_gone("#needs-look");
    assert_eq!(registered(), 2);
    window.wait_for("#undo");
    window.press("Ctrl+z");
    window.wait_for_text("#count", |count| count == "1");
    window.wait_for_text("#needs-look", |text| text == "1");
    assert_eq!(registered(), 1);

    window.click("[data-act=use_newer]");
    window.wait_until_gone("#needs-look");
    let names =
        || folder.read("SELECT name FROM signups WHERE state = 'registered'", |row| row.get::<_, String>(0));
    assert_eq!(names(), ["李伟"]);
    window.click("#undo");
    window.wait_for_text("#needs-look", |text| text == "1");
    assert_eq!(names(), ["王芳"]);

    window.click("[data-act=keep_first]");
    window.wait_until_gone("#needs-look");
    assert_eq!(names(), ["王芳"]);
    window.wait_for("#undo");
    window.press("Ctrl+z");
    window.wait_for_text("#needs-look", |text| text == "1");

    // Everything has a key.
    for (key, left) in [("a", vec!["王芳", "李伟"]), ("u", vec!["李伟"]), ("f", vec!["王芳"])] {
        window.wait_for("#look .marked kbd");
        window.press(key);
        window.wait_until_gone("#needs-look");
        assert_eq!(names(), left, "{key}");
        window.wait_for("#undo");
        window.press("Ctrl+z");
        window.wait_for_text("#needs-look", |text| text == "1");
    }
    window.press("l");
    window.click(&format!("[data-id=\"{}\"]", first.id));
    window.wait_for("#person");
    window.press("Delete");
    window.wait_for("#restore");
    assert_eq!(names(), ["李伟"], "the number is the next one's");
    // So the first one cannot come back beside them, but for the way back.
    window.press("b");
    window.wait_for("[role=alert], .note");
    assert_eq!(names(), ["李伟"]);
    window.press("Ctrl+z");
    window.wait_for("#cancel");
    assert_eq!(names(), ["王芳"]);
}

/// Who came twice under one number: the second moves up when the host takes the first off the list, and what
/// each agreed to stands with them.
#[test]
fn a_number_that_the_host_frees_is_the_next_ones() {
    let (folder, workshop) = with_workshop(json!({}));
    let (window, venue) = open(&folder, &workshop);
    let first = Teacher { name: "王芳".to_owned(), ..Teacher::new() };
    first.sign_up(&venue, workshop.invite_code(), 201);
    let second = Teacher { name: "李伟".to_owned(), ..first.again() };
    second.sign_up(&venue, workshop.invite_code(), 201);
    let names =
        || folder.read("SELECT name FROM signups WHERE state = 'registered'", |row| row.get::<_, String>(0));
    window.wait_for_text("#needs-look", |text| text == "1");
    window.click(&format!("[data-id=\"{}\"]", first.id));
    window.wait_for("#person");
    window.wait_for_text("#notice", |text| {
        text.contains("deleted 30 days after") && text.contains("Version 1")
    });
    window.click("#cancel");
    window.wait_until_gone("#needs-look");
    assert_eq!(names(), ["李伟"]);
    window.wait_for("#undo");
    window.press("Ctrl+z");
    window.wait_for_text("#needs-look", |text| text == "1");
    assert_eq!(names(), ["王芳"]);

    // The notice changes; what was agreed to does not.
    window.press("e");
    window.fill("#retention", "40");
    window.click("#save");
    window.wait_until_gone("#edit");
    window.click("#language");
    window.wait_for("html[lang=zh]");
    window.wait_for_text("#notice", |text| text.contains("会后 30 天删除") && text.contains("第 1 版"));
    let kept = folder.read("SELECT zh FROM notices ORDER BY version", |row| row.get::<_, String>(0));
    assert!(kept.len() == 2 && kept[0].contains("30 天") && kept[1].contains("40 天"), "{kept:?}");
}
