//! Two languages, two themes, every key.

use rollcall_e2e::edge::client;
use rollcall_e2e::window::Window;
use serde_json::{Value, json};

use crate::{open, with_workshop};

#[test]
fn both_languages_and_both_themes() {
    let (folder, workshop) = with_workshop(json!({}));
    let (window, _) = open(&folder, &workshop);
    let paper = || window.run("return getComputedStyle(document.body).backgroundColor", json!([]));
    let theme = |wanted: &str| {
        window.until((format!("the theme is {wanted}"), 20), || {
            window.press("d");
            window.find(&format!("html[data-theme={wanted}]"))
        });
        paper()
    };
    let dark = theme("dark");
    window.wait_for_text("#workshops", |text| text.contains("Maths Teaching Workshop"));
    window.picture("home-en-dark");
    nothing_is_cut(&window);
    window.wait_for_text("[data-reach=this_computer]", |text| text.contains("No phone can open this"));
    let light = theme("light");
    assert_ne!(light, dark);
    window.click("#language");
    window.wait_for("html[lang=zh]");
    window.wait_for_text("#workshops", |text| text.contains("数学教研工作坊"));
    window.picture("home-zh-light");
    nothing_is_cut(&window);
    // The projector is black on white whatever the theme.
    theme("dark");
    window.press("p");
    window.wait_for("#projector");
    let projector = "return getComputedStyle(document.getElementById('projector')).backgroundColor";
    assert_eq!(window.run(projector, json!([])), "rgb(255, 255, 255)");
    // The page listens on this machine alone, and a code that no phone reaches is not shown without that.
    window.wait_for_text("#projector [data-reach=this_computer]", |text| text.contains("手机打不开"));
    window.press("Escape");
    window.wait_until_gone("#projector");
    window.press("?");
    window.wait_for("#help");
    window.picture("keys");
    window.press("Escape");
    window.wait_until_gone("#help");
}

/// No part has to be scrolled sideways. What ends in an ellipsis says so itself.
fn nothing_is_cut(window: &Window) {
    let wide = window.run(
        "return [...document.querySelectorAll('body *')].filter((part) => {\
             const { overflowX, textOverflow } = getComputedStyle(part);\
             const scrolls = overflowX === 'auto' || overflowX === 'scroll';\
             return scrolls && textOverflow !== 'ellipsis' && part.scrollWidth > part.clientWidth;\
         }).map((part) => part.outerHTML.slice(0, 80))",
        json!([]),
    );
    assert_eq!(wide, json!([]));
}

#[test]
fn a_workshop_is_changed_closed_opened_renewed_and_ended() {
    let (folder, workshop) = with_workshop(json!({}));
    let (window, venue) = open(&folder, &workshop);
    window.press("e");
    window.fill("#title-en", "Chinese Teaching");
    window.click("#save");
    window.wait_until_gone("#edit");
    let page = format!("{venue}/j/{}?lang=en", workshop.invite_code());
    window.until(("the page has the new title", 20), || {
        client().get(&page).send().ok()?.text().ok()?.contains("Chinese Teaching").then_some(())
    });

    window.press("e");
    window.wait_for("#edit");
    window.fill("#ends_at", "2020-01-01 9:00");
    window.click("#save");
    window.wait_for_text("#ends_at-error", |text| text == "It ends before it begins");
    window.picture("edit");
    window.click("#edit form button[type=button]:not(#question-add)");
    window.wait_for("#count");

    window.press("o");
    window.wait_for("#phase[data-phase=closed]");
    window.press("o");
    window.wait_for("#phase[data-phase=open]");

    window.press("e");
    window.click("#renew");
    let code = || folder.read("SELECT invite_code FROM workshops", |row| row.get::<_, String>(0)).pop();
    window.until(("there is a new code", 20), || code().filter(|code| code != workshop.invite_code()));
    // Taken back, the old code is the workshop's again, and the new one nobody's.
    window.wait_for_text("[role=status]", |text| text.contains("There is a new code"));
    let renewed = code().unwrap();
    window.press("Ctrl+z");
    window.until("the old code is back", || code().filter(|code| code == workshop.invite_code()));
    window.wait_for_text("[role=status]", |text| text.contains("Taken back"));
    let status = |code: &str| client().get(format!("{venue}/j/{code}")).send().unwrap().status();
    assert_eq!((status(workshop.invite_code()).as_u16(), status(&renewed).as_u16()), (200, 404));
    window.click("#retire");
    window.wait_for("#phase[data-phase=retired]");
    // Taken back by the key, ended again, brought back by the form, ended for now.
    window.wait_for("#undo");
    window.press("Ctrl+z");
    window.wait_for("#phase[data-phase=open]");
    window.press("e");
    window.click("#retire");
    window.wait_for("#phase[data-phase=retired]");
    window.wait_until_gone("#edit");
    window.press("e");
    window.click("#resume");
    window.wait_for("#phase[data-phase=open]");
    window.wait_until_gone("#edit");
    window.press("e");
    window.click("#retire");
    window.wait_for("#phase[data-phase=retired]");

    // A second one, and back to the first.
    window.press("c");
    window.fill("#title-zh", "语文公开课");
    window.fill("#organisation-zh", "海淀教师进修学校");
    window.fill("#place-zh", "礼堂");
    window.click("#save");
    window.wait_for("#phase[data-phase=open]");
    window.press("w");
    window.click(&format!("#workshop-menu [data-id=\"{}\"]", workshop.id()));
    window.wait_for("#phase[data-phase=retired]");
    let _: Value = window.ready();
}
