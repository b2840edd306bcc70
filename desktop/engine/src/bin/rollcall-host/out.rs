//! What the program says on its two outputs. Nobody has to read to the end: `rollcall-host … | head` ends as if
//! all of it had been read, and what was asked for is done.

use std::io::{self, Write};

use serde::Serialize;

/// Prints an answer as JSON, over several lines.
///
/// # Errors
/// The output's, except that nobody reads it any more.
pub(crate) fn answer(answer: &impl Serialize) -> anyhow::Result<()> {
    line(&serde_json::to_string_pretty(answer)?)
}

/// Prints a line at once: whoever started us may read through a pipe.
///
/// # Errors
/// The output's, except that nobody reads it any more.
pub(crate) fn line(line: &str) -> anyhow::Result<()> {
    match write_to(io::stdout().lock(), line) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(anyhow::Error::new(error).context("the answer cannot be written"))
        }
        _ => Ok(()),
    }
}

/// Says a line to the person. Where nobody can be told, the exit code has to do.
pub(crate) fn tell(line: &str) {
    let _ = write_to(io::stderr().lock(), line);
}

fn write_to(mut output: impl Write, line: &str) -> io::Result<()> {
    writeln!(output, "{line}")?;
    output.flush()
}
