//! A request on its way to the route that answers it.

use rollcall_shared::Timestamp;
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
    /// The value of a parameter of the address, the first one where it comes twice.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let url = self.request.inner().url();
        let (_, query) = url.split_once('?')?;
        form_urlencoded::parse(query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    /// The language to answer a person in.
    pub(crate) fn language(&self) -> Language {
        let accepted = self.request.headers().get("accept-language").ok().flatten();
        Language::of_visit(self.parameter("lang").as_deref(), &accepted.unwrap_or_default())
    }
}
