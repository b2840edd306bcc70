//! The commands of a running engine: one table of what can be asked, by which method and path, and what is
//! sent along. The routes and their clients both go by it.

use std::path::PathBuf;

use axum::extract::Query;
use axum::http::Uri;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Request, Url};
use rollcall_shared::Timestamp;
use rollcall_shared::language::Language;
use rollcall_shared::problem::{Problem, ProblemCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::view::{ExportFormat, Whom};
use crate::workshops::draft::WorkshopDraft;

/// The part of a path that names a workshop.
const WORKSHOP: &str = "{workshop}";

/// Something that can be asked of a running engine. A workshop is named by its id, where nothing else is
/// said.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// How everything is doing.
    Status,
    /// Make a workshop, or change the one that the draft names.
    PutWorkshop(Box<WorkshopDraft>),
    /// End a workshop's intake.
    Retire(String),
    /// Take the end of a workshop back.
    Resume(String),
    /// Give a workshop a new invite code.
    RenewCode(String),
    /// A workshop's desks, with the PIN.
    DeskPanel(String),
    /// Draw a PIN that lets helpers' devices in.
    RenewDeskPin(String),
    /// Let no device in any more.
    ShutDesks(String),
    /// Make this installation the collector of a workshop's mail.
    TakeOver(String),
    /// Have a workshop's mail delivered again.
    Replay(String, Replay),
    /// A workshop's list.
    Signups(String, Rows),
    /// A workshop's list as a file, named by its id or invite code. The answer is the file, with a header
    /// that says how many rows.
    Export(String, Export),
    /// Erase somebody, or say what would be erased; the workshop is named by its id or invite code.
    Erase(String, Erase),
    /// Copy the database and the keys.
    BackUp(BackUp),
    /// Save a copy of the keys under a passphrase.
    SaveKeys(SaveKeys),
    /// Take in a copy of the keys that another laptop saved, with the workshops that it brings.
    LoadKeys(LoadKeys),
    /// Find a workshop by its invite code whose keys come of a secret that is here.
    FindWorkshop(String),
}

/// Since when mail is delivered again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Replay {
    /// Only what was deposited since then.
    #[serde(default)]
    pub since: Timestamp,
}

/// How many rows are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rows {
    /// Most rows; ten thousand where it is not set, and never more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// What kind of file a list becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// The kind.
    pub format: ExportFormat,
    /// The language of headings and words.
    #[serde(default)]
    pub language: Language,
}

/// Whom to erase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erase {
    /// Whom.
    pub whom: Whom,
    /// Without it nothing is erased: the answer says what would be.
    pub yes: bool,
}

/// Where a backup goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackUp {
    /// The folder to make; absolute, for the engine has a working folder of its own.
    pub to: PathBuf,
}

/// Where a copy of the keys goes. `Debug` does not show the passphrase.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaveKeys {
    /// The file; absolute, for the engine has a working folder of its own.
    pub to: PathBuf,
    /// As it was typed.
    pub passphrase: String,
}

impl std::fmt::Debug for SaveKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SaveKeys({})", self.to.display())
    }
}

/// Where a copy of the keys comes from. `Debug` does not show the passphrase.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadKeys {
    /// The file; absolute, for the engine has a working folder of its own.
    pub from: PathBuf,
    /// As it was typed; none for a file that asks for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passphrase: Option<String>,
}

impl std::fmt::Debug for LoadKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LoadKeys({})", self.from.display())
    }
}

/// A command without what is sent along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    Status,
    PutWorkshop,
    Retire,
    Resume,
    RenewCode,
    DeskPanel,
    RenewDeskPin,
    ShutDesks,
    TakeOver,
    Replay,
    Signups,
    Export,
    Erase,
    BackUp,
    SaveKeys,
    LoadKeys,
    FindWorkshop,
}

impl Route {
    /// Every route.
    pub(super) const ALL: [Self; 17] = [
        Self::Status,
        Self::PutWorkshop,
        Self::Retire,
        Self::Resume,
        Self::RenewCode,
        Self::DeskPanel,
        Self::RenewDeskPin,
        Self::ShutDesks,
        Self::TakeOver,
        Self::Replay,
        Self::Signups,
        Self::Export,
        Self::Erase,
        Self::BackUp,
        Self::SaveKeys,
        Self::LoadKeys,
        Self::FindWorkshop,
    ];

    /// Returns its method, and its path as the router writes it.
    pub(super) fn address(self) -> (Method, &'static str) {
        match self {
            Self::Status => (Method::GET, "/control/status"),
            Self::PutWorkshop => (Method::PUT, "/control/workshops"),
            Self::Retire => (Method::POST, "/control/workshops/{workshop}/retire"),
            Self::Resume => (Method::POST, "/control/workshops/{workshop}/resume"),
            Self::RenewCode => (Method::POST, "/control/workshops/{workshop}/renew-code"),
            Self::DeskPanel => (Method::GET, "/control/workshops/{workshop}/desk"),
            Self::RenewDeskPin => (Method::POST, "/control/workshops/{workshop}/desk"),
            Self::ShutDesks => (Method::DELETE, "/control/workshops/{workshop}/desk"),
            Self::TakeOver => (Method::POST, "/control/workshops/{workshop}/takeover"),
            Self::Replay => (Method::POST, "/control/workshops/{workshop}/replay"),
            Self::Signups => (Method::GET, "/control/workshops/{workshop}/signups"),
            Self::Export => (Method::GET, "/control/workshops/{workshop}/export"),
            Self::Erase => (Method::POST, "/control/workshops/{workshop}/erase"),
            Self::BackUp => (Method::POST, "/control/backup"),
            Self::SaveKeys => (Method::POST, "/control/keys/save"),
            Self::LoadKeys => (Method::POST, "/control/keys"),
            Self::FindWorkshop => (Method::POST, "/control/workshops/{workshop}/find"),
        }
    }
}

impl Command {
    /// Says where it goes: its route, the workshop in its path, and its arguments, an object or nothing.
    fn parts(&self) -> serde_json::Result<(Route, Option<&str>, Value)> {
        Ok(match self {
            Self::Status => (Route::Status, None, Value::Null),
            Self::PutWorkshop(draft) => (Route::PutWorkshop, None, serde_json::to_value(draft)?),
            Self::Retire(workshop) => (Route::Retire, Some(workshop), Value::Null),
            Self::Resume(workshop) => (Route::Resume, Some(workshop), Value::Null),
            Self::RenewCode(workshop) => (Route::RenewCode, Some(workshop), Value::Null),
            Self::DeskPanel(workshop) => (Route::DeskPanel, Some(workshop), Value::Null),
            Self::RenewDeskPin(workshop) => (Route::RenewDeskPin, Some(workshop), Value::Null),
            Self::ShutDesks(workshop) => (Route::ShutDesks, Some(workshop), Value::Null),
            Self::TakeOver(workshop) => (Route::TakeOver, Some(workshop), Value::Null),
            Self::Replay(workshop, replay) => (Route::Replay, Some(workshop), serde_json::to_value(replay)?),
            Self::Signups(workshop, rows) => (Route::Signups, Some(workshop), serde_json::to_value(rows)?),
            Self::Export(workshop, export) => (Route::Export, Some(workshop), serde_json::to_value(export)?),
            Self::Erase(workshop, erase) => (Route::Erase, Some(workshop), serde_json::to_value(erase)?),
            Self::BackUp(back_up) => (Route::BackUp, None, serde_json::to_value(back_up)?),
            Self::FindWorkshop(code) => (Route::FindWorkshop, Some(code), Value::Null),
            Self::LoadKeys(load) => (Route::LoadKeys, None, serde_json::to_value(load)?),
            Self::SaveKeys(save) => (Route::SaveKeys, None, serde_json::to_value(save)?),
        })
    }

    /// Writes it as a request to the control routes at `base`. Arguments go into the query of a GET, into the
    /// body otherwise.
    ///
    /// # Errors
    /// Where an argument cannot be written as JSON, such as a path that is no text.
    pub(super) fn request(&self, mut base: Url) -> serde_json::Result<Request> {
        let (route, workshop, arguments) = self.parts()?;
        let (method, path) = route.address();
        if let Ok(mut segments) = base.path_segments_mut() {
            segments.clear().extend(path.split('/').skip(1).map(|segment| match (segment, workshop) {
                (WORKSHOP, Some(workshop)) => workshop.trim(),
                (segment, _) => segment,
            }));
        }
        let mut request = Request::new(method, base);
        match arguments {
            Value::Object(arguments) if request.method() == Method::GET => {
                let mut pairs = request.url_mut().query_pairs_mut();
                for (name, value) in arguments {
                    pairs.append_pair(&name, value.as_str().unwrap_or(&value.to_string()));
                }
            }
            Value::Null => {}
            arguments => {
                *request.body_mut() = Some(serde_json::to_vec(&arguments)?.into());
                request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            }
        }
        Ok(request)
    }

    /// Reads it from a request. `workshop` is the one in the path, empty where the route has none.
    ///
    /// # Errors
    /// A [`Problem`] that says what cannot be read: it is the host's own request, on the host's own machine,
    /// and the parser's words tell nobody else.
    pub(super) fn read(route: Route, workshop: String, uri: &Uri, body: &[u8]) -> Result<Self, Box<Problem>> {
        Ok(match route {
            Route::Status => Self::Status,
            Route::PutWorkshop => Self::PutWorkshop(Box::new(json(body)?)),
            Route::Retire => Self::Retire(workshop),
            Route::Resume => Self::Resume(workshop),
            Route::RenewCode => Self::RenewCode(workshop),
            Route::DeskPanel => Self::DeskPanel(workshop),
            Route::RenewDeskPin => Self::RenewDeskPin(workshop),
            Route::ShutDesks => Self::ShutDesks(workshop),
            Route::TakeOver => Self::TakeOver(workshop),
            Route::Replay if body.is_empty() => Self::Replay(workshop, Replay::default()),
            Route::Replay => Self::Replay(workshop, json(body)?),
            Route::Signups => Self::Signups(workshop, query(uri)?),
            Route::Export => Self::Export(workshop, query(uri)?),
            Route::Erase => Self::Erase(workshop, json(body)?),
            Route::BackUp => Self::BackUp(json(body)?),
            Route::SaveKeys => Self::SaveKeys(json(body)?),
            Route::LoadKeys => Self::LoadKeys(json(body)?),
            Route::FindWorkshop => Self::FindWorkshop(workshop),
        })
    }
}

fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Box<Problem>> {
    serde_json::from_slice(body).map_err(|e| malformed(&e))
}

fn query<T: DeserializeOwned>(uri: &Uri) -> Result<T, Box<Problem>> {
    Query::try_from_uri(uri).map(|Query(read)| read).map_err(|e| malformed(&e))
}

fn malformed(error: &impl ToString) -> Box<Problem> {
    Box::new(Problem::new(ProblemCode::Malformed).with_detail(error.to_string()))
}

#[cfg(test)]
mod tests {
    use rollcall_shared::signup_id::SignupId;

    use super::*;
    use crate::workshops::demo;

    /// Makes one of each; the compiler says where one is missing.
    fn all() -> Vec<Command> {
        let workshop = || "ABCD-23456".to_owned();
        let command = |route| match route {
            Route::Status => Command::Status,
            Route::PutWorkshop => {
                Command::PutWorkshop(Box::new(demo::draft(Timestamp::from_millis(1_700_000_000_000))))
            }
            Route::Retire => Command::Retire(workshop()),
            Route::Resume => Command::Resume(workshop()),
            Route::RenewCode => Command::RenewCode(workshop()),
            Route::DeskPanel => Command::DeskPanel(workshop()),
            Route::RenewDeskPin => Command::RenewDeskPin(workshop()),
            Route::ShutDesks => Command::ShutDesks(workshop()),
            Route::TakeOver => Command::TakeOver(workshop()),
            Route::Replay => Command::Replay(workshop(), Replay { since: Timestamp::from_millis(7) }),
            Route::Signups => Command::Signups(workshop(), Rows { limit: Some(3) }),
            Route::Export => {
                let export = Export { format: ExportFormat::Csv, language: Language::En };
                Command::Export("a/b ?#%".to_owned(), export)
            }
            Route::Erase => {
                let whom = Whom::Person(SignupId::from_random([7; 16]));
                Command::Erase(workshop(), Erase { whom, yes: true })
            }
            Route::BackUp => Command::BackUp(BackUp { to: PathBuf::from("/backups/一") }),
            Route::FindWorkshop => Command::FindWorkshop(workshop()),
            Route::LoadKeys => {
                let from = PathBuf::from("/stick/rollcall-keys.age");
                Command::LoadKeys(LoadKeys { from, passphrase: Some("correct horse".to_owned()) })
            }
            Route::SaveKeys => {
                let to = PathBuf::from("/stick/rollcall-keys.age");
                Command::SaveKeys(SaveKeys { to, passphrase: "correct horse".to_owned() })
            }
        };
        Route::ALL.into_iter().map(command).collect()
    }

    #[test]
    fn the_routes_read_what_a_client_writes() {
        for (route, command) in Route::ALL.into_iter().zip(all()) {
            let request = command.request(Url::parse("http://127.0.0.1:7471").unwrap()).unwrap();
            let (method, path) = route.address();
            assert_eq!(request.method(), method, "{command:?}");
            let mut workshop = String::new();
            for (sent, expected) in request.url().path().split('/').zip(path.split('/')) {
                match expected {
                    WORKSHOP => workshop = percent_decoded(sent),
                    expected => assert_eq!(sent, expected, "{command:?}"),
                }
            }
            let uri: Uri = request.url().as_str().parse().unwrap();
            let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
            assert_eq!(Command::read(route, workshop, &uri, body).unwrap(), command);
        }
    }

    #[test]
    fn every_route_has_an_address_of_its_own() {
        for (n, route) in Route::ALL.iter().enumerate() {
            let twice = Route::ALL[..n].iter().find(|other| other.address() == route.address());
            assert_eq!(twice, None, "{route:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let read = |route, uri: &str, body: &[u8]| {
            Command::read(route, String::new(), &uri.parse().unwrap(), body).map_err(|problem| problem.detail)
        };
        assert_eq!(
            read(Route::Replay, "/", b""),
            Ok(Command::Replay(String::new(), Replay { since: Timestamp::from_millis(0) }))
        );
        assert_eq!(read(Route::Signups, "/", b""), Ok(Command::Signups(String::new(), Rows { limit: None })));
        let wrong = read(Route::PutWorkshop, "/", br#"{"title":1}"#).unwrap_err().unwrap();
        assert!(wrong.contains("line 1 column"), "{wrong}");
        assert!(read(Route::Export, "/?format=pdf", b"").is_err());
    }

    fn percent_decoded(segment: &str) -> String {
        let url = format!("http://127.0.0.1/?{}", segment.replace('+', "%2B"));
        Url::parse(&url).unwrap().query_pairs().map(|(name, _)| name.into_owned()).collect()
    }
}
