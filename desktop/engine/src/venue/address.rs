//! Addresses of the venue page.

use std::net::SocketAddr;

use crate::db::workshops::WorkshopRow;

/// The address of a workshop's form on the local network.
pub(crate) fn venue_url(lan: SocketAddr, row: &WorkshopRow) -> String {
    format!("http://{lan}/{}/j/{}", row.venue_token, row.workshop.invite_code)
}
