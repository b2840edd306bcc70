//! `GET, PUT, DELETE /v1/host/workshops/{workshop}` and `POST …/erase`: showing, publishing, changing,
//! renewing the code, retiring, erasing.
//!
//! Two objects take part: the workshop's own, which knows the key, and the code's, which knows the workshop.
//! Every step can be repeated: the same request sent again completes one that broke off.

use rollcall_shared::field_error::FieldError;
use rollcall_shared::invite_code::InviteCode;
use rollcall_shared::mailbox::{
    Answer as Success, EraseRequest, MAX_BODY_BYTES, Publication, PublishedWorkshop,
};
use rollcall_shared::problem::{Problem, ProblemCode};
use rollcall_shared::workshop::{MAX_RECORD_BYTES, Workshop, WorkshopId};
use worker::{Env, Error};

use crate::answer::{self, Answer, Refusal, invalid, unauthorized};
use crate::inbound::Inbound;
use crate::invite_code::{Claim, Claimed, IsRetired, RetireCode};
use crate::object::call;
use crate::routes::host::Host;
use crate::workshop::{Authorize, Granted, HostOperation, Left, Publish, Published, Retire, Show};
use crate::{body, cache, invite_code, object};

/// Publishes the workshop, or changes it.
pub(crate) async fn publish(inbound: &mut Inbound, workshop: &str) -> Answer {
    let host = Host::of(inbound, workshop)?;
    let bytes = body::json(&mut inbound.request, MAX_BODY_BYTES).await?;
    let publication: Publication = serde_json::from_slice(&bytes).map_err(|error| body::malformed(&error))?;
    let record = checked(&publication, &host.workshop)?;
    let Publication { workshop, drain_key_sha256 } = &publication;
    let code = &workshop.invite_code;

    // First the key is checked, then whether the code is free, and only then is the record stored: a code
    // that belongs to another workshop leaves everything as it was.
    let authorize = Authorize { key: host.key, drain_key_sha256: drain_key_sha256.clone() };
    match call(&host.object, &authorize).await? {
        Granted::Yes => {}
        Granted::No => return Err(unauthorized().into()),
        Granted::Erased => return Err(erased().into()),
    }
    let claim = Claim { workshop: workshop.clone() };
    if call(&invite_code::object(&inbound.env, code)?, &claim).await? == Claimed::Taken {
        return Err(Problem::new(ProblemCode::Taken).into());
    }
    let Authorize { key, drain_key_sha256 } = authorize;
    let publish = Publish {
        key,
        drain_key_sha256,
        publication: Published { record, invite_code: code.clone(), ends_at: workshop.ends_at },
    };
    let published = call(&host.object, &publish).await?.ok_or_else(unauthorized)?;
    for old in &published.leaving {
        retire_code(&inbound.env, old, &host.workshop).await?;
        call(&host.object, &Left { code: old.clone() }).await?;
    }
    cache::forget(code);
    answer::json(if published.new { 201 } else { 200 }, &Success::of(workshop))
}

/// Shows the holder of the drain key what was published: a laptop that has nothing but the key learns of its
/// workshop by it.
pub(crate) async fn show(inbound: &Inbound, workshop: &str) -> Answer {
    let host = Host::of(inbound, workshop)?;
    let shown = call(&host.object, &Show { key: host.key }).await?.ok_or_else(unauthorized)?;
    let record = shown.record.ok_or_else(erased)?;
    let workshop: Workshop = serde_json::from_slice(record.as_bytes()).map_err(Error::from)?;
    let code = invite_code::object(&inbound.env, &workshop.invite_code)?;
    let retired = call(&code, &IsRetired { workshop: workshop.id.clone() }).await?;
    answer::json(200, &Success::of(PublishedWorkshop { workshop, retired, collector: shown.collector }))
}

/// Closes the intake. The mailbox and the receipts stay available.
pub(crate) async fn retire(inbound: &mut Inbound, workshop: &str) -> Answer {
    let host = Host::of(inbound, workshop)?;
    answer::json(200, &Success::of(retire_codes(&inbound.env, &host).await?))
}

/// Erases what came under some ids, or the whole workshop. Its codes are retired first: nothing must be
/// sealed for it any more.
pub(crate) async fn erase(inbound: &mut Inbound, workshop: &str) -> Answer {
    let host = Host::of(inbound, workshop)?;
    let bytes = body::json(&mut inbound.request, MAX_BODY_BYTES).await?;
    let request: EraseRequest = serde_json::from_slice(&bytes).map_err(|error| body::malformed(&error))?;
    if request == EraseRequest::Workshop {
        retire_codes(&inbound.env, &host).await?;
    }
    Ok(object::forward(&host.object, HostOperation::Erase.name(), &host.key.sha256, &bytes).await?)
}

async fn retire_codes(env: &Env, host: &Host) -> Result<Vec<InviteCode>, Refusal> {
    let codes = call(&host.object, &Retire { key: host.key.clone() }).await?.ok_or_else(unauthorized)?;
    for code in &codes {
        retire_code(env, code, &host.workshop).await?;
        call(&host.object, &Left { code: code.clone() }).await?;
    }
    Ok(codes)
}

async fn retire_code(env: &Env, code: &InviteCode, workshop: &WorkshopId) -> Result<(), Error> {
    call(&invite_code::object(env, code)?, &RetireCode { workshop: workshop.clone() }).await?;
    cache::forget(code);
    Ok(())
}

fn erased() -> Problem {
    Problem::new(ProblemCode::Closed).with_detail("the workshop was erased")
}

/// Checks a publication. Returns the record as JSON, if it may be published under this id.
fn checked(publication: &Publication, id: &WorkshopId) -> Result<String, Refusal> {
    let Publication { workshop, drain_key_sha256: _ } = publication;
    if workshop.id != *id {
        return Err(invalid("workshop.id", "other_than_address"));
    }
    if !publication.has_valid_hash() {
        return Err(invalid("drain_key_sha256", "hash"));
    }
    if let Err(error) = workshop.check() {
        let problem = Problem::new(ProblemCode::Invalid).with_detail(error.to_string());
        let field = FieldError::new(format!("workshop.{}", error.field()), "invalid");
        return Err(Problem { errors: vec![field], ..problem }.into());
    }
    let record = serde_json::to_string(workshop).map_err(Error::from)?;
    if record.len() > MAX_RECORD_BYTES {
        let detail = format!("the record has {} bytes, {MAX_RECORD_BYTES} at most", record.len());
        return Err(Problem::new(ProblemCode::TooLarge).with_detail(detail).into());
    }
    Ok(record)
}
