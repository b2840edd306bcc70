//! The writer with a real database: the wiring of admission, group commit, and what a failure does to whom.

use std::sync::mpsc;
use std::time::Duration;

use rollcall_shared::Timestamp;
use rollcall_shared::admission::{FoundUnreadable, Outcome};
use rollcall_shared::digest::Digest;
use rollcall_shared::envelope::SealedSignup;
use rollcall_shared::receipt::ReceiptState;
use rollcall_shared::retry::Failure;
use rollcall_shared::signup::Signup;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::WorkshopId;
use rusqlite::Connection;

use super::Writer;
use super::gather::{Database, Gather, Gathered};
use super::list::List;
use crate::db::erased;
use crate::db::tx::Tx;
use crate::message::{Content, Message, UnreadableReason, Written};
use crate::testing::{DEADLINE, Hall, until};

/// A name at which admission panics, in tests only.
const PANIC: &str = "惊慌";

/// The database, and a panic where it is asked about that name.
struct Panics;

impl Gather for Panics {
    fn signup(
        &self,
        conn: &Connection,
        list: &List,
        sealed: &SealedSignup,
        digest: Digest,
    ) -> rusqlite::Result<Gathered> {
        assert!(!sealed.signup.name.as_str().starts_with(PANIC), "asked to panic");
        Database.signup(conn, list, sealed, digest)
    }

    fn unreadable(
        &self,
        conn: &Connection,
        workshop: &WorkshopId,
        id: Option<SignupId>,
        digest: Digest,
    ) -> rusqlite::Result<FoundUnreadable> {
        Database.unreadable(conn, workshop, id, digest)
    }
}

impl Hall {
    pub(super) async fn send(&self, message: Message) -> Written {
        self.writer.admit_now(message).await.unwrap()
    }

    pub(crate) async fn sign_up(&self, name: &str, phone: &str) -> (Signup, Written) {
        let signup = self.signup(name, phone);
        let written = self.send(self.message(&signup)).await;
        (signup, written)
    }
}

pub(super) fn written(outcome: Outcome, state: ReceiptState) -> Written {
    Written { outcome, state }
}

#[tokio::test]
async fn a_signup_is_stored_with_its_receipt_and_event() {
    let hall = Hall::open().await;
    let (signup, answer) = hall.sign_up("王芳", "13800138000").await;
    assert_eq!(answer, written(Outcome::Stored, ReceiptState::Registered));
    assert_eq!(
        hall.texts("SELECT id FROM signups WHERE state = 'registered' AND path = 'venue'"),
        [signup.id.to_string()]
    );
    assert_eq!(
        hall.texts("SELECT id FROM receipts_out WHERE state = 'registered' AND rev > 0"),
        [signup.id.to_string()]
    );
    assert_eq!(hall.texts("SELECT subject FROM events WHERE what = 'stored venue'"), [signup.id.to_string()]);
}

#[tokio::test]
async fn the_same_signup_twice_is_one_row_and_one_answer() {
    let hall = Hall::open().await;
    let (signup, first) = hall.sign_up("王芳", "13800138000").await;
    let second = hall.send(hall.message(&signup)).await;
    assert_eq!(second, written(Outcome::Repeated, first.state));
    assert_eq!(hall.count("SELECT count(*) FROM signups"), 1);
    assert_eq!(hall.count("SELECT count(*) FROM receipts_out"), 1);
    assert_eq!(hall.count("SELECT count(*) FROM events WHERE what LIKE 'stored%'"), 1);
}

#[tokio::test]
async fn a_message_from_any_time_is_answered_after_its_commit() {
    let hall = Hall::open().await;
    for (received_at, phone) in [(i64::MIN, "13800138001"), (i64::MAX, "13800138002")] {
        let mut message = hall.message(&hall.signup("王芳", phone));
        let Content::Signup(sealed) = &mut message.content else { panic!("a sign-up") };
        sealed.received_at = Timestamp::from_millis(received_at);
        assert_eq!(hall.send(message).await.outcome, Outcome::Stored, "{received_at}");
    }
}

#[tokio::test]
async fn the_same_id_with_other_content_is_a_signup_of_its_own() {
    let hall = Hall::open().await;
    let (first, _) = hall.sign_up("王芳", "13800138000").await;
    let other = Signup { id: first.id, ..hall.signup("李伟", "13900139000") };
    assert_eq!(hall.send(hall.message(&other)).await.outcome, Outcome::Stored);
    assert_eq!(hall.send(hall.message(&other)).await.outcome, Outcome::Repeated);
    let reused = first.id.reused(&other.digest()).to_string();
    assert_eq!(hall.texts("SELECT id FROM signups WHERE flags LIKE '%id_reused%'"), [reused]);
    assert_eq!(hall.count("SELECT count(*) FROM signups"), 2);
}

#[tokio::test]
async fn a_number_on_the_list_is_kept_beside_the_first_and_answered_alike() {
    let hall = Hall::open().await;
    let (first, fresh) = hall.sign_up("王芳", "13800138000").await;
    let (_, same_name) = hall.sign_up("王芳", "13800138000").await;
    let (_, other_name) = hall.sign_up("李伟", "13800138000").await;
    assert_eq!(same_name, written(Outcome::Duplicate, fresh.state));
    assert_eq!(other_name, written(Outcome::Duplicate, fresh.state));
    assert_eq!(hall.texts("SELECT reason FROM duplicates ORDER BY rowid"), ["same_name", "other_name"]);
    assert_eq!(hall.texts("SELECT DISTINCT original_id FROM duplicates"), [first.id.to_string()]);
    assert_eq!(hall.count("SELECT count(*) FROM receipts_out WHERE state = 'registered'"), 3);
}

#[tokio::test]
async fn one_name_in_two_spellings_needs_no_look_and_one_number_in_two_notations_is_one_person() {
    let hall = Hall::open().await;
    for (names, phones) in [
        (["王芳", "王　芳"], ["13800138000", "0086 (0)138-0013-8000"]),
        (["Wang Fang", "ＷＡＮＧ ＦＡＮＧ"], ["+44 (0)20 7946 0123", "+44 20 7946 0123"]),
        (["古丽·阿依", "古丽.阿依"], ["+886 0912 345 678", "00886 912 345 678"]),
        (["Nguyễn Thị", "nguyen thi"], ["+39 06 6988 3145", "0039 06 6988 3145"]),
    ] {
        for (name, phone) in names.into_iter().zip(phones) {
            hall.sign_up(name, phone).await;
        }
    }
    assert_eq!(hall.count("SELECT count(*) FROM signups"), 4);
    assert_eq!(hall.texts("SELECT DISTINCT reason FROM duplicates"), ["same_name"]);
    assert_eq!(hall.count("SELECT count(*) FROM duplicates"), 4);
}

#[tokio::test]
async fn seats_are_counted_across_a_batch_and_never_passed() {
    let hall = Hall::with(|draft| (draft.capacity, draft.waiting_list) = (Some(2), true)).await;
    let phones = ["13800138001", "13800138002", "13800138003", "13800138001"];
    let messages = phones.map(|phone| hall.message(&hall.signup("王芳", phone))).to_vec();
    let outcomes: Vec<_> = hall.writer.admit(messages).await.into_iter().map(|a| a.unwrap()).collect();
    assert_eq!(
        outcomes,
        [
            written(Outcome::Stored, ReceiptState::Registered),
            written(Outcome::Stored, ReceiptState::Registered),
            written(Outcome::Waitlisted, ReceiptState::Waitlisted),
            // As a fresh number would be answered at that moment.
            written(Outcome::Duplicate, ReceiptState::Waitlisted),
        ]
    );
    assert_eq!(hall.sign_up("李伟", "13800138004").await.1.outcome, Outcome::Waitlisted);
}

#[tokio::test]
async fn an_erased_person_never_comes_back() {
    let hall = Hall::open().await;
    let signup = hall.signup("王芳", "13800138000");
    let id = signup.id.to_string();
    hall.writer.edit(move |conn| conn.execute("INSERT INTO erased(id) VALUES (?1)", [id])).await.unwrap();
    let answer = hall.send(hall.message(&signup)).await;
    assert_eq!(answer, written(Outcome::Erased, ReceiptState::Cancelled));
    assert_eq!(hall.count("SELECT (SELECT count(*) FROM signups) + (SELECT count(*) FROM receipts_out)"), 0);
}

#[tokio::test]
async fn what_cannot_be_read_is_parked_once_and_sends_the_teacher_to_the_desk() {
    let hall = Hall::open().await;
    let message = hall.message(&hall.signup("王芳", "13800138000")).unreadable(UnreadableReason::Box);
    assert_eq!(hall.send(message.clone()).await, written(Outcome::Parked, ReceiptState::Received));
    assert_eq!(hall.send(message).await.outcome, Outcome::Repeated);
    assert_eq!(hall.texts("SELECT reason FROM parked"), ["box"]);
    assert_eq!(hall.count("SELECT count(*) FROM receipts_out WHERE state = 'received' AND see_desk"), 1);
}

#[tokio::test]
async fn what_cannot_be_read_changes_nothing_for_who_stands_or_was_erased() {
    let hall = Hall::open().await;
    let (stands, _) = hall.sign_up("王芳", "13800138000").await;
    let unreadable = hall.message(&stands).unreadable(UnreadableReason::Box);
    assert_eq!(hall.send(unreadable).await.outcome, Outcome::Parked);
    assert_eq!(
        hall.count("SELECT count(*) FROM receipts_out WHERE state = 'registered' AND NOT see_desk"),
        1
    );

    let gone = hall.signup("李伟", "13900139000");
    let (of, id) = (hall.workshop.id.clone(), gone.id);
    hall.writer.edit(move |conn| erased::add(conn, &of, id)).await.unwrap();
    assert_eq!(
        hall.send(hall.message(&gone).unreadable(UnreadableReason::Box)).await.outcome,
        Outcome::Erased
    );
    assert_eq!(hall.count("SELECT count(*) FROM parked"), 1);
}

#[tokio::test]
async fn a_repetition_counts_as_no_second_wait() {
    let hall = Hall::open().await;
    let (signup, _) = hall.sign_up("王芳", "13800138000").await;
    for _ in 0..2 {
        hall.send(hall.message(&signup)).await;
    }
    assert!(hall.metrics.text().contains("rollcall_queue_seconds_count 1\n"));
}

#[tokio::test]
async fn only_an_older_form_is_flagged_as_one() {
    let hall = Hall::open().await;
    let current = hall.workshop.form_version;
    for (form_version, phone) in
        [(current - 1, "13800138001"), (current, "13800138002"), (current + 1, "13800138003")]
    {
        let signup = Signup { form_version, ..hall.signup("王芳", phone) };
        hall.send(hall.message(&signup)).await;
    }
    let flagged = hall.texts("SELECT phone FROM signups WHERE flags LIKE '%older_form%'");
    assert_eq!(flagged, ["+8613800138001"]);
}

#[tokio::test]
async fn what_waits_is_committed_together() {
    let hall = Hall::open().await;
    let (release, held) = mpsc::channel::<()>();
    let writer = hall.writer.clone();
    // The thread is busy while the hall presses "send".
    let busy = tokio::spawn(async move {
        writer
            .edit(move |_| {
                let _ = held.recv();
                Ok(())
            })
            .await
    });
    until("the thread is busy", || hall.writer.waiting() == 0).await;
    let sent: Vec<_> = (0..300)
        .map(|n| {
            let (writer, message) =
                (hall.writer.clone(), hall.message(&hall.signup("王芳", &format!("138{n:08}"))));
            tokio::spawn(async move { writer.admit_now(message).await })
        })
        .collect();
    until("all wait", || hall.writer.waiting() == 300).await;
    let before = hall.metrics.commits.get();
    drop(release);
    busy.await.unwrap().unwrap();
    for answer in sent {
        assert_eq!(answer.await.unwrap().unwrap().outcome, Outcome::Stored);
    }
    assert_eq!(hall.metrics.commits.get() - before, 1);
    assert_eq!(hall.count("SELECT count(*) FROM signups"), 300);
}

#[tokio::test]
async fn a_panicking_message_is_parked_and_its_neighbours_are_stored() {
    let start = |conn, metrics| Writer::start_with(conn, metrics, Box::new(Panics)).unwrap();
    let hall = Hall::made(|_| (), start).await;
    let messages: Vec<_> =
        [("王芳", "13800138001"), (PANIC, "13800138002"), ("李伟", "13800138003"), (PANIC, "13800138004")]
            .map(|(name, phone)| hall.message(&hall.signup(name, phone)))
            .to_vec();
    let outcomes: Vec<_> =
        hall.writer.admit(messages).await.into_iter().map(|answer| answer.unwrap().outcome).collect();
    assert_eq!(outcomes, [Outcome::Stored, Outcome::Parked, Outcome::Stored, Outcome::Parked]);
    assert_eq!(hall.texts("SELECT DISTINCT reason FROM parked"), ["failed"]);
    assert_eq!(hall.texts("SELECT phone FROM signups ORDER BY phone"), ["+8613800138001", "+8613800138003"]);
    assert_eq!(hall.sign_up("张敏", "13800138005").await.1.outcome, Outcome::Stored);
}

#[tokio::test]
async fn a_locked_database_fails_the_batch_and_nothing_else_is_taken_until_it_is_free() {
    let hall = Hall::open().await;
    let other = Connection::open(hall.dir.path().join("rollcall.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let message = hall.message(&hall.signup("王芳", "13800138000"));
    let answers = hall.writer.admit(vec![message.clone(), message.clone()]).await;
    assert_eq!(answers, [Err(Failure::Busy), Err(Failure::Busy)]);
    assert_eq!(hall.writer.unwritable(), Some(Failure::Busy));
    assert_eq!(hall.writer.admit_now(message.clone()).await, Err(Failure::Busy));
    assert_eq!(hall.count("SELECT count(*) FROM signups"), 0);

    other.execute_batch("ROLLBACK").unwrap();
    tokio::time::timeout(DEADLINE, hall.writer.writable()).await.unwrap();
    assert_eq!(hall.send(message).await.outcome, Outcome::Stored);
    assert_eq!(hall.count("SELECT count(*) FROM signups"), 1);
    assert_eq!(hall.count("SELECT count(*) FROM parked"), 0);
}

#[tokio::test]
async fn a_full_disk_is_waited_out() {
    let hall = Hall::open().await;
    hall.writer.edit(|conn| conn.pragma_update(None, "max_page_count", 1)).await.unwrap();
    // The file has more pages than that already: SQLite holds it at its present size.
    let mut stored = 0_u32;
    let failure = loop {
        let message = hall.message(&hall.signup("王芳", &format!("138{stored:08}")));
        match hall.writer.admit(vec![message]).await.remove(0) {
            Ok(_) => stored += 1,
            Err(failure) => break failure,
        }
    };
    assert_eq!(failure, Failure::DiskFull);
    assert_eq!(hall.count("SELECT count(*) FROM signups"), u64::from(stored));
    hall.writer.edit(|conn| conn.pragma_update(None, "max_page_count", 1_000_000)).await.unwrap();
    hall.writer.writable().await;
    assert_eq!(hall.sign_up("李伟", "13900139000").await.1.outcome, Outcome::Stored);
}

#[tokio::test]
async fn a_restored_database_does_not_fall_behind_the_edge() {
    let hall = Hall::open().await;
    let (signup, _) = hall.sign_up("王芳", "13800138000").await;
    let rev = hall.count("SELECT rev FROM receipts_out");
    // The clock, not a counter that a restore would set back.
    assert!(Duration::from_millis(rev).as_secs() > 1_700_000_000, "{rev}");
    let workshop = hall.workshop.id.clone();
    let earlier = 5;
    let set = move |tx: &Tx<'_>| {
        crate::db::receipts_out::set(
            tx,
            &workshop,
            signup.id,
            ReceiptState::Cancelled,
            false,
            Timestamp::from_millis(earlier),
        )
    };
    hall.writer.edit(set).await.unwrap();
    assert_eq!(hall.count("SELECT rev FROM receipts_out"), rev + 1);
}
