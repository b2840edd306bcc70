//! How a sign-up is taken on the laptop, over HTTP: every case of `shared/tests/intake.json` on the venue
//! page, at a desk and as an entry code. What the table says is in `shared/src/intake.rs`; `e2e` plays the
//! edge as well.

#![allow(clippy::unwrap_used, clippy::panic, reason = "fixtures of tests; a failure is what they are for")]

use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use rand_core::OsRng;
use reqwest::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, COOKIE, RETRY_AFTER, SET_COOKIE};
use reqwest::{Response, StatusCode};
use rollcall_engine::{Config, Engine, RedisChoice, VenueStart, WorkshopDraft};
use rollcall_shared::envelope::Envelope;
use rollcall_shared::form::{Message, message_page};
use rollcall_shared::language::Language;
use rollcall_shared::media_type::MediaType;
use rollcall_shared::question::Answers;
use rollcall_shared::signup::{Signup, SignupForm};
use rollcall_shared::testing::intake::{BodyFault, Case, Expected, FilledIn, Good, Leads, Shows, cases};
use rollcall_shared::workshop::{ProofMode, Workshop};
use rollcall_shared::{Millis, Timestamp};
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

const HOUR_MS: Millis = 3_600_000;

/// A way in which a sign-up comes to the laptop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    VenueJson,
    VenueForm,
    DeskJson,
    DeskForm,
    EntryCode,
}

impl Way {
    const ALL: [Self; 5] =
        [Self::VenueJson, Self::VenueForm, Self::DeskJson, Self::DeskForm, Self::EntryCode];

    fn media_type(self) -> MediaType {
        match self {
            Self::VenueForm | Self::DeskForm => MediaType::Form,
            Self::VenueJson | Self::DeskJson | Self::EntryCode => MediaType::Json,
        }
    }

    /// Nothing where a case cannot come this way: at a desk no code is named but in JSON.
    fn expected(self, case: &Case) -> Option<Expected> {
        let is_lost = matches!(case.workshop, Leads::Unknown | Leads::NoCode);
        match self {
            Self::VenueJson | Self::DeskJson => case.venue.json.clone().or(case.json.clone()),
            Self::VenueForm => case.venue.form.clone().or(case.form.clone()),
            Self::DeskForm | Self::EntryCode if is_lost => None,
            Self::DeskForm => case.venue.form.clone().or(case.form.clone()),
            Self::EntryCode if case.body.contains(&BodyFault::TooLarge) => case.json.clone(),
            Self::EntryCode => case.entry_code.clone(),
        }
    }

    fn path(self, code: &str) -> String {
        match self {
            Self::VenueJson => "/v1/signups".to_owned(),
            Self::VenueForm => format!("/j/{code}"),
            Self::DeskJson => "/v1/desk/signups".to_owned(),
            Self::DeskForm => "/desk/signup".to_owned(),
            Self::EntryCode => "/v1/entries".to_owned(),
        }
    }
}

/// A workshop, with its venue page's address and a desk's session.
struct Place {
    leads: Leads,
    workshop: Workshop,
    base: String,
    cookie: String,
}

struct Hall {
    places: Vec<Place>,
    http: reqwest::Client,
    runtime: tokio::runtime::Runtime,
    engine: Engine,
    dir: TempDir,
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
}

impl Hall {
    fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let config = Config {
            data_dir: dir.path().to_owned(),
            edge: None,
            lan_host: IpAddr::from(Ipv4Addr::LOCALHOST),
            lan_port: 0,
            venue: VenueStart::AtOnce,
            metrics_port: 0,
            redis: RedisChoice::Direct,
            demo: true,
        };
        let engine = Engine::start(config).unwrap();
        let demo = engine.status().unwrap().workshops[0].workshop.id.clone();
        let draft = WorkshopDraft { id: None, questions: Vec::new(), ..engine.workshop(&demo).unwrap() };
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        let mut hall = Self { places: Vec::new(), http: http.build().unwrap(), runtime, engine, dir };
        let over = (now() - 2 * HOUR_MS, now() - HOUR_MS);
        for (leads, draft) in [
            (Leads::Open, draft.clone()),
            (Leads::NotYet, WorkshopDraft { opens_at: Some(now() + HOUR_MS), ..draft.clone() }),
            (Leads::Closed, WorkshopDraft { starts_at: over.0, ends_at: over.1, ..draft.clone() }),
            (Leads::AsksForProof, WorkshopDraft { proof: ProofMode::On, ..draft.clone() }),
            (Leads::Retired, draft.clone()),
            (Leads::CannotStore, draft),
        ] {
            let place = hall.make(leads, draft);
            hall.places.push(place);
        }
        hall
    }

    fn make(&self, leads: Leads, draft: WorkshopDraft) -> Place {
        let engine = &self.engine;
        let workshop = engine.put_workshop(draft).unwrap().workshop.clone();
        let form = engine.addresses(&workshop.id).unwrap().lan[0].url.clone();
        let base = form.split("/j/").next().unwrap().to_owned();
        engine.renew_desk_pin(&workshop.id).unwrap();
        let pin = engine.desk_panel(&workshop.id).unwrap().pin.unwrap();
        let enter = self.http.post(format!("{base}/desk")).body(format!("pin={pin}&desk=Desk+1"));
        let entered = self.send(enter.header(CONTENT_TYPE, MediaType::Form.as_str()));
        let cookie = entered.headers()[SET_COOKIE].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        if leads == Leads::Retired {
            engine.retire(&workshop.id).unwrap();
        }
        Place { leads, workshop, base, cookie }
    }

    fn send(&self, request: reqwest::RequestBuilder) -> Response {
        self.runtime.block_on(request.send()).unwrap()
    }

    fn text(&self, response: Response) -> String {
        self.runtime.block_on(response.text()).unwrap()
    }

    fn at(&self, leads: Leads) -> (&Place, String) {
        let (leads, code) = match leads {
            Leads::Unknown => (Leads::Open, Some("WXYZ-98765")),
            Leads::NoCode => (Leads::Open, Some("ABC0-23456")),
            leads => (leads, None),
        };
        let place = self.places.iter().find(|place| place.leads == leads).unwrap();
        (place, code.map_or_else(|| place.workshop.invite_code.to_string(), str::to_owned))
    }

    fn play(&self, case: &Case, way: Way, expected: &Expected) {
        let context = format!("{}, {way:?}", case.name);
        let (place, code) = self.at(case.workshop);
        let good = good(case, &code);
        let body = match way {
            Way::VenueJson | Way::DeskJson => case.json_body(&good),
            Way::VenueForm | Way::DeskForm => case.form_body(&good),
            Way::EntryCode => json!({ "entry": entry(case, &good, place) }).to_string().into_bytes(),
        };
        let request = self.http.post(format!("{}{}", place.base, way.path(&code)));
        let request = request.header(COOKIE, &place.cookie).header(ACCEPT_LANGUAGE, "en");
        let media_type = case.media_type(way.media_type().as_str()).to_owned();
        let answer = self.send(request.header(CONTENT_TYPE, media_type).body(body));
        let (status, headers) = (answer.status(), answer.headers().clone());
        let text = self.text(answer);
        if expected.taken {
            let taken =
                if way.media_type() == MediaType::Form { StatusCode::SEE_OTHER } else { StatusCode::CREATED };
            return assert_eq!(status, taken, "{context}: {text}");
        }
        assert_eq!(status, expected.status, "{context}: {text}");
        let retry_after = headers.get(RETRY_AFTER).map(|seconds| seconds.to_str().unwrap().parse().unwrap());
        assert_eq!(retry_after, expected.retry_after, "{context}");
        match way.media_type() {
            MediaType::Json => check_problem(&text, expected, &context),
            MediaType::Form => check_page(&text, expected, &good, &context),
        }
    }
}

/// Somebody new, so that no case finds what another has left.
fn good(case: &Case, code: &str) -> Good {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    Good {
        id: format!("0f8fad5b-d9cb-469f-a165-{number:012x}"),
        seed: format!("{number:032x}"),
        invite_code: code.to_owned(),
        name: "王芳".to_owned(),
        phone: format!("138{number:08}"),
        filled_at: match case.filled_in {
            FilledIn::Now => now(),
            FilledIn::BeforeClosing => now() - HOUR_MS - HOUR_MS / 2,
        },
    }
}

/// The text that a phone would show, if it sealed whatever it has.
fn entry(case: &Case, good: &Good, place: &Place) -> String {
    if case.body.contains(&BodyFault::NotAForm) {
        return format!("{}/j/{}", place.base, place.workshop.invite_code);
    }
    if case.body.contains(&BodyFault::TooLarge) {
        return "x".repeat(140_000);
    }
    let sent: Value = serde_json::from_slice(&case.json_body(good)).unwrap();
    let answers: Answers = serde_json::from_value(sent.get("answers").cloned().unwrap_or(json!({}))).unwrap();
    let form = SignupForm { answers: Answers::new(), ..serde_json::from_value(sent).unwrap() };
    let signup = Signup { answers, ..form.parse(&place.workshop).unwrap() };
    let at = Timestamp::from_millis(1);
    Envelope::seal_signup(&place.workshop, &signup, None, at, &mut OsRng).unwrap().to_text()
}

fn check_problem(text: &str, expected: &Expected, context: &str) {
    let Expected { code, detail, errors, .. } = expected;
    let problem: Value = serde_json::from_str(text).unwrap();
    assert_eq!(problem["code"].as_str(), code.as_deref(), "{context}");
    if let Some(detail) = detail {
        assert_eq!(problem["detail"], detail.as_str(), "{context}");
    }
    let errors: Vec<Value> =
        errors.iter().map(|(field, code)| json!({ "field": field, "code": code })).collect();
    assert_eq!(problem["errors"].as_array().cloned().unwrap_or_default(), errors, "{context}");
}

fn check_page(html: &str, expected: &Expected, sent: &Good, context: &str) {
    let message = match expected.page.unwrap() {
        Shows::Form => {
            assert!(html.contains("id=\"signup\""), "{context}: {html}");
            let seed = html.split("name=\"seed\" value=\"").nth(1).unwrap().split('"').next().unwrap();
            return assert_eq!((seed.len(), seed != sent.seed), (32, expected.new_seed), "{context}");
        }
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

#[test]
fn every_case_is_answered_in_every_way_as_the_table_says() {
    let hall = Hall::open();
    let (stored, unstored): (Vec<Case>, Vec<Case>) =
        cases().into_iter().partition(|case| case.workshop != Leads::CannotStore);
    let play = |cases: &[Case]| -> usize {
        let all = cases.iter().flat_map(|case| Way::ALL.map(|way| (case, way)));
        let played = all.filter_map(|(case, way)| Some((case, way, way.expected(case)?)));
        played.map(|(case, way, expected)| hall.play(case, way, &expected)).count()
    };
    assert!(play(&stored) >= 120);
    // Another program holds the database.
    let other = Connection::open(hall.dir.path().join("rollcall.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(play(&unstored) >= Way::ALL.len());
}
