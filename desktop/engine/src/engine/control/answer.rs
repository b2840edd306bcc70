//! What a command comes to: done by the host's methods, answered as JSON or as a file.

use std::sync::Arc;

use rollcall_shared::field_error::FieldError;
use rollcall_shared::problem::{Problem, ProblemCode};
use rollcall_shared::workshop::WorkshopId;
use serde::Serialize;
use serde_json::json;

use super::command::{BackUp, Command, Erase, Export, Replay, Rows};
use crate::acts::ActError;
use crate::engine::{EngineError, Host};
use crate::pipeline::takeover::Takeover;
use crate::workshops::RosterError;

/// Most rows of one answer.
const MAX_ROWS: u32 = 10_000;

/// A command's answer.
pub(super) enum Reply {
    Json(Vec<u8>),
    File {
        /// How many rows of a list it has.
        rows: u64,
        bytes: Vec<u8>,
    },
}

/// Does what a command asks for.
///
/// # Errors
/// A [`Problem`] that says why not.
pub(super) async fn run(host: &Arc<Host>, command: Command) -> Result<Reply, Box<Problem>> {
    let roster = &host.context.roster;
    match command {
        Command::Status => json(&blocking(host, |host| host.status()).await?),
        Command::PutWorkshop(draft) => json(&roster.put(*draft).await.map_err(roster_error)?.workshop),
        Command::Retire(id) => json(&roster.retire(&parse(&id)?).await.map_err(roster_error)?.workshop),
        Command::Resume(id) => json(&roster.resume(&parse(&id)?).await.map_err(roster_error)?.workshop),
        Command::RenewCode(id) => {
            let id = parse(&id)?;
            roster.renew_code(&id).await.map_err(roster_error)?;
            json(&roster.known(&id).map_err(roster_error)?.workshop)
        }
        Command::DeskPanel(id) => desk_panel(host, parse(&id)?).await,
        Command::RenewDeskPin(id) => {
            let id = parse(&id)?;
            host.renew_desk_pin(&id).await.map_err(problem)?;
            desk_panel(host, id).await
        }
        Command::ShutDesks(id) => {
            let id = parse(&id)?;
            host.shut_desks(&id).await.map_err(problem)?;
            desk_panel(host, id).await
        }
        Command::TakeOver(id) => {
            let Takeover { previous, replayed } = host.take_over(&parse(&id)?).await.map_err(problem)?;
            json(&json!({ "previous": previous, "replayed": replayed }))
        }
        Command::Replay(id, Replay { since }) => {
            let replayed = host.replay(&parse(&id)?, since).await.map_err(problem)?;
            json(&json!({ "replayed": replayed }))
        }
        Command::Signups(id, Rows { limit }) => {
            let (id, limit) = (parse(&id)?, limit.unwrap_or(MAX_ROWS).min(MAX_ROWS));
            json(&blocking(host, move |host| host.signups(&id, limit)).await?)
        }
        Command::Export(name, Export { format, language }) => {
            let id = find(host, &name)?;
            let workshop = id.clone();
            let sheet = blocking(host, move |host| host.sheet(&workshop, format, language)).await?;
            host.note_export(&id, format).await;
            Ok(Reply::File { rows: sheet.rows, bytes: sheet.bytes })
        }
        Command::Erase(name, Erase { whom, yes: true }) => {
            json(&host.erase(&find(host, &name)?, &whom).await.map_err(problem)?)
        }
        Command::Erase(name, Erase { whom, yes: false }) => {
            let id = find(host, &name)?;
            json(&blocking(host, move |host| host.would_erase(&id, &whom)).await?)
        }
        Command::BackUp(BackUp { to }) => json(&blocking(host, move |host| host.back_up(&to)).await?),
    }
}

async fn desk_panel(host: &Arc<Host>, id: WorkshopId) -> Result<Reply, Box<Problem>> {
    json(&blocking(host, move |host| host.desk_panel(&id)).await?)
}

/// Runs what blocks on a thread that may wait.
async fn blocking<T: Send + 'static>(
    host: &Arc<Host>,
    work: impl FnOnce(&Host) -> Result<T, EngineError> + Send + 'static,
) -> Result<T, Box<Problem>> {
    let host = Arc::clone(host);
    match tokio::task::spawn_blocking(move || work(&host)).await {
        Ok(done) => done.map_err(problem),
        Err(_) => Err(unavailable()),
    }
}

fn json(answer: &impl Serialize) -> Result<Reply, Box<Problem>> {
    serde_json::to_vec(answer).map(Reply::Json).map_err(|_| unavailable())
}

/// Finds a workshop by its id or invite code.
fn find(host: &Host, name: &str) -> Result<WorkshopId, Box<Problem>> {
    host.find(name).ok_or_else(|| not_found("there is no such workshop here"))
}

fn parse(id: &str) -> Result<WorkshopId, Box<Problem>> {
    WorkshopId::parse(id).map_err(|e| not_found(&e.to_string()))
}

fn not_found(detail: &str) -> Box<Problem> {
    Box::new(Problem::new(ProblemCode::NotFound).with_detail(detail))
}

fn unavailable() -> Box<Problem> {
    Box::new(Problem::unavailable(1))
}

fn roster_error(error: RosterError) -> Box<Problem> {
    problem(EngineError::Workshop(error))
}

fn problem(error: EngineError) -> Box<Problem> {
    let text = error.to_string();
    match error {
        EngineError::Workshop(RosterError::Invalid(FieldError { field, code })) => {
            Box::new(Problem::invalid(vec![FieldError::new(field, code)]))
        }
        EngineError::Workshop(RosterError::Unknown(_)) => not_found(&text),
        EngineError::Act(ActError::Unknown) => not_found("nothing of that name stands in this workshop"),
        EngineError::Workshop(RosterError::Retired) => {
            Box::new(Problem::new(ProblemCode::Closed).with_detail(text))
        }
        _ => Box::new(Problem::unavailable(1).with_detail(text)),
    }
}
