//! The check from a phone, as the window asks for it.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use rollcall_shared::Millis;
use rollcall_shared::workshop::WorkshopId;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Engine;
use crate::clock::now_ms;
use crate::engine::EngineError;
use crate::venue::lan::{self, Neighbour as Seen};
use crate::view::{Arrival, Check, Evidence, Neighbour, OwnConnection, Reached, verdict};

/// How long the laptop may take to reach itself.
const OWN: Duration = Duration::from_secs(2);

impl Engine {
    /// How the check from a phone stands that began at `since`. Takes up to two seconds: the laptop tries its own address.
    ///
    /// # Errors
    /// [`EngineError::Workshop`] where there is no such workshop.
    pub fn check(&self, workshop: &WorkshopId, since: Millis) -> Result<Check, EngineError> {
        let host = &self.host;
        let addresses = self.addresses(workshop)?;
        let network = addresses.lan.into_iter().next();
        let place = host.listener.address().filter(|_| network.is_some());
        let own_ips: Vec<IpAddr> =
            host.listener.addresses().into_iter().map(|(_, address)| address.ip()).collect();
        let arrivals =
            host.venue.visitors.since(since).into_iter().filter(|visitor| !own_ips.contains(&visitor.ip));
        let arrivals: Vec<Arrival> = arrivals
            .map(|visitor| Arrival {
                ip: visitor.ip.to_string(),
                at: visitor.connected_at,
                reached: if visitor.checked_at.is_some_and(|at| at >= since) {
                    Reached::Check
                } else if visitor.asked_at.is_some_and(|at| at >= since) {
                    Reached::Page
                } else {
                    Reached::Connected
                },
            })
            .collect();
        let own = place.map(|place| self.block_on(own_connection(place)));
        let neighbours = network.as_ref().and_then(|network| lan::neighbours(&network.interface));
        let evidence = Evidence {
            is_open: addresses.venue_open,
            is_on_network: network.is_some(),
            furthest: arrivals.iter().map(|arrival| arrival.reached).max(),
            own_ok: own.as_ref().is_none_or(|own| own.ok),
            others: neighbours.as_ref().map(|all| all.iter().filter(|one| !one.is_router).count()),
            waited: now_ms() - since,
        };
        let shown = |Seen { ip, is_router }: Seen| Neighbour { ip: ip.to_string(), is_router };
        Ok(Check {
            since,
            verdict: verdict(&evidence),
            url: place
                .and(network.as_ref())
                .map(|network| format!("{}/check", network.url.split("/j/").next().unwrap_or_default())),
            network,
            arrivals,
            own,
            neighbours: neighbours.map(|all| all.into_iter().map(shown).collect()),
        })
    }
}

async fn own_connection(place: SocketAddr) -> OwnConnection {
    let began = Instant::now();
    let tried = tokio::time::timeout(OWN, ask(place)).await;
    let why = match tried {
        Ok(Ok(true)) => return OwnConnection { ok: true, why: None },
        Ok(Ok(false)) => "something else answers there".to_owned(),
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no answer in {} s", began.elapsed().as_secs()),
    };
    OwnConnection { ok: false, why: Some(why) }
}

/// Whether the venue page answers there; by hand, so that no proxy is asked.
async fn ask(place: SocketAddr) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(place).await?;
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {place}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.take(4_096).read_to_string(&mut answer).await?;
    Ok(answer.starts_with("HTTP/1.1 200"))
}
