//! Pages leave as small as the browser takes them, and not at all where it has them already.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use rollcall_shared::form::FIXED_PARTS;
use rollcall_shared::headers;

use super::desk::SCRIPT;
use crate::http::gzip::Kept;

/// What all pages have, and the desk's script.
static KEPT: Kept<4> = Kept::new([FIXED_PARTS[0], FIXED_PARTS[1], FIXED_PARTS[2], SCRIPT]);
/// Shorter answers fit into one packet as they are.
const WORTH_IT: usize = 1_000;
/// Longer than any answer of these routes.
const MOST: usize = 1024 * 1024;

/// Answers that the browser has it already, or compresses what it has not.
pub(super) async fn encoded(request: Request, next: Next) -> Response {
    let asked = request.headers();
    let (accepts, has) = (takes_gzip(&all(asked, ACCEPT_ENCODING)), all(asked, IF_NONE_MATCH));
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let response = next.run(request).await;
    if is_read && response.status() == StatusCode::OK && is_there(response.headers(), &has) {
        return unchanged(response);
    }
    if accepts && is_text(response.headers()) { compressed(response).await } else { response }
}

/// The values of a header that may come several times.
fn all(headers: &HeaderMap, name: HeaderName) -> String {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.collect::<Vec<_>>().join(",")
}

fn is_there(headers: &HeaderMap, if_none_match: &str) -> bool {
    let etag = headers.get(ETAG).and_then(|etag| etag.to_str().ok());
    etag.is_some_and(|etag| headers::names(if_none_match, etag))
}

fn unchanged(response: Response) -> Response {
    let (mut parts, _) = response.into_parts();
    parts.status = StatusCode::NOT_MODIFIED;
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::empty())
}

/// Whether an `Accept-Encoding` header names gzip and does not rule it out.
fn takes_gzip(header: &str) -> bool {
    let of_item = |item: &str| {
        let (coding, q) = item.split_once(';').unwrap_or((item, ""));
        let weight: f32 = q.trim().strip_prefix("q=").and_then(|q| q.trim().parse().ok()).unwrap_or(1.0);
        coding.trim().eq_ignore_ascii_case("gzip").then_some(weight)
    };
    header.split(',').find_map(of_item).is_some_and(|weight| weight > 0.0)
}

fn is_text(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    !headers.contains_key(CONTENT_ENCODING)
        && (kind.starts_with("text/html") || kind.starts_with("application/json"))
}

async fn compressed(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, MOST).await else {
        parts.status = StatusCode::SERVICE_UNAVAILABLE;
        return Response::from_parts(parts, Body::empty());
    };
    parts.headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    let text = std::str::from_utf8(&bytes).ok().filter(|text| text.len() >= WORTH_IT);
    let Some(packed) = text.and_then(|text| KEPT.gzip(text)) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    parts.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(packed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_for_those_who_take_it() {
        let check = |header, expected| assert_eq!(takes_gzip(header), expected, "{header}");
        check("gzip, deflate", true);
        check("deflate, GZIP;q=0.5", true);
        check("br", false);
        check("gzip;q=0", false);
        check("gzip; q=0.0, br", false);
        check("", false);
        check("identity", false);
    }

    /// As light as the edge's page, whose host compresses it.
    #[test]
    fn a_page_is_as_light_as_compressed_whole() {
        use std::io::Write;

        use flate2::Compression;
        use flate2::write::GzEncoder;

        let text = format!(
            "<style>{}</style>{}<script>{}</script>",
            FIXED_PARTS[0],
            "<p>王芳</p>".repeat(200),
            FIXED_PARTS[1]
        );
        let mut whole = GzEncoder::new(Vec::new(), Compression::default());
        whole.write_all(text.as_bytes()).unwrap();
        let (whole, ours) = (whole.finish().unwrap().len(), KEPT.gzip(&text).unwrap().len());
        assert!(ours <= whole + whole / 20, "{ours} against {whole}");
    }
}
