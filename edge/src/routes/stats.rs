//! `GET /v1/host/stats`: numbers to watch, for the holder of the publish key.

use rollcall_shared::cache::Counters;
use rollcall_shared::invite_code::InviteCode;
use rollcall_shared::mailbox::Alarms;
use rollcall_shared::problem::{Problem, ProblemCode};
use serde::Serialize;

use crate::answer::{self, Answer, invalid};
use crate::inbound::Inbound;
use crate::invite_code::CountLookUps;
use crate::lost_mail::CountAlarms;
use crate::object::call;
use crate::routes::host::shown_key;
use crate::{cache, invite_code, lost_mail};

/// The answer: [`rollcall_shared::mailbox::EdgeFigures`], and more where a code is given.
#[derive(Serialize)]
struct Stats {
    cache: Counters,
    alarms: Alarms,
    /// With `?code=`: counted by the code's own object, over all isolates.
    #[serde(skip_serializing_if = "Option::is_none")]
    invite_code: Option<CodeStats>,
}

#[derive(Serialize)]
struct CodeStats {
    code: InviteCode,
    /// Authoritative look-ups served since the code was claimed.
    look_ups: u64,
}

/// Answers with the counters.
pub(crate) async fn counters(inbound: &mut Inbound) -> Answer {
    if !shown_key(inbound)?.publishes {
        return Err(Problem::new(ProblemCode::Unauthorized).into());
    }
    let invite_code = match inbound.parameter("code") {
        Some(text) => {
            let code = InviteCode::parse(&text).map_err(|error| invalid("code", error.code()))?;
            let look_ups = call(&invite_code::object(&inbound.env, &code)?, &CountLookUps {}).await?;
            Some(CodeStats { code, look_ups })
        }
        None => None,
    };
    let alarms = call(&lost_mail::object(&inbound.env)?, &CountAlarms {}).await?;
    answer::json(200, &Stats { cache: cache::counters(), alarms, invite_code })
}
