//! Refusals: RFC 9457 problem details with a stable code.
//!
//! Networks answer for servers: captive portals, filters, a hall's router. So that a phone can tell, whoever
//! sends a sign-up names it in the header [`IDEMPOTENCY_KEY`], and a refusal names it again, as `instance`.
//! A phone gives a sign-up up only on a refusal of this media type, whose `type` is ours, whose `status` is
//! the answer's, and whose `instance` is that very sign-up (edge/web/outbox/own_refusal.ts). Whatever else
//! comes it takes for no answer at all, and sends again.

use serde::{Deserialize, Serialize};

use crate::field_error::FieldError;
use crate::mailbox::Collector;
use crate::proof::Challenge;
use crate::signup_id::SignupId;

/// The media type of every refusal.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// The request header that names a sign-up by its id, in quotes (draft-ietf-httpapi-idempotency-key-header).
/// It is read even where the body cannot be.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Seconds after which a phone may try again where something behind the server failed.
pub const RETRY_AFTER_SECONDS: u32 = 2;

/// The stable code of a refusal; clients decide by it, never by the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// The body is not what the route reads.
    Malformed,
    /// No key, or a wrong one.
    Unauthorized,
    /// There is nothing at this address.
    NotFound,
    /// No workshop has this invite code (yet).
    UnknownCode,
    /// The route has other methods.
    MethodNotAllowed,
    /// The invite code belongs to another workshop.
    Taken,
    /// Another installation collects this workshop's mail.
    OwnedElsewhere,
    /// The workshop takes no sign-ups: closed, not open yet, or retired.
    Closed,
    /// The body is longer than the route takes.
    TooLarge,
    /// The body's media type is another.
    MediaType,
    /// Fields are wrong; each is named.
    Invalid,
    /// A proof of work is asked for.
    ProofRequired,
    /// Too many requests from this device or for this code.
    SlowDown,
    /// Not now: nothing was taken. Try again after `Retry-After`.
    Unavailable,
}

impl ProblemCode {
    /// The HTTP status.
    pub fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::Unauthorized => 401,
            Self::NotFound | Self::UnknownCode => 404,
            Self::MethodNotAllowed => 405,
            Self::Taken | Self::OwnedElsewhere => 409,
            Self::Closed => 410,
            Self::TooLarge => 413,
            Self::MediaType => 415,
            Self::Invalid => 422,
            Self::ProofRequired => 428,
            Self::SlowDown => 429,
            Self::Unavailable => 503,
        }
    }

    /// A short English title, the same for every occurrence.
    pub fn title(self) -> &'static str {
        match self {
            Self::Malformed => "The request could not be read",
            Self::Unauthorized => "The key is missing or wrong",
            Self::NotFound => "There is nothing at this address",
            Self::UnknownCode => "No workshop has this invite code",
            Self::MethodNotAllowed => "This address has other methods",
            Self::Taken => "The invite code belongs to another workshop",
            Self::OwnedElsewhere => "Another installation collects this workshop's sign-ups",
            Self::Closed => "The workshop takes no sign-ups now",
            Self::TooLarge => "The request is too large",
            Self::MediaType => "The body has another media type than this address reads",
            Self::Invalid => "Some fields are wrong",
            Self::ProofRequired => "A proof of work is needed",
            Self::SlowDown => "Too many requests",
            Self::Unavailable => "Not taken: try again in a moment",
        }
    }
}

/// A refusal, as the body of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{status} {code:?}: {title}")]
pub struct Problem {
    /// Identifies the kind of problem: `urn:rollcall:problem:<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The HTTP status, again.
    pub status: u16,
    /// The stable code.
    pub code: ProblemCode,
    /// A short English title.
    pub title: String,
    /// The sign-up that is refused, `urn:uuid:<id>`, where the request named one in [`IDEMPOTENCY_KEY`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// What is special about this occurrence, in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The wrong fields, with [`ProblemCode::Invalid`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// The installation that collects, with [`ProblemCode::OwnedElsewhere`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collector: Option<Collector>,
    /// What has to be solved, with [`ProblemCode::ProofRequired`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<Challenge>,
    /// Seconds until another try, also sent as `Retry-After`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

impl Problem {
    /// A refusal with nothing special about it.
    ///
    /// ```
    /// use rollcall_shared::problem::{Problem, ProblemCode};
    /// let closed = Problem::new(ProblemCode::Closed).with_detail("not open yet");
    /// assert_eq!((closed.status, closed.kind.as_str()), (410, "urn:rollcall:problem:closed"));
    /// ```
    pub fn new(code: ProblemCode) -> Self {
        let name =
            serde_json::to_value(code).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
        Self {
            kind: format!("urn:rollcall:problem:{name}"),
            status: code.status(),
            code,
            title: code.title().to_owned(),
            instance: None,
            detail: None,
            errors: Vec::new(),
            collector: None,
            challenge: None,
            retry_after: None,
        }
    }

    /// A refusal because of wrong fields.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        Self { errors, ..Self::new(ProblemCode::Invalid) }
    }

    /// A refusal for now: nothing was taken. To be tried again after `retry_after` seconds.
    pub fn unavailable(retry_after: u32) -> Self {
        Self { retry_after: Some(retry_after), ..Self::new(ProblemCode::Unavailable) }
    }

    /// A refusal because there were too many requests. To be tried again after `retry_after` seconds.
    pub fn slow_down(retry_after: u32) -> Self {
        Self { retry_after: Some(retry_after), ..Self::new(ProblemCode::SlowDown) }
    }

    /// A refusal until the request is sent again with a proof of work.
    pub fn proof_required(challenge: Challenge) -> Self {
        Self { challenge: Some(challenge), ..Self::new(ProblemCode::ProofRequired) }
    }

    /// A refusal because another installation collects.
    pub fn owned_elsewhere(collector: Collector) -> Self {
        Self { collector: Some(collector), ..Self::new(ProblemCode::OwnedElsewhere) }
    }

    /// Adds words about this occurrence. They must contain no name and no number.
    #[must_use]
    pub fn with_detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    /// Names the sign-up that is refused by the value of [`IDEMPOTENCY_KEY`]; none where that is no sign-up's
    /// id.
    ///
    /// ```
    /// use rollcall_shared::problem::{Problem, ProblemCode};
    /// let closed = Problem::new(ProblemCode::Closed);
    /// let named = closed.clone().about(r#""0f8fad5b-d9cb-469f-a165-70867728950e""#);
    /// assert_eq!(named.instance.as_deref(), Some("urn:uuid:0f8fad5b-d9cb-469f-a165-70867728950e"));
    /// assert_eq!(closed.clone().about("anything else"), closed);
    /// ```
    #[must_use]
    pub fn about(self, idempotency_key: &str) -> Self {
        let id = SignupId::parse(idempotency_key.trim().trim_matches('"')).ok();
        Self { instance: id.map(|id| format!("urn:uuid:{id}")), ..self }
    }

    /// The body.
    pub fn to_json(&self) -> String {
        // A struct of strings and numbers always has a JSON text.
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field_error::FieldName;

    #[test]
    fn the_body_is_rfc_9457_with_a_code() {
        assert_eq!(
            Problem::invalid(vec![FieldError::new(FieldName::Phone, "empty")]).to_json(),
            concat!(
                r#"{"type":"urn:rollcall:problem:invalid","status":422,"code":"invalid","#,
                r#""title":"Some fields are wrong","errors":[{"field":"phone","code":"empty"}]}"#
            )
        );
    }
}
