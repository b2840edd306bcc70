//! Where phones reach a workshop: the network and the Wi-Fi that the host chose, and the check from a phone.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use rollcall_shared::Timestamp;
use rollcall_shared::workshop::WorkshopId;

use crate::clock::now_ms;
use crate::db::workshops::WorkshopRow;
use crate::edge::client::innermost;
use crate::engine::EngineError;
use crate::engine::host::Host;
use crate::http::client::to_this_machine;
use crate::pipeline::health::Publication;
use crate::venue::lan::{self, Device};
use crate::venue::reach;
use crate::venue::settings::VenueChoices;
use crate::venue::visitors::Visitor;
use crate::view::{
    Addresses, Arrival, Check, Evidence, LanAddress, Neighbour, OwnConnection, Reach, Reached, Wifi,
    WifiCode, verdict,
};
use crate::workshops::venue_url::VenueUrl;

/// How long the laptop may take to reach itself.
const OWN: Duration = Duration::from_secs(2);

impl Host {
    /// Returns where phones reach a workshop's form.
    pub(crate) fn addresses(&self, row: &WorkshopRow) -> Addresses {
        let pipeline = self.pipelines.get(&row.workshop.id);
        let is_shown = pipeline.is_some_and(|it| it.health.now().publication == Publication::Published);
        let edge = self.pipelines.edge().filter(|_| is_shown);
        let lan = self.listener.addresses().into_iter().map(|(interface, address)| LanAddress {
            kind: interface.kind(),
            reach: reach::of(&interface),
            interface: interface.name,
            ip: interface.ip.to_string(),
            url: VenueUrl::of(address, row).form(),
        });
        let lan: Vec<LanAddress> = lan.collect();
        let kept = self.venue.settings.now();
        let own = |ip: IpAddr| lan.iter().any(|own| own.ip == ip.to_string());
        Addresses {
            edge_reach: edge.as_ref().map_or(Reach::Phones, |edge| edge.reach()),
            edge: edge.map(|edge| format!("{}/j/{}", edge.url(), row.workshop.invite_code)),
            venue_open: self.listener.address().is_some(),
            network: kept.network,
            wifi: kept.wifi.map(|wifi| WifiCode { code: wifi.code(), wifi }),
            phones: self.venue.visitors.connected(now_ms(), own),
            lan,
        }
    }

    /// Opens the venue page, where it is closed.
    pub(crate) async fn open_venue(&self) -> Result<(), EngineError> {
        Ok(self.listener.open().await?)
    }

    /// Chooses the network whose address the venue's QR code shows.
    pub(crate) fn choose_network(&self, interface: Option<String>) -> Result<(), EngineError> {
        self.change_venue_settings(|kept| kept.network = interface)?;
        self.listener.look();
        Ok(())
    }

    /// Gives, changes or takes away the Wi-Fi that phones join first.
    pub(crate) fn set_wifi(&self, wifi: Option<Wifi>) -> Result<(), EngineError> {
        if let Some(wifi) = &wifi {
            wifi.check()?;
        }
        self.change_venue_settings(|kept| kept.wifi = wifi)
    }

    fn change_venue_settings(&self, change: impl FnOnce(&mut VenueChoices)) -> Result<(), EngineError> {
        let settings = &self.venue.settings;
        let changed = settings.change(change);
        self.context.changes.moved();
        changed.map_err(|source| EngineError::File { path: settings.path().to_owned(), source })
    }

    /// Says how the check from a phone is going that began at `since`. Takes up to [`OWN`].
    pub(crate) async fn check(&self, workshop: &WorkshopId, since: Timestamp) -> Result<Check, EngineError> {
        let row = self.row(workshop)?;
        let addresses = self.addresses(&row);
        let network = addresses.lan.into_iter().next();
        let place = self.listener.address().filter(|_| network.is_some());
        let own_ips: Vec<IpAddr> =
            self.listener.addresses().into_iter().map(|(_, address)| address.ip()).collect();
        let arrivals = self.venue.visitors.since(since).into_iter();
        let arrivals: Vec<Arrival> = arrivals
            .filter(|visitor| !own_ips.contains(&visitor.ip))
            .map(|visitor| arrival(&visitor, since))
            .collect();
        let own = match place {
            Some(place) => Some(own_connection(place).await),
            None => None,
        };
        let neighbours = network.as_ref().and_then(|network| lan::neighbours(&network.interface));
        let evidence = Evidence {
            is_open: addresses.venue_open,
            is_on_network: network.is_some(),
            furthest: arrivals.iter().map(|arrival| arrival.reached).max(),
            own_ok: !matches!(own, Some(OwnConnection::Fails { .. })),
            others: neighbours.as_ref().map(|all| all.iter().filter(|one| !one.is_router).count()),
            waited: now_ms() - since,
        };
        let shown = |Device { ip, is_router }: Device| Neighbour { ip: ip.to_string(), is_router };
        Ok(Check {
            since,
            verdict: verdict(&evidence),
            url: place.map(|place| VenueUrl::of(place, &row).check()),
            network,
            arrivals,
            own,
            neighbours: neighbours.map(|all| all.into_iter().map(shown).collect()),
        })
    }
}

fn arrival(visitor: &Visitor, since: Timestamp) -> Arrival {
    let came = |at: Option<Timestamp>| at.is_some_and(|at| at >= since);
    let reached = if came(visitor.checked_at) {
        Reached::Check
    } else if came(visitor.asked_at) {
        Reached::Page
    } else {
        Reached::Connected
    };
    Arrival { ip: visitor.ip.to_string(), at: visitor.connected_at, reached }
}

/// Tries whether the venue page answers at the laptop's own address.
async fn own_connection(place: SocketAddr) -> OwnConnection {
    let asked = async {
        let request = to_this_machine()?.get(format!("http://{place}/healthz")).timeout(OWN);
        request.send().await
    };
    match asked.await {
        Ok(response) if response.status() == reqwest::StatusCode::OK => OwnConnection::Works,
        Ok(_) => OwnConnection::Fails { why: "something else answers there".to_owned() },
        Err(error) if error.is_timeout() => {
            OwnConnection::Fails { why: format!("no answer in {} s", OWN.as_secs()) }
        }
        Err(error) => OwnConnection::Fails { why: innermost(&error) },
    }
}
