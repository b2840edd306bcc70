//! Numbers and duplicates that an older version stored, as today's rules have them.

use rollcall_shared::phone::Phone;
use rusqlite::{Connection, OptionalExtension};

use super::tx::Tx;
use crate::view::DuplicateReason;

/// A row of `signups` or `duplicates` and its number.
type Number = (i64, String);

/// Rewrites numbers that the rules now spell otherwise (a trunk zero after a country code is dropped), and
/// compares the names of duplicates again that wait for the host.
pub(super) fn upgrade(tx: &Tx<'_>) -> rusqlite::Result<()> {
    for (rowid, number) in respelt(tx, "SELECT rowid, phone FROM duplicates WHERE phone NOT LIKE '+86%'")? {
        tx.execute("UPDATE duplicates SET phone = ?2 WHERE rowid = ?1", (rowid, number))?;
    }
    // Where another row has the number already, this one shares it, and the host sees that.
    let of_list = "SELECT rowid, phone FROM signups WHERE phone NOT LIKE '+86%' ORDER BY stored_at, rowid";
    for (rowid, number) in respelt(tx, of_list)? {
        let update = "UPDATE OR IGNORE signups SET phone = ?2 WHERE rowid = ?1";
        if tx.execute(update, (rowid, &number))? == 0 {
            let shared = "UPDATE signups SET phone = ?2, shared_phone = 1 WHERE rowid = ?1";
            tx.execute(shared, (rowid, number))?;
        }
    }
    compare_again(tx)
}

/// The rows whose number is spelt otherwise today, with its new spelling.
fn respelt(conn: &Connection, sql: &str) -> rusqlite::Result<Vec<Number>> {
    let mut select = conn.prepare(sql)?;
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let rows = rows.collect::<rusqlite::Result<Vec<Number>>>()?;
    let today = |(rowid, stored): Number| {
        let number = Phone::parse(&stored).ok()?;
        (number.as_str() != stored).then(|| (rowid, number.as_str().to_owned()))
    };
    Ok(rows.into_iter().filter_map(today).collect())
}

fn compare_again(tx: &Tx<'_>) -> rusqlite::Result<()> {
    let [same, other] = [DuplicateReason::SameName, DuplicateReason::OtherName].map(DuplicateReason::as_str);
    let mut select =
        tx.prepare("SELECT rowid, name, workshop_id, original_id FROM duplicates WHERE reason = ?1")?;
    let mut rows = select.query([other])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (workshop, original): (String, String) = (row.get(2)?, row.get(3)?);
        let first: Option<String> = tx
            .prepare_cached("SELECT name FROM signups WHERE id = ?1 AND workshop_id = ?2")?
            .query_row((original, workshop), |row| row.get(0))
            .optional()?;
        let name: String = row.get(1)?;
        if first.is_some_and(|first| DuplicateReason::between(&name, &first) == DuplicateReason::SameName) {
            found.push(row.get::<_, i64>(0)?);
        }
    }
    for rowid in found {
        tx.execute("UPDATE duplicates SET reason = ?2 WHERE rowid = ?1", (rowid, same))?;
    }
    Ok(())
}
