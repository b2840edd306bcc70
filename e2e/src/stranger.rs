//! What networks answer for a server: captive portals, filters, a hall's router.

use rollcall_shared::problem::{self, Problem, ProblemCode};
use serde_json::json;

use crate::relay::{PORTAL, own_answer};

/// A sign-up of somebody else's.
const OTHER: &str = "00000000-0000-4000-8000-000000000000";

/// What somebody on the way says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// A page: a captive portal's, a filter's.
    Page,
    /// JSON of its own.
    Json,
    /// JSON with a code that is ours.
    Code,
    /// Problem details, about the same request, of a kind that is not ours.
    Problem,
    /// Problem details of ours, about another sign-up.
    OtherSignup,
    /// A receipt of ours, of another sign-up.
    OtherReceipt,
    /// To go elsewhere.
    Elsewhere,
}

impl Says {
    /// What it answers for the server to the sign-up with this id.
    pub(crate) fn answer(self, status: u16, id: &str) -> String {
        let (media, body) = match self {
            Self::Page | Self::Elsewhere => ("text/html", PORTAL.to_owned()),
            Self::Json => ("application/json", json!({ "code": status, "msg": "blocked" }).to_string()),
            Self::Code => {
                let errors = json!([{ "field": "name", "code": "empty" }]);
                let body = json!({ "status": status, "code": "closed", "errors": errors });
                ("application/json", body.to_string())
            }
            Self::Problem => {
                let instance = format!("urn:uuid:{id}");
                let body = json!({ "type": "about:blank", "status": status, "instance": instance });
                (problem::MEDIA_TYPE, body.to_string())
            }
            Self::OtherSignup => {
                let refusal = Problem { status, ..Problem::new(ProblemCode::Closed) };
                (problem::MEDIA_TYPE, refusal.about(OTHER).to_json())
            }
            Self::OtherReceipt => {
                let url = format!("/r/w/{OTHER}.mac");
                let receipt =
                    json!({ "id": OTHER, "url": url, "state": "registered", "short_code": "K7M 2QX" });
                ("application/json", json!({ "receipt": receipt }).to_string())
            }
        };
        // It would put a phone off for long.
        let more = match self {
            Self::Elsewhere => "location: /portal\r\n",
            _ => "retry-after: 86400\r\n",
        };
        own_answer(status, media, more, &body)
    }
}
