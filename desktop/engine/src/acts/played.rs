//! Acts on a connection of the caller's: the writer's state machine plays them between all else that happens.

use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::WorkshopId;

use super::snapshot::Change;
use super::{recorded, rules, whole_or_nothing};
use crate::clock::now_ms;
use crate::db::tx::WriterConnection;
use crate::view::Act;

/// The way back from an act that was played.
pub(crate) struct Way(Change);

/// Cancels a sign-up, or puts a cancelled one back; `None` where that was refused.
pub(crate) fn play(
    conn: &mut WriterConnection,
    workshop: &WorkshopId,
    act: Act,
    id: SignupId,
) -> Option<Way> {
    let done = conn.in_transaction(|tx| {
        whole_or_nothing(tx, |tx| {
            recorded(tx, workshop.clone(), act, |recorder| match act {
                Act::Cancel => rules::cancel(recorder, id),
                Act::Restore => rules::restore(recorder, id),
                Act::UseNewer => rules::use_newer(recorder, id),
                Act::AnotherPerson => rules::another_person(recorder, id),
                other => panic!("{other:?} is not played"),
            })
        })
    });
    done.unwrap().ok().map(Way)
}

/// Takes an act back, where nothing came in between.
pub(crate) fn undo(conn: &mut WriterConnection, way: &Way) {
    let undone = conn.in_transaction(|tx| whole_or_nothing(tx, |tx| way.0.undo(tx, now_ms())));
    let _refused = undone.unwrap();
}
