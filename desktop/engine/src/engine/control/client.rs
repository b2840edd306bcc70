//! Asking the engine that runs in a data folder, from another program.

use std::path::{Path, PathBuf};

use reqwest::{Response, StatusCode, Url};
use rollcall_shared::language::Language;
use rollcall_shared::problem::Problem;
use serde_json::Value;

use super::ROWS;
use super::command::{Command, Export};
use super::note::{self, ControlNote};
use crate::folder::atomic_file;
use crate::http::client::to_this_machine;
use crate::view::{ExportFormat, ListWritten};

/// Asks a running engine. Requests stay on this machine.
pub struct Client {
    http: reqwest::Client,
    base: Url,
    token: String,
}

/// Why a running engine did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// There is no note of one in the folder.
    #[error("no engine runs in {} — start one with `rollcall-host run --data-dir …`", data_dir.display())]
    NotRunning {
        /// The folder.
        data_dir: PathBuf,
        /// The operating system's own.
        source: std::io::Error,
    },
    /// The note is damaged.
    #[error("control.json cannot be read")]
    Note(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What is asked for cannot be written down.
    #[error("this cannot be asked for")]
    Unwritable(#[source] serde_json::Error),
    /// Nobody answers, or not to the end.
    #[error("the engine does not answer: it may have ended without a word")]
    NoAnswer(#[from] reqwest::Error),
    /// It answers, and in no words that are known here.
    #[error("the engine's answer is no JSON")]
    NotJson(#[from] serde_json::Error),
    /// It refuses.
    #[error("{}", in_a_line(.0))]
    Refused(Box<Problem>),
    /// Its answer cannot be kept.
    #[error("{} cannot be written", path.display())]
    File {
        /// Where it should have gone.
        path: PathBuf,
        /// The operating system's own.
        source: std::io::Error,
    },
}

impl Client {
    /// Finds the engine that runs in a data folder.
    ///
    /// # Errors
    /// [`AskError::NotRunning`], [`AskError::Note`].
    pub fn find(data_dir: &Path) -> Result<Self, AskError> {
        let note = std::fs::read(note::path(data_dir))
            .map_err(|source| AskError::NotRunning { data_dir: data_dir.to_owned(), source })?;
        let ControlNote { url, token, pid: _ } =
            serde_json::from_slice(&note).map_err(|e| AskError::Note(e.into()))?;
        let base = Url::parse(&url).map_err(|e| AskError::Note(e.into()))?;
        Ok(Self { http: to_this_machine()?, base, token })
    }

    /// Asks, and returns the answer.
    ///
    /// # Errors
    /// [`AskError`].
    pub async fn ask(&self, command: &Command) -> Result<Value, AskError> {
        Ok(serde_json::from_slice(&self.send(command).await?.bytes().await?)?)
    }

    /// Has a workshop's list written to a file, whole or not at all. The workshop is named by
    /// its id or invite code.
    ///
    /// # Errors
    /// [`AskError`].
    pub async fn export(
        &self,
        workshop: &str,
        format: ExportFormat,
        path: &Path,
        language: Language,
    ) -> Result<ListWritten, AskError> {
        let command = Command::Export(workshop.to_owned(), Export { format, language });
        let response = self.send(&command).await?;
        let rows = response.headers().get(ROWS).and_then(|rows| rows.to_str().ok()?.parse().ok());
        let bytes = response.bytes().await?;
        let durability = atomic_file::write(path, &bytes)
            .map_err(|source| AskError::File { path: path.to_owned(), source })?;
        Ok(ListWritten { rows: rows.unwrap_or_default(), durability })
    }

    async fn send(&self, command: &Command) -> Result<Response, AskError> {
        let request = command.request(self.base.clone()).map_err(AskError::Unwritable)?;
        let request = reqwest::RequestBuilder::from_parts(self.http.clone(), request);
        let response = request.bearer_auth(&self.token).send().await?;
        if response.status() == StatusCode::OK {
            return Ok(response);
        }
        Err(AskError::Refused(Box::new(serde_json::from_slice(&response.bytes().await?)?)))
    }
}

/// Puts title, detail and wrong fields into one line.
fn in_a_line(problem: &Problem) -> String {
    let detail = problem.detail.as_deref().unwrap_or_default();
    let errors = serde_json::to_string(&problem.errors).unwrap_or_default();
    let errors = if problem.errors.is_empty() { "" } else { &errors };
    format!("{} {detail} {errors}", problem.title)
}
