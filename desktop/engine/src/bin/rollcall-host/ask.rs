//! Asks the running engine: whoever holds the data folder's lock is the only one that may touch it.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use reqwest::Method;
use rollcall_engine::SettingsError;
use rollcall_engine::control::{ControlNote, ROWS};
use rollcall_engine::offline::OfflineError;
use rollcall_engine::view::ExportFormat;
use rollcall_engine::view::Whom;
use rollcall_shared::language::Language;
use serde_json::Value;

/// What can be asked.
pub(crate) enum Ask {
    Status,
    Workshops,
    Put { file: PathBuf, has_id: bool },
    Retire(String),
    Resume(String),
    Renew(String),
    Desk(String),
    OpenDesk(String),
    ShutDesks(String),
    TakeOver(String),
    Replay(String, i64),
    BackUp(PathBuf),
    Erase { workshop: String, whom: Whom, yes: bool },
}

/// Asks, and prints the answer as JSON.
pub(crate) fn ask(data_dir: &Path, what: Ask) -> anyhow::Result<()> {
    let note = read_note(data_dir)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let only_workshops = matches!(what, Ask::Workshops);
    let answer = runtime.block_on(send(&note, what))?;
    let shown = if only_workshops { answer.get("workshops").unwrap_or(&Value::Null) } else { &answer };
    println!("{}", serde_json::to_string_pretty(shown)?);
    Ok(())
}

/// Exports a list: by the engine that runs in the folder, or straight from its database where none does.
pub(crate) fn export(data_dir: &Path, workshop: &str, file: &Path, language: Language) -> anyhow::Result<()> {
    let format = ExportFormat::of_file(file).context("the file's name ends neither in .xlsx nor in .csv")?;
    let rows = match rollcall_engine::offline::export(data_dir, workshop, format, file, language) {
        Err(OfflineError::Settings(SettingsError::Locked { .. })) => {
            let note = read_note(data_dir)?;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let (bytes, rows) = runtime.block_on(fetch(&note, workshop, format, language))?;
            std::fs::write(file, bytes).with_context(|| format!("{} cannot be written", file.display()))?;
            rows
        }
        result => result?,
    };
    println!("{}", serde_json::json!({ "rows": rows, "file": file }));
    Ok(())
}

/// Backs up: by the engine that runs in the folder, or straight from its files where none does.
pub(crate) fn back_up(data_dir: &Path, to: &Path) -> anyhow::Result<()> {
    // The engine has a working folder of its own.
    let to = std::path::absolute(to).with_context(|| format!("{} is no path", to.display()))?;
    let made = match rollcall_engine::offline::back_up(data_dir, &to) {
        Err(OfflineError::Settings(SettingsError::Locked { .. })) => {
            return ask(data_dir, Ask::BackUp(to));
        }
        result => result?,
    };
    println!("{}", serde_json::to_string_pretty(&made)?);
    Ok(())
}

/// Erases: by the engine that runs in the folder, or straight in its files where none does. Without `yes` it says what would
/// be erased.
pub(crate) fn erase(data_dir: &Path, workshop: &str, whom: &Whom, yes: bool) -> anyhow::Result<()> {
    let shown = match rollcall_engine::offline::erase(data_dir, workshop, whom, yes) {
        Err(OfflineError::Settings(SettingsError::Locked { .. })) => {
            let note = read_note(data_dir)?;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let asked = Ask::Erase { workshop: workshop.to_owned(), whom: *whom, yes };
            runtime.block_on(send(&note, asked))?
        }
        result => serde_json::to_value(result?)?,
    };
    println!("{}", serde_json::to_string_pretty(&shown)?);
    if !yes {
        eprintln!("nothing is erased yet: this is what would be, for good — add --yes to erase it");
    }
    Ok(())
}

/// For clap.
pub(crate) fn language(tag: &str) -> Result<Language, &'static str> {
    Language::from_tag(tag).ok_or("it is zh or en")
}

fn read_note(data_dir: &Path) -> anyhow::Result<ControlNote> {
    let note_path = data_dir.join("control.json");
    let note = std::fs::read(&note_path).with_context(|| {
        format!("no engine runs in {} — start one with `rollcall-host run --data-dir …`", data_dir.display())
    })?;
    serde_json::from_slice(&note).context("control.json cannot be read")
}

async fn fetch(
    note: &ControlNote,
    workshop: &str,
    format: ExportFormat,
    language: Language,
) -> anyhow::Result<(Vec<u8>, u64)> {
    let mut url = reqwest::Url::parse(&note.url).context("control.json holds no address")?;
    if let Ok(mut path) = url.path_segments_mut() {
        path.extend(["control", "workshops", workshop, "export"]);
    }
    url.query_pairs_mut().append_pair("format", format.as_str()).append_pair("language", language.tag());
    let request = rollcall_engine::control::loopback_client()?.get(url).bearer_auth(&note.token);
    let response = request.send().await.context("the engine does not answer")?;
    let rows = response.headers().get(ROWS).and_then(|rows| rows.to_str().ok()?.parse().ok());
    let is_success = response.status().is_success();
    let bytes = response.bytes().await?;
    if !is_success {
        let answer: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        bail!(
            "{}",
            answer.get("detail").or(answer.get("title")).and_then(Value::as_str).unwrap_or("refused")
        );
    }
    Ok((bytes.into(), rows.unwrap_or_default()))
}

async fn send(note: &ControlNote, what: Ask) -> anyhow::Result<Value> {
    let workshop = |id: &str, action: &str| (Method::POST, format!("/control/workshops/{id}/{action}"), None);
    let (method, path, body) = match what {
        Ask::Status | Ask::Workshops => (Method::GET, "/control/status".to_owned(), None),
        Ask::Put { file, has_id } => {
            (Method::PUT, "/control/workshops".to_owned(), Some(read_draft(&file, has_id)?))
        }
        Ask::Retire(id) => workshop(&id, "retire"),
        Ask::Resume(id) => workshop(&id, "resume"),
        Ask::Renew(id) => workshop(&id, "renew-code"),
        Ask::Desk(id) => (Method::GET, format!("/control/workshops/{id}/desk"), None),
        Ask::OpenDesk(id) => workshop(&id, "desk"),
        Ask::ShutDesks(id) => (Method::DELETE, format!("/control/workshops/{id}/desk"), None),
        Ask::TakeOver(id) => workshop(&id, "takeover"),
        Ask::Replay(id, since) => {
            let body = serde_json::to_vec(&serde_json::json!({ "since": since }))?;
            (Method::POST, format!("/control/workshops/{id}/replay"), Some(body))
        }
        Ask::BackUp(to) => {
            let body = serde_json::to_vec(&serde_json::json!({ "to": to }))?;
            (Method::POST, "/control/backup".to_owned(), Some(body))
        }
        Ask::Erase { workshop, whom, yes } => {
            let body = serde_json::to_vec(&serde_json::json!({ "whom": whom, "yes": yes }))?;
            (Method::POST, format!("/control/workshops/{}/erase", workshop.trim()), Some(body))
        }
    };
    let client = rollcall_engine::control::loopback_client()?;
    let mut request = client.request(method, format!("{}{path}", note.url)).bearer_auth(&note.token);
    if let Some(body) = body {
        request = request.header("content-type", "application/json").body(body);
    }
    let response =
        request.send().await.context("the engine does not answer: it may have ended without a word")?;
    let is_success = response.status().is_success();
    let answer: Value =
        serde_json::from_slice(&response.bytes().await?).context("the engine's answer is no JSON")?;
    if !is_success {
        let word = |member: &str| answer.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
        let errors = answer.get("errors").map(Value::to_string).unwrap_or_default();
        bail!("{} {} {errors}", word("title"), word("detail"));
    }
    Ok(answer)
}

fn read_draft(file: &Path, has_id: bool) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        std::io::stdin().read_to_end(&mut bytes)?;
    } else {
        bytes = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    }
    let draft: Value = serde_json::from_slice(&bytes).context("the draft is no JSON")?;
    let names_one = draft.get("id").is_some_and(|id| !id.is_null());
    ensure!(names_one || !has_id, "the draft names no workshop — give it the `id` of the one to change");
    ensure!(!names_one || has_id, "the draft has an `id` — use `workshop change` to change that workshop");
    Ok(bytes)
}
