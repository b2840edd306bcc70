//! What the window needs: its toolkit to be built, and a display that nobody sees to be tested.

use std::path::Path;
use std::process::Command;

use super::apt::Package;
use crate::tool;

/// The toolkit's packages, and the modules by which pkg-config finds them.
const TOOLKIT: [(&str, &str); 4] = [
    ("libwebkit2gtk-4.1-dev", "webkit2gtk-4.1"),
    ("libgtk-3-dev", "gtk+-3.0"),
    ("librsvg2-dev", "librsvg-2.0"),
    ("libayatana-appindicator3-dev", "ayatana-appindicator3-0.1"),
];

/// What tests of the window run, and the programs by which one sees that it is there.
const TESTING: [(&str, &str, &str); 6] = [
    ("xvfb", "Xvfb", "a display that nobody sees, for the window's tests"),
    ("dbus", "dbus-run-session", "a desktop's bus, for the window's tests"),
    ("webkit2gtk-driver", "WebKitWebDriver", "the window's tests press its buttons"),
    ("imagemagick", "import", "pictures of the window under test"),
    ("libreoffice-calc-nogui", "soffice", "opens exported lists as hosts do"),
    ("strace", "strace", "what a program has synced when the power fails"),
];

const CHINESE: &str = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";

/// Whether the window can be built here. macOS and Windows bring their toolkit.
pub(crate) fn toolkit_is_there() -> bool {
    !cfg!(target_os = "linux") || missing_toolkit().is_empty()
}

/// Whether a window could be seen.
pub(crate) fn display_is_there() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

/// The toolkit, as far as it is missing.
pub(super) fn missing_toolkit() -> Vec<Package> {
    if !cfg!(target_os = "linux") {
        return Vec::new();
    }
    let there = |module: &str| tool::succeeds(Command::new("pkg-config").args(["--exists", module]));
    let missing = TOOLKIT.iter().filter(|(_, module)| !there(module));
    missing.map(|(name, _)| Package::new(*name, "the window's toolkit")).collect()
}

/// What the window's tests need beyond it, as far as it is missing.
pub(super) fn missing_for_tests() -> Vec<Package> {
    if !cfg!(target_os = "linux") {
        return Vec::new();
    }
    let mut missing: Vec<Package> = TESTING
        .iter()
        .filter(|(_, program, _)| !on_path(program))
        .map(|(name, _, why)| Package::new(*name, why))
        .collect();
    if !Path::new(CHINESE).exists() {
        missing.push(Package::new("fonts-noto-cjk", "Chinese in the window's pictures"));
    }
    if !tool::succeeds(Command::new("/usr/bin/python3").args(["-c", "import openpyxl"])) {
        missing.push(Package::new("python3-openpyxl", "reads exported sheets as another program would"));
    }
    missing
}

/// Whether a program is on the path. It is not run: some of these would stay.
fn on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
