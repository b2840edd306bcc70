//! `duplicates`: sign-ups whose number stands on the list already, beside the first.

use rollcall_shared::receipt::ReceiptState;
use rollcall_shared::signup::{Digest, Signup};
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::WorkshopId;
use rusqlite::{Connection, OptionalExtension, named_params};

use super::signups::{Circumstances, json, receipt_state, signup_id};

pub(super) const SQL: &str = "
CREATE TABLE duplicates(
  id             TEXT NOT NULL,
  workshop_id    TEXT NOT NULL REFERENCES workshops(id),
  phone          TEXT NOT NULL,
  name           TEXT NOT NULL,
  answers        TEXT NOT NULL,
  original_id    TEXT NOT NULL,     -- who holds the number in signups
  reason         TEXT NOT NULL,     -- same_name | other_name (needs a look)
  state          TEXT NOT NULL,     -- what the receipt says, frozen
  path           TEXT NOT NULL,
  digest         BLOB NOT NULL,
  flags          TEXT NOT NULL,
  form_version   INTEGER NOT NULL,
  notice_version INTEGER NOT NULL,
  filled_at      INTEGER,
  received_at    INTEGER NOT NULL,
  stored_at      INTEGER NOT NULL,
  PRIMARY KEY (id, workshop_id)
) STRICT;
";

/// Keeps a sign-up beside the one that holds its number.
pub(crate) fn insert(
    conn: &Connection,
    workshop: &WorkshopId,
    id: SignupId,
    signup: &Signup,
    original: &(String, String),
    with: &Circumstances,
) -> rusqlite::Result<()> {
    let Signup { id: _, name, phone, answers, form_version, filled_at } = signup;
    let (original_id, original_name) = original;
    let reason = if name.as_str() == original_name { "same_name" } else { "other_name" };
    conn.prepare_cached(
        "INSERT INTO duplicates(id, workshop_id, phone, name, answers, original_id, reason, state, path, digest, flags, form_version, notice_version, filled_at, received_at, stored_at)
         VALUES (:id, :workshop, :phone, :name, :answers, :original, :reason, :state, :path, :digest, :flags, :form, :notice, :filled_at, :received_at, :stored_at)",
    )?
    .execute(named_params! {
        ":id": id.to_string(), ":workshop": workshop.as_str(), ":phone": phone.as_str(), ":name": name.as_str(),
        ":answers": json(answers)?, ":original": original_id, ":reason": reason, ":state": with.state.as_str(),
        ":path": with.path.as_str(), ":digest": with.digest.as_bytes(), ":flags": json(&with.flags)?,
        ":form": form_version, ":notice": with.notice_version, ":filled_at": filled_at,
        ":received_at": with.received_at, ":stored_at": with.stored_at,
    })?;
    Ok(())
}

/// The digest that stands under an id in a workshop.
pub(crate) fn digest(
    conn: &Connection,
    workshop: &WorkshopId,
    id: SignupId,
) -> rusqlite::Result<Option<Digest>> {
    conn.prepare_cached("SELECT digest FROM duplicates WHERE id = ?1 AND workshop_id = ?2")?
        .query_row((id.to_string(), workshop.as_str()), |row| row.get(0).map(Digest::from_bytes))
        .optional()
}

/// What the receipt of a duplicate says, if it is one.
pub(crate) fn state(
    conn: &Connection,
    workshop: &WorkshopId,
    id: SignupId,
) -> rusqlite::Result<Option<ReceiptState>> {
    conn.prepare_cached("SELECT state FROM duplicates WHERE id = ?1 AND workshop_id = ?2")?
        .query_row((id.to_string(), workshop.as_str()), |row| receipt_state(row, 0))
        .optional()
}

/// Its phone took it back: it claims the number no more.
pub(crate) fn cancel(conn: &Connection, workshop: &WorkshopId, id: SignupId) -> rusqlite::Result<()> {
    conn.prepare_cached("UPDATE duplicates SET state = 'cancelled' WHERE id = ?1 AND workshop_id = ?2")?
        .execute((id.to_string(), workshop.as_str()))?;
    Ok(())
}

/// Moves the oldest one that claims a number onto the list, which must have nobody with that number; who it is.
pub(crate) fn claim(
    conn: &Connection,
    workshop: &WorkshopId,
    phone: &str,
    state: ReceiptState,
) -> rusqlite::Result<Option<SignupId>> {
    let oldest = conn
        .prepare_cached(
            "SELECT id FROM duplicates WHERE workshop_id = ?1 AND phone = ?2 AND state <> 'cancelled' ORDER BY rowid LIMIT 1",
        )?
        .query_row((workshop.as_str(), phone), |row| signup_id(row, 0))
        .optional()?;
    let Some(id) = oldest else { return Ok(None) };
    let key = (id.to_string(), workshop.as_str());
    conn.prepare_cached(
        "INSERT INTO signups(id, workshop_id, phone, name, answers, state, path, digest, flags, form_version, notice_version, filled_at, received_at, stored_at)
         SELECT id, workshop_id, phone, name, answers, ?3, path, digest, flags, form_version, notice_version, filled_at, received_at, stored_at
         FROM duplicates WHERE id = ?1 AND workshop_id = ?2",
    )?
    .execute((&key.0, key.1, state.as_str()))?;
    conn.prepare_cached("DELETE FROM duplicates WHERE id = ?1 AND workshop_id = ?2")?.execute(key)?;
    Ok(Some(id))
}

/// How many there are, over all workshops.
pub(crate) fn count(conn: &Connection) -> rusqlite::Result<u64> {
    conn.query_row("SELECT count(*) FROM duplicates", [], |row| row.get(0))
}
