//! A laptop with a window and one workshop.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use rollcall_engine::view::{Home, Hop, HopCode, ListQuery, Show, SignupView};
use rollcall_engine::{Config, Engine, RedisChoice, VenueStart};
use rollcall_shared::workshop::WorkshopId;
use serde_json::json;
use tempfile::TempDir;

pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

pub(crate) fn config(dir: &Path) -> Config {
    Config {
        data_dir: dir.to_owned(),
        edge: None,
        lan_host: IpAddr::from(Ipv4Addr::LOCALHOST),
        lan_port: 0,
        venue: VenueStart::WhenAsked,
        metrics_port: 0,
        redis: RedisChoice::Direct,
        demo: true,
    }
}

/// A laptop with a window and one workshop.
pub(crate) struct Laptop {
    pub(crate) engine: Engine,
    pub(crate) dir: TempDir,
    pub(crate) workshop: WorkshopId,
    pub(crate) runtime: tokio::runtime::Runtime,
    http: reqwest::Client,
}

impl Laptop {
    pub(crate) fn start() -> Self {
        Self::start_at(Ipv4Addr::LOCALHOST)
    }

    pub(crate) fn start_at(lan_host: Ipv4Addr) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let config = Config { lan_host: IpAddr::from(lan_host), ..config(dir.path()) };
        let engine = Engine::start(config).unwrap();
        let workshop = engine.workshops().unwrap()[0].id.clone();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { engine, dir, workshop, runtime: tokio::runtime::Runtime::new().unwrap(), http }
    }

    pub(crate) fn home(&self) -> Home {
        self.engine.home(&self.workshop).unwrap()
    }

    pub(crate) fn url(&self) -> String {
        self.engine.addresses(&self.workshop).unwrap().lan[0].url.clone()
    }

    pub(crate) fn status(&self, url: &str) -> Option<StatusCode> {
        let sent = self.runtime.block_on(self.http.get(url).send());
        sent.ok().map(|response| response.status())
    }

    /// Somebody signs up on the venue page.
    pub(crate) fn sign_up(&self, name: &str, phone: &str) {
        let url = self.url();
        let (base, code) = url.split_once("/j/").unwrap();
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let id = format!("0f8fad5b-d9cb-469f-a165-{:012x}", NEXT.fetch_add(1, Ordering::Relaxed));
        let body = json!({ "id": id, "invite_code": code, "name": name, "phone": phone });
        let request = self
            .http
            .post(format!("{base}/v1/signups"))
            .header("content-type", "application/json")
            .body(body.to_string());
        let status = self.runtime.block_on(request.send()).unwrap().status();
        assert_eq!(status, StatusCode::CREATED);
    }

    pub(crate) fn rows(&self, search: &str) -> Vec<SignupView> {
        let query = ListQuery {
            workshop: self.workshop.clone(),
            search: search.to_owned(),
            show: Show::All,
            offset: 0,
            limit: 50,
        };
        self.engine.list(&query).unwrap().rows
    }

    pub(crate) fn code(&self, hop: Hop) -> HopCode {
        self.home().hops.into_iter().find(|health| health.hop == hop).unwrap().code
    }

    #[track_caller]
    pub(crate) fn until(&self, what: &str, mut reached: impl FnMut() -> bool) {
        let deadline = Instant::now() + DEADLINE;
        let mut changes = self.engine.subscribe();
        while !reached() {
            assert!(Instant::now() < deadline, "waited in vain: {what}");
            // Woken by the counter; looked at all the same where it stands still.
            let waited = async { tokio::time::timeout(Duration::from_millis(50), changes.changed()).await };
            let _ = self.runtime.block_on(waited);
        }
    }
}
