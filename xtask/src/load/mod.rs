//! Load: made-up teachers, and a way to send them all at one instant.

pub(crate) mod burst;
pub(crate) mod http;
pub(crate) mod stored;
pub(crate) mod teachers;
