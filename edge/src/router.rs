//! The table of addresses: what answers at each, and to which methods.

use rollcall_shared::address::{Reader, tidied};
use rollcall_shared::invite_code::InviteCode;
use rollcall_shared::language::Language;
use rollcall_shared::problem::{IDEMPOTENCY_KEY, Problem, ProblemCode};
use worker::{Method, Response, Result};

use crate::answer::{self, Answer};
use crate::inbound::Inbound;
use crate::routes::{
    cancellation, challenge, files, health, host_operations, join, publication, receipts, signups, stats,
    wake, workshops,
};
use crate::workshop::HostOperation;

/// Answers a request; every error on the way becomes an answer, too.
pub(crate) async fn answer(inbound: Inbound) -> Result<Response> {
    let head = inbound.request.method() == Method::Head;
    let (reader, language) = (inbound.reader(), inbound.language());
    let signup = inbound.request.headers().get(IDEMPOTENCY_KEY)?.unwrap_or_default();
    let is_read = head || inbound.request.method() == Method::Get;
    let has = inbound.request.headers().get("if-none-match")?.filter(|_| is_read).unwrap_or_default();
    let response = match dispatch(inbound).await {
        Ok(response) => response,
        Err(refusal) => refused(&refusal.into_problem().about(&signup), reader, language)?,
    };
    let response = answer::unless_it_is_there(answer::secured(response)?, &has)?;
    Ok(if head { answer::without_body(response) } else { response })
}

async fn dispatch(mut inbound: Inbound) -> Answer {
    let mut path = inbound.request.path();
    let is_read = matches!(inbound.request.method(), Method::Get | Method::Head);
    if let Some(tidy) = tidied(&path) {
        if is_read {
            return lead(&inbound, &tidy);
        }
        path = tidy;
    }
    let Some(address) = Address::parse(&path) else {
        return match meant(&path).filter(|_| is_read) {
            Some(path) => lead(&inbound, &path),
            None => Err(Problem::new(ProblemCode::NotFound).into()),
        };
    };
    // HEAD is GET whose body is left out at the end.
    let method = match inbound.request.method() {
        Method::Head => Method::Get,
        method => method,
    };
    let inbound = &mut inbound;
    match (address, method) {
        (Address::Join { code }, Method::Get) => join::show(inbound, code).await,
        (Address::Join { code }, Method::Post) => join::submit(inbound, code).await,
        (Address::File { name }, Method::Get) => files::show(name),
        (Address::Receipt { workshop, token }, Method::Get) => receipts::show(inbound, workshop, token).await,
        (Address::Cancellation { workshop, token }, Method::Post) => {
            cancellation::submit(inbound, workshop, token).await
        }
        (Address::Workshop { code }, Method::Get) => workshops::facts(inbound, code).await,
        (Address::Challenge, Method::Get) => challenge::ask(inbound).await,
        (Address::Signups, Method::Post) => signups::take(inbound).await,
        (Address::ReceiptState { workshop, token }, Method::Get) => {
            receipts::state(inbound, workshop, token).await
        }
        (Address::ReceiptState { workshop, token }, Method::Delete) => {
            cancellation::take(inbound, workshop, token).await
        }
        (Address::Publication { workshop }, Method::Get) => publication::show(inbound, workshop).await,
        (Address::Publication { workshop }, Method::Put) => publication::publish(inbound, workshop).await,
        (Address::Publication { workshop }, Method::Delete) => publication::retire(inbound, workshop).await,
        (Address::Pull { workshop }, Method::Post) => {
            host_operations::forward(inbound, workshop, HostOperation::Pull).await
        }
        (Address::Ack { workshop }, Method::Post) => {
            host_operations::forward(inbound, workshop, HostOperation::Acknowledge).await
        }
        (Address::Replay { workshop }, Method::Post) => {
            host_operations::forward(inbound, workshop, HostOperation::Replay).await
        }
        (Address::Takeover { workshop }, Method::Post) => {
            host_operations::forward(inbound, workshop, HostOperation::TakeOver).await
        }
        (Address::ReceiptStates { workshop }, Method::Post) => {
            host_operations::forward(inbound, workshop, HostOperation::StoreReceipts).await
        }
        (Address::Erase { workshop }, Method::Post) => publication::erase(inbound, workshop).await,
        (Address::Wake { workshop }, Method::Get) => wake::connect(inbound, workshop).await,
        (Address::Stats, Method::Get) => stats::counters(inbound).await,
        (Address::Health, Method::Get) => health::alive(),
        // Who reloads the answer to a form.
        (Address::Cancellation { workshop, token }, Method::Get) => {
            lead(inbound, &format!("/r/{workshop}/{token}"))
        }
        (address, _) => not_allowed(&address, inbound),
    }
}

/// What a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Address<'a> {
    Join { code: &'a str },
    File { name: &'a str },
    Receipt { workshop: &'a str, token: &'a str },
    Cancellation { workshop: &'a str, token: &'a str },
    Workshop { code: &'a str },
    Challenge,
    Signups,
    ReceiptState { workshop: &'a str, token: &'a str },
    Publication { workshop: &'a str },
    Pull { workshop: &'a str },
    Ack { workshop: &'a str },
    Replay { workshop: &'a str },
    Takeover { workshop: &'a str },
    ReceiptStates { workshop: &'a str },
    Erase { workshop: &'a str },
    Wake { workshop: &'a str },
    Stats,
    Health,
}

impl<'a> Address<'a> {
    fn parse(path: &'a str) -> Option<Self> {
        // One more than the longest address has, so that a longer path matches nothing.
        let mut parts = [""; 8];
        let mut count = 0;
        for part in path.strip_prefix('/')?.split('/') {
            *parts.get_mut(count)? = part;
            count += 1;
        }
        Some(match parts[..count] {
            // No code is a hyphen.
            ["j", "-", name] => Self::File { name },
            ["j", code] => Self::Join { code },
            ["r", workshop, token] => Self::Receipt { workshop, token },
            ["r", workshop, token, "cancel"] => Self::Cancellation { workshop, token },
            ["v1", "workshops", code] => Self::Workshop { code },
            ["v1", "challenge"] => Self::Challenge,
            ["v1", "signups"] => Self::Signups,
            ["v1", "receipts", workshop, token] => Self::ReceiptState { workshop, token },
            ["v1", "host", "workshops", workshop] => Self::Publication { workshop },
            ["v1", "host", "workshops", workshop, "messages", "pull"] => Self::Pull { workshop },
            ["v1", "host", "workshops", workshop, "messages", "ack"] => Self::Ack { workshop },
            ["v1", "host", "workshops", workshop, "messages", "replay"] => Self::Replay { workshop },
            ["v1", "host", "workshops", workshop, "takeover"] => Self::Takeover { workshop },
            ["v1", "host", "workshops", workshop, "receipts"] => Self::ReceiptStates { workshop },
            ["v1", "host", "workshops", workshop, "erase"] => Self::Erase { workshop },
            ["v1", "host", "workshops", workshop, "wake"] => Self::Wake { workshop },
            ["v1", "host", "stats"] => Self::Stats,
            ["healthz"] => Self::Health,
            _ => return None,
        })
    }

    /// The value of `Allow`.
    fn methods(self) -> &'static str {
        match self {
            Self::Join { .. } => "GET, HEAD, POST",
            Self::File { .. }
            | Self::Receipt { .. }
            | Self::Workshop { .. }
            | Self::Challenge
            | Self::Wake { .. }
            | Self::Stats
            | Self::Health => "GET, HEAD",
            Self::ReceiptState { .. } => "GET, HEAD, DELETE",
            Self::Publication { .. } => "GET, HEAD, PUT, DELETE",
            Self::Cancellation { .. }
            | Self::Signups
            | Self::Pull { .. }
            | Self::Ack { .. }
            | Self::Replay { .. }
            | Self::Takeover { .. }
            | Self::ReceiptStates { .. }
            | Self::Erase { .. } => "POST",
        }
    }
}

/// Where a path leads that is a code alone, as people type it.
fn meant(path: &str) -> Option<String> {
    let code = InviteCode::parse(path.strip_prefix('/')?).ok()?;
    Some(format!("/j/{code}"))
}

/// Leads to another address, with what the request asks for.
fn lead(inbound: &Inbound, path: &str) -> Answer {
    let query = inbound.query().map(|query| format!("?{query}")).unwrap_or_default();
    Ok(answer::found(&format!("{path}{query}"))?)
}

/// A refusal, for whoever reads it.
fn refused(problem: &Problem, reader: Reader, language: Language) -> Result<Response> {
    match reader {
        Reader::Program => answer::refuse(problem),
        Reader::Person => answer::refusal_page(problem, language),
    }
}

fn not_allowed(address: &Address<'_>, inbound: &Inbound) -> Answer {
    let problem = Problem::new(ProblemCode::MethodNotAllowed);
    let response = refused(&problem, inbound.reader(), inbound.language())?;
    response.headers().set("allow", address.methods())?;
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_where_the_design_says() {
        let check = |path, address| assert_eq!(Address::parse(path), address, "{path}");
        check("/j/ABCD-23456", Some(Address::Join { code: "ABCD-23456" }));
        check("/j/-/sw.js", Some(Address::File { name: "sw.js" }));
        check("/v1/host/workshops/w/messages/pull", Some(Address::Pull { workshop: "w" }));
        check("/v1/host/workshops/w", Some(Address::Publication { workshop: "w" }));
        check("/v1/host/workshops/w/messages/pull/x", None);
        check("/r/w/t/cancel", Some(Address::Cancellation { workshop: "w", token: "t" }));
        check("/", None);
        check("", None);
        check("/j/a/b", None);
        check("/a/b/c/d/e/f/g/h/i/j", None);
    }

    #[test]
    fn a_code_alone_leads_to_its_page() {
        assert_eq!(meant("/abcd-23456").as_deref(), Some("/j/ABCD-23456"));
        for path in ["/", "/j", "/healthz2", "/ABCD-23456/x"] {
            assert_eq!(meant(path), None, "{path}");
        }
    }
}
