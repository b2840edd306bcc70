//! Tauri's own build step: configuration, capabilities and the window's pages become part of the program.

fn main() {
    tauri_build::build();
}
