//! A key file from elsewhere, as the host chooses it: bytes from outside, bounded and opened before its keys
//! are taken in. A copy under a passphrase, or a file as it lies in a data folder, which is what copies were
//! before there were passphrases.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::folder::keys_copy::age_file::{self, AgeError};

/// Most bytes of a key file: one of a thousand workshops has a quarter of that.
const MAX_BYTES: usize = 1024 * 1024;

/// A key file that cannot be opened. Its text is one line, `what is wrong — what to do`.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// Longer than any key file.
    #[error("this is no key file (it is too long) — choose the one that was saved in the window")]
    TooLarge,
    /// It asks for the passphrase that was given when it was saved.
    #[error("this key file is protected by a passphrase — give the one with which it was saved")]
    Protected,
    /// It does not open with the passphrase, or not at all.
    #[error(transparent)]
    Sealed(#[from] AgeError),
}

/// Returns whether a passphrase is needed to open it.
pub fn is_protected(file: &[u8]) -> bool {
    age_file::is_one(file)
}

/// Reads a file that the host chose; a longer one than any key file is cut, and refused when it is opened.
///
/// # Errors
/// The operating system's own.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Opens a key file. Returns the keys as they stand in a data folder's own `keys.json`. Takes a second where
/// there is a passphrase, and for every spelling of one that is tried.
///
/// # Errors
/// [`KeyFileError`].
pub(crate) fn open<'a>(file: &'a [u8], passphrase: Option<&str>) -> Result<Cow<'a, [u8]>, KeyFileError> {
    if file.len() > MAX_BYTES {
        return Err(KeyFileError::TooLarge);
    }
    if !is_protected(file) {
        return Ok(Cow::Borrowed(file));
    }
    let typed = passphrase.ok_or(KeyFileError::Protected)?;
    Ok(Cow::Owned(age_file::open(file, typed)?))
}
