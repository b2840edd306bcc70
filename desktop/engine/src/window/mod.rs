//! What the host's window asks of the [`Engine`]: methods that wait, and answer with the plain types of
//! [`view`].
//!
//! Everything there is plain data with stable words; which sentence a person reads is chosen by the window,
//! in its language. With the feature `typescript` those types are written out for the window's front end (see
//! `typescript.rs`).
//!
//! [`Engine`]: crate::Engine
//! [`view`]: crate::view

mod acts;
mod codes;
mod desks;
mod files;
mod mail;
mod reads;
#[cfg(feature = "typescript")]
pub mod typescript;
mod venue;
mod workshops;
