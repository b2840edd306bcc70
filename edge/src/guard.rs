//! The check before a sign-up is taken: whether a proof of work is asked for, because of what this device has
//! sent or of what has come for this code.
//!
//! The rules are `rollcall_shared::allowance`'s and `proof`'s. A device is known by a cookie that holds its
//! own sends; a code's sign-ups are counted in the isolate's memory (see docs/adr/0020).

use std::cell::RefCell;

use rand_core::OsRng;
use rollcall_shared::allowance::{Device, ProofReason, Rush};
use rollcall_shared::intake::{AcceptedSignup, CheckedSignup, ProofMissing};
use rollcall_shared::proof::{self, Challenge, ProofKey};
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::{ProofMode, Workshop};
use worker::{Response, Result};

use crate::answer::Stopped;
use crate::inbound::Inbound;
use crate::settings;

thread_local! {
    /// It is never borrowed across an await.
    static RUSH: RefCell<Rush> = RefCell::default();
}

/// The cookie that a device gets after its sign-up was stored.
pub(crate) struct Pass(Option<String>);

impl Pass {
    /// Puts the device's cookie on the answer.
    pub(crate) fn stamp(self, response: Response) -> Result<Response> {
        if let Some(cookie) = self.0 {
            response.headers().set("set-cookie", &cookie)?;
        }
        Ok(response)
    }
}

/// Looks at one sign-up and the proof that came with it.
///
/// # Errors
/// Where a proof is asked for and no valid one came along.
pub(crate) fn check<'a>(
    inbound: &Inbound,
    workshop: &Workshop,
    checked: CheckedSignup<'a>,
) -> std::result::Result<(AcceptedSignup<'a>, Pass), Stopped> {
    if workshop.proof == ProofMode::Off {
        return Ok((checked.proven(None)?, Pass(None)));
    }
    let (key, now, id) = (key(inbound)?, inbound.now, checked.id());
    let cookies = inbound.request.headers().get("cookie")?.unwrap_or_default();
    let mut device = Device::read(&cookies, &key, now);
    let rush = RUSH.with_borrow_mut(|rush| rush.count(&workshop.invite_code, now));
    let holds = || checked.proof().is_some_and(|given| proof::verify(given, &key, id, now).is_ok());
    let missing = match ProofReason::of(workshop.proof, &device, rush, id, now) {
        Some(reason) if !holds() => Some(ProofMissing { reason, challenge: challenge(inbound, id)? }),
        _ => None,
    };
    let accepted = checked.proven(missing)?;
    device.note(id, now);
    Ok((accepted, Pass(Some(device.set_cookie(&key)))))
}

/// Asks for a proof for one sign-up.
pub(crate) fn challenge(inbound: &Inbound, id: SignupId) -> Result<Challenge> {
    Ok(proof::challenge(&key(inbound)?, id, inbound.now, &mut OsRng))
}

fn key(inbound: &Inbound) -> Result<ProofKey> {
    Ok(ProofKey::of(&settings::receipt_key(&inbound.env)?))
}
