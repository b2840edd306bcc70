//! Request bodies: bounded before they are parsed, also where `Content-Length` is missing or wrong.

use futures_util::TryStreamExt;
use rollcall_shared::media_type::MediaType;
use rollcall_shared::problem::{Problem, ProblemCode};
use rollcall_shared::signup::{FormError, MAX_BODY_BYTES};
use worker::{Error, Request};

use crate::answer::{Refusal, Stopped};

/// Reads the body of a sign-up.
pub(crate) async fn signup(request: &mut Request, media_type: MediaType) -> Result<Vec<u8>, Stopped> {
    if !is_of(request, media_type)? {
        return Err(FormError::MediaType(media_type).into());
    }
    match bounded(request, MAX_BODY_BYTES).await {
        Ok(bytes) => Ok(bytes),
        Err(Unread::TooLarge) => Err(FormError::TooLarge.into()),
        Err(Unread::Failure(error)) => Err(error.into()),
    }
}

/// Reads the JSON body of a host's request, of at most `limit` bytes.
pub(crate) async fn json(request: &mut Request, limit: usize) -> Result<Vec<u8>, Refusal> {
    if !is_of(request, MediaType::Json)? {
        let detail = format!("send {}", MediaType::Json.as_str());
        return Err(Problem::new(ProblemCode::MediaType).with_detail(detail).into());
    }
    any(request, limit).await
}

/// Reads a body of any media type and of at most `limit` bytes.
pub(crate) async fn any(request: &mut Request, limit: usize) -> Result<Vec<u8>, Refusal> {
    match bounded(request, limit).await {
        Ok(bytes) => Ok(bytes),
        Err(Unread::TooLarge) => {
            let detail = format!("at most {limit} bytes");
            Err(Problem::new(ProblemCode::TooLarge).with_detail(detail).into())
        }
        Err(Unread::Failure(error)) => Err(error.into()),
    }
}

/// Why a body was not read to its end.
enum Unread {
    /// It has more bytes than the limit.
    TooLarge,
    /// The runtime failed, or the phone went away.
    Failure(Error),
}

impl From<Error> for Unread {
    fn from(error: Error) -> Self {
        Self::Failure(error)
    }
}

async fn bounded(request: &mut Request, limit: usize) -> Result<Vec<u8>, Unread> {
    let announced = request.headers().get("content-length")?.and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(Unread::TooLarge);
    }
    let mut bytes = Vec::with_capacity(announced.unwrap_or(0));
    if request.inner().body().is_none() {
        return Ok(bytes);
    }
    let mut stream = request.stream()?;
    while let Some(chunk) = stream.try_next().await? {
        if bytes.len() + chunk.len() > limit {
            return Err(Unread::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Says where JSON is malformed, without quoting it: it may contain a name.
pub(crate) fn malformed(error: &serde_json::Error) -> Problem {
    let kind = match error.classify() {
        serde_json::error::Category::Data => "a member is missing or of another kind",
        _ => "no JSON",
    };
    Problem::new(ProblemCode::Malformed).with_detail(format!(
        "{kind}, at line {} column {}",
        error.line(),
        error.column()
    ))
}

fn is_of(request: &Request, media_type: MediaType) -> Result<bool, Error> {
    let header = request.headers().get("content-type")?.unwrap_or_default();
    Ok(media_type.is_named_by(&header))
}
