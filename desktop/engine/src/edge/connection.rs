//! The connection line: the one text by which a host's laptop learns of its deployment,
//! `rollcall:https://signup.example.org#PUBLISHKEY`. It holds a key, and is kept like one.

use std::fmt::Display;
use std::path::Path;
use std::time::Duration;

use rollcall_shared::problem::{Problem, ProblemCode};
use serde::{Deserialize, Serialize};

use crate::config::EdgeConfig;
use crate::config::settings_error::SettingsError;
use crate::edge::client;
use crate::folder::atomic_file;
use crate::folder::error::FolderError;
use crate::folder::keys::KnownEdge;
use crate::view::ConnectionTrial;

/// Longest wait for the edge's answer to a try.
const TRY: Duration = Duration::from_secs(10);
/// Longest line that is looked at.
pub(crate) const MAX_CHARS: usize = 1_000;
/// Its file in the data folder.
pub(crate) const FILE: &str = crate::folder::CONNECTION;

/// The text is no connection line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a connection line is such as rollcall:https://signup.example.org#KEY")]
pub struct NotALine;

/// A deployment and the key that it takes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ConnectionLine {
    url: String,
    /// None where the deployment was named without one: known workshops are collected and changed all the
    /// same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    publish_key: Option<String>,
}

impl ConnectionLine {
    /// Reads a line as people paste it.
    pub(crate) fn parse(text: &str) -> Result<Self, NotALine> {
        let text = text.trim();
        if text.len() > MAX_CHARS {
            return Err(NotALine);
        }
        let (scheme, rest) = text.split_once(':').ok_or(NotALine)?;
        let (url, publish_key) = rest.split_once('#').ok_or(NotALine)?;
        let is_key = !publish_key.is_empty() && publish_key.bytes().all(|b| b.is_ascii_graphic());
        if !scheme.trim().eq_ignore_ascii_case("rollcall") || !is_key {
            return Err(NotALine);
        }
        let line = Self { url: url.to_owned(), publish_key: Some(publish_key.to_owned()) };
        let url = line.edge().map_err(|_| NotALine)?.url().to_owned();
        Ok(Self { url, ..line })
    }

    /// Makes the line of a deployment.
    ///
    /// # Errors
    /// [`SettingsError::PublishKey`] where the key is missing, or could not be pasted.
    fn of_config(edge: &EdgeConfig) -> Result<Self, SettingsError> {
        let publish_key = edge.publish_key().unwrap_or_default();
        // Read as it will be read: what is printed is what the window takes.
        Self::parse(&written(edge.url(), publish_key)).map_err(|NotALine| SettingsError::PublishKey)
    }

    /// Returns the line of a deployment that a key file names.
    ///
    /// # Errors
    /// [`NotALine`] where it names none that may be used.
    pub(crate) fn of(known: KnownEdge) -> Result<Self, NotALine> {
        let KnownEdge { url, publish_key } = known;
        let line = Self { url, publish_key };
        let url = line.edge().map_err(|_| NotALine)?.url().to_owned();
        Ok(Self { url, ..line })
    }

    /// Returns what a copy of the keys says of it.
    pub(crate) fn known(self) -> KnownEdge {
        KnownEdge { url: self.url, publish_key: self.publish_key }
    }

    /// Returns the deployment that it names.
    pub(crate) fn edge(&self) -> Result<EdgeConfig, SettingsError> {
        EdgeConfig::parse(&self.url, self.publish_key.clone())
    }

    /// Reads the line that the data folder holds, if any.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, FolderError> {
        let damaged = |why: String| FolderError::Damaged { path: path.to_owned(), why };
        match std::fs::read(path) {
            // The parser's own words could quote the key.
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map(Some)
                .map_err(|e| damaged(format!("line {}, column {}", e.line(), e.column()))),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(FolderError::Unusable { path: path.to_owned(), source }),
        }
    }

    /// Keeps it for the next start, readable by its owner only.
    pub(crate) fn write(&self, path: &Path) -> std::io::Result<()> {
        let line = serde_json::to_vec(self).map_err(std::io::Error::other)?;
        // The start says whether the data folder can be asked to sync.
        atomic_file::write(path, &line).map(|_| ())
    }
}

/// Returns the line that a host pastes into the window to connect to a deployment. It holds the publish key.
///
/// # Errors
/// [`SettingsError::PublishKey`] where the key is missing, or could not be pasted.
pub fn connection_line(edge: &EdgeConfig) -> Result<String, SettingsError> {
    ConnectionLine::of_config(edge)
        .map(|line| written(&line.url, line.publish_key.as_deref().unwrap_or_default()))
}

fn written(url: &str, publish_key: &str) -> String {
    format!("rollcall:{url}#{publish_key}")
}

/// Tries a line: whether somebody answers, whether it is Rollcall's edge, whether it takes the key. Changes
/// nothing there.
pub(crate) async fn test(text: &str) -> ConnectionTrial {
    let parsed = ConnectionLine::parse(text).ok().and_then(|line| Some((line.edge().ok()?, line)));
    let Some((edge, line)) = parsed else { return ConnectionTrial::NotALine };
    let (url, unreachable) = (line.url.clone(), |url, error: &dyn Display| ConnectionTrial::Unreachable {
        url,
        detail: error.to_string(),
    });
    // The one route that takes the publish key and changes nothing: the deployment's figures.
    let asked = async {
        let request = client::http(&edge)?.get(format!("{url}/v1/host/stats"));
        request.timeout(TRY).bearer_auth(line.publish_key.as_deref().unwrap_or_default()).send().await
    };
    let response = match asked.await {
        Ok(response) => response,
        Err(error) => return unreachable(url, &client::network(&error)),
    };
    let status = response.status();
    let body = response.bytes().await.unwrap_or_default();
    if status.is_success() && serde_json::from_slice::<Stats>(&body).is_ok() {
        return ConnectionTrial::Works { url };
    }
    match serde_json::from_slice::<Problem>(&body) {
        Ok(problem) if problem.code == ProblemCode::Unauthorized => ConnectionTrial::KeyRefused { url },
        // Ours, and ill at the moment.
        Ok(problem) if problem.status >= 500 => unreachable(url, &problem.title),
        _ => ConnectionTrial::NotRollcall { url, detail: format!("HTTP {}", status.as_u16()) },
    }
}

/// What only Rollcall's edge answers.
#[derive(Deserialize)]
struct Stats {
    #[serde(rename = "cache")]
    _cache: serde_json::Map<String, serde_json::Value>,
    #[serde(rename = "alarms")]
    _alarms: serde_json::Map<String, serde_json::Value>,
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, StatusCode};

    use super::*;

    #[test]
    fn lines_are_read_as_people_paste_them() {
        let check = |text: &str, expected: Option<(&str, &str)>| {
            let line = ConnectionLine::parse(text).ok();
            let line = line.as_ref().map(|line| (line.url.as_str(), line.publish_key.as_deref().unwrap()));
            assert_eq!(line, expected, "{text}");
        };
        let good = Some(("https://signup.example.org", "k3y"));
        check("rollcall:https://signup.example.org#k3y", good);
        check("  Rollcall:https://signup.example.org/#k3y\n", good);
        check("rollcall:http://127.0.0.1:8787#k#y", Some(("http://127.0.0.1:8787", "k#y")));
        check("rollcall:http://signup.example.org#k3y", None);
        check("rollcall:https://signup.example.org#", None);
        check("rollcall:https://signup.example.org", None);
        check("rollcall:https://signup.example.org#k3 y", None);
        check("https://signup.example.org#k3y", None);
        check("", None);
        check(&format!("rollcall:https://x.org#{}", "k".repeat(2_000)), None);
    }

    #[test]
    fn a_line_that_is_printed_is_taken() {
        for url in ["https://signup.example.org", "https://signup.example.org/", "http://127.0.0.1:8787"] {
            for key in ["k3y", "k#y", "k:e/y=", &"k".repeat(900)] {
                let edge = EdgeConfig::parse(url, Some(key.to_owned())).unwrap();
                let printed = connection_line(&edge).unwrap();
                let line = ConnectionLine::parse(&printed).unwrap();
                assert_eq!((line.url.as_str(), line.publish_key.as_deref()), (edge.url(), Some(key)));
            }
        }
        for key in [None, Some(""), Some("k y"), Some("密钥"), Some(&"k".repeat(1_000)[..])] {
            let edge = EdgeConfig::parse("https://x.org", key.map(str::to_owned)).unwrap();
            assert!(connection_line(&edge).is_err(), "{key:?}");
        }
    }

    #[test]
    fn a_line_is_kept_for_its_owner() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        assert!(ConnectionLine::read(&path).unwrap().is_none());
        let line = ConnectionLine::parse("rollcall:https://signup.example.org#k3y").unwrap();
        line.write(&path).unwrap();
        assert!(ConnectionLine::read(&path).unwrap() == Some(line));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[tokio::test]
    async fn a_try_says_what_is_there() {
        async fn served(router: axum::Router) -> String {
            let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
            let url = format!("http://{}", listener.local_addr().unwrap());
            tokio::spawn(async move { axum::serve(listener, router).await });
            url
        }
        let edge = axum::Router::new().route(
            "/v1/host/stats",
            axum::routing::get(|headers: HeaderMap| async move {
                if headers.get("authorization").is_some_and(|shown| shown == "Bearer right") {
                    (StatusCode::OK, r#"{"cache":{},"alarms":{}}"#.to_owned())
                } else {
                    (StatusCode::UNAUTHORIZED, Problem::new(ProblemCode::Unauthorized).to_json())
                }
            }),
        );
        let (edge, other) = (served(edge).await, served(axum::Router::new()).await);
        let check = async |line: String, expected: fn(String) -> ConnectionTrial| {
            let url = line.trim_start_matches("rollcall:").split('#').next().unwrap().to_owned();
            let found = test(&line).await;
            assert_eq!(found, expected(url), "{line}");
            assert!(!format!("{found:?}").contains("right"), "the key is repeated nowhere");
        };
        check(format!("rollcall:{edge}#right"), |url| ConnectionTrial::Works { url }).await;
        check(format!("rollcall:{edge}#wrong"), |url| ConnectionTrial::KeyRefused { url }).await;
        let is_another = |url| ConnectionTrial::NotRollcall { url, detail: "HTTP 404".to_owned() };
        check(format!("rollcall:{other}#right"), is_another).await;
        check("nonsense".to_owned(), |_| ConnectionTrial::NotALine).await;
        let nobody = test("rollcall:http://127.0.0.1:1#right").await;
        assert!(matches!(nobody, ConnectionTrial::Unreachable { .. }), "{nobody:?}");
    }
}
