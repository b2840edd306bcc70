//! Where things lie in this checkout.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::tool;

/// The folders that the commands read and write.
#[derive(Debug, Clone)]
pub(crate) struct Checkout {
    root: PathBuf,
    /// `None` for the one that cargo's settings name.
    target: Option<PathBuf>,
}

impl Checkout {
    /// The checkout that this program was compiled in.
    pub(crate) fn find() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies in a workspace")?;
        Ok(Self { root: root.to_owned(), target: None })
    }

    /// The checkout at a folder, to be looked at.
    pub(crate) fn at(root: impl AsRef<Path>) -> Result<Self> {
        let root = root.as_ref();
        let root = root.canonicalize().with_context(|| format!("looking for {}", root.display()))?;
        Ok(Self { root, target: None })
    }

    /// The same checkout, built into a target directory of its own.
    pub(crate) fn built_into(self, target: PathBuf) -> Self {
        Self { target: Some(target), ..self }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn edge(&self) -> PathBuf {
        self.root.join("edge")
    }

    /// What wrangler serves.
    pub(crate) fn worker(&self) -> PathBuf {
        self.edge().join("build")
    }

    /// The same with the routes that only tests and benchmarks call.
    pub(crate) fn bench_worker(&self) -> PathBuf {
        self.edge().join("bench/worker.mjs")
    }

    pub(crate) fn npm_bin(&self) -> PathBuf {
        self.edge().join("node_modules/.bin")
    }

    /// What drives the browsers.
    pub(crate) fn browser_tests(&self) -> PathBuf {
        self.root.join("e2e/browser")
    }

    /// The pages of the window.
    pub(crate) fn ui(&self) -> PathBuf {
        self.root.join("desktop/ui")
    }

    /// The worker's own target directory: it may be built by another compiler, and the two would rebuild each
    /// other's crates.
    pub(crate) fn edge_target(&self) -> PathBuf {
        self.root.join("target-edge")
    }

    /// cargo, in this checkout, as if called from a shell: what the cargo that runs us has set must not reach
    /// the one that we run.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = Command::new("cargo");
        command.current_dir(self.root());
        tool::forget_our_cargo(&mut command);
        if let Some(target) = &self.target {
            command.env("CARGO_TARGET_DIR", target);
        }
        command
    }

    /// The workspace's target directory, wherever the person's cargo settings put it.
    pub(crate) fn target(&self) -> Result<PathBuf> {
        let json = tool::output(self.cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
        let metadata: serde_json::Value = serde_json::from_str(&json).context("cargo metadata")?;
        Ok(metadata["target_directory"].as_str().context("cargo metadata names no target directory")?.into())
    }
}

/// Where tools that cargo compiles are kept, for every checkout of this person.
pub(crate) fn tools() -> Result<PathBuf> {
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|dir| dir.is_absolute());
    let cache = match cache {
        Some(cache) => cache,
        None => env::home_dir().context("this account has no home folder for ~/.cache")?.join(".cache"),
    };
    Ok(cache.join("rollcall/tools"))
}
