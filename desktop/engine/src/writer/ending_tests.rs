//! Corrections and cancellations with a real database: in whatever order they come, however often.

use rollcall_shared::admission::Outcome;
use rollcall_shared::receipt::ReceiptState;
use rollcall_shared::signup::Signup;

use super::tests::written;
use crate::message::Message;
use crate::testing::Hall;

impl Hall {
    async fn correct(&self, old: &Signup, name: &str, phone: &str) -> Signup {
        let new = self.signup(name, phone);
        assert_eq!(self.send(self.correction(&new, old.id)).await.outcome, Outcome::Stored);
        new
    }

    /// Ids with this state on the list.
    fn list(&self, state: &str) -> Vec<String> {
        self.texts(&format!("SELECT id FROM signups WHERE state = '{state}' ORDER BY id"))
    }

    fn receipt(&self, signup: &Signup) -> String {
        self.texts(&format!("SELECT state FROM receipts_out WHERE id = '{}'", signup.id)).remove(0)
    }
}

#[tokio::test]
async fn a_correction_takes_the_place_of_the_first() {
    let hall = Hall::open().await;
    let (first, _) = hall.sign_up("王方", "13800138000").await;
    let second = hall.correct(&first, "王芳", "13800138000").await;
    assert_eq!(hall.list("registered"), [second.id.to_string()]);
    assert_eq!(hall.list("cancelled"), [first.id.to_string()]);
    assert_eq!((hall.receipt(&first), hall.receipt(&second)), ("cancelled".into(), "registered".into()));
    assert_eq!(hall.texts("SELECT subject FROM events WHERE what = 'replaced'"), [first.id.to_string()]);
    // Nobody has its number any more.
    let third = hall.correct(&second, "王芳", "13900139000").await;
    assert_eq!(hall.sign_up("李伟", "13800138000").await.1.outcome, Outcome::Stored);
    assert_eq!(hall.list("registered").len(), 2);
    assert_eq!(hall.receipt(&third), "registered");
}

#[tokio::test]
async fn a_cancellation_changes_something_once() {
    let hall = Hall::open().await;
    let (signup, _) = hall.sign_up("王芳", "13800138000").await;
    let cancel = || hall.send(hall.cancellation(signup.id));
    assert_eq!(cancel().await, written(Outcome::Cancelled, ReceiptState::Cancelled));
    let rev = hall.count("SELECT rev FROM receipts_out");
    assert_eq!(cancel().await, written(Outcome::Repeated, ReceiptState::Cancelled));
    assert_eq!(hall.count("SELECT rev FROM receipts_out"), rev);
    assert_eq!(hall.list("cancelled"), [signup.id.to_string()]);
    // The sign-up itself once more brings nobody back; signing up again does.
    assert_eq!(hall.send(hall.message(&signup)).await, written(Outcome::Repeated, ReceiptState::Cancelled));
    let again = hall.correct(&signup, "王芳", "13800138000").await;
    assert_eq!(hall.list("registered"), [again.id.to_string()]);
}

/// Every message of a story, in every order, each delivered again after all: the list and the receipts come
/// out the same.
async fn in_every_order(hall: &Hall, story: &[Message], on_the_list: &[&Signup], off: &[&Signup]) {
    for order in permutations(story.len()) {
        let twice = order.iter().chain(&order);
        for place in twice {
            hall.send(story[*place].clone()).await;
        }
        let mut expected: Vec<_> = on_the_list.iter().map(|signup| signup.id.to_string()).collect();
        expected.sort();
        assert_eq!(hall.list("registered"), expected, "{order:?}");
        let kept = hall.count("SELECT (SELECT count(*) FROM signups) + (SELECT count(*) FROM duplicates)");
        assert_eq!(kept, (on_the_list.len() + off.len()) as u64, "each stands once: {order:?}");
        on_the_list.iter().for_each(|signup| assert_eq!(hall.receipt(signup), "registered", "{order:?}"));
        off.iter().for_each(|signup| assert_eq!(hall.receipt(signup), "cancelled", "{order:?}"));
        hall.writer
            .edit(|conn| {
                conn.execute_batch("DELETE FROM signups; DELETE FROM duplicates; DELETE FROM receipts_out")
            })
            .await
            .unwrap();
    }
}

fn permutations(n: usize) -> Vec<Vec<usize>> {
    if n == 0 {
        return vec![Vec::new()];
    }
    permutations(n - 1)
        .into_iter()
        .flat_map(|shorter| {
            (0..n).map(move |place| {
                let mut longer = shorter.clone();
                longer.insert(place, n - 1);
                longer
            })
        })
        .collect()
}

#[tokio::test]
async fn a_correction_may_overtake_what_it_corrects() {
    let hall = Hall::open().await;
    for phone in ["13800138000", "13900139000"] {
        let (first, second) = (hall.signup("王方", "13800138000"), hall.signup("王芳", phone));
        let story = [hall.message(&first), hall.correction(&second, first.id)];
        in_every_order(&hall, &story, &[&second], &[&first]).await;
    }
}

#[tokio::test]
async fn a_correction_of_a_correction_comes_in_any_order() {
    let hall = Hall::open().await;
    let [a, b, c] = ["王方", "王旁", "王芳"].map(|name| hall.signup(name, "13800138000"));
    let story = [hall.message(&a), hall.correction(&b, a.id), hall.correction(&c, b.id)];
    in_every_order(&hall, &story, &[&c], &[&a, &b]).await;
}

#[tokio::test]
async fn cancelled_and_signed_up_again_in_any_order() {
    let hall = Hall::open().await;
    let (first, again) = (hall.signup("王芳", "13800138000"), hall.signup("王芳", "13800138000"));
    let cancelled = [hall.message(&first), hall.cancellation(first.id)];
    in_every_order(&hall, &cancelled, &[], &[&first]).await;
    let story = [cancelled[0].clone(), cancelled[1].clone(), hall.correction(&again, first.id)];
    in_every_order(&hall, &story, &[&again], &[&first]).await;
    let last = [story[0].clone(), story[2].clone(), hall.cancellation(again.id)];
    in_every_order(&hall, &last, &[], &[&first, &again]).await;
}

#[tokio::test]
async fn a_free_seat_goes_to_whoever_waits_longest() {
    let hall = Hall::with(|draft| (draft.capacity, draft.waiting_list) = (Some(1), true)).await;
    let (first, _) = hall.sign_up("王芳", "13800138001").await;
    let (second, _) = hall.sign_up("李伟", "13800138002").await;
    let (third, _) = hall.sign_up("张敏", "13800138003").await;
    // A correction keeps the seat, and a place in the queue.
    let first = hall.correct(&first, "王方", "13800138001").await;
    let corrected = hall.signup("李薇", "13800138009");
    assert_eq!(hall.send(hall.correction(&corrected, second.id)).await.outcome, Outcome::Waitlisted);
    assert_eq!(hall.list("registered"), [first.id.to_string()]);

    hall.send(hall.cancellation(first.id)).await;
    assert_eq!(hall.list("registered"), [corrected.id.to_string()]);
    assert_eq!((hall.receipt(&corrected), hall.receipt(&third)), ("registered".into(), "waitlisted".into()));
    hall.send(hall.cancellation(third.id)).await;
    hall.send(hall.cancellation(corrected.id)).await;
    assert_eq!(hall.list("registered"), [""; 0]);
    assert_eq!(hall.sign_up("赵静", "13800138004").await.1.outcome, Outcome::Stored);
}

#[tokio::test]
async fn without_a_waiting_list_nobody_is_promoted_behind_the_hosts_back() {
    let hall = Hall::with(|draft| draft.capacity = Some(1)).await;
    let (first, _) = hall.sign_up("王芳", "13800138001").await;
    let (second, _) = hall.sign_up("李伟", "13800138002").await;
    hall.send(hall.cancellation(first.id)).await;
    assert_eq!((hall.list("registered"), hall.receipt(&second)), (vec![], "waitlisted".into()));
}

/// Whoever is kept beside a number holds a receipt that says *registered*: once the number is free it is
/// true.
#[tokio::test]
async fn a_number_that_comes_free_goes_to_the_next_who_claims_it() {
    let hall = Hall::open().await;
    let (first, _) = hall.sign_up("王芳", "13800138000").await;
    let (beside, _) = hall.sign_up("王芳", "13800138000").await;
    hall.send(hall.cancellation(first.id)).await;
    assert_eq!(hall.list("registered"), [beside.id.to_string()]);
    assert_eq!(hall.count("SELECT count(*) FROM duplicates"), 0);

    let (third, _) = hall.sign_up("李伟", "13800138000").await;
    hall.send(hall.cancellation(third.id)).await;
    assert_eq!(hall.receipt(&third), "cancelled");
    hall.send(hall.cancellation(beside.id)).await;
    assert_eq!(hall.list("registered"), [""; 0], "a claim that was taken back is none");
}

#[tokio::test]
async fn a_correction_to_somebody_elses_number_is_kept_beside_it() {
    let hall = Hall::open().await;
    let (holder, _) = hall.sign_up("李伟", "13900139000").await;
    let (first, _) = hall.sign_up("王芳", "13800138000").await;
    let second = hall.signup("王芳", "13900139000");
    let answer = hall.send(hall.correction(&second, first.id)).await;
    assert_eq!(answer, written(Outcome::Duplicate, ReceiptState::Registered));
    assert_eq!(hall.list("registered"), [holder.id.to_string()]);
    // Corrected once more, to its own number.
    let third = hall.correct(&second, "王芳", "13700137000").await;
    assert_eq!(hall.receipt(&second), "cancelled");
    assert_eq!(hall.receipt(&third), "registered");
}

#[tokio::test]
async fn whoever_was_erased_does_not_come_back_by_a_correction() {
    let hall = Hall::open().await;
    let first = hall.signup("王芳", "13800138000");
    let id = first.id.to_string();
    hall.writer.edit(move |conn| conn.execute("INSERT INTO erased(id) VALUES (?1)", [id])).await.unwrap();
    let second = hall.signup("王芳", "13800138000");
    let correction = hall.correction(&second, first.id);
    assert_eq!(hall.send(correction.clone()).await, written(Outcome::Erased, ReceiptState::Cancelled));
    assert_eq!(hall.send(correction).await.outcome, Outcome::Erased);
    assert_eq!(hall.send(hall.cancellation(first.id)).await.outcome, Outcome::Erased);
    assert_eq!(hall.count("SELECT count(*) FROM signups"), 0);
    assert_eq!(hall.receipt(&second), "cancelled", "its receipt does not say received for ever");
}

/// The host knows that two people have one number: a correction of either leaves the other alone.
#[tokio::test]
async fn a_shared_number_stays_shared() {
    let hall = Hall::open().await;
    let (mother, _) = hall.sign_up("王芳", "13800138000").await;
    let (daughter, _) = hall.sign_up("李薇", "13900139000").await;
    let id = daughter.id.to_string();
    hall.writer
        .edit(move |conn| {
            conn.execute("UPDATE signups SET phone = '+8613800138000', shared_phone = 1 WHERE id = ?1", [id])
        })
        .await
        .unwrap();
    let daughter = hall.correct(&daughter, "李微", "13800138000").await;
    let mother = hall.correct(&mother, "王方", "13800138000").await;
    let mut both = [mother.id.to_string(), daughter.id.to_string()];
    both.sort();
    assert_eq!(hall.list("registered"), both);
    hall.send(hall.cancellation(mother.id)).await;
    assert_eq!(hall.list("registered"), [daughter.id.to_string()]);
}

#[tokio::test]
async fn whatever_stands_beside_or_has_not_come_yet_is_taken_back_once() {
    let hall = Hall::open().await;
    hall.sign_up("王芳", "13800138000").await;
    let (beside, answer) = hall.sign_up("李伟", "13800138000").await;
    assert_eq!(answer.outcome, Outcome::Duplicate);
    for signup in [beside, hall.signup("赵敏", "13900139000")] {
        for outcome in [Outcome::Cancelled, Outcome::Repeated, Outcome::Repeated] {
            assert_eq!(hall.send(hall.cancellation(signup.id)).await.outcome, outcome);
        }
    }
}

#[tokio::test]
async fn a_seat_that_passed_on_is_taken_for_the_rest_of_its_batch() {
    // To who claims the same number, and to who waits.
    for phone in ["13800138000", "13700137000"] {
        let hall = Hall::with(|draft| (draft.capacity, draft.waiting_list) = (Some(1), true)).await;
        let (first, _) = hall.sign_up("王芳", "13800138000").await;
        let (next, _) = hall.sign_up("李伟", phone).await;
        let last = hall.signup("赵敏", "13900139000");
        let batch = vec![hall.cancellation(first.id), hall.message(&last)];
        let outcomes: Vec<_> =
            hall.writer.admit(batch).await.into_iter().map(|a| a.unwrap().outcome).collect();
        assert_eq!(outcomes, [Outcome::Cancelled, Outcome::Waitlisted], "{phone}");
        assert_eq!(hall.list("registered"), [next.id.to_string()], "{phone}");
    }
}
