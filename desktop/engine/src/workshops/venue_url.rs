//! Addresses of a workshop's pages on the local network. The one place that puts them together.

use std::fmt::{self, Display};
use std::net::SocketAddr;

use rollcall_shared::invite_code::InviteCode;

use crate::db::workshops::WorkshopRow;

/// What every path of a workshop's venue pages begins with: `/k7m2qx`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VenueBase(String);

/// Where phones reach a workshop's venue pages: `http://192.168.1.20:7470/k7m2qx`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VenueUrl {
    laptop: SocketAddr,
    base: VenueBase,
    code: InviteCode,
}

impl VenueBase {
    /// Takes the workshop's venue token.
    pub(crate) fn of(row: &WorkshopRow) -> Self {
        Self(format!("/{}", row.venue_token))
    }

    /// Returns the path: `/k7m2qx`.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl VenueUrl {
    /// Names a workshop's pages on a laptop that phones reach there.
    pub(crate) fn of(laptop: SocketAddr, row: &WorkshopRow) -> Self {
        Self { laptop, base: VenueBase::of(row), code: row.workshop.invite_code.clone() }
    }

    /// Returns the form's address, which QR codes show.
    pub(crate) fn form(&self) -> String {
        format!("{self}/j/{}", self.code)
    }

    /// Returns the address of the page that a phone opens to check its way here.
    pub(crate) fn check(&self) -> String {
        format!("{self}/check")
    }

    /// Returns the address at which a helper's device becomes a desk.
    pub(crate) fn desk(&self) -> String {
        format!("{self}/desk")
    }
}

impl Display for VenueBase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Display for VenueUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}{}", self.laptop, self.base)
    }
}

#[cfg(test)]
mod tests {
    use rollcall_shared::seal::SecretKey;
    use rollcall_shared::workshop::sample;

    use super::*;

    #[test]
    fn every_address_of_a_workshop_is_made_here() {
        let workshop = sample::workshop(SecretKey::from_bytes([9; 32]).public());
        let (form, code) = ("http://192.168.1.20:7470/k7m2qx/j/", workshop.invite_code.clone());
        let row = WorkshopRow {
            workshop,
            venue_token: "k7m2qx".to_owned(),
            retired_at: None,
            rev: 1,
            published_rev: 0,
        };
        assert_eq!(VenueBase::of(&row).to_string(), "/k7m2qx");
        let url = VenueUrl::of(SocketAddr::from(([192, 168, 1, 20], 7470)), &row);
        assert_eq!(url.to_string(), "http://192.168.1.20:7470/k7m2qx");
        assert_eq!(url.form(), format!("{form}{code}"));
        assert_eq!((url.check(), url.desk()), (format!("{url}/check"), format!("{url}/desk")));
        let url = VenueUrl::of("[fd00::1]:7470".parse().unwrap(), &row);
        assert_eq!(url.to_string(), "http://[fd00::1]:7470/k7m2qx");
    }
}
