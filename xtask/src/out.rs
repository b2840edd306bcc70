//! What a command says on its two outputs. Nobody has to read to the end: with `… | head`, the work is done and
//! the exit code says how it went.

use std::io::{self, Write};

use anyhow::{Context, Result};

/// Prints a line of the result, at once.
///
/// # Errors
/// The output's, except that nobody reads it any more.
pub(crate) fn line(line: impl AsRef<str>) -> Result<()> {
    match write_to(io::stdout().lock(), line.as_ref()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(error).context("writing to standard output")
        }
        _ => Ok(()),
    }
}

/// Says a line on standard error, where anybody hears it.
pub(crate) fn tell(line: impl AsRef<str>) {
    let _ = write_to(io::stderr().lock(), line.as_ref());
}

fn write_to(mut output: impl Write, line: &str) -> io::Result<()> {
    writeln!(output, "{line}")?;
    output.flush()
}
