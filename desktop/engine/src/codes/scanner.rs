//! Reads pictures for whoever asks: off the threads that answer, a few at a time, and never for long.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rollcall_shared::desk_trouble::EntryTrouble;
use rollcall_shared::entry_code::EntryCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;

use super::picture::{self, PictureError};
use super::reading;

/// Pictures that are on their way or wait for their turn. They take up to 25 MB of memory each.
const HELD: usize = 8;
/// Pictures that are looked at side by side. Each may take 200 MB of memory for a moment, and a core.
const AT_ONCE: usize = 2;
/// How long one waits for its turn. Each of those before it takes a fraction of a second as a rule.
const PATIENCE: Duration = Duration::from_secs(8);
/// How long a picture is looked at once it is unpacked.
const LOOKED_AT: Duration = Duration::from_secs(3);

/// Why a picture was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ScanError {
    /// It is none, or none that is looked at.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// There is no code in it that could be read.
    #[error("no code was found in the picture")]
    NoCode,
    /// Others were before it for too long.
    #[error("other pictures are being looked at")]
    Busy,
}

impl From<ScanError> for EntryTrouble {
    fn from(error: ScanError) -> Self {
        match error {
            ScanError::Picture(PictureError::TooLarge) => Self::PictureTooLarge,
            ScanError::Picture(PictureError::Kind) => Self::PictureKind,
            ScanError::Picture(PictureError::NoPicture) => Self::NoPicture,
            ScanError::NoCode => Self::NoCode,
            ScanError::Busy => Self::Unavailable,
        }
    }
}

/// Reads QR codes off pictures. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Scanner {
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
}

impl Default for Scanner {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(HELD)), turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Scanner {
    /// Makes room for a picture, before any of it is read into memory.
    ///
    /// # Errors
    /// [`ScanError::Busy`].
    pub(crate) fn place(&self) -> Result<Place, ScanError> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| ScanError::Busy)?;
        Ok(Place { turns: Arc::clone(&self.turns), _place: place })
    }
}

/// Room for one picture.
#[derive(Debug)]
pub(crate) struct Place {
    turns: Arc<Semaphore>,
    _place: OwnedSemaphorePermit,
}

impl Place {
    /// Reads the QR code in a picture; an entry code, where it shows several.
    ///
    /// # Errors
    /// [`ScanError`].
    pub(crate) async fn scan(self, picture: Vec<u8>) -> Result<String, ScanError> {
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned());
        let Ok(Ok(turn)) = turn.await else { return Err(ScanError::Busy) };
        let read = move || {
            // Kept by the work, not by whoever waits for it: a request that was given up goes on using a core.
            let _kept = (self, turn);
            let luma = picture::luma(&picture)?;
            drop(picture);
            let is_entry = |text: &str| EntryCode::parse(text).is_ok();
            reading::read(&luma, Instant::now() + LOOKED_AT, is_entry).ok_or(ScanError::NoCode)
        };
        // A reader that panics has found no code.
        spawn_blocking(read).await.unwrap_or(Err(ScanError::NoCode))
    }
}
