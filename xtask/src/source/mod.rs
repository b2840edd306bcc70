//! Rust source, read without compiling it: a package's modules, and which file imports which.

mod census;
mod cfg;
mod circles;
mod definitions;
mod imports;
mod package;
mod resolve;
mod tree;

pub(crate) use census::{Census, Function, Public, repetitions};
pub(crate) use circles::circles;
pub(crate) use definitions::definitions;
pub(crate) use imports::{Import, imports};
pub(crate) use package::{Package, packages};
pub(crate) use tree::Tree;
