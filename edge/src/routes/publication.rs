//! `PUT, DELETE /v1/host/workshops/{workshop}`: publishing, changing, renewing the code, retiring.
//!
//! Two objects take part: the workshop's own (whose key) and the code's (whose code). Every step can be repeated, and what
//! a request that broke off has left undone, the same request sent again does.

use rollcall_shared::invite_code::InviteCode;
use rollcall_shared::mailbox::{Answer as Success, Publication};
use rollcall_shared::problem::{FieldError, Problem, ProblemCode};
use rollcall_shared::workshop::{MAX_RECORD_BYTES, WorkshopId};
use worker::{Env, Error};

use crate::answer::{self, Answer, Refusal};
use crate::body::host_json;
use crate::invite_code::{Claim, Claimed, RetireCode};
use crate::object::ask;
use crate::router::Inbound;
use crate::routes::host::{Host, granted, invalid};
use crate::workshop::{Authorize, Left, Publish, Retire};
use crate::{cache, invite_code};

/// Publishes the workshop, or changes it.
pub(crate) async fn publish(inbound: &mut Inbound, workshop: &str) -> Answer {
    let host = Host::of(inbound, workshop)?;
    let publication: Publication = host_json(&mut inbound.request).await?;
    check(&publication, &host.workshop)?;
    let Publication { workshop, drain_key_sha256 } = &publication;
    let code = &workshop.invite_code;

    // First whether it may be, then whether the code is free, and only then is it written down: a code that is another's
    // leaves everything as it was.
    let authorize = Authorize { key: host.key, drain_key_sha256: drain_key_sha256.clone() };
    granted(ask(&host.object, &authorize).await?)?;
    let claim = Claim { workshop: workshop.clone() };
    if ask(&invite_code::object(&inbound.env, code)?, &claim).await? == Claimed::Taken {
        return Err(Problem::new(ProblemCode::Taken).into());
    }
    let published =
        granted(ask(&host.object, &Publish { key: authorize.key, publication: publication.clone() }).await?)?;
    for old in &published.leaving {
        retire_code(&inbound.env, old, &host.workshop).await?;
        ask(&host.object, &Left { code: old.clone() }).await?;
    }
    cache::forget(code);
    answer::json(if published.new { 201 } else { 200 }, &Success::of(workshop))
}

/// Closes the intake. The mailbox and the receipts go on.
pub(crate) async fn retire(inbound: &mut Inbound, workshop: &str) -> Answer {
    let host = Host::of(inbound, workshop)?;
    let codes = granted(ask(&host.object, &Retire { key: host.key }).await?)?;
    for code in &codes {
        retire_code(&inbound.env, code, &host.workshop).await?;
        ask(&host.object, &Left { code: code.clone() }).await?;
    }
    answer::json(200, &Success::of(codes))
}

async fn retire_code(env: &Env, code: &InviteCode, workshop: &WorkshopId) -> Result<(), Error> {
    ask(&invite_code::object(env, code)?, &RetireCode { workshop: workshop.clone() }).await?;
    cache::forget(code);
    Ok(())
}

fn check(publication: &Publication, id: &WorkshopId) -> Result<(), Refusal> {
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
    let bytes = serde_json::to_string(workshop).map_err(Error::from)?.len();
    if bytes > MAX_RECORD_BYTES {
        let detail = format!("the record has {bytes} bytes, {MAX_RECORD_BYTES} at most");
        return Err(Problem::new(ProblemCode::TooLarge).with_detail(detail).into());
    }
    Ok(())
}
