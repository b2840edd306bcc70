//! The desk in the window: a PIN, devices, and codes taken at this computer.

use rand_core::OsRng;
use rollcall_e2e::edge::client;
use rollcall_e2e::teacher::Teacher;
use rollcall_shared::Timestamp;
use rollcall_shared::envelope::Envelope;
use rollcall_shared::signup::SignupForm;
use rollcall_shared::workshop::Workshop;
use serde_json::json;

use crate::{open, with_workshop};

#[test]
fn desks_are_opened_seen_and_ended() {
    let (folder, workshop) = with_workshop(json!({}));
    let (window, venue) = open(&folder, &workshop);
    window.press("s");
    window.click("#open-desk");
    let pin = window.wait_for_text("#pin", |text| text.len() == 7).replace(' ', "");
    window.picture("desk-open");

    // A device comes in and takes somebody.
    let browser = client();
    let enter = || {
        let form =
            browser.post(format!("{venue}/desk")).header("content-type", "application/x-www-form-urlencoded");
        form.body(format!("pin={pin}&desk=东门")).send().unwrap()
    };
    let entered = enter();
    let cookie = entered.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let take = |teacher: &Teacher| {
        let body = teacher.body(workshop.invite_code());
        let request = browser.post(format!("{venue}/v1/desk/signups")).header("cookie", &cookie).json(&body);
        request.send().unwrap().status().as_u16()
    };
    let teacher = Teacher { name: "古丽·阿不都热合曼".to_owned(), ..Teacher::new() };
    assert_eq!(take(&teacher), 201);
    window.wait_for_text("#desks", |text| text.contains("东门") && text.contains('1'));
    window.press("s");
    window.click(&format!("[data-id=\"{}\"]", teacher.id));
    window.wait_for_text("#person", |text| text.contains("东门"));
    window.picture("taken-at-a-desk");

    window.press("s");
    window.click("#desks button");
    window.wait_for("#desks tr.off");
    assert_eq!(take(&Teacher::new()), 401);
    // Taken back, the device goes on as if nothing had been.
    window.wait_for_text("[role=status]", |text| text.contains("This device is out"));
    window.press("Ctrl+z");
    window.wait_until_gone("#desks tr.off");
    assert_eq!(take(&Teacher::new()), 201);
    let digits = |wanted: bool| {
        window.wait_for_text("#pin", |text| text.len() == 7 && (text.replace(' ', "") == pin) == wanted);
    };
    window.click("#renew-pin");
    digits(false);
    assert_eq!(take(&Teacher::new()), 401);
    window.click("#language");
    window.wait_for("html[lang=zh]");
    window.wait_for_text("[role=status]", |text| text.contains("new digits"));
    window.press("Ctrl+z");
    digits(true);
    assert_eq!(take(&Teacher::new()), 201);
    window.wait_for_text("#desk [data-reach=this_computer]", |text| text.contains("手机打不开"));
    window.click("#desks button");
    window.wait_for("#desks tr.off");
    window.wait_for_text("[role=status]", |text| text.contains("这台设备已退出"));
    window.picture("desk-ended-zh");
    window.click("#shut-desks");
    window.wait_for("#open-desk");
    assert_eq!(enter().status(), 403);
}

#[test]
fn a_code_is_taken_at_this_computer() {
    let (folder, made) = with_workshop(json!({}));
    let (window, venue) = open(&folder, &made);
    let workshop: Workshop = serde_json::from_value(made.record.clone()).unwrap();
    let teacher = Teacher::new();
    let form: SignupForm = serde_json::from_value(teacher.body(made.invite_code())).unwrap();
    let signup = form.parse(&workshop).unwrap();
    let now = rollcall_e2e::host::now();
    let entry = Envelope::seal_signup(&workshop, &signup, None, Timestamp::from_millis(now), &mut OsRng)
        .unwrap()
        .to_text();
    window.press("s");
    window.fill("#entry", "ABCD-23456\u{E007}");
    window.wait_for_text("#scan-trouble", |text| text.contains("not a sign-up"));
    window.picture("scan-refused");
    // A hand-held scanner types and ends with Enter, which WebDriver writes so.
    window.fill("#entry", &format!("{entry}\u{E007}"));
    window.wait_for_text("#taken", |text| text.contains("王芳") && text.contains("Signed up"));
    window.picture("scan-taken");
    window.click("#scan-next");
    window.wait_until_gone("#taken");
    // Its phone sends it after all: it counts once.
    teacher.sign_up(&venue, made.invite_code(), 201);
    window.fill("#entry", &format!("{entry}\u{E007}"));
    window.wait_for_text("#taken", |text| text.contains("counts once"));
    assert_eq!(folder.count("SELECT count(*) FROM signups WHERE path = 'desk' AND device IS NULL"), 1);
    assert_eq!(folder.count("SELECT count(*) FROM signups"), 1);
}

/// The engine reads it: its reader is better than the page's.
#[test]
fn a_picture_of_a_code_is_read_in_the_window() {
    let (folder, workshop) = with_workshop(json!({}));
    let (window, _) = open(&folder, &workshop);
    window.press("s");
    window.wait_for("#picture");
    // The window's own QR code of the desk, drawn into a picture and chosen as a file.
    window.click("#open-desk");
    window.wait_for("#desk .qr svg");
    let script = "const done = arguments[arguments.length - 1];\
        const svg = document.querySelector('#desk .qr svg').cloneNode(true);\
        svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg'); svg.setAttribute('width', 600); svg.setAttribute('height', 600);\
        const image = new Image();\
        image.onload = () => {\
          const canvas = Object.assign(document.createElement('canvas'), { width: 800, height: 800 });\
          const context = canvas.getContext('2d'); context.fillStyle = '#ccc'; context.fillRect(0, 0, 800, 800);\
          context.drawImage(image, 100, 100);\
          canvas.toBlob((blob) => {\
            const files = new DataTransfer(); files.items.add(new File([blob], 'code.png', { type: 'image/png' }));\
            const input = document.getElementById('picture'); input.files = files.files;\
            input.dispatchEvent(new Event('change', { bubbles: true })); done(true);\
          });\
        };\
        image.onerror = () => done(false);\
        image.src = 'data:image/svg+xml,' + encodeURIComponent(svg.outerHTML);";
    assert_eq!(window.run_to_end(script), true);
    // It was read: an address is no sign-up, and that is what is said.
    window.wait_for_text("#scan-trouble", |text| text.contains("not a sign-up"));
}
