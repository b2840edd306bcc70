//! Defects of the database that tests plant, to prove that they would see them. Compiled with the feature
//! `failpoints` alone.

use rusqlite::Connection;

use crate::failpoints::planted;

/// What keeps an id from being stored twice in one workshop.
const KEY: &str = "PRIMARY KEY (id, workshop_id)";

/// Plants in a file that was just opened for writing what the environment asks for.
pub(super) fn plant(conn: &Connection) -> rusqlite::Result<()> {
    // A commit is no longer on the disk when it returns.
    if planted("planted_synchronous_normal") {
        conn.pragma_update(None, "synchronous", "NORMAL")?;
    }
    // Nothing keeps an id from being stored twice; see the writer's gather of the same name.
    if planted("planted_no_unique") {
        for table in ["signups", "duplicates"] {
            drop_key(conn, table)?;
        }
    }
    Ok(())
}

/// Replaces a table by one without its key, with the same rows and indexes.
fn drop_key(conn: &Connection, table: &str) -> rusqlite::Result<()> {
    let sql: String =
        conn.query_row("SELECT sql FROM sqlite_schema WHERE name = ?1", [table], |row| row.get(0))?;
    if !sql.contains(KEY) {
        return Ok(());
    }
    let indexes: Vec<String> = conn
        .prepare("SELECT sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ?1 AND sql IS NOT NULL")?
        .query_map([table], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    conn.execute_batch(&format!(
        "BEGIN IMMEDIATE; ALTER TABLE {table} RENAME TO with_key; {}; \
         INSERT INTO {table} SELECT * FROM with_key; DROP TABLE with_key; {}; COMMIT",
        sql.replace(KEY, "CHECK (id <> '')"),
        indexes.join("; ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_without_its_key_keeps_its_rows_and_its_indexes() {
        let dir = tempfile::tempdir().unwrap();
        let conn = crate::db::open_writer(&dir.path().join("rollcall.db")).unwrap();
        conn.execute_batch(
            "INSERT INTO workshops VALUES ('w', 'ABCD-23456', 't', 0, 1, '{}', 'tok', NULL, 1, 0, 0)",
        )
        .unwrap();
        let add = "INSERT INTO signups(id, workshop_id, phone, name, answers, state, path, digest, flags, \
                   form_version, notice_version, received_at, stored_at) \
                   VALUES ('a', 'w', '+86', 'n', '{}', 'cancelled', 'edge', x'00', '{}', 1, 1, 5, 6)";
        conn.execute(add, []).unwrap();
        assert!(conn.execute(add, []).is_err());
        let count = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, u32>(0)).unwrap();
        let indexes =
            "SELECT count(*) FROM sqlite_schema WHERE tbl_name = 'signups' AND sql LIKE 'CREATE%INDEX%'";
        let before = count(indexes);
        for _ in 0..2 {
            drop_key(&conn, "signups").unwrap();
        }
        assert_eq!(count(indexes), before);
        conn.execute(add, []).unwrap();
        assert_eq!(count("SELECT count(*) FROM signups WHERE id = 'a'"), 2);
    }
}
