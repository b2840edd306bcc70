//! Looks at what nobody tells the engine: clock, networks and battery.

use std::time::Duration;

use crate::clock::now_ms;
use crate::engine::alarms::{Battery, LOOK_AROUND};
use crate::engine::host::Host;
use crate::view::Phase;
use crate::workshops::summary;

/// How often the battery is asked: its state changes by minutes.
const ASK_BATTERY: Duration = Duration::from_secs(30);

/// Looks around for as long as it is polled.
pub(crate) async fn watch(host: &Host) {
    tokio::join!(watch_clock_and_networks(host), watch_battery(host));
}

async fn watch_clock_and_networks(host: &Host) {
    let look = || {
        let now = now_ms();
        let phases: Vec<Phase> =
            host.context.roster.all().iter().map(|row| summary::phase(row, now)).collect();
        let addresses = host.listener.addresses();
        let open = phases.contains(&Phase::Open);
        let is_new = match host.listener.address() {
            Some(_) => host.alarms.look(now, open, addresses.first().map(|(_, address)| *address)),
            None => {
                host.alarms.closed();
                host.alarms.look(now, open, None)
            }
        };
        let stored = host.alarms.storing(now, host.context.writer.unwritable().is_some());
        let oldest = host.pipelines.oldest_mail_at();
        host.context.metrics.set_oldest_mail(oldest.map_or(0, |at| now - at));
        let waits = host.alarms.mail(now, oldest);
        if stored || waits {
            host.context.changes.moved();
        }
        (addresses, phases, is_new)
    };
    let mut roster = host.context.roster.changes();
    let mut seen = look();
    loop {
        // What the host changes is told already; from there on the clock goes on.
        if let Ok(changed) = tokio::time::timeout(LOOK_AROUND, roster.changed()).await {
            if changed.is_err() {
                return;
            }
            seen = look();
            continue;
        }
        let sees = look();
        if sees.2 || (&sees.0, &sees.1) != (&seen.0, &seen.1) {
            host.listener.look();
        }
        seen = sees;
    }
}

async fn watch_battery(host: &Host) {
    loop {
        // The systems' interfaces block, some of them for a second.
        let battery = tokio::task::spawn_blocking(battery).await.unwrap_or_default();
        if host.alarms.battery(now_ms(), battery) {
            host.context.changes.moved();
        }
        tokio::time::sleep(ASK_BATTERY).await;
    }
}

/// Returns the first battery; `None` where there is none, or the system does not say.
fn battery() -> Option<Battery> {
    use starship_battery::units::ratio::percent;
    let battery = starship_battery::Manager::new().ok()?.batteries().ok()?.find_map(Result::ok)?;
    let left = battery.state_of_charge().get::<percent>().clamp(0.0, 100.0);
    let discharging = battery.state() == starship_battery::State::Discharging;
    // Within 0 to 100.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped above")]
    Some(Battery { percent: left.round() as u8, discharging })
}
