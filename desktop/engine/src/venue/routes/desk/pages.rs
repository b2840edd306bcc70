//! The desk's pages.

use axum::http::StatusCode;
use axum::response::Response;
use rollcall_shared::desk_trouble::{EntryTrouble, PinTrouble};
use rollcall_shared::field_error::FieldError;
use rollcall_shared::form::{
    Assets, DeskView, Message, Page, PinView, TakenView, desk_page, message_page, pin_page, taken_page,
};
use rollcall_shared::intake::{FormAgain, PageAnswer, Refused};
use rollcall_shared::language::Language;
use rollcall_shared::receipt::ReceiptState;
use rollcall_shared::seed::Seed;
use rollcall_shared::signup::SignupForm;
use rollcall_shared::signup_id::SignupId;

use crate::db::desks::{self, OpenDesk};
use crate::db::workshops::WorkshopRow;
use crate::http::answer;
use crate::random::random_16;
use crate::venue::context::VenueContext;
use crate::venue::desks::{NAME_CHARS, Refused as NotLetIn};
use crate::workshops::venue_url::VenueBase;

/// Built from `edge/web/desk.ts` and `desk.css` by `cargo xtask web`.
const ASSETS: Assets = Assets { script: SCRIPT, style: include_str!("../built/desk.css") };
/// The script of the desk's page.
pub(in crate::venue::routes) const SCRIPT: &str = include_str!("../built/desk.js");

/// What a desk's page shows in its form and around it.
#[derive(Default)]
pub(super) struct Filled<'a> {
    seed: Option<&'a Seed>,
    values: SignupForm,
    errors: &'a [FieldError],
    entry: Option<EntryTrouble>,
    trouble: Option<Message>,
}

impl VenueContext {
    /// Asks for the PIN; `refused` says why the last one did not do, and what the desk was to be called.
    pub(super) async fn pin_page(
        &self,
        row: &WorkshopRow,
        language: Language,
        refused: Option<(NotLetIn, &str)>,
    ) -> Response {
        let workshop = row.workshop.id.clone();
        let count = self.context.read(move |conn| desks::count(conn, &workshop)).await.unwrap_or_default();
        let usual = match language {
            Language::Zh => format!("签到台 {}", count + 1),
            Language::En => format!("Desk {}", count + 1),
        };
        let (status, trouble) = match refused {
            None => (StatusCode::OK, None),
            Some((NotLetIn::Wrong, _)) => (StatusCode::FORBIDDEN, Some(PinTrouble::Wrong)),
            Some((NotLetIn::Wait(seconds), _)) => {
                (StatusCode::TOO_MANY_REQUESTS, Some(PinTrouble::Wait(seconds)))
            }
            Some((NotLetIn::Shut, _)) => (StatusCode::FORBIDDEN, Some(PinTrouble::Shut)),
            Some((NotLetIn::Name, _)) => (StatusCode::UNPROCESSABLE_ENTITY, Some(PinTrouble::Name)),
            Some((NotLetIn::Unwritable, _)) => {
                (StatusCode::SERVICE_UNAVAILABLE, Some(PinTrouble::Unavailable))
            }
        };
        let base = VenueBase::of(row);
        let view = PinView {
            workshop: &row.workshop,
            language,
            base: base.as_str(),
            name: refused.map_or(&usual, |(_, name)| name),
            name_chars: NAME_CHARS,
            trouble,
        };
        let mut response = answer::page(status, pin_page(&view));
        if let Some(PinTrouble::Wait(seconds)) = trouble {
            answer::try_again_after(&mut response, Some(seconds));
        }
        response
    }

    /// Renders the page on which people are signed up.
    pub(super) async fn desk_page(
        &self,
        row: &WorkshopRow,
        desk: &OpenDesk,
        language: Language,
        filled: Filled<'_>,
    ) -> Page {
        let (workshop, id) = (row.workshop.id.clone(), desk.id.clone());
        let count = move |conn: &rusqlite::Connection| desks::taken(conn, &workshop, Some(&id));
        let taken = self.context.read(count).await.unwrap_or_default();
        let Filled { seed, values, errors, entry, trouble } = filled;
        desk_page(&DeskView {
            workshop: &row.workshop,
            language,
            base: VenueBase::of(row).as_str(),
            desk: &desk.name,
            taken,
            // The helper cannot correct an invalid seed; the next try has a good one.
            seed: &seed.cloned().unwrap_or_else(|| Seed::from_random(random_16())),
            values: &values,
            errors,
            entry,
            trouble,
            assets: ASSETS,
        })
    }

    /// Shows why somebody was not signed up: on the desk's page where that can be put right there.
    pub(super) async fn refusal_page(
        &self,
        row: &WorkshopRow,
        desk: &OpenDesk,
        language: Language,
        refused: &Refused,
    ) -> Response {
        let filled = match (refused.form_again(), refused.entry_trouble()) {
            (Some(FormAgain { values, seed, errors, trouble }), _) => {
                Some(Filled { seed, values: values.clone(), errors, entry: None, trouble })
            }
            (None, Some(trouble)) => Some(Filled { entry: Some(trouble), ..Filled::default() }),
            (None, None) => None,
        };
        let page = match filled {
            Some(filled) => self.desk_page(row, desk, language, filled).await,
            None => message_page(refused.message(), language),
        };
        let (status, retry_after) = (refused.page_status(), refused.retry_after());
        answer::page_answer(PageAnswer { status, retry_after, etag: None, page })
    }
}

/// Renders the receipt on a page of its own, for devices without script.
pub(super) fn receipt_page(
    row: &WorkshopRow,
    desk: &OpenDesk,
    language: Language,
    id: SignupId,
    state: ReceiptState,
) -> Page {
    taken_page(&TakenView {
        workshop: &row.workshop,
        language,
        base: VenueBase::of(row).as_str(),
        desk: &desk.name,
        id,
        state,
        assets: ASSETS,
    })
}

/// Leads to the receipt; its address names nobody, and going back does not send the form again.
pub(super) fn to_receipt(row: &WorkshopRow, receipt: &str, language: Language) -> Response {
    answer::see_other(&format!("{}/desk/r/{receipt}?lang={}", VenueBase::of(row), language.tag()))
}
