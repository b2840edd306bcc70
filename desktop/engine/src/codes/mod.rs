//! QR codes: those that the window shows are drawn, those on people's phones are read from pictures.

pub(crate) mod drawing;
#[cfg(test)]
mod photographs;
mod picture;
mod reading;
pub(crate) mod scanner;
