//! Requests on the host's routes: a workshop and the key that was shown for it.

use rollcall_shared::problem::{Problem, ProblemCode};
use rollcall_shared::secret;
use rollcall_shared::workshop::WorkshopId;
use worker::Stub;

use crate::answer::{Refusal, unauthorized};
use crate::inbound::Inbound;
use crate::settings;
use crate::workshop::{self, ShownKey};

/// A request about one workshop that shows a key. The Workshop object decides whether it is the right key.
pub(crate) struct Host {
    pub(crate) workshop: WorkshopId,
    pub(crate) key: ShownKey,
    pub(crate) object: Stub,
}

impl Host {
    /// # Errors
    /// 404 where the id is malformed, 401 without a key.
    pub(crate) fn of(inbound: &Inbound, workshop: &str) -> Result<Self, Refusal> {
        let workshop = WorkshopId::parse(workshop).map_err(|_| Problem::new(ProblemCode::NotFound))?;
        let key = shown_key(inbound)?;
        let object = workshop::object(&inbound.env, &workshop)?;
        Ok(Self { workshop, key, object })
    }
}

/// The key in the `Authorization` header.
pub(crate) fn shown_key(inbound: &Inbound) -> Result<ShownKey, Refusal> {
    let header = inbound.request.headers().get("authorization")?.unwrap_or_default();
    let key = secret::bearer(&header).ok_or_else(unauthorized)?;
    let sha256 = secret::sha256_hex(key.as_bytes());
    let publishes = settings::is_publish_key(&inbound.env, &sha256);
    Ok(ShownKey { sha256, publishes })
}
