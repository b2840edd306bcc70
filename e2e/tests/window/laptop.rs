//! What happens to the laptop itself.

use std::time::{Duration, Instant};

use rollcall_e2e::process::{child_of, go_on, stand_still};
use rollcall_e2e::wait;
use serde_json::json;

use crate::{open, with_workshop};

/// More than the engine takes for a busy machine's hiccup.
const ASLEEP: Duration = Duration::from_secs(24);

#[test]
fn a_laptop_that_slept_says_so_until_it_is_seen() {
    let (folder, workshop) = with_workshop(json!({}));
    let (window, _) = open(&folder, &workshop);
    let program = child_of(window.id(), "rollcall-deskto");
    stand_still(program);
    let woken = Instant::now() + ASLEEP;
    wait::until("the laptop wakes", || (Instant::now() > woken).then_some(()));
    go_on(program);
    window.wait_for_text("[data-alarm=woke]", |text| text.contains("asleep for about 1 min"));
    window.picture("alarm-woke");
    window.click("#alarm-woke");
    window.wait_until_gone("[data-alarm=woke]");
}
