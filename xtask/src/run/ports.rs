//! Ports on this machine.

use std::net::{Ipv4Addr, TcpListener};

use anyhow::{Context, Result};

use crate::settings::WrongSetting;

/// Fails with one clear line where another program listens already.
pub(super) fn must_be_free(port: u16, what: &str, flag: &str) -> Result<()> {
    if let Err(error) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        let line = format!(
            "port {port} for {what} cannot be used ({error}) — stop the program that has it, or choose \
             another with {flag} PORT"
        );
        return Err(WrongSetting::new(line).into());
    }
    Ok(())
}

/// Finds different ports that nobody has at this moment.
pub(crate) fn free<const N: usize>() -> Result<[u16; N]> {
    // Held until the last one is found: one that is let go may be found again.
    let mut held = Vec::with_capacity(N);
    let mut ports = [0; N];
    for port in &mut ports {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port on this machine")?;
        *port = listener.local_addr().context("the port just opened")?.port();
        held.push(listener);
    }
    Ok(ports)
}
