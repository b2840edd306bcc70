//! Rollcall's edge: a Cloudflare Worker that takes sign-ups, seals them for their host and keeps them until
//! the host's laptop has fetched them.
//!
//! `router` lists the addresses and `routes` answers them, one noun per file; `cache`, `queue`, `workshop`,
//! `invite_code` and `lost_mail` adapt what Cloudflare offers. Every rule is `rollcall_shared`'s.

mod answer;
mod body;
mod cache;
mod clock;
mod deadline;
mod guard;
mod inbound;
mod invite_code;
mod lost_mail;
mod object;
mod queue;
mod router;
mod routes;
mod settings;
mod sql;
mod workshop;

use worker::{Context, Env, MessageBatch, Request, Response, Result, console_error, event};

use crate::inbound::Inbound;

/// Runs once per isolate. A panic ends the isolate's requests; its message might quote a name, so only its
/// place is logged.
#[event(start)]
fn start() {
    std::panic::set_hook(Box::new(|panic| match panic.location() {
        Some(place) => console_error!("panic at {place}"),
        None => console_error!("panic"),
    }));
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> Result<Response> {
    router::answer(Inbound { request, env, context, now: clock::now() }).await
}

#[event(queue)]
async fn consume(batch: MessageBatch<String>, env: Env, _context: Context) -> Result<()> {
    queue::consume(&batch, &env).await;
    Ok(())
}
