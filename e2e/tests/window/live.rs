//! What comes in is on the screen.

use std::thread;
use std::time::{Duration, Instant};

use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::window::Window;
use serde_json::json;

use crate::{open, open_alone, with_workshop};

const A_SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_signup_is_on_the_screen_within_a_second() {
    let (folder, workshop) = with_workshop(json!({}));
    let (window, venue) = open_alone(&folder, &workshop);
    window.wait_for_text("#list", |text| text.contains("Nobody yet"));
    window.picture("empty");
    let times: Vec<Duration> = (1..=5).map(|n| appears(&window, &venue, workshop.invite_code(), n)).collect();
    assert!(times.iter().max().unwrap() < &A_SECOND, "{times:?}");
}

fn appears(window: &Window, venue: &str, code: &str, number: usize) -> Duration {
    let teacher = Teacher { name: "古丽·阿不都热合曼".to_owned(), ..Teacher::new() };
    teacher.sign_up(venue, code, 201);
    let answered = Instant::now();
    window.wait_for(&format!("[data-id=\"{}\"]", teacher.id));
    let time = answered.elapsed();
    window.wait_for_text("#count", |count| count == number.to_string());
    time
}

#[test]
fn five_hundred_at_one_instant_are_counted() {
    let (folder, workshop) = with_workshop(json!({ "capacity": 450, "waiting_list": true }));
    let (window, venue) = open(&folder, &workshop);
    thread::scope(|scope| {
        for _ in 0..500 {
            scope.spawn(|| Teacher::new().sign_up(&venue, workshop.invite_code(), 201));
        }
    });
    window.wait_for_text("#count", |count| count == "450");
    window.picture("after-500");
    window.click("#show-waitlisted");
    window.wait_for_text("#list", |text| text.contains("Waiting"));
    // The rush is in the figures when somebody looks after it.
    window.press("h");
    window.wait_for_text("#figure-queue", |text| text.contains("on average"));
    window.wait_for_text("#figure-batch", |text| !text.contains("most 1\n"));
    window.pictures("figures-after-500");
}

#[test]
fn people_are_found_cancelled_and_put_back() {
    let (folder, workshop) = with_workshop(json!({}));
    let (window, venue) = open(&folder, &workshop);
    let sign_up = |name: &str, phone: &str| {
        let teacher = Teacher { name: name.to_owned(), phone: phone.to_owned(), ..Teacher::new() };
        let receipt = teacher.sign_up(&venue, workshop.invite_code(), 201);
        (teacher, receipt)
    };
    let (li, receipt) = sign_up("李伟", "13800138000");
    let (gul, _) = sign_up("古丽·阿不都热合曼", "13912345678");
    let only = |search: &str, one: &Teacher, other: &Teacher| {
        window.fill("#search", search);
        window.wait_until_gone(&format!("[data-id=\"{}\"]", other.id));
        window.wait_for(&format!("[data-id=\"{}\"]", one.id));
    };
    only("阿不都", &gul, &li);
    only("3800", &li, &gul);
    only("2345", &gul, &li);
    only(receipt.issued["short_code"].as_str().unwrap(), &li, &gul);

    window.click(&format!("[data-id=\"{}\"]", li.id));
    window.wait_for_text("#person", |text| text.contains("+8613800138000"));
    window.picture("person");
    window.click("#cancel");
    window.wait_for("#restore");
    window.wait_for_text("#count", |count| count == "1");
    // Taken back by the key, then done again and taken back by the button.
    window.wait_for("#undo");
    window.press("Ctrl+z");
    window.wait_for_text("#count", |count| count == "2");
    window.click("#cancel");
    window.wait_for_text("#count", |count| count == "1");
    window.click("#undo");
    window.wait_for_text("#count", |count| count == "2");
    assert_eq!(folder.count("SELECT count(*) FROM signups WHERE state = 'registered'"), 2);
}
