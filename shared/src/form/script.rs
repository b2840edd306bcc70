//! A page's script and what it is told: texts, patterns and addresses, rendered from the rules and never
//! written twice.

use maud::{Markup, PreEscaped, html};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::explanations::Explanations;

/// Built from `edge/web/join.ts`.
pub(super) const JOIN: &str = include_str!("built/join.js");
/// Built from `edge/web/receipt.ts`.
pub(super) const RECEIPT: &str = include_str!("built/receipt.js");

/// Built from `edge/web/workers/sw.ts`.
pub const SERVICE_WORKER: &str = include_str!("built/sw.js");
/// Built from `edge/web/workers/worker.ts`.
pub const WORKER: &str = include_str!("built/worker.js");

/// The addresses of the scripts that pages fetch from the edge when they need them.
#[derive(Serialize)]
pub(super) struct Files {
    service_worker: &'static str,
    scope: &'static str,
    /// With its version, so that a page never gets another one's.
    worker: String,
}

pub(super) fn files() -> Files {
    let version = hex::encode(Sha256::digest(WORKER).get(..4).unwrap_or_default());
    Files { service_worker: "/j/-/sw.js", scope: "/", worker: format!("/j/-/worker.js?v={version}") }
}

/// A script in the page.
pub(super) struct Script {
    pub(super) source: &'static str,
    data: String,
    explanations: Option<String>,
}

impl Script {
    pub(super) fn new(source: &'static str, data: &impl Serialize) -> Self {
        Self { source, data: json(data), explanations: None }
    }

    /// Also tells it how mistakes are explained. That comes last in the page, which can be used before it has
    /// arrived.
    pub(super) fn explaining(self, explanations: &Explanations) -> Self {
        Self { explanations: Some(json(explanations)), ..self }
    }

    pub(super) fn markup(&self) -> Markup {
        html! {
            script #page-data type="application/json" { (PreEscaped(&self.data)) }
            script { (PreEscaped(self.source)) }
            @if let Some(explanations) = &self.explanations {
                script #explanations type="application/json" { (PreEscaped(explanations)) }
            }
        }
    }
}

/// A struct of strings and numbers always has a JSON text. `<` could end the element that holds it.
fn json(data: &impl Serialize) -> String {
    serde_json::to_string(data).unwrap_or_default().replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_cannot_leave_its_element() {
        let script = Script::new(JOIN, &"</script><script>alert(1)</script>");
        assert_eq!(script.markup().into_string().matches("</script>").count(), 2);
    }
}
