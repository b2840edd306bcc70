//! The local edge's secrets: made once per data folder, kept in files that only this person can read.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use uuid::Uuid;

/// The files, and the one secret that we use ourselves.
#[derive(Debug)]
pub(crate) struct Secrets {
    /// `NAME=VALUE` lines for `wrangler dev --env-file`: command lines are public on a machine, files need
    /// not be.
    pub(crate) env_file: PathBuf,
    /// For `rollcall-host --publish-key-file`.
    pub(crate) publish_key_file: PathBuf,
    pub(crate) publish_key: String,
}

impl Secrets {
    /// Reads them, or makes them where there are none.
    pub(crate) fn in_folder(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        let publish_key_file = folder.join("publish-key");
        let publish_key = keep(&publish_key_file)?;
        let receipt_key = keep(&folder.join("receipt-key"))?;
        let env_file = folder.join("edge.env");
        write_private(&env_file, &format!("PUBLISH_KEY={publish_key}\nRECEIPT_KEY={receipt_key}\n"))?;
        Ok(Self { env_file, publish_key_file, publish_key })
    }
}

/// The 32 random bytes, in hexadecimal, that a file keeps.
fn keep(file: &Path) -> Result<String> {
    if let Ok(kept) = fs::read_to_string(file) {
        return Ok(kept.trim().to_owned());
    }
    // Two random UUIDs hold 244 random bits from the system's source.
    let key = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    write_private(file, &key)?;
    Ok(key)
}

fn write_private(file: &Path, text: &str) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(file).and_then(|mut file| file.write_all(text.as_bytes()));
    written.with_context(|| format!("writing {}", file.display()))
}
