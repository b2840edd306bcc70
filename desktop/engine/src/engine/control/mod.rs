//! The control routes and `/metrics`, on the loopback interface: how subcommands and tools ask the running
//! engine. `command` is the table of what can be asked, `answer` does it, `client` asks.
//!
//! Control needs the token in `control.json`, which only the host reads. The Host header is checked on both,
//! so that a page in the host's browser cannot reach them under a name of its own (DNS rebinding).

mod answer;
mod client;
mod command;
pub(super) mod note;

pub use client::{AskError, Client};
pub use command::{BackUp, Command, Erase, Export, LoadKeys, Replay, Rows, SaveKeys};

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path as UrlPath, Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use axum::http::{HeaderName, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, get, on};
use rollcall_shared::problem::{Problem, ProblemCode};
use rollcall_shared::secret::{bearer, equal};

use crate::engine::Host;
use crate::engine::control::answer::Reply;
use crate::engine::control::command::Route;
use crate::http::answer as http;

/// The header that says how many rows an exported file has.
const ROWS: &str = "rollcall-rows";

/// What the routes work with.
pub(super) struct Control {
    pub(super) host: Arc<Host>,
    pub(super) token: String,
    pub(super) port: u16,
}

/// Makes the routes.
pub(super) fn router(control: Control) -> Router {
    let control = Arc::new(control);
    let commands = Route::ALL.into_iter().fold(Router::new(), |router, route| {
        let (method, path) = route.address();
        // Every method in the table is one of HTTP's own.
        let method = MethodFilter::try_from(method).unwrap_or(MethodFilter::GET);
        router.route(path, on(method, move |state, path, uri, body| command(route, state, path, uri, body)))
    });
    Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(|| async { "ok" }))
        .merge(commands.route_layer(middleware::from_fn_with_state(Arc::clone(&control), with_token)))
        .method_not_allowed_fallback(|| async { http::problem(&Problem::new(ProblemCode::MethodNotAllowed)) })
        .fallback(|| async { http::problem(&Problem::new(ProblemCode::NotFound)) })
        .layer(middleware::from_fn_with_state(Arc::clone(&control), by_own_name))
        .with_state(control)
}

async fn by_own_name(State(control): State<Arc<Control>>, request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let names = ["127.0.0.1", "localhost"].map(|name| format!("{name}:{}", control.port));
    if names.iter().any(|name| name == host) {
        next.run(request).await
    } else {
        http::problem(&Problem::new(ProblemCode::NotFound))
    }
}

async fn with_token(State(control): State<Arc<Control>>, request: Request, next: Next) -> Response {
    let header = request.headers().get(AUTHORIZATION).and_then(|header| header.to_str().ok());
    let token = header.and_then(bearer).unwrap_or_default();
    if equal(token.as_bytes(), control.token.as_bytes()) {
        next.run(request).await
    } else {
        http::problem(&Problem::new(ProblemCode::Unauthorized))
    }
}

async fn metrics(State(control): State<Arc<Control>>) -> Response {
    let text = tokio::task::spawn_blocking(move || control.host.metrics_text()).await.unwrap_or_default();
    ([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response()
}

async fn command(
    route: Route,
    State(control): State<Arc<Control>>,
    workshop: Option<UrlPath<String>>,
    uri: Uri,
    body: Bytes,
) -> Response {
    let workshop = workshop.map(|UrlPath(workshop)| workshop).unwrap_or_default();
    let answered = async {
        let command = Command::read(route, workshop, &uri, &body)?;
        answer::run(&control.host, command).await
    };
    match answered.await {
        Ok(Reply::Json(json)) => http::json_bytes(StatusCode::OK, json),
        Ok(Reply::File { rows, bytes }) => {
            let rows = [(HeaderName::from_static(ROWS), rows.to_string())];
            (rows, bytes).into_response()
        }
        Err(problem) => http::problem(&problem),
    }
}
