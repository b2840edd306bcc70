//! Where sign-ups can be taken: what is printed once an engine runs.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use crate::db::workshops::WorkshopRow;
use crate::workshops::venue_url::VenueUrl;

/// Where sign-ups can be taken now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ready {
    /// The edge's address, once it shows the workshop; `None` where there is no edge or it cannot be reached
    /// yet.
    pub edge: Option<String>,
    /// The newest workshop's form on the local network.
    pub lan: Option<String>,
    /// Its invite code.
    pub invite_code: Option<String>,
    /// The database file.
    pub db: PathBuf,
    /// Numbers to watch.
    pub metrics: String,
    /// The control routes.
    pub control: String,
}

impl Ready {
    /// Names the newest workshop and its form.
    pub(super) fn announce(&mut self, newest: Option<&Arc<WorkshopRow>>, lan: Option<SocketAddr>) {
        let Some(row) = newest else { return };
        self.lan = lan.map(|lan| VenueUrl::of(lan, row).form());
        self.invite_code = Some(row.workshop.invite_code.to_string());
    }
}
