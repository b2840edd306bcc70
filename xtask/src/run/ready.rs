//! The line `ready {…}` with which the host says that sign-ups can be taken.

use std::path::PathBuf;

use anyhow::{Context, Result};

/// The host's line and the parts of it that rehearsals need.
#[derive(Debug, Clone)]
pub(crate) struct Ready {
    line: String,
    /// The venue page's address: `http://IP:PORT/TOKEN/j/CODE`; none while the window offers it.
    pub(crate) lan: Option<String>,
    pub(crate) invite_code: String,
    pub(crate) db: PathBuf,
}

impl Ready {
    /// `None` for any other line.
    pub(crate) fn parse(line: &str) -> Option<Result<Self>> {
        let json = line.strip_prefix("ready ")?;
        Some(Self::from_json(line, json).with_context(|| format!("the host said: {line}")))
    }

    fn from_json(line: &str, json: &str) -> Result<Self> {
        let value: serde_json::Value = serde_json::from_str(json)?;
        let text = |name: &str| {
            let text = value[name].as_str().map(str::to_owned);
            text.with_context(|| format!("no \"{name}\" in it"))
        };
        Ok(Self {
            line: line.to_owned(),
            lan: value["lan"].as_str().map(str::to_owned),
            invite_code: text("invite_code")?,
            db: text("db")?.into(),
        })
    }

    /// As the host wrote it.
    pub(crate) fn line(&self) -> &str {
        &self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_ready_line_is_one() {
        assert!(Ready::parse("listening").is_none());
        assert!(Ready::parse("ready {}").unwrap().is_err());
        let line = concat!(
            r#"ready {"edge":null,"lan":"http://127.0.0.1:1/t/j/ABCD-23456","#,
            r#""invite_code":"ABCD-23456","db":"/d/rollcall.db"}"#
        );
        let ready = Ready::parse(line).unwrap().unwrap();
        assert_eq!(ready.lan.as_deref(), Some("http://127.0.0.1:1/t/j/ABCD-23456"));
        let offered = line.replace(r#""http://127.0.0.1:1/t/j/ABCD-23456""#, "null");
        assert_eq!(Ready::parse(&offered).unwrap().unwrap().lan, None);
        assert_eq!((ready.line(), ready.invite_code.as_str()), (line, "ABCD-23456"));
    }
}
