//! What is stored under an id, on the list or in `duplicates`: questions to both tables at once.

use std::collections::BTreeSet;

use rollcall_shared::digest::Digest;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::WorkshopId;
use rusqlite::Connection;

use super::column::parsed;
use super::{duplicates, signups};

/// The digest of the content that is stored under an id.
pub(crate) fn digest(
    conn: &Connection,
    workshop: &WorkshopId,
    id: SignupId,
) -> rusqlite::Result<Option<Digest>> {
    match signups::digest(conn, workshop, id)? {
        Some(digest) => Ok(Some(digest)),
        None => duplicates::digest(conn, workshop, id),
    }
}

/// Whether a sign-up is stored under an id, or under one that was derived from it.
pub(crate) fn is_sent_as(conn: &Connection, workshop: &WorkshopId, id: SignupId) -> rusqlite::Result<bool> {
    conn.prepare_cached(
        "SELECT 1 FROM signups WHERE workshop_id = ?1 AND (id = ?2 OR sent_as = ?2)
         UNION ALL SELECT 1 FROM duplicates WHERE workshop_id = ?1 AND (id = ?2 OR sent_as = ?2)",
    )?
    .exists((workshop.as_str(), id.to_string()))
}

/// Every id that belongs to the same sign-up as this one, itself included: what it corrects, what corrects
/// it, in either direction as far as that leads, and what came under the same id with other content. Who
/// sends two people under one id has them taken for one, for outside the boxes nothing tells them apart.
pub(crate) fn related(
    conn: &Connection,
    workshop: &WorkshopId,
    id: SignupId,
) -> rusqlite::Result<BTreeSet<SignupId>> {
    conn.prepare_cached(RELATED)?
        .query_map((workshop.as_str(), id.to_string()), |row| parsed(row, 0, SignupId::parse))?
        .collect()
}

const RELATED: &str = "
WITH RECURSIVE
rows(id, replaces, sent_as) AS (
  SELECT id, replaces, sent_as FROM signups
  WHERE workshop_id = ?1 AND (replaces IS NOT NULL OR sent_as IS NOT NULL)
  UNION ALL
  SELECT id, replaces, sent_as FROM duplicates
  WHERE workshop_id = ?1 AND (replaces IS NOT NULL OR sent_as IS NOT NULL)
),
links(a, b) AS (
  SELECT id, replaces FROM rows WHERE replaces IS NOT NULL
  UNION SELECT id, sent_as FROM rows WHERE sent_as IS NOT NULL
  UNION SELECT replaces, id FROM rows WHERE replaces IS NOT NULL
  UNION SELECT sent_as, id FROM rows WHERE sent_as IS NOT NULL
),
related(id) AS (VALUES (?2) UNION SELECT b FROM links JOIN related ON a = related.id)
SELECT id FROM related";
