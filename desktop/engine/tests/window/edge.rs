//! An edge that publishes, and whose mailboxes are empty.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::UNIX_EPOCH;

use axum::http::{Method, StatusCode, Uri};
use rollcall_shared::problem::{Problem, ProblemCode};
use serde_json::{Value, json};

/// An edge that publishes, and whose mailboxes are empty.
pub(crate) struct Edge {
    pub(crate) url: String,
    pub(crate) published: Arc<AtomicU32>,
    _runtime: tokio::runtime::Runtime,
}

impl Edge {
    pub(crate) fn start() -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let published = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&published);
        let answer = move |method: Method, uri: Uri, headers: axum::http::HeaderMap| {
            let count = Arc::clone(&count);
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
                    (Method::POST, path) if path.ends_with("/receipts") => success(json!({ "stored": 0 })),
                    _ => (StatusCode::UNAUTHORIZED, Problem::new(ProblemCode::Unauthorized).to_json()),
                }
            }
        };
        let listener = runtime.block_on(tokio::net::TcpListener::bind(("127.0.0.1", 0))).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = axum::Router::new().fallback(answer);
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self { url, published, _runtime: runtime }
    }
}
