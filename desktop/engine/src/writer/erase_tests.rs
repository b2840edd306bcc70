//! Erasure with a real database: what belongs together goes together, and nobody comes back.

use rollcall_shared::admission::Outcome;
use rollcall_shared::receipt::ReceiptState;
use rollcall_shared::signup::Signup;
use rollcall_shared::signup_id::SignupId;

use super::erase::{erase, erase_parked};
use super::tests::written;
use crate::clock::now_ms;
use crate::db::tx::Tx;
use crate::message::{Content, Message, Origin, UnreadableReason};
use crate::testing::Hall;
use crate::view::ErasedRows;

impl Hall {
    async fn erase(&self, id: SignupId) -> ErasedRows {
        let workshop = self.workshop.id.clone();
        self.writer.edit(move |conn| erase(conn, &workshop, &[id], now_ms())).await.unwrap()
    }

    fn names(&self, table: &str) -> Vec<String> {
        self.texts(&format!("SELECT name FROM {table} WHERE state <> 'cancelled' ORDER BY name"))
    }
}

fn erased() -> crate::message::Written {
    written(Outcome::Erased, ReceiptState::Cancelled)
}

#[tokio::test]
async fn who_was_erased_does_not_come_back() {
    let hall = Hall::open().await;
    let (signup, _) = hall.sign_up("王芳", "13800138000").await;
    let rows = hall.erase(signup.id).await;
    assert_eq!((rows.ids, rows.signups), (vec![signup.id], 1));
    assert_eq!(hall.count("SELECT count(*) FROM signups"), 0);
    assert_eq!(hall.texts("SELECT state FROM receipts_out"), ["cancelled"]);
    assert_eq!(hall.texts("SELECT id FROM erasures_out"), [signup.id.to_string()], "the edge is to be told");
    assert_eq!(hall.send(hall.message(&signup)).await, erased());
    // A correction that was on its way, and one of that one.
    let (second, third) = (hall.signup("王方", "13900139000"), hall.signup("王放", "13900139000"));
    assert_eq!(hall.send(hall.correction(&third, second.id)).await.outcome, Outcome::Stored);
    hall.erase(third.id).await;
    assert_eq!(hall.send(hall.correction(&second, signup.id)).await, erased());
    assert_eq!(hall.count("SELECT count(*) FROM signups"), 0);
    // Somebody else with the number is somebody else.
    assert_eq!(hall.sign_up("李伟", "13800138000").await.1.outcome, Outcome::Stored);
    // Once more changes nothing.
    let (rev, events) = ("SELECT max(rev) FROM receipts_out", "SELECT count(*) FROM events");
    let before = (hall.count(rev), hall.count(events));
    assert_eq!(hall.erase(signup.id).await.count(), 0);
    assert_eq!((hall.count(rev), hall.count(events)), before);
}

#[tokio::test]
async fn corrections_go_along_in_both_directions() {
    let hall = Hall::open().await;
    for which in 0..3 {
        let chain: Vec<Signup> =
            ["王一", "王二", "王三"].iter().map(|name| hall.signup(name, "13800138000")).collect();
        hall.send(hall.message(&chain[0])).await;
        hall.send(hall.correction(&chain[1], chain[0].id)).await;
        hall.send(hall.correction(&chain[2], chain[1].id)).await;
        let (other, _) = hall.sign_up("李伟", "13900139000").await;
        let rows = hall.erase(chain[which].id).await;
        assert_eq!((rows.ids.len(), rows.signups), (3, 3), "from the {which}th on");
        assert_eq!(hall.names("signups"), ["李伟"]);
        hall.erase(other.id).await;
    }
}

#[tokio::test]
async fn a_correction_whose_middle_is_late_goes_when_the_middle_comes() {
    let hall = Hall::open().await;
    let chain: Vec<Signup> =
        ["王一", "王二", "王三"].iter().map(|name| hall.signup(name, "13800138000")).collect();
    hall.send(hall.message(&chain[0])).await;
    hall.send(hall.correction(&chain[2], chain[1].id)).await;
    hall.erase(chain[0].id).await;
    let left = "SELECT (SELECT count(*) FROM signups) + (SELECT count(*) FROM duplicates)";
    assert_eq!(hall.count(left), 1, "nothing says yet that it is the same person");
    assert_eq!(hall.send(hall.correction(&chain[1], chain[0].id)).await, erased());
    assert_eq!(hall.count(left), 0);
}

#[tokio::test]
async fn what_came_under_one_id_goes_together() {
    let hall = Hall::open().await;
    let (first, _) = hall.sign_up("王芳", "13800138000").await;
    let second = Signup { id: first.id, ..hall.signup("李伟", "13900139000") };
    assert_eq!(hall.send(hall.message(&second)).await.outcome, Outcome::Stored);
    let derived = first.id.reused(&second.digest());
    assert_eq!(hall.erase(derived).await.signups, 2);
    assert_eq!(hall.send(hall.message(&second)).await.outcome, Outcome::Erased);
    assert_eq!(hall.count("SELECT count(*) FROM signups"), 0);
}

#[tokio::test]
async fn the_number_and_the_seat_pass_on() {
    let hall = Hall::with(|draft| (draft.capacity, draft.waiting_list) = (Some(1), true)).await;
    let (first, _) = hall.sign_up("王芳", "13800138000").await;
    // In one millisecond, with ids in the other order than they came.
    let (mut second, mut third) = (hall.signup("王方", "13800138000"), hall.signup("王放", "13800138000"));
    if second.id.to_string() < third.id.to_string() {
        std::mem::swap(&mut second, &mut third);
    }
    for beside in [&second, &third] {
        assert_eq!(hall.send(hall.message(beside)).await.outcome, Outcome::Duplicate);
    }
    let at_once =
        |tx: &Tx<'_>| tx.execute("UPDATE duplicates SET stored_at = 1, received_at = 1", ()).map(drop);
    hall.writer.edit(at_once).await.unwrap();
    let (waits, _) = hall.sign_up("李伟", "13900139000").await;
    // The one who claims the number comes next: it was told *waitlisted*, as a fresh number would have been.
    hall.erase(first.id).await;
    assert_eq!(hall.texts("SELECT id FROM signups WHERE state = 'registered'"), [second.id.to_string()]);
    assert_eq!(hall.texts("SELECT id FROM duplicates"), [third.id.to_string()]);
    assert_eq!(hall.texts("SELECT original_id FROM duplicates"), [second.id.to_string()]);
    assert_eq!(hall.erase(third.id).await.duplicates, 1);
    hall.erase(second.id).await;
    assert_eq!(hall.texts("SELECT id FROM signups WHERE state = 'registered'"), [waits.id.to_string()]);
}

#[tokio::test]
async fn a_message_that_nobody_could_read_goes_by_its_id_and_by_its_number() {
    let hall = Hall::open().await;
    let (signup, _) = hall.sign_up("王芳", "13800138000").await;
    let unreadable = |id: Option<SignupId>, bytes: &str| Message {
        workshop: hall.workshop.id.clone(),
        origin: Origin::Edge,
        content: Content::Unreadable { id, reason: UnreadableReason::Box },
        bytes: bytes.into(),
        delivered_alone: false,
    };
    let by_number = |seq: u64| {
        let (workshop, seq) = (hall.workshop.id.clone(), i64::try_from(seq).unwrap());
        hall.writer.edit(move |conn| erase_parked(conn, &workshop, seq, now_ms()))
    };
    let parked = || hall.count("SELECT ifnull(max(seq), 0) FROM parked");
    hall.send(unreadable(Some(signup.id), "a damaged box")).await;
    assert_eq!(hall.erase(signup.id).await.parked, 1);
    hall.send(unreadable(None, "who knows")).await;
    let seq = parked();
    assert_eq!(by_number(seq).await.unwrap().unwrap().parked, 1);
    assert_eq!((by_number(seq).await.unwrap(), parked()), (None, 0));
    // Whom it names goes with it, and does not come back.
    let named = SignupId::from_random(crate::random::random_16());
    hall.send(unreadable(Some(named), "another")).await;
    assert_eq!(by_number(parked()).await.unwrap().unwrap().ids, [named]);
    assert_eq!(hall.send(unreadable(Some(named), "another")).await.outcome, Outcome::Erased);
    // Whoever stands under that name stays.
    let (stays, _) = hall.sign_up("李伟", "13900139000").await;
    hall.send(unreadable(Some(stays.id), "a forged box")).await;
    let rows = by_number(parked()).await.unwrap().unwrap();
    assert_eq!((rows.parked, rows.signups, hall.names("signups")), (1, 0, vec!["李伟".to_owned()]));
}

#[tokio::test]
async fn nothing_is_left_in_the_files() {
    let hall = Hall::open().await;
    let (signup, _) = hall.sign_up("欧阳娜娜", "13812345678").await;
    hall.sign_up("李伟", "13900139000").await;
    let found = |text: &str| {
        let files = std::fs::read_dir(hall.dir.path()).unwrap().map(|entry| entry.unwrap().path());
        let holding = files.filter(|path| path.is_file()).filter(|path| {
            let bytes = std::fs::read(path).unwrap();
            bytes.windows(text.len()).any(|part| part == text.as_bytes())
        });
        holding.collect::<Vec<_>>()
    };
    assert!(!found("欧阳娜娜").is_empty() && !found("13812345678").is_empty());
    hall.erase(signup.id).await;
    assert!(hall.writer.empty_log().await.unwrap());
    assert_eq!(found("欧阳娜娜"), Vec::<std::path::PathBuf>::new());
    assert_eq!(found("13812345678"), Vec::<std::path::PathBuf>::new());
    assert!(!found("李伟").is_empty());
}
