//! Comma-separated text: UTF-8 with a byte order mark, without which Excel takes Chinese for something else.

use rollcall_shared::Timestamp;
use time::OffsetDateTime;

use super::table::{Cell, Table};

const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

pub(super) fn write(table: &Table) -> Result<Vec<u8>, csv::Error> {
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(BYTE_ORDER_MARK.to_vec());
    writer.write_record(table.headings.iter().map(|heading| safe(heading)))?;
    for row in &table.rows {
        writer.write_record(row.iter().map(|cell| match cell {
            Cell::Text(text) => safe(text),
            Cell::Time(at) => time(Timestamp::from_millis(*at)),
        }))?;
    }
    writer.into_inner().map_err(|e| e.into_error().into())
}

/// Puts an apostrophe before a cell that a spreadsheet would take for a formula (OWASP, *CSV injection*).
/// A phone number begins with `+`, and stays a text with its zeros by the same sign.
fn safe(text: &str) -> String {
    match text.as_bytes().first() {
        Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r') => format!("'{text}"),
        _ => text.to_owned(),
    }
}

/// Writes a time as `2026-11-24 13:18:23`, which every spreadsheet takes for a time.
fn time(at: Timestamp) -> String {
    let Ok(at) = OffsetDateTime::from_unix_timestamp(at.as_seconds()) else { return String::new() };
    let (hour, minute, second) = at.to_hms();
    format!("{:04}-{:02}-{:02} {hour:02}:{minute:02}:{second:02}", at.year(), u8::from(at.month()), at.day())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_texts() {
        let check = |text: &str, expected: &str| assert_eq!(safe(text), expected);
        check("王芳", "王芳");
        check("+8613800138000", "'+8613800138000");
        check("=1+1", "'=1+1");
        check("-1", "'-1");
        check("@SUM(A1)", "'@SUM(A1)");
        check("\tx", "'\tx");
        check("\rx", "'\rx");
        check("a=1", "a=1");
        check("", "");
    }

    #[test]
    fn times_are_written_as_they_are_read() {
        assert_eq!(time(Timestamp::from_millis(0)), "1970-01-01 00:00:00");
        assert_eq!(time(Timestamp::from_millis(1_795_526_303_999)), "2026-11-24 13:18:23");
        assert_eq!(time(Timestamp::from_millis(-1)), "1969-12-31 23:59:59");
    }
}
