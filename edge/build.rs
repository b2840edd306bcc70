//! Leaves the names of functions out of the worker: a fifth of its size, read by nobody. `strip` in the profile would take
//! the sections along that wasm-bindgen reads.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "wasm32") {
        for argument in ["--strip-all", "--keep-section=target_features"] {
            println!("cargo::rustc-link-arg-cdylib={argument}");
        }
    }
}
