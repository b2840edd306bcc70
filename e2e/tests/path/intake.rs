//! How a sign-up is taken, over HTTP: every case of `shared/tests/intake.json` at the edge and on the venue
//! page. What the table says is in `shared/src/intake.rs`.

use rollcall_shared::Timestamp;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::blocking::Response;
use rollcall_e2e::edge::{Edge, client};
use rollcall_e2e::host::{Folder, Host, Options, Workshop};
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::wait;
use rollcall_shared::form::{Message, message_page};
use rollcall_shared::headers;
use rollcall_shared::language::Language;
use rollcall_shared::media_type::MediaType;
use rollcall_shared::testing::intake::{Case, Expected, FilledIn, Good, Leads, Shows, cases};
use serde_json::{Value, json};

use crate::form::venue;

const HOUR_MS: i64 = 3_600_000;

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    i64::try_from(since.as_millis()).unwrap()
}

/// Where sign-ups go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Server {
    Edge,
    Venue,
}

/// A workshop for each thing that a code leads to, with its venue page's address.
struct Hall {
    edge: &'static Edge,
    workshops: Vec<(Leads, Workshop, String)>,
    _host: Host,
    _folder: Folder,
}

impl Hall {
    fn open() -> Self {
        let edge = Edge::shared();
        let folder = Folder::new();
        let host = folder.start(&Options::on(edge));
        let now = now_ms();
        let over = json!({ "starts_at": now - 2 * HOUR_MS, "ends_at": now - HOUR_MS });
        let drafts = [
            (Leads::Open, json!({})),
            (Leads::NotYet, json!({ "opens_at": now + 10 * 60_000 })),
            (Leads::Closed, over),
            (Leads::AsksForProof, json!({ "proof": "on" })),
            (Leads::Retired, json!({})),
        ];
        let workshops = drafts.map(|(leads, draft)| (leads, host.make_workshop(draft)));
        let status = host.status();
        let workshops = workshops.map(|(leads, workshop)| {
            let address = venue(&status, &workshop);
            (leads, workshop, address)
        });
        for (_, retired, _) in workshops.iter().filter(|(leads, ..)| *leads == Leads::Retired) {
            host.retire(retired);
            let look_up = format!("{}/v1/workshops/{}", edge.url(), retired.invite_code());
            wait::until_equal(("the retired code", 20), &410, || {
                client().get(&look_up).send().unwrap().status().as_u16()
            });
        }
        Self { edge, workshops: workshops.into(), _host: host, _folder: folder }
    }

    /// The address before `/j/` and `/v1/`, and the code.
    fn at(&self, server: Server, leads: Leads) -> (&str, &str) {
        let (code, workshop) = match leads {
            Leads::Unknown => (Some("WXYZ-98765"), Leads::Open),
            Leads::NoCode => (Some("ABC0-23456"), Leads::Open),
            leads => (None, leads),
        };
        let (_, workshop, venue) = self.workshops.iter().find(|(leads, ..)| *leads == workshop).unwrap();
        let address = match server {
            Server::Edge => self.edge.url(),
            Server::Venue => venue,
        };
        (address, code.unwrap_or(workshop.invite_code()))
    }
}

/// Somebody new, so that no case finds what another has left.
fn good(case: &Case, code: &str) -> Good {
    let Teacher { id, name, phone } = Teacher::new();
    let seed = id.replace('-', "");
    let filled_at = match case.filled_in {
        FilledIn::Now => now_ms(),
        FilledIn::BeforeClosing => now_ms() - HOUR_MS - HOUR_MS / 2,
    };
    Good { id, seed, invite_code: code.to_owned(), name, phone, filled_at: Timestamp::from_millis(filled_at) }
}

fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

/// Every answer carries the headers of all answers.
fn is_secured(answer: &Response, context: &str) {
    for (name, value) in headers::ALWAYS {
        assert_eq!(header(answer, name), value, "{context}: {name}");
    }
    assert_eq!(header(answer, "cache-control"), "no-store", "{context}");
}

fn retry_after(answer: &Response) -> Option<u32> {
    answer.headers().get("retry-after").map(|seconds| seconds.to_str().unwrap().parse().unwrap())
}

fn check_json(answer: Response, expected: &Expected, taken: u16, context: &str) {
    is_secured(&answer, context);
    if expected.taken {
        assert_eq!(answer.status(), taken, "{context}");
        return;
    }
    let Expected { status, code, detail, errors, .. } = expected;
    assert_eq!(answer.status(), *status, "{context}");
    assert_eq!(header(&answer, "content-type"), "application/problem+json", "{context}");
    assert_eq!(retry_after(&answer), expected.retry_after, "{context}");
    let problem: Value = answer.json().unwrap();
    assert_eq!(problem["code"].as_str(), code.as_deref(), "{context}");
    if let Some(detail) = detail {
        assert_eq!(problem["detail"], detail.as_str(), "{context}");
    }
    let errors: Vec<Value> =
        errors.iter().map(|(field, code)| json!({ "field": field, "code": code })).collect();
    assert_eq!(problem["errors"].as_array().cloned().unwrap_or_default(), errors, "{context}");
    assert_eq!(problem["challenge"].is_object(), *status == 428, "{context}");
}

fn check_form(answer: Response, expected: &Expected, sent: &Good, context: &str) {
    is_secured(&answer, context);
    if expected.taken {
        assert_eq!(answer.status(), 303, "{context}");
        return;
    }
    assert_eq!(answer.status(), expected.status, "{context}");
    assert_eq!(retry_after(&answer), expected.retry_after, "{context}");
    let html = answer.text().unwrap();
    shows(&html, expected, context);
    if expected.page == Some(Shows::Form) {
        for (field, _) in &expected.errors {
            assert!(html.contains(&format!("href=\"#{field}\"")), "{context}: {field} in {html}");
        }
        let seed = html.split("name=\"seed\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        assert_eq!(seed.len(), 32, "{context}");
        assert_eq!(seed != sent.seed, expected.new_seed, "{context}");
    }
}

fn shows(html: &str, expected: &Expected, context: &str) {
    let message = match expected.page.unwrap() {
        Shows::Form => return assert!(html.contains("<form id=\"signup\""), "{context}: {html}"),
        Shows::NotYet => Message::NotYet,
        Shows::Closed => Message::Closed,
        Shows::UnknownCode => Message::UnknownCode,
        Shows::Malformed => Message::Malformed,
    };
    let page = message_page(message, Language::En).html;
    let title = page.split("<title>").nth(1).unwrap().split('<').next().unwrap();
    // Alone, or above the form, which comes back with what was typed.
    assert!(html.contains(title), "{context}: {html}");
}

fn play(hall: &Hall, server: Server, case: &Case) {
    let (address, code) = hall.at(server, case.workshop);
    let context = format!("{}, {server:?}", case.name);
    let (json, form, taken) = match server {
        Server::Edge => (&case.json, &case.form, 202),
        Server::Venue if case.venue.json.is_some() => (&case.venue.json, &case.venue.form, 201),
        Server::Venue => (&case.json, &case.form, 201),
    };
    let post = |path: String, media_type: MediaType, body: Vec<u8>| {
        let request = client().post(format!("{address}{path}")).header("accept-language", "en");
        request.header("content-type", case.media_type(media_type.as_str())).body(body).send().unwrap()
    };
    if let Some(expected) = json {
        let body = case.json_body(&good(case, code));
        let answer = post("/v1/signups".to_owned(), MediaType::Json, body);
        check_json(answer, expected, taken, &format!("{context}, JSON"));
    }
    if let Some(expected) = form {
        let good = good(case, code);
        let answer = post(format!("/j/{code}"), MediaType::Form, case.form_body(&good));
        check_form(answer, expected, &good, &format!("{context}, form"));
    }
    if let Some(expected) = &case.landing {
        let page = client().get(format!("{address}/j/{code}?lang=en")).send().unwrap();
        is_secured(&page, &context);
        assert_eq!(page.status(), expected.status, "{context}, GET");
        shows(&page.text().unwrap(), expected, &context);
    }
}

#[test]
fn every_case_is_answered_alike_at_the_edge_and_on_the_venue_page() {
    let hall = Hall::open();
    // What happens while nothing can be stored is in `venue.rs`.
    let cases: Vec<Case> = cases().into_iter().filter(|case| case.workshop != Leads::CannotStore).collect();
    assert!(cases.len() >= 30, "{}", cases.len());
    for case in &cases {
        for server in [Server::Edge, Server::Venue] {
            play(&hall, server, case);
        }
    }
}
