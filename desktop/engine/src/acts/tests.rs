//! Every act with a real database: what it does to rows, receipts and the audit log, and that it can be taken
//! back.

use std::collections::HashSet;
use std::sync::Arc;

use rollcall_shared::Timestamp;
use rollcall_shared::receipt::{self, ReceiptKey, ReceiptState};
use rollcall_shared::signup::Signup;
use rollcall_shared::signup_id::SignupId;

use super::{ActError, Acts, Way};
use crate::db::tx::Tx;
use crate::folder::unsealer::Unsealer;
use crate::message::{CANCEL, Message, Origin, UnreadableReason};
use crate::testing::Hall;
use crate::view::{KEPT, Resolution, Undo};
use crate::workshops::draft::WorkshopDraft;

const WANG: &str = "13800138000";
const LI: &str = "13900139000";
const ZHAO: &str = "13700137000";

/// A hall whose host sits at the at.
struct Fixture {
    hall: Hall,
    acts: Acts<()>,
}

impl Fixture {
    async fn open() -> Self {
        Self::with(|_| ()).await
    }

    async fn with(change: impl FnOnce(&mut WorkshopDraft)) -> Self {
        let hall = Hall::with(change).await;
        let acts = Acts::new(hall.writer.clone());
        Self { hall, acts }
    }

    async fn seats(seats: u32, waiting_list: bool) -> Self {
        Self::with(|draft| (draft.capacity, draft.waiting_list) = (Some(seats), waiting_list)).await
    }

    async fn sign_up(&self, name: &str, phone: &str) -> SignupId {
        let signup = self.hall.signup(name, phone);
        self.send(&signup).await;
        signup.id
    }

    async fn send(&self, signup: &Signup) {
        self.hall.writer.admit_now(self.hall.message(signup)).await.unwrap();
    }

    async fn park(&self, message: Message) -> i64 {
        self.hall.writer.admit_now(message).await.unwrap();
        i64::try_from(self.hall.count("SELECT max(seq) FROM parked")).unwrap()
    }

    async fn resolve(&self, resolution: Resolution) -> Result<Undo, ActError> {
        let id = &self.hall.workshop.id;
        let unsealer = Unsealer::new(id.clone(), Arc::clone(&self.hall.keys), Arc::new(HashSet::new()));
        self.acts.resolve(id, resolution, &self.hall.readers, |body| unsealer.unseal(&body)).await
    }

    async fn cancel(&self, id: SignupId) -> Result<Undo, ActError> {
        self.acts.cancel(&self.hall.workshop.id, id).await
    }

    async fn undo(&self, token: &str) -> Result<(), ActError> {
        let done = self.acts.take(token)?;
        let Way::Rows(rows) = &done.way else { panic!("{done:?}") };
        let undone = self.acts.put_back(rows).await;
        if let Err(ActError::Unwritable(_)) = undone {
            self.acts.give_back(done);
        }
        undone
    }

    /// Cancelled by a version that passed no number on when the host did it.
    async fn cancelled_long_ago(&self, id: SignupId) {
        let sql = "UPDATE signups SET state = 'cancelled' WHERE id = ?1";
        self.hall.writer.edit(move |tx| tx.execute(sql, [id.to_string()])).await.unwrap();
    }

    async fn restore(&self, id: SignupId) -> Result<Undo, ActError> {
        self.acts.restore(&self.hall.workshop.id, id).await
    }

    async fn promote(&self, id: SignupId) -> Result<Undo, ActError> {
        self.acts.promote(&self.hall.workshop.id, id).await
    }

    /// Where an id stands: `registered`, `waitlisted shared`, `beside`, `nowhere`; and what its receipt says.
    fn stands(&self, id: SignupId) -> (String, String) {
        let row = self.hall.texts(&format!(
            "SELECT state || iif(shared_phone, ' shared', '') FROM signups WHERE id = '{id}'
             UNION ALL SELECT 'beside' || iif(kept_at, ' kept', '') FROM duplicates WHERE id = '{id}'"
        ));
        assert!(row.len() <= 1, "exactly once: {row:?}");
        let receipt = self.hall.texts(&format!("SELECT state FROM receipts_out WHERE id = '{id}'"));
        let text = |texts: Vec<String>| texts.into_iter().next().unwrap_or_else(|| "nowhere".to_owned());
        (text(row), text(receipt))
    }

    #[track_caller]
    fn check(&self, id: SignupId, row: &str, receipt: &str) {
        assert_eq!(self.stands(id), (row.to_owned(), receipt.to_owned()));
    }

    /// Every row of every table that acts touch, but for revs.
    fn everything(&self) -> Vec<String> {
        let all = |columns: &str, table: &str| {
            self.hall.texts(&format!("SELECT {columns} FROM {table} ORDER BY 1"))
        };
        [
            all(
                "concat_ws('|', rowid, id, phone, name, answers, state, path, hex(digest), flags, form_version,
                   notice_version, filled_at, received_at, stored_at, shared_phone, ifnull(waiting_since, '-'))",
                "signups",
            ),
            all(
                "concat_ws('|', id, phone, name, original_id, reason, state, path, hex(digest), flags,
                   received_at, stored_at, ifnull(kept_at, '-'))",
                "duplicates",
            ),
            all(
                "concat_ws('|', seq, source, hex(digest), reason, hex(bytes), parked_at,
                   ifnull(dismissed_at, '-'))",
                "parked",
            ),
            all("concat_ws('|', id, state, see_desk)", "receipts_out"),
        ]
        .concat()
    }

    /// Takes it back; everything is as it was, and receipts that changed have a higher rev.
    async fn undone(&self, undo: &Undo, before: &[String]) {
        let receipts =
            || self.hall.texts("SELECT concat_ws('|', id, state, see_desk) FROM receipts_out ORDER BY id");
        let revs = || self.hall.count("SELECT sum(rev) FROM receipts_out");
        let (said, rev) = (receipts(), revs());
        self.undo(&undo.token).await.unwrap();
        assert_eq!(self.everything(), before);
        assert_eq!(receipts() != said, revs() > rev, "{:?}: what receipts say follows", undo.what);
        assert_eq!(self.undo(&undo.token).await, Err(ActError::UndoGone), "once");
    }
}

#[tokio::test]
async fn another_person_has_a_row_of_their_own() {
    let at = Fixture::open().await;
    let (first, second) = (at.sign_up("王芳", WANG).await, at.sign_up("李伟", WANG).await);
    at.check(second, "beside", "registered");
    let before = at.everything();
    let undo = at.resolve(Resolution::AnotherPerson { duplicate: second }).await.unwrap();
    at.check(first, "registered", "registered");
    at.check(second, "registered shared", "registered");
    assert_eq!(at.hall.count("SELECT count(*) FROM events WHERE what = 'another person'"), 1);
    // A third with the number is a duplicate of the first, and the index still holds.
    let third = at.sign_up("赵敏", WANG).await;
    at.check(third, "beside", "registered");
    assert_eq!(
        at.hall.texts(&format!("SELECT original_id FROM duplicates WHERE id = '{third}'")),
        [first.to_string()]
    );
    assert_eq!(at.undo(&undo.token).await, Ok(()));
    at.check(second, "beside", "registered");
    assert_eq!(at.everything().len(), before.len() + 2);
}

#[tokio::test]
async fn another_person_while_the_first_one_changes() {
    // What became of the first, and how the second then stands.
    enum First {
        Stands,
        Cancelled,
        Erased,
        CancelledAndTaken,
    }
    for (first_one, expected) in [
        (First::Stands, "registered shared"),
        (First::Cancelled, "registered"),
        (First::Erased, "registered"),
        (First::CancelledAndTaken, "registered shared"),
    ] {
        let at = Fixture::open().await;
        let (first, second) = (at.sign_up("王芳", WANG).await, at.sign_up("李伟", WANG).await);
        match first_one {
            First::Stands => {}
            First::Cancelled => at.cancelled_long_ago(first).await,
            First::Erased => {
                let delete = move |conn: &Tx<'_>| {
                    conn.execute("DELETE FROM signups WHERE id = ?1", [first.to_string()])?;
                    conn.execute("INSERT INTO erased(id) VALUES (?1)", [first.to_string()])
                };
                at.hall.writer.edit(delete).await.unwrap();
            }
            First::CancelledAndTaken => {
                at.cancelled_long_ago(first).await;
                at.sign_up("赵敏", WANG).await;
            }
        }
        let before = at.everything();
        let undo = at.resolve(Resolution::AnotherPerson { duplicate: second }).await.unwrap();
        at.check(second, expected, "registered");
        if matches!(first_one, First::Cancelled | First::Erased) {
            // Nobody else has the number: it stays theirs.
            at.undo(&undo.token).await.unwrap();
            at.check(second, "registered", "registered");
        } else {
            at.undone(&undo, &before).await;
        }
    }
}

#[tokio::test]
async fn another_person_finds_a_seat_or_waits() {
    for (waiting_list, expected) in [(true, "waitlisted shared"), (false, "waitlisted shared")] {
        let at = Fixture::seats(1, waiting_list).await;
        at.sign_up("王芳", WANG).await;
        let second = at.sign_up("李伟", WANG).await;
        at.check(second, "beside", "waitlisted");
        let before = at.everything();
        let undo = at.resolve(Resolution::AnotherPerson { duplicate: second }).await.unwrap();
        at.check(second, expected, "waitlisted");
        at.undone(&undo, &before).await;
    }
}

#[tokio::test]
async fn the_newer_one_takes_the_seat_of_the_first() {
    let at = Fixture::seats(1, true).await;
    let (first, waits) = (at.sign_up("王芳", WANG).await, at.sign_up("李伟", LI).await);
    let newer = at.sign_up("王方", WANG).await;
    let third = at.sign_up("王方", WANG).await;
    at.check(newer, "beside", "waitlisted");
    let before = at.everything();
    let undo = at.resolve(Resolution::UseNewer { duplicate: newer }).await.unwrap();
    at.check(first, "cancelled", "cancelled");
    at.check(newer, "registered", "registered");
    // The seat was handed on, not freed.
    at.check(waits, "waitlisted", "waitlisted");
    assert_eq!(
        at.hall.texts(&format!("SELECT original_id || ' ' || reason FROM duplicates WHERE id = '{third}'")),
        [format!("{newer} same_name")]
    );
    at.undone(&undo, &before).await;
}

#[tokio::test]
async fn the_newer_one_takes_the_turn_of_the_first_among_those_who_wait() {
    let at = Fixture::seats(1, true).await;
    let seated = at.sign_up("赵敏", ZHAO).await;
    let (first, other) = (at.sign_up("王芳", WANG).await, at.sign_up("李伟", LI).await);
    // Of one millisecond, as in a burst.
    let at_once = "UPDATE signups SET received_at = 5 WHERE state = 'waitlisted'";
    at.hall.writer.edit(move |conn| conn.execute(at_once, [])).await.unwrap();
    let newer = at.sign_up("王方", WANG).await;
    let before = at.everything();
    let undo = at.resolve(Resolution::UseNewer { duplicate: newer }).await.unwrap();
    at.check(newer, "waitlisted", "waitlisted");
    let promoted = at.cancel(seated).await.unwrap();
    at.check(newer, "registered", "registered");
    at.check(other, "waitlisted", "waitlisted");
    at.check(first, "cancelled", "cancelled");
    assert_eq!(at.undo(&undo.token).await, Err(ActError::Changed), "the newer one has a seat since");
    at.undo(&promoted.token).await.unwrap();
    assert_eq!(at.undo(&undo.token).await, Err(ActError::UndoGone), "a refused one is not kept");
    assert_eq!(at.everything().len(), before.len());
}

#[tokio::test]
async fn the_newer_one_where_the_first_has_no_place_any_more() {
    let at = Fixture::open().await;
    let (first, newer) = (at.sign_up("王芳", WANG).await, at.sign_up("王方", WANG).await);
    at.cancelled_long_ago(first).await;
    // A third has the number now: that one was not asked about.
    let third = at.sign_up("赵敏", WANG).await;
    assert_eq!(at.resolve(Resolution::UseNewer { duplicate: newer }).await, Err(ActError::PhoneHeld));
    at.check(newer, "beside", "registered");
    at.cancelled_long_ago(third).await;
    at.resolve(Resolution::UseNewer { duplicate: newer }).await.unwrap();
    at.check(newer, "registered", "registered");
}

#[tokio::test]
async fn who_came_with_a_number_meanwhile_has_it_once_undo_sets_it_free() {
    let at = Fixture::open().await;
    let (first, second) = (at.sign_up("王芳", WANG).await, at.sign_up("李伟", WANG).await);
    at.cancel(first).await.unwrap();
    at.cancel(second).await.unwrap();
    let undo = at.restore(first).await.unwrap();
    let third = at.sign_up("赵敏", WANG).await;
    at.check(third, "beside", "registered");
    at.undo(&undo.token).await.unwrap();
    at.check(first, "cancelled", "cancelled");
    at.check(third, "registered", "registered");
}

#[tokio::test]
async fn a_case_that_was_seen_is_seen_once() {
    let at = Fixture::open().await;
    at.sign_up("王芳", WANG).await;
    let second = at.sign_up("李伟", WANG).await;
    let before = at.everything();
    let undo = at.resolve(Resolution::KeepFirst { duplicate: second }).await.unwrap();
    at.check(second, "beside kept", "registered");
    assert_eq!(at.resolve(Resolution::KeepFirst { duplicate: second }).await, Err(ActError::WrongState));
    at.undone(&undo, &before).await;
}

#[tokio::test]
async fn a_seat_that_is_given_back_goes_to_who_waits_longest() {
    for (waiting_list, first_in_line) in [(true, "registered"), (false, "waitlisted")] {
        let at = Fixture::seats(1, waiting_list).await;
        let seated = at.sign_up("王芳", WANG).await;
        let (longest, later) = (at.sign_up("李伟", LI).await, at.sign_up("赵敏", ZHAO).await);
        let before = at.everything();
        let undo = at.cancel(seated).await.unwrap();
        at.check(seated, "cancelled", "cancelled");
        at.check(longest, first_in_line, first_in_line);
        at.check(later, "waitlisted", "waitlisted");
        at.undone(&undo, &before).await;
        // Whoever only waits gives no seat back.
        at.cancel(later).await.unwrap();
        at.check(longest, "waitlisted", "waitlisted");
    }
}

#[tokio::test]
async fn a_number_that_the_host_frees_goes_to_the_next_who_claims_it() {
    let at = Fixture::seats(1, true).await;
    let (seated, waits) = (at.sign_up("王芳", WANG).await, at.sign_up("李伟", LI).await);
    let (beside, later) = (at.sign_up("王方", WANG).await, at.sign_up("王芳", WANG).await);
    let older = "UPDATE duplicates SET stored_at = stored_at - 1 WHERE name = '王方'";
    at.hall.writer.edit(move |conn| conn.execute(older, [])).await.unwrap();
    let original =
        || at.hall.texts(&format!("SELECT original_id || reason FROM duplicates WHERE id = '{later}'"));
    let before = at.everything();
    let undo = at.cancel(seated).await.unwrap();
    at.check(seated, "cancelled", "cancelled");
    // As when its phone cancels: the number and the seat.
    at.check(beside, "registered", "registered");
    at.check(waits, "waitlisted", "waitlisted");
    at.check(later, "beside", "waitlisted");
    assert_eq!(original(), [format!("{beside}other_name")], "compared with whoever has the number now");
    assert_eq!(at.restore(seated).await, Err(ActError::PhoneHeld));
    at.undone(&undo, &before).await;
    assert_eq!(original(), [format!("{seated}same_name")]);

    // Again and again: the number goes through all who claim it, then the seat to who waits.
    at.cancel(seated).await.unwrap();
    at.cancel(beside).await.unwrap();
    at.check(later, "registered", "registered");
    let before = at.everything();
    let undo = at.cancel(later).await.unwrap();
    at.check(waits, "registered", "registered");
    at.undone(&undo, &before).await;
}

#[tokio::test]
async fn a_number_that_is_still_somebodys_goes_to_nobody() {
    let at = Fixture::open().await;
    let (first, shares) = (at.sign_up("王芳", WANG).await, at.sign_up("李伟", WANG).await);
    at.resolve(Resolution::AnotherPerson { duplicate: shares }).await.unwrap();
    let beside = at.sign_up("赵敏", WANG).await;
    let before = at.everything();
    let undo = at.cancel(first).await.unwrap();
    at.check(beside, "beside", "registered");
    let original = at.hall.texts(&format!("SELECT original_id FROM duplicates WHERE id = '{beside}'"));
    assert_eq!(original, [shares.to_string()]);
    at.undone(&undo, &before).await;
    // Whose own phone has taken it back claims nothing.
    at.hall.writer.admit_now(at.hall.cancellation(beside)).await.unwrap();
    at.cancel(first).await.unwrap();
    at.cancel(shares).await.unwrap();
    assert_eq!(at.stands(beside).0, "beside");
}

#[tokio::test]
async fn a_cancelling_that_passed_a_number_on_is_not_undone_once_that_one_has_changed() {
    let at = Fixture::open().await;
    let (first, beside) = (at.sign_up("王芳", WANG).await, at.sign_up("王方", WANG).await);
    let undo = at.cancel(first).await.unwrap();
    at.hall.writer.admit_now(at.hall.cancellation(beside)).await.unwrap();
    assert_eq!(at.undo(&undo.token).await, Err(ActError::Changed));
    at.check(beside, "cancelled", "cancelled");
}

#[tokio::test]
async fn who_comes_back_gets_what_a_fresh_number_would() {
    let at = Fixture::seats(2, true).await;
    let (wang, li) = (at.sign_up("王芳", WANG).await, at.sign_up("李伟", LI).await);
    at.cancel(wang).await.unwrap();
    let before = at.everything();
    let undo = at.restore(wang).await.unwrap();
    at.check(wang, "registered", "registered");
    at.undone(&undo, &before).await;
    // Full meanwhile: at the end of those who wait.
    let zhao = at.sign_up("赵敏", ZHAO).await;
    let late = at.sign_up("孙丽", "13600136000").await;
    // Received by a clock that runs ahead of this laptop's.
    let ahead = "UPDATE signups SET received_at = received_at + 60000 WHERE state = 'waitlisted'";
    at.hall.writer.edit(move |conn| conn.execute(ahead, [])).await.unwrap();
    at.restore(wang).await.unwrap();
    at.check(wang, "waitlisted", "waitlisted");
    at.cancel(zhao).await.unwrap();
    at.check(late, "registered", "registered");
    at.cancel(li).await.unwrap();
    at.check(wang, "registered", "registered");
    assert_eq!(at.restore(wang).await, Err(ActError::WrongState));
}

#[tokio::test]
async fn a_number_that_somebody_else_has_now_is_not_given_back() {
    let at = Fixture::open().await;
    let first = at.sign_up("王芳", WANG).await;
    let undo = at.cancel(first).await.unwrap();
    at.sign_up("李伟", WANG).await;
    assert_eq!(at.restore(first).await, Err(ActError::PhoneHeld));
    assert_eq!(at.undo(&undo.token).await, Err(ActError::Changed));
    at.check(first, "cancelled", "cancelled");
}

#[tokio::test]
async fn a_seat_that_somebody_else_has_now_is_not_given_back() {
    let at = Fixture::seats(1, true).await;
    let first = at.sign_up("王芳", WANG).await;
    let undo = at.cancel(first).await.unwrap();
    at.sign_up("李伟", LI).await;
    assert_eq!(at.undo(&undo.token).await, Err(ActError::Full));
    at.check(first, "cancelled", "cancelled");
}

#[tokio::test]
async fn a_seat_is_given_out_of_turn_and_never_past_the_seats() {
    let at = Fixture::seats(2, false).await;
    let (wang, li) = (at.sign_up("王芳", WANG).await, at.sign_up("李伟", LI).await);
    let waits = at.sign_up("赵敏", ZHAO).await;
    let last = at.sign_up("孙丽", "13600136000").await;
    assert_eq!(at.promote(waits).await, Err(ActError::Full));
    assert_eq!(at.promote(wang).await, Err(ActError::WrongState));
    at.cancel(li).await.unwrap();
    assert_eq!(at.promote(li).await, Err(ActError::WrongState));
    let before = at.everything();
    let undo = at.promote(last).await.unwrap();
    at.check(last, "registered", "registered");
    at.check(waits, "waitlisted", "waitlisted");
    at.undone(&undo, &before).await;
    assert_eq!(at.promote(SignupId::from_random([9; 16])).await, Err(ActError::Unknown));
}

#[tokio::test]
async fn undo_of_a_restored_seat_gives_it_to_who_waits() {
    let at = Fixture::seats(1, true).await;
    let first = at.sign_up("王芳", WANG).await;
    at.cancel(first).await.unwrap();
    let undo = at.restore(first).await.unwrap();
    let waits = at.sign_up("李伟", LI).await;
    at.undo(&undo.token).await.unwrap();
    at.check(first, "cancelled", "cancelled");
    at.check(waits, "registered", "registered");
}

#[tokio::test]
async fn more_seats_are_somebodys_at_once() {
    let at = Fixture::seats(1, true).await;
    at.sign_up("王芳", WANG).await;
    let (longest, later) = (at.sign_up("李伟", LI).await, at.sign_up("赵敏", ZHAO).await);
    let workshop = rollcall_shared::workshop::Workshop { capacity: Some(2), ..at.hall.workshop.clone() };
    let promote =
        move |tx: &Tx<'_>| crate::writer::seats::promote_waiting(tx, &workshop, Timestamp::from_millis(1));
    assert_eq!(at.hall.writer.edit(promote).await.unwrap(), [longest]);
    at.check(longest, "registered", "registered");
    at.check(later, "waitlisted", "waitlisted");
}

#[tokio::test]
async fn a_parked_message_is_dismissed_and_stays() {
    let at = Fixture::open().await;
    let seq = at.park(at.hall.message(&at.hall.signup("王芳", WANG)).unreadable(UnreadableReason::Box)).await;
    let before = at.everything();
    let undo = at.resolve(Resolution::DismissParked { seq }).await.unwrap();
    assert_eq!(at.hall.count("SELECT count(*) FROM parked WHERE dismissed_at IS NOT NULL"), 1);
    assert_eq!(at.resolve(Resolution::DismissParked { seq }).await, Err(ActError::WrongState));
    assert_eq!(at.resolve(Resolution::DismissParked { seq: 99 }).await, Err(ActError::Unknown));
    at.undone(&undo, &before).await;
}

#[tokio::test]
async fn a_parked_message_that_can_be_read_now_is_admitted_once() {
    let at = Fixture::open().await;
    let signup = at.hall.signup("王芳", WANG);
    let mail = Message {
        origin: Origin::Edge,
        bytes: at.hall.sealed(&signup).into_bytes(),
        ..at.hall.message(&signup)
    };
    let seq = at.park(mail.unreadable(UnreadableReason::Failed)).await;
    at.check(signup.id, "nowhere", "received");
    let before = at.everything();
    let undo = at.resolve(Resolution::RetryParked { seq }).await.unwrap();
    at.check(signup.id, "registered", "registered");
    assert_eq!(at.hall.count("SELECT count(*) FROM parked"), 0);
    assert_eq!(at.hall.texts("SELECT path FROM signups"), ["edge"]);
    at.undone(&undo, &before).await;
    assert_eq!(at.resolve(Resolution::RetryParked { seq: 99 }).await, Err(ActError::Unknown));
}

#[tokio::test]
async fn a_form_that_was_parked_at_the_venue_is_read_again() {
    let at = Fixture::open().await;
    let id = SignupId::from_random([5; 16]);
    let code = &at.hall.workshop.invite_code;
    for (body, phone) in [
        (format!(r#"{{"id":"{id}","invite_code":"{code}","name":"王芳","phone":"{WANG}"}}"#), WANG),
        (format!("seed={}&invite_code={code}&name=%E6%9D%8E%E4%BC%9F&phone={LI}", "0".repeat(32)), LI),
    ] {
        let message = at.hall.message(&at.hall.signup("赵敏", ZHAO));
        let seq = at
            .park(Message { bytes: body.into_bytes(), ..message }.unreadable(UnreadableReason::Failed))
            .await;
        at.resolve(Resolution::RetryParked { seq }).await.unwrap();
        let rows = at.hall.count(&format!("SELECT count(*) FROM signups WHERE phone = '+86{phone}'"));
        assert_eq!(rows, 1, "{phone}");
    }
}

impl Fixture {
    /// A cancellation of `old`, parked as the venue page takes it.
    async fn park_cancellation(&self, old: SignupId) -> i64 {
        let message = self.hall.cancellation(old);
        self.park(
            Message { bytes: format!("{CANCEL}{old}").into_bytes(), ..message }
                .unreadable(UnreadableReason::Failed),
        )
        .await
    }

    /// A correction of `old`, likewise.
    async fn park_correction(&self, old: SignupId, id: SignupId, name: &str, phone: &str) -> i64 {
        let code = &self.hall.workshop.invite_code;
        let token = receipt::token(&ReceiptKey::from_bytes([1; 32]), &self.hall.workshop.id, old);
        let form = format!(
            r#"{{"id":"{id}","invite_code":"{code}","name":"{name}","phone":"{phone}","replaces":"{token}"}}"#
        );
        let message = self.hall.message(&Signup { id, ..self.hall.signup(name, phone) });
        self.park(Message { bytes: form.into_bytes(), ..message }.unreadable(UnreadableReason::Failed)).await
    }
}

#[tokio::test]
async fn a_parked_cancellation_is_taken_back_with_all_that_it_passed_on() {
    let at = Fixture::seats(1, true).await;
    let (seated, waits) = (at.sign_up("王芳", WANG).await, at.sign_up("李伟", LI).await);
    let (beside, later) = (at.sign_up("王方", WANG).await, at.sign_up("王放", WANG).await);
    // Not of one millisecond, in which nobody is the older one.
    let older = "UPDATE duplicates SET stored_at = stored_at - 1 WHERE name = '王方'";
    at.hall.writer.edit(move |conn| conn.execute(older, [])).await.unwrap();
    let seq = at.park_cancellation(seated).await;
    let before = at.everything();
    let undo = at.resolve(Resolution::RetryParked { seq }).await.unwrap();
    at.check(seated, "cancelled", "cancelled");
    // The number and the seat are the next one's who claims the number.
    at.check(beside, "registered", "registered");
    at.undone(&undo, &before).await;

    // Whoever came first with the number is the first again.
    let undo = at.resolve(Resolution::RetryParked { seq }).await.unwrap();
    at.check(beside, "registered", "registered");
    at.check(later, "beside", "waitlisted");
    at.undone(&undo, &before).await;

    // Nobody claims the number: the seat goes to who waits.
    for duplicate in [beside, later] {
        at.hall.writer.admit_now(at.hall.cancellation(duplicate)).await.unwrap();
    }
    let before = at.everything();
    let undo = at.resolve(Resolution::RetryParked { seq }).await.unwrap();
    at.check(waits, "registered", "registered");
    at.undone(&undo, &before).await;
}

#[tokio::test]
async fn a_parked_cancellation_of_one_that_is_beside_waits_or_has_not_come_is_taken_back() {
    let at = Fixture::seats(1, true).await;
    at.sign_up("王芳", WANG).await;
    let (waits, beside) = (at.sign_up("李伟", LI).await, at.sign_up("王方", WANG).await);
    for named in [waits, beside, SignupId::from_random([7; 16])] {
        let seq = at.park_cancellation(named).await;
        let before = at.everything();
        let undo = at.resolve(Resolution::RetryParked { seq }).await.unwrap();
        assert_eq!(at.stands(named).1, "cancelled");
        at.undone(&undo, &before).await;
    }
}

#[tokio::test]
async fn a_parked_correction_is_taken_back_with_all_that_it_passed_on() {
    let at = Fixture::seats(2, true).await;
    let (first, other) = (at.sign_up("王芳", WANG).await, at.sign_up("李伟", LI).await);
    let beside = at.sign_up("王方", WANG).await;
    let id = SignupId::from_random([8; 16]);
    // Another number: the one that it leaves is the next one's.
    let seq = at.park_correction(first, id, "王芳", ZHAO).await;
    let before = at.everything();
    let undo = at.resolve(Resolution::RetryParked { seq }).await.unwrap();
    at.check(first, "cancelled", "cancelled");
    at.check(id, "registered", "registered");
    at.check(beside, "waitlisted", "waitlisted");
    at.undone(&undo, &before).await;

    // A number that somebody has: it stands beside theirs, and its seat is free.
    let waits = at.sign_up("孙丽", "13600136000").await;
    at.hall.writer.admit_now(at.hall.cancellation(beside)).await.unwrap();
    let seq = at.park_correction(first, SignupId::from_random([9; 16]), "王芳", LI).await;
    let before = at.everything();
    let undo = at.resolve(Resolution::RetryParked { seq }).await.unwrap();
    at.check(first, "cancelled", "cancelled");
    at.check(other, "registered", "registered");
    at.check(waits, "registered", "registered");
    at.undone(&undo, &before).await;
}

#[tokio::test]
async fn what_still_cannot_be_read_stays_parked() {
    let at = Fixture::open().await;
    let message = at.hall.message(&at.hall.signup("王芳", WANG));
    let mail = Message { origin: Origin::Edge, ..message };
    for (bytes, expected) in [
        (b"{".to_vec(), ActError::StillUnreadable(UnreadableReason::Malformed)),
        (vec![0xFF, 0xFE], ActError::StillUnreadable(UnreadableReason::Malformed)),
    ] {
        let seq = at.park(Message { bytes, ..mail.clone() }.unreadable(UnreadableReason::Malformed)).await;
        let before = at.everything();
        let error = at.resolve(Resolution::RetryParked { seq }).await.unwrap_err();
        assert_eq!(error, expected);
        assert_eq!(at.everything(), before);
    }
}

#[tokio::test]
async fn only_the_last_acts_can_be_taken_back() {
    let at = Fixture::open().await;
    let id = at.sign_up("王芳", WANG).await;
    let first = at.cancel(id).await.unwrap();
    for turn in 0..KEPT {
        let _ = if turn % 2 == 0 { at.restore(id).await } else { at.cancel(id).await }.unwrap();
    }
    assert_eq!(at.undo(&first.token).await, Err(ActError::UndoGone));
    assert_eq!(at.undo("guess").await, Err(ActError::UndoGone));
}

#[tokio::test]
async fn while_the_database_cannot_be_written_an_act_changes_nothing_and_can_be_tried_again() {
    let at = Fixture::open().await;
    let id = at.sign_up("王芳", WANG).await;
    let undo = at.cancel(id).await.unwrap();
    let other = rusqlite::Connection::open(at.hall.dir.path().join("rollcall.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(matches!(at.restore(id).await, Err(ActError::Unwritable(_))));
    assert!(matches!(at.undo(&undo.token).await, Err(ActError::Unwritable(_))));
    other.execute_batch("ROLLBACK").unwrap();
    at.hall.writer.writable().await;
    at.undo(&undo.token).await.unwrap();
    at.check(id, ReceiptState::Registered.as_str(), "registered");
}

#[tokio::test]
async fn the_audit_log_names_nobody() {
    let at = Fixture::open().await;
    let (first, second) = (at.sign_up("王芳", WANG).await, at.sign_up("李伟", WANG).await);
    let undo = at.resolve(Resolution::UseNewer { duplicate: second }).await.unwrap();
    at.undo(&undo.token).await.unwrap();
    at.resolve(Resolution::AnotherPerson { duplicate: second }).await.unwrap();
    at.cancel(first).await.unwrap();
    let log = at.hall.texts("SELECT what || ' ' || subject FROM events ORDER BY seq").join("\n");
    for what in ["newer used", "undone", "another person", "cancelled by host"] {
        assert!(log.contains(what), "{what} is missing in {log}");
    }
    assert!(!log.contains("138001") && !log.contains('王') && !log.contains('李'), "{log}");
}
