//! What the host chose for the venue: the network, its Wi-Fi's password, each workshop's desk PIN. In
//! `venue.json`, 0600, and not in the database: its tables are copied, shared and looked into by other
//! programs, and secrets would go with them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use parking_lot::Mutex;
use rollcall_shared::workshop::WorkshopId;
use serde::{Deserialize, Serialize};

use crate::folder::atomic_file;
use crate::view::Wifi;

/// The file in the data folder.
pub(crate) const FILE: &str = "venue.json";

/// What is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct VenueChoices {
    /// The network whose address the QR code shows, by its interface's name: addresses change, names
    /// stay.
    #[serde(default)]
    pub(crate) network: Option<String>,
    /// The Wi-Fi that phones join first.
    #[serde(default)]
    pub(crate) wifi: Option<Wifi>,
    /// The PINs of open desks.
    #[serde(default)]
    pub(crate) pins: BTreeMap<WorkshopId, String>,
}

/// The file and what is in it.
pub(crate) struct VenueSettings {
    path: PathBuf,
    kept: Mutex<VenueChoices>,
}

impl VenueSettings {
    /// Reads the file. One that cannot be read is none: nothing in it is more than a minute's work for the
    /// host, which is no reason to keep sign-ups waiting.
    pub(crate) fn open(path: PathBuf) -> Self {
        let kept = match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|error| {
                let path = path.display();
                tracing::warn!(%path, %error, "the venue's settings are damaged: the usual ones are taken");
                VenueChoices::default()
            }),
            Err(_) => VenueChoices::default(),
        };
        Self { path, kept: Mutex::new(kept) }
    }

    /// Returns them as they are now.
    pub(crate) fn now(&self) -> VenueChoices {
        self.kept.lock().clone()
    }

    /// Changes them: on the disk first, so that what is shown is what a restart will show.
    ///
    /// # Errors
    /// Where the file cannot be written; nothing is changed then.
    pub(crate) fn change(&self, change: impl FnOnce(&mut VenueChoices)) -> std::io::Result<()> {
        let mut kept = self.kept.lock();
        let mut changed = kept.clone();
        change(&mut changed);
        if changed != *kept {
            let bytes = serde_json::to_vec(&changed).map_err(std::io::Error::other)?;
            let _ = atomic_file::write(&self.path, &bytes)?;
            *kept = changed;
        }
        Ok(())
    }

    /// Returns the path of the file.
    pub(crate) fn path(&self) -> &std::path::Path {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_chosen_is_there_after_a_restart_and_for_its_owner_only() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        let settings = VenueSettings::open(path.clone());
        assert_eq!(settings.now(), VenueChoices::default());
        settings.change(|kept| kept.network = Some("wlan0".to_owned())).unwrap();
        assert_eq!(VenueSettings::open(path.clone()).now().network.as_deref(), Some("wlan0"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        std::fs::write(&path, "{").unwrap();
        assert_eq!(VenueSettings::open(path).now(), VenueChoices::default());
    }

    #[test]
    fn what_cannot_be_written_is_not_changed() {
        let settings = VenueSettings::open(PathBuf::from("/nowhere/at/all"));
        assert!(settings.change(|kept| kept.network = Some("wlan0".to_owned())).is_err());
        assert_eq!(settings.now(), VenueChoices::default());
    }
}
