//! The workspace's packages, as cargo knows them. All paths are those from the checkout's root on.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::checkout::Checkout;
use crate::tool;

/// Kinds of targets that become a part of a program; tests, examples and build scripts do not.
const PRODUCT: [&str; 5] = ["bin", "cdylib", "lib", "proc-macro", "rlib"];

/// A package: the files with which its crates begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Package {
    /// `desktop/engine`
    pub(crate) folder: PathBuf,
    /// The name by which its programs import its library, where it has one.
    pub(crate) library: Option<String>,
    /// `lib.rs` first, then each program's `main.rs`.
    pub(crate) roots: Vec<PathBuf>,
}

/// All packages of the workspace, by their folders.
pub(crate) fn packages(checkout: &Checkout) -> Result<Vec<Package>> {
    let json = tool::output(checkout.cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&json).context("cargo metadata")?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let mut packages =
        packages.iter().map(|package| of(package, checkout.root())).collect::<Result<Vec<_>>>()?;
    packages.sort_by(|a, b| a.folder.cmp(&b.folder));
    Ok(packages)
}

fn of(package: &Value, root: &Path) -> Result<Package> {
    let inside = |path: &Value| {
        let path = Path::new(path.as_str().context("a package or a target without a file")?);
        path.strip_prefix(root).map(Path::to_owned).context("a package outside the checkout")
    };
    let manifest = inside(&package["manifest_path"])?;
    let folder = manifest.parent().context("a manifest lies in a folder")?.to_owned();
    let (mut library, mut roots) = (None, Vec::new());
    for target in package["targets"].as_array().into_iter().flatten() {
        let kinds = || target["kind"].as_array().into_iter().flatten().filter_map(Value::as_str);
        if !kinds().any(|kind| PRODUCT.contains(&kind)) {
            continue;
        }
        let root = inside(&target["src_path"])?;
        if kinds().any(|kind| kind == "bin") {
            roots.push(root);
        } else {
            library = target["name"].as_str().map(|name| name.replace('-', "_"));
            roots.insert(0, root);
        }
    }
    Ok(Package { folder, library, roots })
}
