//! A request on its way to the route that answers it.

use rollcall_shared::Timestamp;
use rollcall_shared::address::{self, Reader};
use rollcall_shared::language::Language;
use worker::{Context, Env, Request};

/// A request and what is needed to answer it.
pub(crate) struct Inbound {
    /// The request.
    pub(crate) request: Request,
    /// Bindings, variables and secrets.
    pub(crate) env: Env,
    /// For what continues after the answer.
    pub(crate) context: Context,
    /// The time at which it came.
    pub(crate) now: Timestamp,
}

impl Inbound {
    /// What follows the question mark of the address.
    pub(crate) fn query(&self) -> Option<String> {
        let url = self.request.inner().url();
        url.split_once('?').map(|(_, query)| query.to_owned())
    }

    /// Who reads the answer.
    pub(crate) fn reader(&self) -> Reader {
        let accepted = self.request.headers().get("accept").ok().flatten();
        Reader::of(&self.request.path(), &accepted.unwrap_or_default())
    }

    /// The value of a parameter of the address, the first one where it comes twice.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        address::parameter(&self.query()?, name)
    }

    /// The language to answer a person in.
    pub(crate) fn language(&self) -> Language {
        let accepted = self.request.headers().get("accept-language").ok().flatten();
        Language::of_visit(self.parameter("lang").as_deref(), &accepted.unwrap_or_default())
    }
}
