//! Reads pictures for whoever asks: off the threads that answer, a few at a time, and never for long.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::picture::{self, PictureError};
use super::reading;

pub(crate) use super::picture::MAX_PICTURE_BYTES;

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

/// Reads QR codes. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Scanner {
    turns: Arc<Semaphore>,
}

impl Default for Scanner {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Scanner {
    /// The text of the QR code in a picture.
    ///
    /// # Errors
    /// [`ScanError`].
    pub(crate) async fn scan(&self, picture: Vec<u8>) -> Result<String, ScanError> {
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned());
        let Ok(Ok(turn)) = turn.await else { return Err(ScanError::Busy) };
        let read = move || {
            // Kept by the work, not by whoever waits for it: a request that was given up goes on using a
            // core.
            let _turn = turn;
            let luma = picture::luma(&picture)?;
            drop(picture);
            reading::read(&luma, Instant::now() + LOOKED_AT).ok_or(ScanError::NoCode)
        };
        // A reader that panics has found no code.
        spawn_blocking(read).await.unwrap_or(Err(ScanError::NoCode))
    }
}
