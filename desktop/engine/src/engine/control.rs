//! The control routes and `/metrics`, on the loopback interface: how subcommands and tools ask the running engine.
//!
//! Control needs the token that stands in `control.json`, which only the host reads. The Host header is checked on both, so
//! that a page in the host's browser cannot reach them under a name of its own (DNS rebinding).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path as UrlPath, Query, Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use axum::http::{HeaderName, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use rollcall_shared::Millis;
use rollcall_shared::language::Language;
use rollcall_shared::problem::{FieldError, Problem, ProblemCode};
use rollcall_shared::retry::Failure;
use rollcall_shared::secret::{bearer, equal};
use rollcall_shared::workshop::WorkshopId;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::acts::ActError;
use crate::db::workshops::WorkshopRow;
use crate::engine::EngineError;
use crate::engine::host::Host;
use crate::folder::atomic_file;
use crate::http::answer;
use crate::random::random_key_hex;
use crate::view::ExportFormat;
use crate::view::Whom;
use crate::workshops::RosterError;
use crate::workshops::draft::WorkshopDraft;

/// The header that says how many rows an exported file has.
pub const ROWS: &str = "rollcall-rows";
/// Most rows of one answer.
const MAX_ROWS: u32 = 10_000;

/// How the running engine is reached: `control.json`, 0600.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ControlNote {
    /// Address of the control routes.
    pub url: String,
    /// Shown as `Authorization: Bearer …`.
    pub token: String,
    /// The process.
    pub pid: u32,
}

/// What the routes work with.
pub(crate) struct Control {
    pub(crate) host: Arc<Host>,
    pub(crate) token: String,
    pub(crate) port: u16,
}

/// Leaves a note of how this engine is reached; its token.
pub(crate) fn note(path: &Path, url: &str) -> std::io::Result<String> {
    let token = random_key_hex();
    let note = ControlNote { url: url.to_owned(), token: token.clone(), pid: std::process::id() };
    atomic_file::write(path, &serde_json::to_vec(&note).map_err(std::io::Error::other)?)?;
    Ok(token)
}

/// Takes the note away.
pub(crate) fn remove_note(path: &Path) {
    let _ = std::fs::remove_file(path);
}

/// The routes.
pub(crate) fn router(control: Control) -> Router {
    let control = Arc::new(control);
    let guarded = Router::new()
        .route("/control/status", get(status))
        .route("/control/workshops", put(put_workshop))
        .route("/control/workshops/{id}/retire", post(retire))
        .route("/control/workshops/{id}/renew-code", post(renew_code))
        .route("/control/workshops/{id}/resume", post(resume))
        .route("/control/workshops/{id}/desk", get(desk_panel).post(renew_desk_pin).delete(shut_desks))
        .route("/control/workshops/{id}/takeover", post(take_over))
        .route("/control/workshops/{id}/replay", post(replay))
        .route("/control/workshops/{id}/signups", get(signups))
        .route("/control/workshops/{id}/export", get(export))
        .route("/control/workshops/{id}/erase", post(erase))
        .route("/control/backup", post(back_up))
        .route_layer(middleware::from_fn_with_state(Arc::clone(&control), with_token));
    Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(|| async { "ok" }))
        .merge(guarded)
        .method_not_allowed_fallback(|| async {
            answer::problem(&Problem::new(ProblemCode::MethodNotAllowed))
        })
        .fallback(|| async { answer::problem(&Problem::new(ProblemCode::NotFound)) })
        .layer(middleware::from_fn_with_state(Arc::clone(&control), by_own_name))
        .with_state(control)
}

async fn by_own_name(State(control): State<Arc<Control>>, request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let names = ["127.0.0.1", "localhost"].map(|name| format!("{name}:{}", control.port));
    if names.iter().any(|name| name == host) {
        next.run(request).await
    } else {
        answer::problem(&Problem::new(ProblemCode::NotFound))
    }
}

async fn with_token(State(control): State<Arc<Control>>, request: Request, next: Next) -> Response {
    let header = request.headers().get(AUTHORIZATION).and_then(|header| header.to_str().ok());
    let token = header.and_then(bearer).unwrap_or_default();
    if equal(token.as_bytes(), control.token.as_bytes()) {
        next.run(request).await
    } else {
        answer::problem(&Problem::new(ProblemCode::Unauthorized))
    }
}

async fn metrics(State(control): State<Arc<Control>>) -> Response {
    let text = tokio::task::spawn_blocking(move || control.host.metrics_text()).await.unwrap_or_default();
    ([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response()
}

async fn status(State(control): State<Arc<Control>>) -> Response {
    let status = tokio::task::spawn_blocking(move || control.host.status()).await;
    match status {
        Ok(Ok(status)) => answer::json(StatusCode::OK, &status),
        Ok(Err(error)) => refuse(&error),
        Err(_) => answer::problem(&Problem::unavailable(1)),
    }
}

async fn put_workshop(State(control): State<Arc<Control>>, body: Bytes) -> Response {
    let draft: WorkshopDraft = match serde_json::from_slice(&body) {
        Ok(draft) => draft,
        // The host's own file, on the host's own machine: the parser's words help and tell nobody else.
        Err(e) => return answer::problem(&Problem::new(ProblemCode::Malformed).with_detail(e.to_string())),
    };
    workshop(control.host.roster.put(draft).await)
}

async fn retire(State(control): State<Arc<Control>>, UrlPath(id): UrlPath<String>) -> Response {
    match parse(&id) {
        Ok(id) => workshop(control.host.roster.retire(&id).await),
        Err(problem) => answer::problem(&problem),
    }
}

async fn resume(State(control): State<Arc<Control>>, UrlPath(id): UrlPath<String>) -> Response {
    match parse(&id) {
        Ok(id) => workshop(control.host.roster.resume(&id).await),
        Err(problem) => answer::problem(&problem),
    }
}

/// A workshop's desks, with the PIN.
async fn desk_panel(State(control): State<Arc<Control>>, UrlPath(id): UrlPath<String>) -> Response {
    let id = match parse(&id) {
        Ok(id) => id,
        Err(problem) => return answer::problem(&problem),
    };
    match tokio::task::spawn_blocking(move || control.host.desk_panel(&id)).await {
        Ok(Ok(panel)) => answer::json(StatusCode::OK, &panel),
        Ok(Err(error)) => refuse(&error),
        Err(_) => answer::problem(&Problem::unavailable(1)),
    }
}

async fn renew_desk_pin(control: State<Arc<Control>>, UrlPath(id): UrlPath<String>) -> Response {
    let renewed = match parse(&id) {
        Ok(id) => control.host.renew_desk_pin(&id).await,
        Err(problem) => return answer::problem(&problem),
    };
    match renewed {
        Ok(()) => desk_panel(control, UrlPath(id)).await,
        Err(error) => refuse(&error),
    }
}

async fn shut_desks(control: State<Arc<Control>>, UrlPath(id): UrlPath<String>) -> Response {
    let shut = match parse(&id) {
        Ok(id) => control.host.shut_desks(&id).await,
        Err(problem) => return answer::problem(&problem),
    };
    match shut {
        Ok(()) => desk_panel(control, UrlPath(id)).await,
        Err(error) => refuse(&error),
    }
}

async fn renew_code(State(control): State<Arc<Control>>, UrlPath(id): UrlPath<String>) -> Response {
    match parse(&id) {
        Ok(id) => workshop(control.host.roster.renew_code(&id).await),
        Err(problem) => answer::problem(&problem),
    }
}

async fn take_over(State(control): State<Arc<Control>>, UrlPath(id): UrlPath<String>) -> Response {
    let id = match parse(&id) {
        Ok(id) => id,
        Err(problem) => return answer::problem(&problem),
    };
    match control.host.take_over(&id).await {
        Ok((previous, replayed)) => {
            answer::json(StatusCode::OK, &json!({ "previous": previous, "replayed": replayed }))
        }
        Err(error) => refuse(&error),
    }
}

#[derive(Deserialize)]
struct Since {
    #[serde(default)]
    since: Millis,
}

async fn replay(State(control): State<Arc<Control>>, UrlPath(id): UrlPath<String>, body: Bytes) -> Response {
    let id = match parse(&id) {
        Ok(id) => id,
        Err(problem) => return answer::problem(&problem),
    };
    let since = if body.is_empty() { Ok(Since { since: 0 }) } else { serde_json::from_slice(&body) };
    let Ok(Since { since }) = since else { return answer::problem(&Problem::new(ProblemCode::Malformed)) };
    match control.host.replay(&id, since).await {
        Ok(replayed) => answer::json(StatusCode::OK, &json!({ "replayed": replayed })),
        Err(error) => refuse(&error),
    }
}

#[derive(Deserialize)]
struct Page {
    limit: Option<u32>,
}

async fn signups(
    State(control): State<Arc<Control>>,
    UrlPath(id): UrlPath<String>,
    Query(page): Query<Page>,
) -> Response {
    let id = match parse(&id) {
        Ok(id) => id,
        Err(problem) => return answer::problem(&problem),
    };
    let limit = page.limit.unwrap_or(MAX_ROWS).min(MAX_ROWS);
    match tokio::task::spawn_blocking(move || control.host.signups(&id, limit)).await {
        Ok(Ok(rows)) => answer::json(StatusCode::OK, &rows),
        Ok(Err(error)) => refuse(&error),
        Err(_) => answer::problem(&Problem::unavailable(1)),
    }
}

#[derive(Deserialize)]
struct ExportQuery {
    format: ExportFormat,
    #[serde(default)]
    language: Language,
}

/// The file itself. Here a workshop is named by its id or its invite code.
async fn export(
    State(control): State<Arc<Control>>,
    UrlPath(name): UrlPath<String>,
    Query(ExportQuery { format, language }): Query<ExportQuery>,
) -> Response {
    let Some(id) = control.host.find(&name) else { return unknown() };
    let (host, workshop) = (Arc::clone(&control.host), id.clone());
    match tokio::task::spawn_blocking(move || host.sheet(&workshop, format, language)).await {
        Ok(Ok(sheet)) => {
            control.host.note_export(&id, format).await;
            let rows = [(HeaderName::from_static(ROWS), sheet.rows.to_string())];
            (rows, sheet.bytes).into_response()
        }
        Ok(Err(error)) => refuse(&error),
        Err(_) => answer::problem(&Problem::unavailable(1)),
    }
}

#[derive(Deserialize)]
struct Erase {
    whom: Whom,
    /// Without it, what would be erased is said.
    yes: bool,
}

/// Here a workshop is named by its id or its invite code.
async fn erase(State(control): State<Arc<Control>>, UrlPath(name): UrlPath<String>, body: Bytes) -> Response {
    let Ok(Erase { whom, yes }) = serde_json::from_slice(&body) else {
        return answer::problem(&Problem::new(ProblemCode::Malformed));
    };
    let Some(id) = control.host.find(&name) else { return unknown() };
    let erased = if yes {
        control.host.erase(&id, &whom).await
    } else {
        tokio::task::spawn_blocking(move || control.host.would_erase(&id, &whom))
            .await
            .unwrap_or(Err(EngineError::Act(ActError::Unwritable(Failure::Io))))
    };
    match erased {
        Ok(erasure) => answer::json(StatusCode::OK, &erasure),
        Err(error) => refuse(&error),
    }
}

#[derive(Deserialize)]
struct BackUp {
    to: PathBuf,
}

async fn back_up(State(control): State<Arc<Control>>, body: Bytes) -> Response {
    let Ok(BackUp { to }) = serde_json::from_slice(&body) else {
        return answer::problem(&Problem::new(ProblemCode::Malformed));
    };
    match tokio::task::spawn_blocking(move || control.host.back_up(&to)).await {
        Ok(Ok(backup)) => answer::json(StatusCode::OK, &backup),
        Ok(Err(error)) => refuse(&error),
        Err(_) => answer::problem(&Problem::unavailable(1)),
    }
}

fn unknown() -> Response {
    answer::problem(&Problem::new(ProblemCode::NotFound).with_detail("there is no such workshop here"))
}

fn parse(id: &str) -> Result<WorkshopId, Box<Problem>> {
    WorkshopId::parse(id)
        .map_err(|e| Box::new(Problem::new(ProblemCode::NotFound).with_detail(e.to_string())))
}

fn workshop(result: Result<Arc<WorkshopRow>, RosterError>) -> Response {
    match result {
        Ok(row) => answer::json(StatusCode::OK, &row.workshop),
        Err(error) => refuse(&error.into()),
    }
}

fn refuse(error: &EngineError) -> Response {
    answer::problem(&match error {
        EngineError::Workshop(RosterError::Invalid(FieldError { field, code })) => {
            Problem::invalid(vec![FieldError::new(field.clone(), code.clone())])
        }
        EngineError::Workshop(RosterError::Unknown(_)) => {
            Problem::new(ProblemCode::NotFound).with_detail(error.to_string())
        }
        EngineError::Act(ActError::Unknown) => {
            Problem::new(ProblemCode::NotFound).with_detail("nothing of that name stands in this workshop")
        }
        EngineError::Workshop(RosterError::Retired) => {
            Problem::new(ProblemCode::Closed).with_detail(error.to_string())
        }
        _ => Problem::unavailable(1).with_detail(error.to_string()),
    })
}

/// A client for the control routes: straight to this machine, by no proxy.
///
/// # Errors
/// Where the operating system refuses what a client needs.
pub fn loopback_client() -> reqwest::Result<reqwest::Client> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build()
}
