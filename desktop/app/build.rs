//! Tauri's own build step: configuration, capabilities and the pages of the window become part of the program.

fn main() {
    tauri_build::build();
}
