//! Tells whether inputs have changed since something was last built from them, by a digest of their contents
//! in a small file.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// A digest of inputs, and the file that remembers the one last built from.
#[derive(Debug)]
pub(crate) struct Stamp {
    file: PathBuf,
    digest: String,
}

impl Stamp {
    /// Reads every input (files, and folders with all below them). A missing one counts as empty.
    pub(crate) fn of(file: PathBuf, inputs: &[PathBuf], versions: &[&str]) -> Result<Self> {
        let mut files = Vec::new();
        for input in inputs {
            collect(input, &mut files)?;
        }
        files.sort();
        // Not cryptographic, and may differ between Rust releases: the worst that comes of it is one needless
        // build.
        let mut hasher = DefaultHasher::new();
        versions.hash(&mut hasher);
        for path in files {
            path.hash(&mut hasher);
            fs::read(&path).with_context(|| format!("reading {}", path.display()))?.hash(&mut hasher);
        }
        Ok(Self { file, digest: format!("{:016x}", hasher.finish()) })
    }

    pub(crate) fn is_current(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|digest| digest == self.digest)
    }

    /// Call it when the build has succeeded.
    pub(crate) fn keep(&self) -> Result<()> {
        if let Some(folder) = self.file.parent() {
            fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        }
        fs::write(&self.file, &self.digest).with_context(|| format!("writing {}", self.file.display()))
    }
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path).with_context(|| format!("reading {}", path.display()))? {
            collect(&entry?.path(), files)?;
        }
    } else if path.is_file() {
        files.push(path.to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_current_until_an_input_changes() {
        let folder = std::env::temp_dir().join(format!("rollcall-stamp-{}", std::process::id()));
        fs::create_dir_all(folder.join("src/deep")).unwrap();
        fs::write(folder.join("src/deep/a.rs"), "one").unwrap();
        let stamp =
            || Stamp::of(folder.join("stamp"), &[folder.join("src"), folder.join("gone")], &["1"]).unwrap();

        assert!(!stamp().is_current());
        stamp().keep().unwrap();
        assert!(stamp().is_current());
        fs::write(folder.join("src/deep/a.rs"), "two").unwrap();
        assert!(!stamp().is_current());
        fs::remove_dir_all(&folder).unwrap();
    }
}
