//! What the phone page's tests need: Chromium, and Chinese to be seen in it.

use std::path::Path;
use std::process::Command;

use super::apt::Package;
use crate::tool;

/// Where Debian puts it.
const CHINESE: &str = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";

/// What is missing of it.
pub(super) fn missing_packages() -> Vec<Package> {
    let mut missing = Vec::new();
    if !tool::succeeds(Command::new(program()).arg("--version")) {
        missing.push(Package::new("chromium", "the phone's page is tested in it"));
    }
    if cfg!(target_os = "linux") && !Path::new(CHINESE).exists() {
        missing.push(Package::new("fonts-noto-cjk", "Chinese in Chromium's pictures"));
    }
    missing
}

/// Chromium: `ROLLCALL_CHROMIUM` where that is set.
pub(crate) fn program() -> String {
    std::env::var("ROLLCALL_CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".to_owned())
}
