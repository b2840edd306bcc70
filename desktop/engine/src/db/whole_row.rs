//! A row with all its columns, whatever they are: enough to put it back as it was.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Params, Row, params_from_iter};

use super::tx::Tx;

/// A row's columns by their names.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct WholeRow(Vec<(String, Value)>);

/// Reads the one row that a query yields.
pub(super) fn read(
    conn: &Connection,
    sql: &'static str,
    params: impl Params,
) -> rusqlite::Result<Option<WholeRow>> {
    let mut select = conn.prepare_cached(sql)?;
    let names: Vec<String> = select.column_names().into_iter().map(str::to_owned).collect();
    let whole = |row: &Row<'_>| {
        let columns = names.iter().enumerate().map(|(index, name)| Ok((name.clone(), row.get(index)?)));
        Ok(WholeRow(columns.collect::<rusqlite::Result<_>>()?))
    };
    select.query_row(params, whole).optional()
}

/// Puts a row into its table.
pub(super) fn insert(tx: &Tx<'_>, table: &'static str, row: &WholeRow) -> rusqlite::Result<()> {
    let names: Vec<&str> = row.0.iter().map(|(name, _)| name.as_str()).collect();
    let places = vec!["?"; names.len()].join(", ");
    let sql = format!("INSERT INTO {table}({}) VALUES ({places})", names.join(", "));
    tx.prepare_cached(&sql)?.execute(params_from_iter(row.0.iter().map(|(_, value)| value)))?;
    Ok(())
}
