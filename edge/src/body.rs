//! Request bodies: bounded before they are parsed, whatever `Content-Length` says.

use futures_util::TryStreamExt;
use rollcall_shared::problem::{Problem, ProblemCode};
use worker::Request;

use crate::answer::Refusal;

/// Reads a body of `media_type` and of at most `limit` bytes.
pub(crate) async fn read(request: &mut Request, media_type: &str, limit: usize) -> Result<Vec<u8>, Refusal> {
    if !has_media_type(request, media_type)? {
        return Err(Problem::new(ProblemCode::MediaType).with_detail(format!("send {media_type}")).into());
    }
    bounded(request, limit).await
}

/// Reads a body of at most `limit` bytes.
pub(crate) async fn bounded(request: &mut Request, limit: usize) -> Result<Vec<u8>, Refusal> {
    let too_large = || Problem::new(ProblemCode::TooLarge).with_detail(format!("at most {limit} bytes"));
    let announced = request.headers().get("content-length")?.and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large().into());
    }
    let mut bytes = Vec::with_capacity(announced.unwrap_or(0));
    if request.inner().body().is_none() {
        return Ok(bytes);
    }
    let mut stream = request.stream()?;
    while let Some(chunk) = stream.try_next().await? {
        if bytes.len() + chunk.len() > limit {
            return Err(too_large().into());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Where JSON went wrong, without what stood there: it may be a name.
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

fn has_media_type(request: &Request, expected: &str) -> Result<bool, Refusal> {
    let header = request.headers().get("content-type")?.unwrap_or_default();
    let media_type = header.split(';').next().unwrap_or_default().trim();
    Ok(media_type.eq_ignore_ascii_case(expected))
}
