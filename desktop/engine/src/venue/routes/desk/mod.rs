//! `/{token}/desk`: a helper's device is let in by the PIN and signs up person after person; with script on
//! one page, without it page by page. `session` lets devices in, `signups`, `entries` and `pictures` take what they
//! send,
//! `pages` shows it.

pub(super) mod entries;
mod pages;
pub(super) mod pictures;
pub(super) mod session;
pub(super) mod signups;

pub(super) use pages::SCRIPT;
