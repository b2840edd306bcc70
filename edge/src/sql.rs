//! Helpers for the SQL of Durable Objects.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use worker::{Result, SqlStorage, SqlStorageValue};

/// Reads the first row of a query, where there is one.
pub(crate) fn first<T: DeserializeOwned>(
    sql: &SqlStorage,
    query: &str,
    values: impl Into<Vec<SqlStorageValue>>,
) -> Result<Option<T>> {
    sql.exec(query, values.into())?.next().next().transpose()
}

/// Runs a statement, which must end with `RETURNING 1`, and counts the rows that it changed.
pub(crate) fn changed(
    sql: &SqlStorage,
    statement: &str,
    values: impl Into<Vec<SqlStorageValue>>,
) -> Result<u64> {
    Ok(sql.exec(statement, values.into())?.raw().count() as u64)
}

/// Whether the table exists: an object that was never written to has no tables.
pub(crate) fn has_table(sql: &SqlStorage, table: &str) -> bool {
    #[derive(Deserialize)]
    struct Row {}
    let found = first::<Row>(
        sql,
        "SELECT 1 AS found FROM sqlite_master WHERE type = 'table' AND name = ?",
        [table.into()],
    );
    matches!(found, Ok(Some(_)))
}

/// Whether the table has the column: objects from earlier versions may lack some.
pub(crate) fn has_column(sql: &SqlStorage, table: &str, column: &str) -> bool {
    #[derive(Deserialize)]
    struct Row {}
    let found = first::<Row>(
        sql,
        // The text of CREATE TABLE, to which ALTER TABLE adds.
        "SELECT 1 AS found FROM sqlite_master WHERE type = 'table' AND name = ? AND instr(sql, ?) > 0",
        [table.into(), column.into()],
    );
    matches!(found, Ok(Some(_)))
}
