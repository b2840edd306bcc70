//! Who was told an earlier day than the pages say now, on a real database; and what an erasure looks at last.

use rollcall_shared::{Millis, Timestamp};

use super::draft::WorkshopDraft;
use super::{Roster, RosterError};
use crate::clock::now_ms;
use crate::db::notices::told_earlier;
use crate::message::Content;
use crate::testing::Hall;
use crate::view::ToldEarlier;

const DAY: Millis = 24 * 60 * 60 * 1000;

impl Hall {
    fn roster(&self) -> &Roster {
        &self.context.roster
    }

    async fn change(&self, change: impl FnOnce(&mut WorkshopDraft)) -> u32 {
        let mut draft = WorkshopDraft::of(&self.roster().get(&self.workshop.id).unwrap().workshop);
        change(&mut draft);
        self.roster().put(draft).await.unwrap().workshop.notice.version
    }

    /// Somebody signs up who saw that version of the notice.
    async fn sign_up_under(&self, notice_version: u32, phone: &str) {
        let mut message = self.message(&self.signup("王芳", phone));
        if let Content::Signup(sealed) = &mut message.content {
            sealed.notice_version = notice_version;
        }
        self.writer.admit_now(message).await.unwrap();
    }

    fn told_earlier(&self) -> Option<ToldEarlier> {
        let row = self.roster().get(&self.workshop.id).unwrap();
        self.readers.read(|conn| told_earlier(conn, &row.workshop)).unwrap()
    }

    /// The day that the pages promise now.
    fn delete_by(&self) -> Timestamp {
        self.roster().get(&self.workshop.id).unwrap().workshop.delete_by()
    }
}

#[tokio::test]
async fn a_longer_promise_counts_who_was_told_a_shorter_one() {
    let hall = Hall::with(|draft| draft.retention_days = 30).await;
    let first = hall.delete_by();
    hall.sign_up_under(1, "13800138000").await;
    // The same number again, under another name: theirs is kept as well.
    hall.sign_up_under(1, "13800138000").await;
    assert_eq!(hall.told_earlier(), None);
    assert_eq!(hall.change(|draft| draft.retention_days = 60).await, 2);
    assert_eq!(hall.told_earlier(), Some(ToldEarlier { people: 2, by: first }));
    let second = hall.delete_by();
    hall.sign_up_under(2, "13900139000").await;
    assert_eq!(hall.told_earlier(), Some(ToldEarlier { people: 2, by: first }), "who comes now is told");
    assert_eq!(hall.change(|draft| draft.retention_days = 90).await, 3);
    assert_eq!(hall.told_earlier(), Some(ToldEarlier { people: 3, by: first }));
    assert!(first < second);
    // Kept after all.
    hall.change(|draft| draft.retention_days = 10).await;
    assert_eq!(hall.told_earlier(), None);
}

#[tokio::test]
async fn a_workshop_that_is_still_to_come_can_be_moved_and_one_that_is_over_cannot() {
    let hall = Hall::open().await;
    hall.sign_up_under(1, "13800138000").await;
    assert_eq!(hall.change(|draft| draft.ends_at += 40 * DAY).await, 1);
    assert_eq!(hall.told_earlier(), None, "its people come when it is held");

    let ends = now_ms() - 10 * DAY;
    let hall = Hall::with(|draft| (draft.starts_at, draft.ends_at) = (ends - 1, ends)).await;
    let told = hall.delete_by();
    hall.sign_up_under(1, "13800138000").await;
    assert_eq!(hall.change(|draft| draft.ends_at += 40 * DAY).await, 2, "it is held again");
    assert_eq!(hall.told_earlier(), Some(ToldEarlier { people: 1, by: told }));
    hall.sign_up_under(2, "13900139000").await;
    assert_eq!(hall.told_earlier(), Some(ToldEarlier { people: 1, by: told }));
    // That one is still to come.
    assert_eq!(hall.change(|draft| draft.ends_at += DAY).await, 2);
    assert_eq!(hall.told_earlier(), Some(ToldEarlier { people: 1, by: told }));
}

#[tokio::test]
async fn what_is_put_off_in_the_last_moment_is_not_erased() {
    let hall = Hall::open().await;
    let (id, announced) = (hall.workshop.id.clone(), hall.delete_by());
    hall.sign_up_under(1, "13800138000").await;
    hall.change(|draft| draft.retention_days += 1).await;
    let refused = hall.roster().erase_promised(&id, announced).await;
    assert!(matches!(refused, Err(RosterError::Postponed)), "{refused:?}");
    assert_eq!(hall.count("SELECT count(*) FROM signups"), 1);
    let erased = hall.roster().erase_promised(&id, hall.delete_by()).await.unwrap();
    assert_eq!((erased.signups, hall.count("SELECT count(*) FROM notices")), (1, 0));
    assert!(hall.roster().get(&id).is_none());
}
