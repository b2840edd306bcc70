//! Every act with a real database: what it does to rows, receipts and the audit log, and that it can be taken back.

use std::collections::HashSet;
use std::sync::Arc;

use rollcall_shared::receipt::{self, ReceiptKey, ReceiptState};
use rollcall_shared::signup::Signup;
use rollcall_shared::signup_id::SignupId;

use super::{ActError, Acts};
use crate::message::{CANCEL, Message, Path};
use crate::pipeline::unsealer::Opener;
use crate::testing::Hall;
use crate::view::{KEPT, Resolution, Undo};
use crate::workshops::draft::WorkshopDraft;

const WANG: &str = "13800138000";
const LI: &str = "13900139000";
const ZHAO: &str = "13700137000";

/// A hall whose host sits at the desk.
struct Desk {
    hall: Hall,
    acts: Acts,
}

impl Desk {
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
        let opener = Opener::new(id.clone(), Arc::clone(&self.hall.keys), Arc::new(HashSet::new()));
        self.acts.resolve(id, resolution, &self.hall.readers, &opener).await
    }

    async fn cancel(&self, id: SignupId) -> Result<Undo, ActError> {
        self.acts.cancel(&self.hall.workshop.id, id).await
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
            all("concat_ws('|', rowid, id, phone, name, answers, state, path, hex::encode(digest), flags, form_version, notice_version, filled_at, received_at, stored_at, shared_phone, ifnull(waiting_since, '-'))", "signups"),
            all("concat_ws('|', id, phone, name, original_id, reason, state, path, hex::encode(digest), flags, received_at, stored_at, ifnull(kept_at, '-'))", "duplicates"),
            all("concat_ws('|', seq, source, hex::encode(digest), reason, hex::encode(bytes), parked_at, ifnull(dismissed_at, '-'))", "parked"),
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
        self.acts.undo(&undo.token).await.unwrap();
        assert_eq!(self.everything(), before);
        assert_eq!(receipts() != said, revs() > rev, "{:?}: what receipts say follows", undo.what);
        assert_eq!(self.acts.undo(&undo.token).await, Err(ActError::UndoGone), "once");
    }
}

#[tokio::test]
async fn another_person_has_a_row_of_their_own() {
    let desk = Desk::open().await;
    let (first, second) = (desk.sign_up("王芳", WANG).await, desk.sign_up("李伟", WANG).await);
    desk.check(second, "beside", "registered");
    let before = desk.everything();
    let undo = desk.resolve(Resolution::AnotherPerson { duplicate: second }).await.unwrap();
    desk.check(first, "registered", "registered");
    desk.check(second, "registered shared", "registered");
    assert_eq!(desk.hall.count("SELECT count(*) FROM events WHERE what = 'another person'"), 1);
    // A third with the number is a duplicate of the first, and the index still holds.
    let third = desk.sign_up("赵敏", WANG).await;
    desk.check(third, "beside", "registered");
    assert_eq!(
        desk.hall.texts(&format!("SELECT original_id FROM duplicates WHERE id = '{third}'")),
        [first.to_string()]
    );
    assert_eq!(desk.acts.undo(&undo.token).await, Ok(()));
    desk.check(second, "beside", "registered");
    assert_eq!(desk.everything().len(), before.len() + 2);
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
        let desk = Desk::open().await;
        let (first, second) = (desk.sign_up("王芳", WANG).await, desk.sign_up("李伟", WANG).await);
        match first_one {
            First::Stands => {}
            First::Cancelled => drop(desk.cancel(first).await.unwrap()),
            First::Erased => {
                let delete = move |conn: &rusqlite::Connection| {
                    conn.execute("DELETE FROM signups WHERE id = ?1", [first.to_string()])?;
                    conn.execute("INSERT INTO erased(id) VALUES (?1)", [first.to_string()])
                };
                desk.hall.writer.edit(delete).await.unwrap();
            }
            First::CancelledAndTaken => {
                desk.cancel(first).await.unwrap();
                desk.sign_up("赵敏", WANG).await;
            }
        }
        let before = desk.everything();
        let undo = desk.resolve(Resolution::AnotherPerson { duplicate: second }).await.unwrap();
        desk.check(second, expected, "registered");
        desk.undone(&undo, &before).await;
    }
}

#[tokio::test]
async fn another_person_finds_a_seat_or_waits() {
    for (waiting_list, expected) in [(true, "waitlisted shared"), (false, "waitlisted shared")] {
        let desk = Desk::seats(1, waiting_list).await;
        desk.sign_up("王芳", WANG).await;
        let second = desk.sign_up("李伟", WANG).await;
        desk.check(second, "beside", "waitlisted");
        let before = desk.everything();
        let undo = desk.resolve(Resolution::AnotherPerson { duplicate: second }).await.unwrap();
        desk.check(second, expected, "waitlisted");
        desk.undone(&undo, &before).await;
    }
}

#[tokio::test]
async fn the_newer_one_takes_the_seat_of_the_first() {
    let desk = Desk::seats(1, true).await;
    let (first, waits) = (desk.sign_up("王芳", WANG).await, desk.sign_up("李伟", LI).await);
    let newer = desk.sign_up("王方", WANG).await;
    let third = desk.sign_up("王方", WANG).await;
    desk.check(newer, "beside", "waitlisted");
    let before = desk.everything();
    let undo = desk.resolve(Resolution::UseNewer { duplicate: newer }).await.unwrap();
    desk.check(first, "cancelled", "cancelled");
    desk.check(newer, "registered", "registered");
    // The seat was handed on, not freed.
    desk.check(waits, "waitlisted", "waitlisted");
    assert_eq!(
        desk.hall.texts(&format!("SELECT original_id || ' ' || reason FROM duplicates WHERE id = '{third}'")),
        [format!("{newer} same_name")]
    );
    desk.undone(&undo, &before).await;
}

#[tokio::test]
async fn the_newer_one_takes_the_turn_of_the_first_among_those_who_wait() {
    let desk = Desk::seats(1, true).await;
    let seated = desk.sign_up("赵敏", ZHAO).await;
    let (first, other) = (desk.sign_up("王芳", WANG).await, desk.sign_up("李伟", LI).await);
    // Of one millisecond, as in a burst.
    let at_once = "UPDATE signups SET received_at = 5 WHERE state = 'waitlisted'";
    desk.hall.writer.edit(move |conn| conn.execute(at_once, [])).await.unwrap();
    let newer = desk.sign_up("王方", WANG).await;
    let before = desk.everything();
    let undo = desk.resolve(Resolution::UseNewer { duplicate: newer }).await.unwrap();
    desk.check(newer, "waitlisted", "waitlisted");
    let promoted = desk.cancel(seated).await.unwrap();
    desk.check(newer, "registered", "registered");
    desk.check(other, "waitlisted", "waitlisted");
    desk.check(first, "cancelled", "cancelled");
    assert_eq!(desk.acts.undo(&undo.token).await, Err(ActError::Changed), "the newer one has a seat since");
    desk.acts.undo(&promoted.token).await.unwrap();
    assert_eq!(desk.acts.undo(&undo.token).await, Err(ActError::UndoGone), "a refused one is not kept");
    assert_eq!(desk.everything().len(), before.len());
}

#[tokio::test]
async fn the_newer_one_where_the_first_has_no_place_any_more() {
    let desk = Desk::open().await;
    let (first, newer) = (desk.sign_up("王芳", WANG).await, desk.sign_up("王方", WANG).await);
    desk.cancel(first).await.unwrap();
    let before = desk.everything();
    let undo = desk.resolve(Resolution::UseNewer { duplicate: newer }).await.unwrap();
    desk.check(newer, "registered", "registered");
    desk.undone(&undo, &before).await;
    // A third has the number now: that one was not asked about.
    desk.sign_up("赵敏", WANG).await;
    assert_eq!(desk.resolve(Resolution::UseNewer { duplicate: newer }).await, Err(ActError::PhoneHeld));
    desk.check(newer, "beside", "registered");
}

#[tokio::test]
async fn a_case_that_was_seen_is_seen_once() {
    let desk = Desk::open().await;
    desk.sign_up("王芳", WANG).await;
    let second = desk.sign_up("李伟", WANG).await;
    let before = desk.everything();
    let undo = desk.resolve(Resolution::KeepFirst { duplicate: second }).await.unwrap();
    desk.check(second, "beside kept", "registered");
    assert_eq!(desk.resolve(Resolution::KeepFirst { duplicate: second }).await, Err(ActError::WrongState));
    desk.undone(&undo, &before).await;
}

#[tokio::test]
async fn a_seat_that_is_given_back_goes_to_who_waits_longest() {
    for (waiting_list, first_in_line) in [(true, "registered"), (false, "waitlisted")] {
        let desk = Desk::seats(1, waiting_list).await;
        let seated = desk.sign_up("王芳", WANG).await;
        let (longest, later) = (desk.sign_up("李伟", LI).await, desk.sign_up("赵敏", ZHAO).await);
        let before = desk.everything();
        let undo = desk.cancel(seated).await.unwrap();
        desk.check(seated, "cancelled", "cancelled");
        desk.check(longest, first_in_line, first_in_line);
        desk.check(later, "waitlisted", "waitlisted");
        desk.undone(&undo, &before).await;
        // Whoever only waits gives no seat back.
        desk.cancel(later).await.unwrap();
        desk.check(longest, "waitlisted", "waitlisted");
    }
}

#[tokio::test]
async fn who_comes_back_gets_what_a_fresh_number_would() {
    let desk = Desk::seats(2, true).await;
    let (wang, li) = (desk.sign_up("王芳", WANG).await, desk.sign_up("李伟", LI).await);
    desk.cancel(wang).await.unwrap();
    let before = desk.everything();
    let undo = desk.restore(wang).await.unwrap();
    desk.check(wang, "registered", "registered");
    desk.undone(&undo, &before).await;
    // Full meanwhile: at the end of those who wait.
    let zhao = desk.sign_up("赵敏", ZHAO).await;
    let late = desk.sign_up("孙丽", "13600136000").await;
    // Received by a clock that runs ahead of this laptop's.
    let ahead = "UPDATE signups SET received_at = received_at + 60000 WHERE state = 'waitlisted'";
    desk.hall.writer.edit(move |conn| conn.execute(ahead, [])).await.unwrap();
    desk.restore(wang).await.unwrap();
    desk.check(wang, "waitlisted", "waitlisted");
    desk.cancel(zhao).await.unwrap();
    desk.check(late, "registered", "registered");
    desk.cancel(li).await.unwrap();
    desk.check(wang, "registered", "registered");
    assert_eq!(desk.restore(wang).await, Err(ActError::WrongState));
}

#[tokio::test]
async fn a_number_that_somebody_else_has_now_is_not_given_back() {
    let desk = Desk::open().await;
    let first = desk.sign_up("王芳", WANG).await;
    let undo = desk.cancel(first).await.unwrap();
    desk.sign_up("李伟", WANG).await;
    assert_eq!(desk.restore(first).await, Err(ActError::PhoneHeld));
    assert_eq!(desk.acts.undo(&undo.token).await, Err(ActError::Changed));
    desk.check(first, "cancelled", "cancelled");
}

#[tokio::test]
async fn a_seat_that_somebody_else_has_now_is_not_given_back() {
    let desk = Desk::seats(1, true).await;
    let first = desk.sign_up("王芳", WANG).await;
    let undo = desk.cancel(first).await.unwrap();
    desk.sign_up("李伟", LI).await;
    assert_eq!(desk.acts.undo(&undo.token).await, Err(ActError::Full));
    desk.check(first, "cancelled", "cancelled");
}

#[tokio::test]
async fn a_seat_is_given_out_of_turn_and_never_past_the_seats() {
    let desk = Desk::seats(2, false).await;
    let (wang, li) = (desk.sign_up("王芳", WANG).await, desk.sign_up("李伟", LI).await);
    let waits = desk.sign_up("赵敏", ZHAO).await;
    let last = desk.sign_up("孙丽", "13600136000").await;
    assert_eq!(desk.promote(waits).await, Err(ActError::Full));
    assert_eq!(desk.promote(wang).await, Err(ActError::WrongState));
    desk.cancel(li).await.unwrap();
    assert_eq!(desk.promote(li).await, Err(ActError::WrongState));
    let before = desk.everything();
    let undo = desk.promote(last).await.unwrap();
    desk.check(last, "registered", "registered");
    desk.check(waits, "waitlisted", "waitlisted");
    desk.undone(&undo, &before).await;
    assert_eq!(desk.promote(SignupId::from_random([9; 16])).await, Err(ActError::Unknown));
}

#[tokio::test]
async fn undo_of_a_restored_seat_gives_it_to_who_waits() {
    let desk = Desk::seats(1, true).await;
    let first = desk.sign_up("王芳", WANG).await;
    desk.cancel(first).await.unwrap();
    let undo = desk.restore(first).await.unwrap();
    let waits = desk.sign_up("李伟", LI).await;
    desk.acts.undo(&undo.token).await.unwrap();
    desk.check(first, "cancelled", "cancelled");
    desk.check(waits, "registered", "registered");
}

#[tokio::test]
async fn more_seats_are_somebodys_at_once() {
    let desk = Desk::seats(1, true).await;
    desk.sign_up("王芳", WANG).await;
    let (longest, later) = (desk.sign_up("李伟", LI).await, desk.sign_up("赵敏", ZHAO).await);
    let workshop = rollcall_shared::workshop::Workshop { capacity: Some(2), ..desk.hall.workshop.clone() };
    let promote =
        move |conn: &rusqlite::Connection| crate::writer::seats::promote_waiting(conn, &workshop, 1);
    assert_eq!(desk.hall.writer.edit(promote).await.unwrap(), [longest]);
    desk.check(longest, "registered", "registered");
    desk.check(later, "waitlisted", "waitlisted");
}

#[tokio::test]
async fn a_parked_message_is_dismissed_and_stays() {
    let desk = Desk::open().await;
    let seq = desk.park(desk.hall.message(&desk.hall.signup("王芳", WANG)).unreadable("box")).await;
    let before = desk.everything();
    let undo = desk.resolve(Resolution::DismissParked { seq }).await.unwrap();
    assert_eq!(desk.hall.count("SELECT count(*) FROM parked WHERE dismissed_at IS NOT NULL"), 1);
    assert_eq!(desk.resolve(Resolution::DismissParked { seq }).await, Err(ActError::WrongState));
    assert_eq!(desk.resolve(Resolution::DismissParked { seq: 99 }).await, Err(ActError::Unknown));
    desk.undone(&undo, &before).await;
}

#[tokio::test]
async fn a_parked_message_that_can_be_read_now_is_admitted_once() {
    let desk = Desk::open().await;
    let signup = desk.hall.signup("王芳", WANG);
    let mail = Message {
        path: Path::Edge,
        bytes: desk.hall.sealed(&signup).into_bytes(),
        ..desk.hall.message(&signup)
    };
    let seq = desk.park(mail.unreadable("failed")).await;
    desk.check(signup.id, "nowhere", "received");
    let before = desk.everything();
    let undo = desk.resolve(Resolution::RetryParked { seq }).await.unwrap();
    desk.check(signup.id, "registered", "registered");
    assert_eq!(desk.hall.count("SELECT count(*) FROM parked"), 0);
    assert_eq!(desk.hall.texts("SELECT path FROM signups"), ["edge"]);
    desk.undone(&undo, &before).await;
    assert_eq!(desk.resolve(Resolution::RetryParked { seq: 99 }).await, Err(ActError::Unknown));
}

#[tokio::test]
async fn a_form_that_was_parked_at_the_venue_is_read_again() {
    let desk = Desk::open().await;
    let id = SignupId::from_random([5; 16]);
    let code = &desk.hall.workshop.invite_code;
    for (body, phone) in [
        (format!(r#"{{"id":"{id}","invite_code":"{code}","name":"王芳","phone":"{WANG}"}}"#), WANG),
        (format!("seed={}&invite_code={code}&name=%E6%9D%8E%E4%BC%9F&phone={LI}", "0".repeat(32)), LI),
    ] {
        let message = desk.hall.message(&desk.hall.signup("赵敏", ZHAO));
        let seq = desk.park(Message { bytes: body.into_bytes(), ..message }.unreadable("failed")).await;
        desk.resolve(Resolution::RetryParked { seq }).await.unwrap();
        let rows = desk.hall.count(&format!("SELECT count(*) FROM signups WHERE phone = '+86{phone}'"));
        assert_eq!(rows, 1, "{phone}");
    }
}

impl Desk {
    /// A cancellation of `old`, parked as the venue page takes it.
    async fn park_cancellation(&self, old: SignupId) -> i64 {
        let message = self.hall.cancellation(old);
        self.park(Message { bytes: format!("{CANCEL}{old}").into_bytes(), ..message }.unreadable("failed"))
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
        self.park(Message { bytes: form.into_bytes(), ..message }.unreadable("failed")).await
    }
}

#[tokio::test]
async fn a_parked_cancellation_is_taken_back_with_all_that_it_passed_on() {
    let desk = Desk::seats(1, true).await;
    let (seated, waits) = (desk.sign_up("王芳", WANG).await, desk.sign_up("李伟", LI).await);
    let (beside, later) = (desk.sign_up("王方", WANG).await, desk.sign_up("王放", WANG).await);
    // Not of one millisecond, in which nobody is the older one.
    let older = "UPDATE duplicates SET stored_at = stored_at - 1 WHERE name = '王方'";
    desk.hall.writer.edit(move |conn| conn.execute(older, [])).await.unwrap();
    let seq = desk.park_cancellation(seated).await;
    let before = desk.everything();
    let undo = desk.resolve(Resolution::RetryParked { seq }).await.unwrap();
    desk.check(seated, "cancelled", "cancelled");
    // The number and the seat are the next one's who claims the number.
    desk.check(beside, "registered", "registered");
    desk.undone(&undo, &before).await;

    // Whoever came first with the number is the first again.
    let undo = desk.resolve(Resolution::RetryParked { seq }).await.unwrap();
    desk.check(beside, "registered", "registered");
    desk.check(later, "beside", "waitlisted");
    desk.undone(&undo, &before).await;

    // Nobody claims the number: the seat goes to who waits.
    for duplicate in [beside, later] {
        desk.hall.writer.admit_now(desk.hall.cancellation(duplicate)).await.unwrap();
    }
    let before = desk.everything();
    let undo = desk.resolve(Resolution::RetryParked { seq }).await.unwrap();
    desk.check(waits, "registered", "registered");
    desk.undone(&undo, &before).await;
}

#[tokio::test]
async fn a_parked_cancellation_of_one_that_is_beside_waits_or_has_not_come_is_taken_back() {
    let desk = Desk::seats(1, true).await;
    desk.sign_up("王芳", WANG).await;
    let (waits, beside) = (desk.sign_up("李伟", LI).await, desk.sign_up("王方", WANG).await);
    for named in [waits, beside, SignupId::from_random([7; 16])] {
        let seq = desk.park_cancellation(named).await;
        let before = desk.everything();
        let undo = desk.resolve(Resolution::RetryParked { seq }).await.unwrap();
        assert_eq!(desk.stands(named).1, "cancelled");
        desk.undone(&undo, &before).await;
    }
}

#[tokio::test]
async fn a_parked_correction_is_taken_back_with_all_that_it_passed_on() {
    let desk = Desk::seats(2, true).await;
    let (first, other) = (desk.sign_up("王芳", WANG).await, desk.sign_up("李伟", LI).await);
    let beside = desk.sign_up("王方", WANG).await;
    let id = SignupId::from_random([8; 16]);
    // Another number: the one that it leaves is the next one's.
    let seq = desk.park_correction(first, id, "王芳", ZHAO).await;
    let before = desk.everything();
    let undo = desk.resolve(Resolution::RetryParked { seq }).await.unwrap();
    desk.check(first, "cancelled", "cancelled");
    desk.check(id, "registered", "registered");
    desk.check(beside, "waitlisted", "waitlisted");
    desk.undone(&undo, &before).await;

    // A number that somebody has: it stands beside theirs, and its seat is free.
    let waits = desk.sign_up("孙丽", "13600136000").await;
    desk.hall.writer.admit_now(desk.hall.cancellation(beside)).await.unwrap();
    let seq = desk.park_correction(first, SignupId::from_random([9; 16]), "王芳", LI).await;
    let before = desk.everything();
    let undo = desk.resolve(Resolution::RetryParked { seq }).await.unwrap();
    desk.check(first, "cancelled", "cancelled");
    desk.check(other, "registered", "registered");
    desk.check(waits, "registered", "registered");
    desk.undone(&undo, &before).await;
}

#[tokio::test]
async fn what_still_cannot_be_read_stays_parked() {
    let desk = Desk::open().await;
    let message = desk.hall.message(&desk.hall.signup("王芳", WANG));
    let mail = Message { path: Path::Edge, ..message };
    for (bytes, expected) in [
        (b"{".to_vec(), ActError::StillUnreadable("json")),
        (vec![0xFF, 0xFE], ActError::StillUnreadable("not_text")),
    ] {
        let seq = desk.park(Message { bytes, ..mail.clone() }.unreadable("json")).await;
        let before = desk.everything();
        let error = desk.resolve(Resolution::RetryParked { seq }).await.unwrap_err();
        assert_eq!(error.code(), expected.code());
        assert_eq!(desk.everything(), before);
    }
}

#[tokio::test]
async fn only_the_last_acts_can_be_taken_back() {
    let desk = Desk::open().await;
    let id = desk.sign_up("王芳", WANG).await;
    let first = desk.cancel(id).await.unwrap();
    for turn in 0..KEPT {
        let _ = if turn % 2 == 0 { desk.restore(id).await } else { desk.cancel(id).await }.unwrap();
    }
    assert_eq!(desk.acts.undo(&first.token).await, Err(ActError::UndoGone));
    assert_eq!(desk.acts.undo("guess").await, Err(ActError::UndoGone));
}

#[tokio::test]
async fn while_the_database_cannot_be_written_an_act_changes_nothing_and_can_be_tried_again() {
    let desk = Desk::open().await;
    let id = desk.sign_up("王芳", WANG).await;
    let undo = desk.cancel(id).await.unwrap();
    let other = rusqlite::Connection::open(desk.hall.dir.path().join("rollcall.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(matches!(desk.restore(id).await, Err(ActError::Unwritable(_))));
    assert!(matches!(desk.acts.undo(&undo.token).await, Err(ActError::Unwritable(_))));
    other.execute_batch("ROLLBACK").unwrap();
    desk.hall.writer.writable().await;
    desk.acts.undo(&undo.token).await.unwrap();
    desk.check(id, ReceiptState::Registered.as_str(), "registered");
}

#[tokio::test]
async fn the_audit_log_names_nobody() {
    let desk = Desk::open().await;
    let (first, second) = (desk.sign_up("王芳", WANG).await, desk.sign_up("李伟", WANG).await);
    let undo = desk.resolve(Resolution::UseNewer { duplicate: second }).await.unwrap();
    desk.acts.undo(&undo.token).await.unwrap();
    desk.resolve(Resolution::AnotherPerson { duplicate: second }).await.unwrap();
    desk.cancel(first).await.unwrap();
    let log = desk.hall.texts("SELECT what || ' ' || subject FROM events ORDER BY seq").join("\n");
    for what in ["newer used", "undone", "another person", "cancelled by host"] {
        assert!(log.contains(what), "{what} is missing in {log}");
    }
    assert!(!log.contains("138001") && !log.contains('王') && !log.contains('李'), "{log}");
}
