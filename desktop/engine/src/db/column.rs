//! Columns that hold text of a type of ours: reading one names the column that is wrong.

use serde::Serialize;

/// A column's text, parsed; a wrong one is named by its column.
pub(crate) fn parsed<T, E>(
    row: &rusqlite::Row<'_>,
    index: usize,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> rusqlite::Result<T> {
    parse(row.get_ref(index)?.as_str()?).map_err(|_| {
        let name = row.as_ref().column_name(index).unwrap_or_default().to_owned();
        rusqlite::Error::InvalidColumnType(index, name, rusqlite::types::Type::Text)
    })
}

/// A value as JSON text.
pub(super) fn json(value: &impl Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|e| rusqlite::Error::ToSqlConversionFailure(Box::new(e)))
}
