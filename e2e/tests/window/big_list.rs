//! Fifty thousand rows scroll as fifty do.

use rollcall_e2e::big_list::{ROWS, STEPS, fill, scroll};
use rollcall_e2e::teacher::Teacher;
use serde_json::{Value, json};

use crate::{open, with_workshop};

#[test]
fn fifty_thousand_rows_scroll() {
    let (folder, workshop) = with_workshop(json!({}));
    fill(&folder, &workshop);
    let (window, venue) = open(&folder, &workshop);
    window.wait_for_text("#count", |count| count == "50000");
    window.wait_for("#list [data-id]");
    let frames = scroll(&window);
    // Said, not judged: how fast a machine draws is no test's business. `cargo xtask bench` measures it.
    println!(
        "frames while scrolling through {ROWS} rows: median {:.0} ms, longest {:.0} ms",
        frames[STEPS / 2],
        frames[STEPS - 1]
    );
    // At the end stand the oldest, and only what is in sight is drawn.
    window.wait_for_text("#list", |text| text.contains("老师0"));
    let drawn: Value = window.run("return document.querySelectorAll('#list [data-id]').length", json!([]));
    assert!(drawn.as_u64().unwrap() < 100, "{drawn}");

    // Whoever reads in the middle of the list stays there when somebody signs up.
    window.run("document.getElementById('list').scrollTop = 1_000_000", json!([]));
    Teacher::new().sign_up(&venue, workshop.invite_code(), 201);
    window.wait_for_text("#count", |count| count == "50001");
    let top = window.run("return document.getElementById('list').scrollTop", json!([]));
    assert_eq!(top.as_f64(), Some(1_000_000.0));
}
