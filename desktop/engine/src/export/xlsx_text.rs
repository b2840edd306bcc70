//! Texts in a workbook: whatever it is, it comes out as itself, in Excel, WPS, LibreOffice, openpyxl and
//! calamine.
//!
//! `rust_xlsxwriter` takes a text from `<r>` to `</r>` for markup of its own and writes it as it is: a file
//! that nobody can open. Such a text is written in several runs, none of which is markup. In runs the library
//! does not see to texts like `_x000D_`, which are escapes in the file's format (ECMA-376, 22.9.2.19,
//! `ST_Xstring`); hence no run holds one. In any other text it does.

use std::borrow::Cow;

use rust_xlsxwriter::{Format, Worksheet, XlsxError};

/// Most UTF-16 units of a cell's text, Excel's own limit.
const MAX_CELL_UNITS: usize = 32_767;
/// Characters of an escape such as `_x000D_`.
const ESCAPE_CHARS: usize = 7;

/// Writes a text to a cell; an empty one leaves it blank.
///
/// # Errors
/// Where the sheet has no such row or column.
pub(super) fn write(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    text: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    let text = storable(text);
    let text = cut(&text, MAX_CELL_UNITS);
    if text.is_empty() {
        return Ok(());
    }
    if !is_taken_for_markup(&text) {
        sheet.write_string_with_format(row, column, text, format)?;
        return Ok(());
    }
    // The library counts the markup of the runs, too: a text of hundreds of them is shortened.
    let mut max = MAX_CELL_UNITS;
    loop {
        let text = cut(&text, max);
        let cuts = cuts(&text);
        let runs: Vec<_> = runs(&text, &cuts).map(|run| (format, run)).collect();
        match sheet.write_rich_string_with_format(row, column, &runs, format) {
            Err(XlsxError::MaxStringLengthExceeded) if max > 1 => max /= 2,
            written => return written.map(drop),
        }
    }
}

/// Makes a text that XML can hold: every line ends with a line feed, and a character that no XML has becomes
/// `�`. Such characters do not come in; rows of older versions may have them.
fn storable(text: &str) -> Cow<'_, str> {
    let is_foreign = |c: char| c < ' ' && !matches!(c, '\t' | '\n') || matches!(c, '\u{FFFE}' | '\u{FFFF}');
    if !text.contains(is_foreign) {
        return text.into();
    }
    text.replace("\r\n", "\n").replace('\r', "\n").replace(is_foreign, "\u{FFFD}").into()
}

/// Shortens a text to `max` UTF-16 units; what is missing is shown by `…`.
fn cut(text: &str, max: usize) -> Cow<'_, str> {
    if text.encode_utf16().count() <= max {
        return text.into();
    }
    let mut units = 0;
    let fits = |c: &char| {
        units += c.len_utf16();
        units < max
    };
    text.chars().take_while(fits).chain(['…']).collect::<String>().into()
}

fn is_taken_for_markup(text: &str) -> bool {
    text.starts_with("<r>") && text.ends_with("</r>")
}

/// Where a text has to be cut so that no part is taken for markup or for an escape: byte offsets, ascending.
fn cuts(text: &str) -> Vec<usize> {
    let escapes = text.match_indices("_x").filter(|(at, _)| is_escape(text, *at));
    let markup = is_taken_for_markup(text).then_some(1);
    markup.into_iter().chain(escapes.map(|(at, _)| at + 1)).collect()
}

fn is_escape(text: &str, at: usize) -> bool {
    text.as_bytes()
        .get(at..at + ESCAPE_CHARS)
        .is_some_and(|escape| escape.ends_with(b"_") && escape[2..6].iter().all(u8::is_ascii_hexdigit))
}

fn runs<'a>(text: &'a str, cuts: &'a [usize]) -> impl Iterator<Item = &'a str> {
    let starts = std::iter::once(0).chain(cuts.iter().copied());
    let ends = cuts.iter().copied().chain([text.len()]);
    starts.zip(ends).filter_map(|(start, end)| text.get(start..end)).filter(|run| !run.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_run_is_markup_or_an_escape() {
        let check = |text: &str, expected: &[&str]| {
            let cuts = cuts(text);
            assert_eq!(runs(text, &cuts).collect::<Vec<_>>(), expected, "{text}");
        };
        check("王芳", &["王芳"]);
        check("<r>a & b</r>", &["<", "r>a & b</r>"]);
        check("<r></r>", &["<", "r></r>"]);
        check("<r>a", &["<r>a"]);
        check("_x000D_", &["_", "x000D_"]);
        check("a_x000d_b_x005F_x0007_", &["a_", "x000d_b_", "x005F_", "x0007_"]);
        check("_x00_x0041_", &["_x00_", "x0041_"]);
        check("_x000G_ _x000D _x王王_", &["_x000G_ _x000D _x王王_"]);
        check("<r>_x000D_</r>", &["<", "r>_", "x000D_</r>"]);
    }

    #[test]
    fn what_xml_cannot_hold_is_shown_as_missing() {
        let check = |text: &str, expected: &str| assert_eq!(storable(text), expected);
        check("a\tb\nc", "a\tb\nc");
        check("a\r\nb\rc", "a\nb\nc");
        check("a\u{0}\u{7}\u{1f}b\u{FFFE}\u{FFFF}", "a���b��");
        check("\u{7f}\u{85}𠮷", "\u{7f}\u{85}𠮷");
    }

    #[test]
    fn a_text_is_cut_at_a_whole_character() {
        assert_eq!(cut("王芳", 2), "王芳");
        assert_eq!(cut("王芳芳", 2), "王…");
        assert_eq!(cut("a𠮷𠮷", 4), "a𠮷…");
    }
}
