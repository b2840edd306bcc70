//! `GET /v1/workshops/{code}`: the public facts of a workshop.

use percent_encoding::percent_decode_str;
use rollcall_shared::cache::Known;
use rollcall_shared::intake::Refused;
use rollcall_shared::invite_code::InviteCode;
use rollcall_shared::workshop::Workshop;

use crate::answer::{self, Answer, Stopped};
use crate::cache;
use crate::inbound::Inbound;

/// Answers with the record, as the page and the phone need it.
pub(crate) async fn facts(inbound: &mut Inbound, code: &str) -> Answer {
    let code = code_in_path(code).ok_or_else(Refused::unknown_code)?;
    answer::json(200, &published(inbound, &code).await?)
}

/// Finds the workshop that a code leads to.
///
/// # Errors
/// 404 where no workshop has the code, 410 where one had it.
pub(crate) async fn published(inbound: &Inbound, code: &InviteCode) -> Result<Workshop, Stopped> {
    match &cache::find(&inbound.env, &inbound.context, code, inbound.now).await?.known {
        Known::Published { workshop } => Ok((**workshop).clone()),
        Known::Retired => Err(Refused::retired().into()),
        Known::Unknown => Err(Refused::unknown_code().into()),
    }
}

/// Reads the code in an address, which may be typed by hand and percent-encoded by the browser.
pub(crate) fn code_in_path(segment: &str) -> Option<InviteCode> {
    let text = percent_decode_str(segment).decode_utf8().ok()?;
    InviteCode::parse(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_people_type_them() {
        let check =
            |segment| assert_eq!(code_in_path(segment).map(|c| c.to_string()).as_deref(), Some("ABCD-23456"));
        ["ABCD-23456", "abcd23456", "ABCD%2D23456", "abcd%2023456", "%EF%BC%A1BCD-23456"]
            .into_iter()
            .for_each(check);
        assert_eq!(code_in_path("%FF"), None);
    }
}
