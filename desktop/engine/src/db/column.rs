//! Columns that hold text of a type of ours: reading one names the column that is wrong.

use rollcall_shared::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Error, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A column's text, parsed; a wrong one is named by its column.
pub(super) fn parsed<T, E>(
    row: &Row<'_>,
    index: usize,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> rusqlite::Result<T> {
    word(row, index, |text| parse(text).ok())
}

/// A column's word as a value of an enum.
pub(super) fn word<T>(
    row: &Row<'_>,
    index: usize,
    from_word: impl FnOnce(&str) -> Option<T>,
) -> rusqlite::Result<T> {
    from_word(row.get_ref(index)?.as_str()?).ok_or_else(|| {
        let name = row.as_ref().column_name(index).unwrap_or_default().to_owned();
        Error::InvalidColumnType(index, name, Type::Text)
    })
}

/// A column's JSON, read.
pub(super) fn from_json<T: DeserializeOwned>(row: &Row<'_>, index: usize) -> rusqlite::Result<T> {
    parsed(row, index, |json| serde_json::from_str(json))
}

/// A value as JSON text.
pub(super) fn json(value: &impl Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|e| Error::ToSqlConversionFailure(Box::new(e)))
}

/// A column's moment.
pub(super) fn moment(row: &Row<'_>, index: usize) -> rusqlite::Result<Timestamp> {
    row.get(index).map(Timestamp::from_millis)
}

/// A column's moment, where it has one.
pub(super) fn moment_if_any(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(index)?.map(Timestamp::from_millis))
}
