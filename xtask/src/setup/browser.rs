//! What the phone page's tests need: Chromium, Firefox, and Chinese to be seen in them.

use std::path::Path;
use std::process::Command;

use super::apt::Package;
use crate::tool;

/// Where Debian puts it.
const CHINESE: &str = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";

/// What is missing of it.
pub(super) fn missing_packages() -> Vec<Package> {
    let mut missing = Vec::new();
    for (program, package) in [(chromium(), "chromium"), (firefox(), "firefox-esr")] {
        if !tool::succeeds(Command::new(program).arg("--version")) {
            missing.push(Package::new(package, "the phone's page is tested in it"));
        }
    }
    if cfg!(target_os = "linux") && !Path::new(CHINESE).exists() {
        missing.push(Package::new("fonts-noto-cjk", "Chinese in the browsers' pictures"));
    }
    missing
}

/// Chromium: `ROLLCALL_CHROMIUM` where that is set.
pub(crate) fn chromium() -> String {
    std::env::var("ROLLCALL_CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".to_owned())
}

/// Firefox: `ROLLCALL_FIREFOX` where that is set.
pub(crate) fn firefox() -> String {
    std::env::var("ROLLCALL_FIREFOX").unwrap_or_else(|_| "/usr/bin/firefox-esr".to_owned())
}
