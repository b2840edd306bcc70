//! The design that Rollcall replaces, as far as its own analysis tells it: a pool of 45 connections, a
//! transaction for every request that reads before it writes, no retry. In Rust, so that the comparison is of
//! designs and not of languages.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Json, State};
use axum::http::StatusCode;
use axum::routing::post;
use parking_lot::Mutex;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::{Place, free_place};
use crate::http::server;

/// The pool's size there.
const CONNECTIONS: usize = 45;
/// SQLite's usual patience in that framework.
const BUSY: Duration = Duration::from_secs(5);

/// Serves `POST /v1/signups` on the loopback interface, and says where, until `stop`. Everything is in a
/// folder of its own under `parent` (the system's folder for temporary files where none is given), and gone
/// afterwards.
///
/// # Errors
/// Where the folder or the port cannot be used.
pub async fn replaced(
    parent: Option<&Path>,
    listening: impl FnOnce(SocketAddr),
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let place = Place(free_place(parent));
    std::fs::create_dir_all(&place.0)?;
    let file = place.0.join("replaced.db");
    let pool = (0..CONNECTIONS).map(|_| connection(&file)).collect::<rusqlite::Result<Vec<_>>>()?;
    let free = Arc::new(Semaphore::new(CONNECTIONS));
    let pool = Arc::new(Pool { free, connections: Mutex::new(pool) });
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    listening(listener.local_addr()?);
    server::serve(listener, Router::new().route("/v1/signups", post(register)).with_state(pool), stop, drop)
        .await;
    Ok(())
}

struct Pool {
    free: Arc<Semaphore>,
    connections: Mutex<Vec<Connection>>,
}

#[derive(Deserialize)]
struct Form {
    name: String,
    phone: String,
}

fn connection(file: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(file)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.execute_batch(
        "CREATE TABLE IF NOT EXISTS registrations (
           id INTEGER PRIMARY KEY, name TEXT NOT NULL, phone TEXT NOT NULL UNIQUE)",
    )?;
    Ok(connection)
}

async fn register(State(pool): State<Arc<Pool>>, Json(form): Json<Form>) -> StatusCode {
    let Ok(permit) = Arc::clone(&pool.free).acquire_owned().await else {
        return StatusCode::SERVICE_UNAVAILABLE;
    };
    let stored = tokio::task::spawn_blocking(move || {
        let lock = || pool.connections.lock();
        let Some(mut connection) = lock().pop() else { return StatusCode::SERVICE_UNAVAILABLE };
        let status = insert(&mut connection, &form).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        lock().push(connection);
        drop(permit);
        status
    });
    stored.await.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Looks, then writes: another request may come between, and then this one fails.
fn insert(connection: &mut Connection, form: &Form) -> rusqlite::Result<StatusCode> {
    let transaction = connection.transaction()?;
    let known = "SELECT id FROM registrations WHERE phone = ?1";
    if transaction.query_row(known, [&form.phone], |row| row.get::<_, i64>(0)).optional()?.is_some() {
        return Ok(StatusCode::CONFLICT);
    }
    transaction
        .execute("INSERT INTO registrations (name, phone) VALUES (?1, ?2)", params![form.name, form.phone])?;
    transaction.commit()?;
    Ok(StatusCode::CREATED)
}
