//! An edge that publishes, and whose mailboxes are empty.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::UNIX_EPOCH;

use axum::http::{Method, StatusCode, Uri};
use rollcall_shared::problem::{Problem, ProblemCode};
use serde_json::{Value, json};

/// An edge that publishes, and whose mailboxes are empty.
pub(crate) struct Edge {
    pub(crate) url: String,
    pub(crate) published: Arc<AtomicU32>,
    /// What a host with a drain key is shown; 401 where it is not set.
    pub(crate) shown: Arc<Mutex<Option<Value>>>,
    /// How many take-overs are answered with 503.
    pub(crate) unwilling: Arc<AtomicU32>,
    _runtime: tokio::runtime::Runtime,
}

impl Edge {
    pub(crate) fn start() -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let published = Arc::new(AtomicU32::new(0));
        let (shown, unwilling) = (Arc::<Mutex<Option<Value>>>::default(), Arc::<AtomicU32>::default());
        let (count, show, refuse) = (Arc::clone(&published), Arc::clone(&shown), Arc::clone(&unwilling));
        let answer = move |method: Method, uri: Uri, headers: axum::http::HeaderMap| {
            let (count, show, refuse) = (Arc::clone(&count), Arc::clone(&show), Arc::clone(&refuse));
            async move {
                let key = headers.get("authorization").map(|key| key.to_str().unwrap().to_owned());
                let success = |result: Value| {
                    let answer = json!({ "success": true, "errors": [], "messages": [], "result": result });
                    (StatusCode::OK, answer.to_string())
                };
                match (method, uri.path()) {
                    (Method::PUT, _) if key.as_deref() == Some("Bearer k3y") => {
                        count.fetch_add(1, Ordering::Relaxed);
                        success(json!({}))
                    }
                    (Method::POST, path) if path.ends_with("/messages/pull") => {
                        // Kept back for four days.
                        let now = UNIX_EPOCH.elapsed().unwrap().as_millis();
                        let oldest = u64::try_from(now).unwrap() - 4 * 24 * 60 * 60 * 1000;
                        success(json!({ "message_backlog_count": 7, "oldest_at": oldest, "messages": [] }))
                    }
                    (Method::GET, path) if path.ends_with("/wake") => unavailable(),
                    (Method::GET, _) if show.lock().unwrap().is_some() => {
                        success(show.lock().unwrap().clone().unwrap())
                    }
                    (Method::POST, path) if path.ends_with("/takeover") => {
                        let left = |left: u32| left.checked_sub(1);
                        match refuse.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left) {
                            Ok(_) => unavailable(),
                            Err(_) => success(json!({ "previous": { "id": "1", "name": "The other one" } })),
                        }
                    }
                    (Method::POST, path) if path.ends_with("/replay") => success(json!({ "replayed": 3 })),
                    (Method::POST, path) if path.ends_with("/receipts") => success(json!({ "stored": 0 })),
                    _ => (StatusCode::UNAUTHORIZED, Problem::new(ProblemCode::Unauthorized).to_json()),
                }
            }
        };
        let listener = runtime.block_on(tokio::net::TcpListener::bind(("127.0.0.1", 0))).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = axum::Router::new().fallback(answer);
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self { url, published, shown, unwilling, _runtime: runtime }
    }

    /// The line that connects to it.
    pub(crate) fn line(&self) -> String {
        format!("rollcall:{}#k3y", self.url)
    }
}

fn unavailable() -> (StatusCode, String) {
    (StatusCode::SERVICE_UNAVAILABLE, Problem::unavailable(1).to_json())
}
