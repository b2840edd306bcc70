//! The venue page answers those who ask for it by the laptop's own address. A name would be somebody
//! else's (a page on the internet that renames itself to this laptop, to use a visitor's browser against it:
//! DNS rebinding), and nobody is given one.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{Extension, Request, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HOST};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::address::put_right;
use crate::clock::now_ms;
use crate::http::ends::Ends;
use crate::venue::context::VenueContext;

/// Lets those go on who ask for the address that they came to, and keeps note of them.
pub(super) async fn by_own_address(
    State(venue): State<Arc<VenueContext>>,
    Extension(ends): Extension<Ends>,
    request: Request,
    next: Next,
) -> Response {
    let here = SocketAddr::new(ends.here.ip().to_canonical(), ends.here.port());
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if !is_own(host, here) {
        let text = format!(
            "请用大屏上的地址打开登记页：http://{here}/…\nPlease open the address on the big screen: http://{here}/…\n"
        );
        let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8")];
        return (StatusCode::MISDIRECTED_REQUEST, headers, text).into_response();
    }
    if let Some(response) = put_right(&request) {
        return response;
    }
    let is_check = request.uri().path().ends_with("/check");
    venue.visitors.ask(ends, is_check, now_ms());
    if is_check {
        venue.context.changes.moved();
    }
    next.run(request).await
}

/// Compares `IP:port`, or the address alone at the port that browsers leave out, with the address that was
/// come to.
fn is_own(host: &str, here: SocketAddr) -> bool {
    match host.parse::<SocketAddr>() {
        Ok(host) => host == here,
        Err(_) => here.port() == 80 && host.parse::<IpAddr>() == Ok(here.ip()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_address_that_was_come_to() {
        let check = |host: &str, here: &str, expected| {
            assert_eq!(is_own(host, here.parse().unwrap()), expected, "{host} at {here}");
        };
        check("192.168.1.20:7470", "192.168.1.20:7470", true);
        check("192.168.1.20", "192.168.1.20:80", true);
        check("[fd00::1]:7470", "[fd00::1]:7470", true);
        check("192.168.1.20", "192.168.1.20:7470", false);
        check("192.168.1.21:7470", "192.168.1.20:7470", false);
        check("192.168.1.20:7471", "192.168.1.20:7470", false);
        check("evil.example:7470", "192.168.1.20:7470", false);
        check("localhost:7470", "127.0.0.1:7470", false);
        check("", "192.168.1.20:80", false);
    }
}
