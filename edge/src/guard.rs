//! Before a sign-up is taken: whether this device, or this code, sends so much that a proof of work is asked for.
//!
//! The rules are `rollcall_shared::allowance`'s and `proof`'s. A device is known by a cookie that holds its own sends; a code's
//! sign-ups are counted in the isolate's memory (see docs/adr/0020).

use std::cell::RefCell;

use rand_core::OsRng;
use rollcall_shared::allowance::{Device, Rush};
use rollcall_shared::proof::{self, Challenge, ProofKey};
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::{ProofMode, Workshop};
use worker::{Response, Result};

use crate::inbound::Inbound;
use crate::settings;

thread_local! {
    /// Never borrowed across a wait.
    static RUSH: RefCell<Rush> = RefCell::default();
}

/// What is asked for before a sign-up is taken.
pub(crate) enum Guarded {
    /// Nothing more. Once it is kept, [`Pass::stamp`] notes it.
    Passed(Pass),
    /// A proof of work.
    ProofRequired(Why),
}

/// Why a proof is asked for: what a person is told who has no script to work with.
pub(crate) enum Why {
    /// The workshop has it from everybody.
    Always,
    /// This device sent several; seconds until it may send another without.
    Device(u32),
    /// Very many came for this code; seconds until it is counted anew.
    Rush(u32),
}

/// What a device takes home after its sign-up was kept.
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
pub(crate) fn check(
    inbound: &Inbound,
    workshop: &Workshop,
    id: SignupId,
    given: Option<&str>,
) -> Result<Guarded> {
    if workshop.proof == ProofMode::Off {
        return Ok(Guarded::Passed(Pass(None)));
    }
    let key = key(inbound)?;
    let now = inbound.now;
    let cookies = inbound.request.headers().get("cookie")?.unwrap_or_default();
    let mut device = Device::read(&cookies, &key, now);
    let rush = RUSH.with_borrow_mut(|rush| rush.count(&workshop.invite_code, now));
    let why = match (workshop.proof, rush) {
        (ProofMode::On, _) => Some(Why::Always),
        _ if !device.may_send(id) => Some(Why::Device(device.retry_after(now))),
        (_, Some(seconds)) => Some(Why::Rush(seconds)),
        _ => None,
    };
    let proven = || given.is_some_and(|given| proof::verify(given, &key, id, now).is_ok());
    match why {
        Some(why) if !proven() => Ok(Guarded::ProofRequired(why)),
        _ => {
            device.note(id, now);
            Ok(Guarded::Passed(Pass(Some(device.set_cookie(&key)))))
        }
    }
}

/// A challenge for one sign-up.
pub(crate) fn challenge(inbound: &Inbound, id: SignupId) -> Result<Challenge> {
    Ok(proof::challenge(&key(inbound)?, id, inbound.now, &mut OsRng))
}

fn key(inbound: &Inbound) -> Result<ProofKey> {
    Ok(ProofKey::of(&settings::receipt_key(&inbound.env)?))
}
