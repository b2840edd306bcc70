//! `GET /v1/host/workshops/{workshop}/wake`: a socket over which *there is mail* is sent, and nothing else.

use rollcall_shared::problem::{Problem, ProblemCode};

use crate::answer::Answer;
use crate::inbound::Inbound;
use crate::object;
use crate::routes::host::Host;
use crate::workshop::WAKE;

/// Passes the socket to the Workshop object, which checks the key.
pub(crate) async fn connect(inbound: &mut Inbound, workshop: &str) -> Answer {
    let host = Host::of(inbound, workshop)?;
    let upgrade = inbound.request.headers().get("upgrade")?.unwrap_or_default();
    if !upgrade.eq_ignore_ascii_case("websocket") {
        return Err(Problem::new(ProblemCode::Malformed).into());
    }
    Ok(object::connect(&host.object, WAKE, &host.key.sha256).await?)
}
