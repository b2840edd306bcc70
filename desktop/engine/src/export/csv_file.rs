//! Comma-separated text: UTF-8 with a byte order mark, without which Excel takes Chinese for something else.
//!
//! The format has no types: a program that opens a file guesses, and takes `00123` for 123, the number of an
//! identity card for 1.10105E+17, `3月5日` for a date and `=1+1` for 2. What could be taken so is written as
//! `="00123"`: a formula that is nothing but a text, whose value in Excel, WPS and LibreOffice is that text,
//! without a sign of ours in it (ADR 30).

use std::borrow::Cow;

use rollcall_shared::Timestamp;
use time::OffsetDateTime;

use super::table::{Cell, Table};

const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();
/// Most UTF-16 units of a text within a formula, Excel's own limit.
const MAX_LITERAL_UNITS: usize = 255;
/// Most UTF-16 units of a formula: Excel's limit is 8,192.
const MAX_FORMULA_UNITS: usize = 8_000;

pub(super) fn write(table: &Table) -> Result<Vec<u8>, csv::Error> {
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(BYTE_ORDER_MARK.to_vec());
    writer.write_record(table.headings.iter().map(|heading| text(heading).into_owned()))?;
    for row in &table.rows {
        writer.write_record(row.iter().map(|cell| match cell {
            Cell::Text(content) => text(content).into_owned(),
            Cell::Code(content) => literal(content),
            Cell::Time(at) => time(Timestamp::from_millis(*at)),
        }))?;
    }
    writer.into_inner().map_err(|e| e.into_error().into())
}

/// Writes a text so that a spreadsheet takes it for one.
fn text(content: &str) -> Cow<'_, str> {
    if is_mistakable(content) { literal(content).into() } else { content.into() }
}

/// Writes a text as a formula that is nothing but this text; an empty one stays empty.
fn literal(content: &str) -> String {
    if content.is_empty() {
        return String::new();
    }
    let mut formula = "=\"".to_owned();
    let mut units = 0;
    for c in content.chars() {
        if units + c.len_utf16() > MAX_LITERAL_UNITS {
            formula.push_str("\"&\"");
            units = 0;
        }
        units += c.len_utf16();
        // A quotation mark within a text is written twice.
        formula.push_str(if c == '"' { "\"" } else { "" });
        formula.push(c);
    }
    formula.push('"');
    if formula.encode_utf16().count() <= MAX_FORMULA_UNITS {
        return formula;
    }
    // Too long for a formula, and for a number as well; the apostrophe keeps it from being another one.
    if begins_formula(content) { format!("'{content}") } else { content.to_owned() }
}

/// Whether a spreadsheet could take a text for a formula, a number, a date, a time, a truth value or an
/// error.
fn is_mistakable(content: &str) -> bool {
    let trimmed = content.trim();
    begins_formula(content)
        || begins_formula(trimmed)
        || trimmed.starts_with('#')
        || trimmed.eq_ignore_ascii_case("true")
        || trimmed.eq_ignore_ascii_case("false")
        || trimmed.contains(char::is_numeric) && !trimmed.contains(is_only_in_words)
}

/// Whether a text begins as formulas do (OWASP, *CSV injection*), in full width as well: input methods write
/// such signs, and spreadsheets take them.
fn begins_formula(content: &str) -> bool {
    content.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// Whether no number and no date has this character: Han, but for the signs of dates, times and numbers.
fn is_only_in_words(c: char) -> bool {
    let is_han = matches!(c, '\u{3400}'..='\u{9FFF}' | '\u{20000}'..='\u{3FFFF}');
    is_han && !"年月日号號时時点點分秒上下午星期周一二三四五六七八九十百千万萬亿億元".contains(c)
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
    fn what_a_spreadsheet_would_change_is_written_as_a_text() {
        let check = |content: &str| {
            let quoted = content.replace('"', "\"\"");
            assert_eq!(text(content), format!("=\"{quoted}\""), "{content:?}");
        };
        // Numbers of cards, codes, phones.
        check("110105199003071234");
        check("00123");
        check("+8613800138000");
        check("12E 345");
        check("1e5");
        check("１２３");
        check("1,234.50");
        // Dates, times, fractions, shares, sums.
        check("3月5日");
        check("3-5");
        check("3/5");
        check("May 3");
        check("下午3点");
        check("12:30");
        check("50%");
        check("￥100");
        check("¥1,000元");
        // Truth values and errors.
        check("TRUE");
        check(" false");
        check("#N/A");
        // Formulas.
        check("=1+1");
        check("=HYPERLINK(\"http://x\",\"y\")");
        check("-1");
        check("+x");
        check("@SUM(A1)");
        check("\tx");
        check("\rx");
        check(" =1+1");
        check("＝1+1");
        check("＠x");
        check("\"=1");
    }

    #[test]
    fn words_stay_as_they_are() {
        for words in ["王芳", "第3小学", "初二3班", "Pat O'Brien", "<r>a</r>", "\"x\"", "", "是", "May"]
        {
            assert_eq!(text(words), words);
        }
    }

    #[test]
    fn a_long_text_is_put_together_from_parts() {
        let check = |content: &str| {
            let formula = literal(content);
            let parts: Vec<&str> =
                formula.strip_prefix("=\"").unwrap().strip_suffix('"').unwrap().split("\"&\"").collect();
            assert!(parts.iter().all(|part| part.encode_utf16().count() <= MAX_LITERAL_UNITS));
            assert_eq!(parts.concat(), content);
        };
        check(&"=".repeat(255));
        check(&"=".repeat(256));
        check(&"=𠮷".repeat(300));
        assert_eq!(literal(&"=".repeat(9_000)), format!("'{}", "=".repeat(9_000)));
        assert_eq!(literal(&"1".repeat(9_000)), "1".repeat(9_000));
    }

    #[test]
    fn times_are_written_as_they_are_read() {
        assert_eq!(time(Timestamp::from_millis(0)), "1970-01-01 00:00:00");
        assert_eq!(time(Timestamp::from_millis(1_795_526_303_999)), "2026-11-24 13:18:23");
        assert_eq!(time(Timestamp::from_millis(-1)), "1969-12-31 23:59:59");
    }
}
