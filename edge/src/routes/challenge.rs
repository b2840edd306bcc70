//! `GET /v1/challenge?code=…&id=…`: a proof of work to solve before a sign-up is sent.

use rollcall_shared::invite_code::InviteCode;
use rollcall_shared::signup_id::SignupId;

use crate::answer::{self, Answer, invalid};
use crate::guard;
use crate::inbound::Inbound;
use crate::routes::workshops::published;

/// Answers with a challenge.
pub(crate) async fn ask(inbound: &mut Inbound) -> Answer {
    let parameter = |name| inbound.parameter(name).unwrap_or_default();
    let code = InviteCode::parse(&parameter("code")).map_err(|error| invalid("code", error.code()))?;
    let id = SignupId::parse(&parameter("id")).map_err(|error| invalid("id", error.code()))?;
    published(inbound, &code).await?;
    answer::json(200, &guard::challenge(inbound, id)?)
}
