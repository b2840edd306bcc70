//! Where sign-ups can be taken: what is printed once an engine runs.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use rollcall_shared::language::Language;
use serde::Serialize;

use crate::db::workshops::WorkshopRow;
use crate::view::Reach;
use crate::workshops::venue_url::VenueUrl;

/// Where sign-ups can be taken now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ready {
    /// The edge's address, once it shows the workshop; `None` where there is no edge or it cannot be reached
    /// yet.
    pub edge: Option<String>,
    /// Whether a phone can get there: an edge on this very computer is for tests.
    pub edge_reach: Option<Reach>,
    /// The newest workshop's form on the local network.
    pub lan: Option<String>,
    /// Whether a phone can get there.
    pub lan_reach: Option<Reach>,
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
    pub(super) fn announce(&mut self, newest: Option<&Arc<WorkshopRow>>, lan: Option<(SocketAddr, Reach)>) {
        let Some(row) = newest else { return };
        self.lan = lan.map(|(lan, _)| VenueUrl::of(lan, row).form());
        self.lan_reach = self.lan.as_ref().and(lan).map(|(_, reach)| reach);
        self.invite_code = Some(row.workshop.invite_code.to_string());
    }

    /// Says that no phone reaches an address of these, where that is so, and what to do.
    #[must_use]
    pub fn unreachable(&self, language: Language) -> Option<String> {
        let away = |reach: &Reach| *reach != Reach::Phones;
        let [edge, lan] = [self.edge_reach.filter(away), self.lan_reach.filter(away)];
        let which = match (edge, lan) {
            (None, None) => return None,
            (Some(_), None) => "edge",
            (None, Some(_)) => "lan",
            (Some(_), Some(_)) => "edge, lan",
        };
        Some(match language {
            Language::Zh => format!(
                "注意：手机打不开 {which} 的地址，只有这台电脑能用——要让手机登记，请连上会场网络并加 \
                 --lan-host 0.0.0.0；线上登记要用自己的云端（--edge-url）"
            ),
            Language::En => format!(
                "note: no phone reaches the address of {which}, only this computer does — for phones join the \
                 venue's network and add --lan-host 0.0.0.0, for sign-ups online use an edge of your own \
                 (--edge-url)"
            ),
        })
    }
}
