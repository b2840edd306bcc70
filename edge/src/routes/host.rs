//! Who asks on the host's routes: a workshop and the key that was shown for it.

use rollcall_shared::mailbox::Collector;
use rollcall_shared::problem::{FieldError, Problem, ProblemCode};
use rollcall_shared::secret;
use rollcall_shared::workshop::WorkshopId;
use worker::Stub;

use crate::answer::Refusal;
use crate::router::Inbound;
use crate::settings;
use crate::workshop::{self, Denial, ShownKey, Verdict};

/// A request about one workshop that shows a key. Whether it is the right one, the Workshop object says.
pub(crate) struct Host {
    pub(crate) workshop: WorkshopId,
    pub(crate) key: ShownKey,
    pub(crate) object: Stub,
}

impl Host {
    /// # Errors
    /// 404 where the id is none, 401 without a key.
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
    let key = secret::bearer(&header).ok_or_else(|| Problem::new(ProblemCode::Unauthorized))?;
    let sha256 = secret::sha256_hex(key.as_bytes());
    let publishes = settings::is_publish_key(&inbound.env, &sha256);
    Ok(ShownKey { sha256, publishes })
}

/// What the object granted, or the refusal that its denial is shown as.
pub(crate) fn granted<T>(verdict: Verdict<T>) -> Result<T, Refusal> {
    verdict.map_err(|denial| match denial {
        Denial::Unauthorized => Problem::new(ProblemCode::Unauthorized).into(),
        Denial::OwnedElsewhere(collector) => Problem::owned_elsewhere(collector).into(),
    })
}

/// Refuses a collector that names itself in a way that cannot be shown.
pub(crate) fn checked(collector: &Collector) -> Result<(), Refusal> {
    if collector.is_valid() { Ok(()) } else { Err(invalid("collector", "text")) }
}

/// 422 for one field.
pub(crate) fn invalid(field: &str, code: &str) -> Refusal {
    Problem::invalid(vec![FieldError::new(field, code)]).into()
}
