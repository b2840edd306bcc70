//! The venue's network in the window: the try from a phone, the Wi-Fi's code, the way out when the edge is
//! away.

use std::fs;
use std::net::{IpAddr, Ipv4Addr};

use rollcall_e2e::edge::{Edge, client};
use rollcall_e2e::host::Folder;
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::wait;
use rollcall_e2e::window::{Options, Window};
use serde_json::{Value, json};

use crate::{in_english, open, with_workshop};

/// An HTTP client that comes from another address of this machine's, as a phone comes from another.
fn phone() -> reqwest::blocking::Client {
    let _ = client();
    let from = IpAddr::from(Ipv4Addr::new(127, 0, 0, 2));
    reqwest::blocking::Client::builder().no_proxy().local_address(from).build().unwrap()
}

#[test]
fn a_try_from_a_phone_says_what_came() {
    let (folder, workshop) = with_workshop(json!({}));
    let (window, _) = open(&folder, &workshop);
    window.press("t");
    window.wait_for("#verdict[data-verdict=nothing_yet]");
    window.picture("try-nothing-yet");
    let url = window.wait_for("#site .qr").attribute("data-url").unwrap();
    assert_eq!(phone().get(url).send().unwrap().status(), 200);
    window.wait_for("#verdict[data-verdict=works]");
    let evidence = window.wait_for_text("#evidence", |text| text.contains("127.0.0.2"));
    assert!(evidence.contains("reaches the address itself"), "{evidence}");
    window.accessible("a try that worked");
    window.picture("try-works");
    window.click("#again");
    window.wait_for("#verdict[data-verdict=nothing_yet]");
    window.click("#language");
    window.wait_for("html[lang=zh]");
    window.picture("try-zh");
    // After a while without anybody the likely causes are named, with what to do.
    window.wait_for("#verdict:not([data-verdict=nothing_yet])");
    window.run("document.getElementById('hotspots').scrollIntoView()", json!([]));
    window.picture("hotspots-zh");
}

#[test]
fn the_wifi_is_the_projectors_first_code() {
    let (folder, workshop) = with_workshop(json!({}));
    let (window, _) = open(&folder, &workshop);
    window.press("t");
    window.fill("#wifi-name", "Hall 3");
    window.fill("#wifi-password", "short");
    window.click("#wifi-save");
    window.wait_for_text("#wifi", |text| text.contains("No phone takes this password"));
    window.fill("#wifi-password", "p;ss:word");
    window.click("#wifi-save");
    window.wait_for("#wifi-remove");
    window.press("p");
    window.wait_for("#projector-wifi svg path");
    let code = window.wait_for("#projector-wifi").attribute("data-code").unwrap();
    assert_eq!(code, r"WIFI:T:WPA;S:Hall 3;P:p\;ss\:word;;");
    window.accessible("the projector with a code for the Wi-Fi");
    window.picture("projector-wifi");
    window.press("Escape");
    window.press("t");
    window.click("#wifi-remove");
    window.wait_until_gone("#wifi-remove");
    // Taking it away can be taken back.
    window.wait_for("#undo");
    window.press("Ctrl+z");
    window.wait_for("#wifi-remove");
    let kept = fs::read_to_string(folder.path().join("venue.json")).unwrap();
    assert!(kept.contains("p;ss:word"), "{kept}");
}

#[test]
fn when_the_edge_is_away_the_venues_code_is_one_click_away() {
    let edge = Edge::start();
    let (folder, workshop) = with_workshop(json!({}));
    let window = on(&edge, &folder);
    window.wait_for("#hop-internet[data-code=published]");
    Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202);
    window.wait_for_text("#count", |count| count == "1");
    edge.stop();
    window.wait_for("#edge-away");
    window.accessible("the edge is away");
    window.picture("edge-away-suggestion");
    window.click("#to-venue");
    window.wait_for("#projector");
    let address = window.wait_for_text(".address", |text| text.contains("127.0.0.1"));
    assert!(address.contains(workshop.invite_code()), "{address}");
    window.press("Escape");
    edge.start_again();
    window.wait_for("#edge-back");
    window.accessible("the edge is back");
    window.picture("edge-back");
    window.click("#to-edge");
    window.wait_for("#projector");
    window.press("Escape");
    window.wait_until_gone("#edge-back");
}

#[test]
fn the_published_workshop_names_the_venue_page_as_long_as_it_is_open() {
    let edge = Edge::shared();
    let (folder, workshop) = with_workshop(json!({}));
    let window = on(edge, &folder);
    let facts = format!("{}/v1/workshops/{}", edge.url(), workshop.invite_code());
    let venue = || client().get(&facts).send().unwrap().json::<Value>().unwrap()["venue"].clone();
    let named = || wait::until(("the venue page in the record", 30), || venue().as_str().map(str::to_owned));
    let form = |venue: &str| client().get(format!("{venue}/j/{}", workshop.invite_code())).send();
    window.wait_for("#hop-internet[data-code=published]");
    let first = named();
    assert_eq!(form(&first).unwrap().status(), 200);
    window.click("#route-venue");
    window.click("#close-venue");
    window.wait_for("#open-venue");
    wait::until_equal(("the venue page in the record", 30), &Value::Null, venue);
    assert!(form(&first).is_err(), "nobody answers there");
    window.click("#open-venue");
    window.wait_for("#close-venue");
    let again = named();
    assert_eq!(form(&again).unwrap().status(), 200);
    // A phone that has the record from before still finds it.
    assert_eq!(again, first);
}

/// With the venue page open, on a workshop that the edge shows.
fn on(edge: &Edge, folder: &Folder) -> Window {
    let key = folder.path().join("publish-key");
    fs::write(&key, edge.publish_key()).unwrap();
    let arguments = ["--edge-url", edge.url(), "--publish-key-file", key.to_str().unwrap()];
    let window = Window::open(folder, &Options { venue: true, arguments: &arguments, ..Options::default() });
    window.wait_for("#count");
    in_english(&window);
    window
}
