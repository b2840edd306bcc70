//! A picture of the code on a phone, as a desk takes it: read here, where the reader is better than that of any
//! browser, and where no browser hides from its pages what a picture shows.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::multipart::{Multipart, MultipartError, MultipartRejection};
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rollcall_shared::desk_trouble::EntryTrouble;
use rollcall_shared::entry_code::MAX_PICTURE_BYTES;
use rollcall_shared::intake::Refused;
use rollcall_shared::receipt::Accepted;

use super::super::signup::answered;
use super::entries::issued;
use super::pages::to_receipt;
use crate::codes::scanner::Place;
use crate::db::desks::OpenDesk;
use crate::db::workshops::WorkshopRow;
use crate::http::answer::{self, PageQuery};
use crate::message::Origin;
use crate::venue::context::VenueContext;
use crate::venue::entry;

/// The field of the plain form.
const FIELD: &str = "picture";
/// Most bytes of the plain form: a picture, and what a browser writes around it.
pub(in crate::venue::routes) const MAX_FORM_BYTES: usize = MAX_PICTURE_BYTES + 16 * 1024;

/// Takes a picture's bytes as they are. Who is no desk is refused before any of them is read.
pub(in crate::venue::routes) async fn bytes(
    State(venue): State<Arc<VenueContext>>,
    UrlPath(token): UrlPath<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let (row, desk) = match venue.at_desk(&token, &headers) {
        Ok(found) => found,
        Err(no_desk) => return answer::problem(&no_desk.problem()),
    };
    let taken = async {
        let place = room(&venue)?;
        let picture = to_bytes(body, MAX_PICTURE_BYTES).await.map_err(|_| EntryTrouble::PictureTooLarge)?;
        take(&venue, &row, &desk, place, picture.into()).await
    };
    answered(&headers, taken.await)
}

/// Takes the plain form.
pub(in crate::venue::routes) async fn form(
    State(venue): State<Arc<VenueContext>>,
    UrlPath(token): UrlPath<String>,
    asked: PageQuery,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let language = asked.or_preferred(&headers);
    let (row, desk) = match venue.at_desk(&token, &headers) {
        Ok(found) => found,
        Err(no_desk) => return no_desk.page(&venue, language).await,
    };
    let taken = async {
        let place = room(&venue)?;
        let picture = field(form.map_err(|_| EntryTrouble::NoPicture)?).await?;
        take(&venue, &row, &desk, place, picture).await
    };
    match taken.await {
        Ok(issued) => to_receipt(&row, issued.receipt.token(), language),
        Err(refused) => venue.refusal_page(&row, &desk, language, &refused).await,
    }
}

fn room(venue: &VenueContext) -> Result<Place, Refused> {
    venue.scanner.place().map_err(|error| EntryTrouble::from(error).into())
}

/// Reads the picture's field; an empty picture where there is none.
async fn field(mut form: Multipart) -> Result<Vec<u8>, EntryTrouble> {
    let broken = |error: MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => EntryTrouble::PictureTooLarge,
        _ => EntryTrouble::NoPicture,
    };
    while let Some(field) = form.next_field().await.map_err(broken)? {
        if field.name() == Some(FIELD) {
            return Ok(field.bytes().await.map_err(broken)?.into());
        }
    }
    Ok(Vec::new())
}

async fn take(
    venue: &VenueContext,
    row: &WorkshopRow,
    desk: &OpenDesk,
    place: Place,
    picture: Vec<u8>,
) -> Result<Accepted, Refused> {
    let origin = Origin::Desk(desk.id.clone());
    let taken = entry::take_picture(&venue.context, row, place, picture, origin).await?;
    Ok(issued(venue, row, &taken))
}
