//! Pages, searches, counts and cases, over a list that came in through the writer.

use rollcall_shared::Timestamp;
use rollcall_shared::signup_id::SignupId;

use super::search::{BY_NUMBER, CODES, NAMES};
use super::*;
use crate::message::UnreadableReason;
use crate::random::random_16;
use crate::testing::Hall;

/// What the window asks again and again.
const QUERIES: [&str; 8] = [ALL, BY_STATE, FLAGGED, BY_NUMBER, NAMES, CODES, COUNTS, ARRIVALS];

async fn hall() -> Hall {
    let hall = Hall::with(|draft| (draft.capacity, draft.waiting_list) = (Some(3), true)).await;
    for (name, phone) in [
        ("王芳", "13800138000"),
        ("Émile O'Brien", "13900139001"),
        ("古丽·阿依", "+14155550123"),
        ("王小明", "13700137002"),
    ] {
        hall.writer.admit_now(hall.message(&hall.signup(name, phone))).await.unwrap();
    }
    hall
}

fn query(hall: &Hall, search: &str, show: Show) -> ListQuery {
    ListQuery { workshop: hall.workshop.id.clone(), search: search.to_owned(), show, offset: 0, limit: 50 }
}

fn names(hall: &Hall, search: &str, show: Show) -> Vec<String> {
    let page = hall.readers.read(|conn| page(conn, &query(hall, search, show))).unwrap();
    assert_eq!(page.total as usize, page.rows.len());
    page.rows.into_iter().map(|row| row.name).collect()
}

#[tokio::test]
async fn a_search_finds_names_numbers_and_codes() {
    let hall = hall().await;
    let check = |search: &str, expected: &[&str]| {
        assert_eq!(names(&hall, search, Show::All), expected, "{search:?}");
    };
    check("", &["王小明", "古丽·阿依", "Émile O'Brien", "王芳"]);
    check("  ", &["王小明", "古丽·阿依", "Émile O'Brien", "王芳"]);
    check("王", &["王小明", "王芳"]);
    check("小明", &["王小明"]);
    check("émile", &["Émile O'Brien"]);
    check("E\u{301}MILE  o’br", &["Émile O'Brien"]);
    check("古丽•阿", &["古丽·阿依"]);
    check("8000", &["王芳"]);
    check("138 0013 8000", &["王芳"]);
    check("+86 138-0013-8000", &["王芳"]);
    check("０１３８", &["王芳"]);
    check("4155550123", &["古丽·阿依"]);
    check("0137002", &["王小明"]);
    check("emile obrien", &["Émile O'Brien"]);
    check("ＥＭＩＬＥ", &["Émile O'Brien"]);
    check("王　芳", &["王芳"]);
    check("王\u{200B}芳", &["王芳"]);
    check("古丽.阿依", &["古丽·阿依"]);
    check("古丽阿依", &["古丽·阿依"]);
    check("⺩芳", &["王芳"]);
    check("0086 138", &["王芳"]);
    check("0086 (0)138 0013 8000", &["王芳"]);
    check("\u{202D}138 0013 8000\u{202C}", &["王芳"]);
    check("１３８００１３８０００", &["王芳"]);
    check("١٣٨٠٠١٣٨٠٠٠", &["王芳"]);
    check("001 415 555 0123", &["古丽·阿依"]);
    check("\u{200B}", &["王小明", "古丽·阿依", "Émile O'Brien", "王芳"]);
    check("·-", &["王小明", "古丽·阿依", "Émile O'Brien", "王芳"]);
    check("138001", &["王芳"]);
    check("%", &[]);
    check("王%", &[]);
    check("99999", &[]);

    let all = hall.readers.read(|conn| whole(conn, &hall.workshop.id)).unwrap();
    for row in &all {
        let code = &row.short_code;
        check(code, &[&row.name]);
        check(&code.to_lowercase().replace(' ', ""), &[&row.name]);
        let wide = code.bytes().filter_map(|b| char::from_u32(u32::from(b) + 0xFEE0));
        check(&wide.filter(|c| c.is_alphanumeric()).collect::<String>(), &[&row.name]);
    }
    // The order in which they were stored.
    assert_eq!(
        all.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(),
        ["王芳", "Émile O'Brien", "古丽·阿依", "王小明"]
    );
}

/// A list of an older version, in which names stand as they were typed.
#[tokio::test]
async fn a_search_finds_what_an_older_version_stored() {
    let hall = hall().await;
    let older = "UPDATE signups SET name = '王　芳' WHERE name = '王芳';
                 UPDATE signups SET name = 'ＮＧＵＹＥＮ Thị' WHERE name = '王小明'";
    hall.writer.edit(move |conn| conn.execute_batch(older)).await.unwrap();
    assert_eq!(names(&hall, "王芳", Show::All), ["王　芳"]);
    assert_eq!(names(&hall, "nguyễn thi", Show::All), ["ＮＧＵＹＥＮ Thị"]);
}

#[tokio::test]
async fn a_list_is_shown_by_state_and_by_what_is_unusual() {
    let hall = hall().await;
    let edit = "UPDATE signups SET state = 'cancelled' WHERE name = '王芳';
                UPDATE signups SET flags = '{\"late\":true}' WHERE name = '古丽·阿依'";
    hall.writer.edit(move |conn| conn.execute_batch(edit)).await.unwrap();
    assert_eq!(names(&hall, "", Show::Registered), ["古丽·阿依", "Émile O'Brien"]);
    assert_eq!(names(&hall, "", Show::Waitlisted), ["王小明"]);
    assert_eq!(names(&hall, "", Show::Cancelled), ["王芳"]);
    assert_eq!(names(&hall, "", Show::Flagged), ["古丽·阿依"]);
    assert_eq!(names(&hall, "王", Show::Waitlisted), ["王小明"]);
    assert_eq!(names(&hall, "王", Show::Flagged), [""; 0]);
    assert_eq!(names(&hall, "阿依", Show::Flagged), ["古丽·阿依"]);
    let counts = hall.readers.read(|conn| counts(conn, &hall.workshop.id)).unwrap();
    assert_eq!(counts, Counts { registered: 2, waitlisted: 1, cancelled: 1, needs_look: 0 });
}

#[tokio::test]
async fn pages_hold_every_row_once() {
    let hall = Hall::open().await;
    let messages = (0..230).map(|n| hall.message(&hall.signup("王芳", &format!("138{n:08}")))).collect();
    // One batch: all of the same millisecond, so that only the rows' order tells them apart.
    hall.writer.admit(messages).await;
    let mut phones = Vec::new();
    for offset in [0, 100, 200, 300] {
        let query = ListQuery { offset, limit: 100, ..query(&hall, "", Show::All) };
        let page = hall.readers.read(|conn| page(conn, &query)).unwrap();
        assert_eq!(page.total, 230);
        phones.extend(page.rows.into_iter().map(|row| row.phone));
    }
    assert_eq!(phones, (0..230).rev().map(|n| format!("+86138{n:08}")).collect::<Vec<_>>());
    let greedy = ListQuery { limit: 9_999, ..query(&hall, "", Show::All) };
    let page = hall.readers.read(|conn| page(conn, &greedy)).unwrap();
    assert_eq!(page.rows.len() as u32, MAX_LIST_ROWS);
}

/// Fills the list as a busy workshop does, and lets SQLite learn what it holds, as the writer does at its end.
fn fill(conn: &Connection, workshop: &WorkshopId, rows: u32) -> rusqlite::Result<()> {
    let mut insert = conn.prepare(
        "INSERT INTO signups(id, workshop_id, phone, name, answers, state, path, digest, flags, form_version,
                             notice_version, filled_at, received_at, stored_at)
         VALUES (?1, ?2, ?3, ?4, '{}', ?5, 'edge', zeroblob(32), ?6, 1, 1, ?7, ?7, ?7)",
    )?;
    for n in 0..rows {
        let id = SignupId::from_random(random_16()).to_string();
        let name = if n % 10 == 0 { "王芳" } else { "李伟" };
        let state = ["registered", "registered", "waitlisted", "cancelled"][n as usize % 4];
        let flags = if n % 50 == 0 { r#"{"late":true}"# } else { "{}" };
        insert.execute((id, workshop.as_str(), format!("+86138{n:08}"), name, state, flags, n / 50))?;
    }
    conn.execute_batch("ANALYZE")
}

/// How SQLite answers a query, a step each.
fn plan(conn: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    let mut explain = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
    // No plan depends on a parameter's value.
    let nothing = vec![rusqlite::types::Null; explain.parameter_count()];
    explain.query_map(rusqlite::params_from_iter(nothing), |row| row.get(3))?.collect()
}

#[tokio::test]
async fn every_query_of_the_window_has_its_index() {
    let hall = Hall::open().await;
    let id = hall.workshop.id.clone();
    hall.writer.edit(move |conn| fill(conn, &id, 2_000)).await.unwrap();
    for sql in QUERIES {
        let steps = hall.readers.read(|conn| plan(conn, sql)).unwrap();
        for step in &steps {
            // A scan of an index that holds all that is asked for is what the queries for the whole table are
            // meant to be.
            let scans = step.starts_with("SCAN signups") && !step.contains("USING COVERING INDEX");
            assert!(!scans && !step.contains("TEMP B-TREE"), "{sql}\n{steps:?}");
        }
    }
    let found =
        |search: &str, show| hall.readers.read(|conn| page(conn, &query(&hall, search, show))).unwrap().total;
    let code = hall.readers.read(|conn| newest(conn, &hall.workshop.id, 1)).unwrap()[0].short_code.clone();
    assert_eq!(found("", Show::All), 2_000);
    assert_eq!(found("王", Show::All), 200);
    assert_eq!(found(&code.to_lowercase(), Show::All), 1);
    assert_eq!(found("smith-jones", Show::All), 0);
    assert_eq!(found("", Show::Flagged), 40);
}

#[tokio::test]
async fn arrivals_are_counted_by_the_second() {
    let hall = hall().await;
    let times = "UPDATE signups SET stored_at = 10000 WHERE name = '王芳';
                 UPDATE signups SET stored_at = 10999 WHERE name = '王小明';
                 UPDATE signups SET stored_at = 8000 WHERE name LIKE '古%';
                 UPDATE signups SET stored_at = 99000 WHERE name LIKE 'É%'";
    hall.writer.edit(move |conn| conn.execute_batch(times)).await.unwrap();
    let at =
        |now, seconds| hall.readers.read(|conn| arrivals(conn, &hall.workshop.id, now, seconds)).unwrap();
    assert_eq!(at(Timestamp::from_millis(10_500), 3), [1, 0, 2]);
    assert_eq!(at(Timestamp::from_millis(11_000), 3), [0, 2, 0]);
    assert_eq!(at(Timestamp::from_millis(10_500), 1), [2]);
    assert_eq!(at(Timestamp::from_millis(500_000), 300), vec![0; 300]);
}

#[tokio::test]
async fn cases_are_what_a_person_decides() {
    let hall = hall().await;
    let same = hall.signup("王芳", "13800138000");
    let other = hall.signup("李伟", "13800138000");
    for message in [hall.message(&same), hall.message(&other)] {
        hall.writer.admit_now(message).await.unwrap();
    }
    let mut parked = hall.message(&hall.signup("赵敏", "13600136000"));
    parked.bytes = ["乱\u{0}码".as_bytes(), &[0xFF], "x".repeat(2_000).as_bytes()].concat();
    hall.writer.admit_now(parked.unreadable(UnreadableReason::Box)).await.unwrap();

    let read = || hall.readers.read(|conn| cases(conn, &hall.workshop.id)).unwrap();
    let needs_look = || hall.readers.read(|conn| counts(conn, &hall.workshop.id)).unwrap().needs_look;
    let found = read();
    assert_eq!(needs_look(), 2);
    assert_eq!(found.len(), 3);
    let Case::Duplicate { id, original: Some(original), newer, reason: DuplicateReason::OtherName } =
        &found[0]
    else {
        panic!("{:?}", found[0])
    };
    assert_eq!((*id, original.name.as_str(), newer.name.as_str()), (other.id, "王芳", "李伟"));
    let Case::Parked { size, preview, reason, .. } = &found[1] else { panic!("{:?}", found[1]) };
    assert_eq!((*size, *reason), (2_008, UnreadableReason::Box));
    assert!(preview.starts_with("乱 码\u{FFFD}xx") && preview.chars().count() == 200, "{preview}");
    assert!(
        matches!(&found[2], Case::Duplicate { id, reason: DuplicateReason::SameName, .. } if *id == same.id)
    );

    // The first one erased, a case seen, one taken back by its phone.
    hall.writer.edit(|conn| conn.execute("DELETE FROM signups WHERE name = '王芳'", [])).await.unwrap();
    assert!(matches!(read()[0], Case::Duplicate { original: None, .. }));
    hall.writer
        .edit(|conn| conn.execute("UPDATE duplicates SET kept_at = 1 WHERE name = '王芳'", []))
        .await
        .unwrap();
    assert_eq!(read().len(), 2);
    hall.writer.edit(|conn| conn.execute("UPDATE duplicates SET state = 'cancelled'", [])).await.unwrap();
    assert_eq!(read().len(), 1);
    assert_eq!(needs_look(), 1);
}

#[test]
fn numbers_are_masked_for_the_hall() {
    let check = |phone: &str, expected: &str| assert_eq!(masked(phone), expected);
    check("+8613800138000", "138••••8000");
    check("+14155550123", "+141••••0123");
    check("+85291234567", "+852••••4567");
    check("no number", "•••••••••");
}

#[tokio::test]
async fn a_view_says_what_is_stored() {
    let hall = hall().await;
    let rows = hall.readers.read(|conn| newest(conn, &hall.workshop.id, 1)).unwrap();
    let [view] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!(
        view.id,
        SignupId::parse(&hall.texts("SELECT id FROM signups WHERE name = '王小明'")[0]).unwrap()
    );
    assert_eq!((view.state, view.path), (SignupState::Waitlisted, Path::Venue));
    assert_eq!(view.short_code, view.id.short_code());
    assert_eq!(view.flags, SignupFlags::default());
    assert!(!view.shared_phone && view.answers.is_empty());
}
