//! Data folders for benchmarks.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::checkout::Checkout;

/// A data folder that is thrown away, for benchmarks.
#[derive(Debug)]
pub(crate) struct ScratchFolder(PathBuf);

impl ScratchFolder {
    pub(crate) fn new(checkout: &Checkout, name: &str) -> Result<Self> {
        let path = checkout.target()?.join(format!("{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).with_context(|| format!("making {}", path.display()))?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for ScratchFolder {
    fn drop(&mut self) {
        // Only disk space is lost if this fails.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
