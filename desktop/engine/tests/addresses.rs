//! Addresses of the venue page as people type them and as chats cut them: each leads to what was meant, or to
//! a page in both languages that says what to do.

#![allow(clippy::unwrap_used, clippy::panic, reason = "fixtures of tests; a failure is what they are for")]

use reqwest::header::{ACCEPT, CONTENT_TYPE, LOCATION};
use reqwest::{Method, StatusCode};
use rollcall_engine::{Config, Engine, RedisChoice, VenueStart};
use tempfile::TempDir;

/// What browsers send when one opens an address.
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

struct Hall {
    engine: Engine,
    http: reqwest::Client,
    runtime: tokio::runtime::Runtime,
    _dir: TempDir,
}

/// An answer after every redirect.
struct Shown {
    status: StatusCode,
    path: String,
    content_type: String,
    text: String,
}

impl Hall {
    fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let config = Config {
            venue: VenueStart::AtOnce,
            data_dir: dir.path().to_owned(),
            edge: None,
            lan_host: [127, 0, 0, 1].into(),
            lan_port: 0,
            metrics_port: 0,
            redis: RedisChoice::Direct,
            demo: true,
        };
        let engine = Engine::start(config).unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { engine, http, runtime: tokio::runtime::Runtime::new().unwrap(), _dir: dir }
    }

    /// Scheme, address and port; the token.
    fn place(&self) -> (String, String) {
        let lan = self.engine.ready().lan.clone().unwrap();
        let (base, _) = lan.split_once("/j/").unwrap();
        let (origin, token) = base.rsplit_once('/').unwrap();
        (origin.to_owned(), token.to_owned())
    }

    fn code(&self) -> String {
        self.engine.ready().invite_code.clone().unwrap()
    }

    fn ask(&self, method: Method, path: &str, accept: &str) -> Shown {
        let url = format!("{}{path}", self.place().0);
        self.runtime.block_on(async {
            let request = self.http.request(method, url).header(ACCEPT, accept);
            let response = request.send().await.unwrap();
            let header = |name| {
                let value = response
                    .headers()
                    .get(name)
                    .map(|value: &reqwest::header::HeaderValue| value.to_str().unwrap());
                value.unwrap_or_default().to_owned()
            };
            let (status, path, content_type) =
                (response.status(), response.url().path().to_owned(), header(CONTENT_TYPE));
            assert_eq!(header(LOCATION), "");
            Shown { status, path, content_type, text: response.text().await.unwrap() }
        })
    }

    fn open_in_browser(&self, path: &str) -> Shown {
        let shown = self.ask(Method::GET, path, BROWSER);
        assert!(shown.content_type.starts_with("text/html"), "{path}: {}", shown.text);
        shown
    }
}

#[test]
fn what_was_meant_is_shown() {
    let hall = Hall::open();
    let ((_, token), code) = (hall.place(), hall.code());
    let form = format!("/{token}/j/{code}");
    let low = code.to_lowercase();
    let full: String = code.chars().map(|c| char::from_u32(c as u32 + 0xFEE0).unwrap()).collect();
    for path in [
        form.clone(),
        format!("/{token}"),
        format!("/{token}/"),
        format!("//{token}//"),
        format!("/{token}?from=chat&lang=zh&lang=en"),
        format!("/{}", token.to_uppercase()),
        format!("/{token}。"),
        format!("/{token}/j"),
        format!("/{token}/j/"),
        format!("/{token}/J/{low}"),
        format!("/{token}/{low}"),
        format!("{form}/"),
        format!("{form}//"),
        format!("/{token}/j/{low}"),
        format!("/{token}/j/{}", low.replace('-', "")),
        format!("/{token}/j/{}", code.replace('-', "—")),
        format!("/{token}/j/{}", code.replace('-', "%20")),
        format!("/{token}/j/{full}"),
        format!("/{token}／j／{code}"),
        format!("{form}。"),
        format!("{form}，"),
        format!("{form}."),
        format!("{form}）"),
        format!("{form}”。"),
        format!("{form}。/"),
        format!("{form}，请大家扫码登记"),
        format!("{form}？lang=en"),
    ] {
        let shown = hall.open_in_browser(&path);
        assert_eq!(shown.status, StatusCode::OK, "{path} → {}", shown.path);
        assert!(shown.text.contains(r#"<form id="signup""#), "{path}");
    }
    // What a form is sent to is asked for again by a reload.
    for path in ["desk/signup", "desk/entry", "desk/leave", "desk/", "Desk", "desk。"] {
        let shown = hall.open_in_browser(&format!("/{token}/{path}"));
        assert_eq!((shown.status, shown.path), (StatusCode::OK, format!("/{token}/desk")), "{path}");
    }
    let shown = hall.open_in_browser(&format!("/{token}/r/w/id.mac/cancel?lang=en"));
    assert_eq!(shown.path, format!("/{token}/r/w/id.mac"));
}

#[test]
fn elsewhere_a_page_says_what_to_do_in_both_languages() {
    let hall = Hall::open();
    let ((_, token), code) = (hall.place(), hall.code());
    for (path, status) in [
        ("/".to_owned(), 404),
        (format!("/j/{code}"), 404),
        (format!("/{code}"), 404),
        ("/222222".to_owned(), 404),
        ("/favicon.ico".to_owned(), 404),
        (format!("/{token}/nowhere"), 404),
        (format!("/{token}/j/{code}/more"), 404),
        (format!("/{token}/j/WXYZ-98765"), 404),
        (format!("/{token}/j/%FF"), 404),
        ("/%FF".to_owned(), 404),
        (format!("/{token}/v1/signups"), 405),
        (format!("/{token}/v1/nowhere"), 404),
        (format!("/{token}/r/x/y"), 404),
    ] {
        let shown = hall.open_in_browser(&path);
        assert_eq!(shown.status.as_u16(), status, "{path}");
        assert!(shown.text.contains("二维码") || shown.text.contains("邀请码"), "{path}: {}", shown.text);
        assert!(
            shown.text.contains("QR code") || shown.text.contains("poster"),
            "{path} in both languages: {}",
            shown.text
        );
    }
}

#[test]
fn who_asks_for_json_gets_a_problem() {
    let hall = Hall::open();
    let ((_, token), code) = (hall.place(), hall.code());
    for (method, path, expected) in [
        (Method::GET, "/".to_owned(), "not_found"),
        (Method::GET, format!("/{token}/nowhere"), "not_found"),
        (Method::GET, "/%FF".to_owned(), "not_found"),
        (Method::GET, format!("/{token}/v1/signups"), "method_not_allowed"),
        (Method::DELETE, format!("/{token}/j/{code}"), "method_not_allowed"),
    ] {
        let shown = hall.ask(method, &path, "application/json");
        assert_eq!(shown.content_type, "application/problem+json", "{path}");
        assert!(shown.text.contains(&format!(r#""code":"{expected}""#)), "{path}: {}", shown.text);
    }
    // A script's fetch names nothing.
    let shown = hall.ask(Method::GET, &format!("/{token}/v1/signups"), "*/*");
    assert_eq!(shown.content_type, "application/problem+json");
}

#[test]
fn a_page_comes_compressed_and_only_to_those_who_have_it_not() {
    let hall = Hall::open();
    let lan = hall.engine.ready().lan.clone().unwrap();
    let get = |headers: &[(&str, &str)]| {
        hall.runtime.block_on(async {
            let request = headers
                .iter()
                .fold(hall.http.get(&lan), |request, (name, value)| request.header(*name, *value));
            let response = request.send().await.unwrap();
            let header =
                |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
            let (status, encoding, etag) = (response.status(), header("content-encoding"), header("etag"));
            let vary = header("vary");
            (status, encoding, etag, vary, response.bytes().await.unwrap())
        })
    };
    let (_, encoding, etag, _, plain) = get(&[]);
    assert_eq!(encoding, None);
    let (status, encoding, again, vary, packed) = get(&[("accept-encoding", "gzip, deflate")]);
    assert_eq!(
        (status, encoding.as_deref(), vary.as_deref()),
        (StatusCode::OK, Some("gzip"), Some("accept-encoding"))
    );
    assert!(
        packed.len() < 16 * 1024 && packed.len() * 2 < plain.len(),
        "{} of {}",
        packed.len(),
        plain.len()
    );
    let mut read = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(packed.as_ref()), &mut read).unwrap();
    assert!(read.contains(r#"<form id="signup""#));
    // Every page has a seed of its own; the rest is the same.
    assert_ne!(read.as_bytes(), plain.as_ref());
    assert!(etag.is_some() && etag == again, "{etag:?} {again:?}");
    let etag = etag.unwrap();
    let (status, _, same, _, nothing) = get(&[("if-none-match", &etag)]);
    assert_eq!((status, same, nothing.len()), (StatusCode::NOT_MODIFIED, Some(etag.clone()), 0));
    let (_, _, other, ..) = get(&[("accept-language", "en"), ("if-none-match", &etag)]);
    assert!(other.is_some_and(|other| other != etag), "another language is another page");
}
