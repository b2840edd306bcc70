//! The page without script, at the edge and on the venue page alike.

use reqwest::blocking::Response;
use rollcall_e2e::edge::{Edge, client};
use rollcall_e2e::host::{Folder, Host, Options, Workshop, text};
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::wait;
use serde_json::json;

fn set_up() -> (&'static Edge, Folder, Host, Workshop) {
    let edge = Edge::shared();
    let folder = Folder::new();
    let host = folder.start(&Options::on(edge));
    let workshop = host.make_workshop(json!({}));
    (edge, folder, host, workshop)
}

/// The page at `address`, with what a browser would send back unseen.
pub(crate) fn open(address: &str) -> (String, Vec<(String, String)>) {
    let answer = client().get(address).header("accept-language", "en").send().unwrap();
    assert_eq!(answer.status(), 200);
    let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'"), "{policy}");
    assert_eq!(answer.headers()["cache-control"], "no-store", "a page with a seed is nobody else's");
    let html = answer.text().unwrap();
    let hidden = html.split("<input type=\"hidden\"").skip(1).map(|input| {
        let value = |name: &str| {
            input.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned()
        };
        (value("name"), value("value"))
    });
    (html.clone(), hidden.collect())
}

pub(crate) fn send(address: &str, hidden: &[(String, String)], name: &str, phone: &str) -> Response {
    let mut form = hidden.to_vec();
    form.extend([("name".to_owned(), name.to_owned()), ("phone".to_owned(), phone.to_owned())]);
    let body =
        form.iter().map(|(key, value)| format!("{key}={}", percent(value))).collect::<Vec<_>>().join("&");
    client()
        .post(address)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body)
        .send()
        .unwrap()
}

fn percent(text: &str) -> String {
    text.bytes().map(|b| format!("%{b:02X}")).collect()
}

#[test]
fn the_form_without_script_works_at_the_edge() {
    let (edge, folder, _host, workshop) = set_up();
    works(edge.url(), &workshop, &folder);
}

#[test]
fn the_form_without_script_works_on_the_venue_page() {
    let (_edge, folder, host, workshop) = set_up();
    let status = host.status();
    let lan = venue(&status, &workshop);
    works(&lan, &workshop, &folder);
}

/// The venue page's address with its token, as the window shows it.
pub(crate) fn venue(status: &serde_json::Value, workshop: &Workshop) -> String {
    let shown = status["workshops"].as_array().unwrap().iter().find(|w| w["id"] == workshop.id()).unwrap();
    text(shown, "lan").split("/j/").next().unwrap().to_owned()
}

fn works(server: &str, workshop: &Workshop, folder: &Folder) {
    let address = format!("{server}/j/{}", workshop.invite_code());
    let (_, hidden) = open(&address);
    let teacher = Teacher::new();

    // A mistake: the form comes back with what was typed, and the same seed.
    let mended = send(&address, &hidden, "王芳", "1380013800");
    assert_eq!(mended.status(), 422);
    let html = mended.text().unwrap();
    assert!(
        html.contains("1380013800") && html.contains("王芳") && html.contains("role=\"alert\""),
        "{html}"
    );

    // A double tap is one sign-up; Back and a colleague's name is another.
    let first = send(&address, &hidden, "王芳", &teacher.phone);
    let again = send(&address, &hidden, "王芳", &teacher.phone);
    assert_eq!((first.status().as_u16(), again.status().as_u16()), (303, 303));
    assert_eq!(first.headers()["location"], again.headers()["location"]);
    assert_eq!(send(&address, &hidden, "李伟", &Teacher::new().phone).status(), 303);

    let origin = server.split('/').take(3).collect::<Vec<_>>().join("/");
    let location = first.headers()["location"].to_str().unwrap();
    let receipt = if location.starts_with('/') { format!("{origin}{location}") } else { location.to_owned() };
    let html = wait::until(("the receipt's page says so", 20), || {
        let answer = client().get(&receipt).header("accept-language", "en").send().unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["cache-control"], "no-store");
        Some(answer.text().unwrap()).filter(|html| html.contains("class=\"state registered\""))
    });
    assert!(!html.contains(&teacher.phone) && !html.contains("王芳"), "a receipt names nobody");
    wait::until_equal(("rows", 10), &2, || folder.count("SELECT count(*) FROM signups"));

    let (page, _) = open(&format!("{address}?lang=zh"));
    assert!(page.contains("手机号"), "{page}");
}
