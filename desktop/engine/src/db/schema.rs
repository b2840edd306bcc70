//! The tables of every version, and the upgrade of an older file to the newest.

use std::path::Path;

use rusqlite::{Connection, Transaction};
use rusqlite_migration::{M, Migrations, SchemaVersion};

use super::open_error::OpenError;
use super::tx::Tx;
use super::{
    copies, desks, duplicates, erased, erased_workshops, events, forms, notices, parked, probe, quarantine,
    receipts_out, respelling, signups, takeovers_due, workshops,
};

/// Version 1: every table's own SQL.
pub(super) const V1: &[&str] = &[
    workshops::SQL,
    signups::SQL,
    duplicates::SQL,
    parked::SQL,
    erased::SQL,
    receipts_out::SQL,
    events::SQL,
    quarantine::SQL,
    probe::SQL,
];

/// Version 2: what the window's acts and its list need.
const V2: &[&str] = &[signups::V2, duplicates::V2, parked::V2];

/// Version 3: desks.
const V3: &[&str] = &[desks::V3];

/// Version 4: erasure and restored databases.
const V4: &[&str] =
    &[signups::V4, duplicates::V4, parked::V4, erased::V4, erased_workshops::V4, takeovers_due::V4];

/// Version 5: every version of a form, and answers that none of them asked for.
const V5: &[&str] = &[forms::V5, signups::V5, duplicates::V5];

/// The version that this program writes.
pub(crate) const VERSION: i64 = 8;

/// Brings a file up to date. An older one is copied first.
pub(super) fn upgrade(path: &Path, conn: &mut Connection) -> Result<(), OpenError> {
    let versions = [V1, V2, V3, V4, V5].map(|tables| tables.concat());
    let mut steps: Vec<M<'_>> = versions.iter().map(|sql| M::up(sql)).collect();
    // Version 6: numbers and comparisons by the rules of today.
    steps.push(M::up_with_hook("", |tx: &Transaction<'_>| Ok(respelling::upgrade(&Tx::over(tx))?)));
    // Version 7 changed nothing.
    steps.push(M::up(""));
    // Version 8: every version of a notice.
    steps.push(M::up_with_hook("", |tx: &Transaction<'_>| Ok(notices::upgrade(&Tx::over(tx))?)));
    migrate(path, conn, steps)
}

pub(super) fn migrate(path: &Path, conn: &mut Connection, steps: Vec<M<'_>>) -> Result<(), OpenError> {
    let fail = |e: rusqlite_migration::Error| match e {
        rusqlite_migration::Error::RusqliteError { err, .. } => OpenError::of(path, err),
        other => OpenError::Database { path: path.to_owned(), source: other.into() },
    };
    let known = i64::try_from(steps.len()).unwrap_or(i64::MAX);
    let found: i64 = conn
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(|e| OpenError::of(path, e))?;
    if found > known {
        return Err(OpenError::Newer { path: path.to_owned(), found, known });
    }
    let migrations = Migrations::new(steps);
    if matches!(migrations.current_version(conn).map_err(fail)?, SchemaVersion::Inside(_)) && found < known {
        let copy = copies::before_upgrade(path, found);
        // VACUUM INTO copies what is committed, the WAL's part included, in one consistent file.
        conn.execute("VACUUM INTO ?1", [copy.to_string_lossy()]).map_err(|e| OpenError::of(path, e))?;
        tracing::info!(
            copy = %copy.display(), from = found, to = known,
            "the database is of an older version: copied, now upgraded"
        );
    }
    migrations.to_latest(conn).map_err(fail)
}
