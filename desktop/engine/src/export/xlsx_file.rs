//! A workbook: texts are texts, whatever they begin with, and stay so where somebody edits them; times are
//! times that can be sorted.

use rollcall_shared::Timestamp;
use rust_xlsxwriter::{Format, IgnoreError, Workbook, XlsxError};

use super::table::{Cell, Table};
use super::xlsx_text;

/// 1970-01-01 in the days that spreadsheets count.
const EPOCH_DAYS: f64 = 25_569.0;
const DAY_SECONDS: f64 = 86_400.0;
/// Widths in characters.
const TEXT_WIDTH: f64 = 18.0;
const TIME_WIDTH: f64 = 20.0;

pub(super) fn write(table: &Table) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let heading_format = Format::new().set_bold();
    // A spreadsheet's own format for texts: an edited number of a phone stays what it is.
    let text_format = Format::new().set_num_format("@");
    let time_format = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    let sheet = workbook.add_worksheet().set_name(table.sheet)?;
    sheet.set_freeze_panes(1, 1)?;
    for (column, heading) in (0_u16..).zip(&table.headings) {
        xlsx_text::write(sheet, (0, column), heading, &heading_format)?;
        let first = table.rows.first().and_then(|row| row.get(usize::from(column)));
        let width = if matches!(first, Some(Cell::Time(_))) { TIME_WIDTH } else { TEXT_WIDTH };
        sheet.set_column_width(column, width)?;
    }
    let mut last = 0;
    for (line, row) in (1_u32..).zip(&table.rows) {
        for (column, cell) in (0_u16..).zip(row) {
            match cell {
                Cell::Text(text) | Cell::Code(text) => {
                    xlsx_text::write(sheet, (line, column), text, &text_format)?;
                }
                Cell::Time(at) => drop(sheet.write_number_with_format(
                    line,
                    column,
                    days(Timestamp::from_millis(*at)),
                    &time_format,
                )?),
            }
        }
        last = line;
    }
    if let Some(last_column) = u16::try_from(table.headings.len()).ok().and_then(|n| n.checked_sub(1)) {
        sheet.autofilter(0, 0, last, last_column)?;
        // No green corners on numbers that are texts on purpose.
        sheet.ignore_error_range(0, 0, last, last_column, IgnoreError::NumberStoredAsText)?;
    }
    workbook.save_to_buffer()
}

/// Rounds to whole seconds, or the last one would be shown as `:60` here and there.
fn days(at: Timestamp) -> f64 {
    EPOCH_DAYS + at.as_seconds() as f64 / DAY_SECONDS
}
