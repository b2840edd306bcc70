//! Storing a sign-up that was accepted here: answered after its COMMIT.

use rollcall_shared::intake::AcceptedSignup;
use rollcall_shared::retry::Failure;

use crate::clock::now_ms;
use crate::message::{Content, Message, Origin, Written};
use crate::workshops::context::Context;

/// Stores a sign-up, in another one's place where it corrects that one; returns after its COMMIT. `body` is
/// what it came in: kept where a person has to look at it.
///
/// # Errors
/// Why the database cannot be written just now. Nothing is stored then, unless the answer alone was lost; the
/// same id, sent again, is told what it has.
pub(crate) async fn store(
    context: &Context,
    accepted: &AcceptedSignup<'_>,
    origin: Origin,
    body: Vec<u8>,
) -> Result<Written, Failure> {
    let sealed = accepted.received(now_ms());
    let message = Message {
        workshop: sealed.workshop.clone(),
        origin,
        content: Content::Signup(Box::new(sealed)),
        bytes: body,
        delivered_alone: false,
    };
    let stored = context.writer.admit_now(message).await;
    // The phone, or whoever is at the desk, tries again.
    stored.inspect_err(|failure| context.metrics.retried(*failure))
}
