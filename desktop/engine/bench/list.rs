//! Measures what the window asks of a long list: pages, searches, a scroll from end to end, the first view.

use std::time::{Duration, Instant};

use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::WorkshopId;
use rusqlite::Connection;
use serde::Serialize;

use super::{Place, free_place};
use crate::clock::now_ms;
use crate::db::{self, list};
use crate::folder::Folder;
use crate::folder::keys::Keys;
use crate::metrics::Metrics;
use crate::random::random_16;
use crate::view::{ListQuery, MAX_LIST_ROWS, Show};
use crate::workshops::Roster;
use crate::workshops::demo;
use crate::writer::Writer;

/// How often each question is asked.
const TIMES: u32 = 20;
/// Rows of a page as the window asks for them.
const PAGE: u32 = 50;

/// What was measured.
#[derive(Debug, Clone, Serialize)]
pub struct ListReport {
    /// Rows of the list.
    pub rows: u32,
    /// Every question.
    pub questions: Vec<Asked>,
    /// A scroll from the newest row to the oldest, a page of 200 rows after the other: the slowest page,
    /// milliseconds.
    pub scroll_worst_ms: f64,
    /// The same: rows a second.
    pub scroll_rows_per_second: f64,
}

/// A question and how long its answer takes.
#[derive(Debug, Clone, Serialize)]
pub struct Asked {
    /// Which.
    pub what: &'static str,
    /// Rows that are found.
    pub found: u32,
    /// Milliseconds, half of the answers are faster.
    pub median_ms: f64,
    /// Milliseconds, the slowest answer.
    pub worst_ms: f64,
}

/// Makes a list of `rows` rows in a folder of its own, and measures. The folder is gone afterwards.
///
/// # Errors
/// Where the folder or the database cannot be used.
pub fn list(rows: u32, parent: Option<&std::path::Path>) -> anyhow::Result<ListReport> {
    let place = Place(free_place(parent));
    let folder = Folder::take(&place.0)?;
    let path = folder.join("rollcall.db");
    let runtime = tokio::runtime::Runtime::new()?;
    let (writer, thread) = Writer::start(db::open_writer(&path)?, std::sync::Arc::new(Metrics::new()))?;
    let workshop = runtime.block_on(fill(&folder, &writer, rows))?;
    let conn = db::open::open_reader(&path)?;
    let report = measure(&conn, &workshop, rows);
    writer.stop();
    let _ = thread.join();
    report
}

async fn fill(folder: &Folder, writer: &Writer, rows: u32) -> anyhow::Result<WorkshopId> {
    let keys = std::sync::Arc::new(Keys::open(folder.join("keys.json"))?);
    let readers = db::readers::Readers::new(folder.join("rollcall.db"));
    let roster = Roster::read(&readers, writer.clone(), keys)?;
    let workshop = roster.put(demo::draft(now_ms())).await?.workshop.id.clone();
    let id = workshop.clone();
    let filled = writer.edit(move |conn| insert(conn, &id, rows)).await;
    filled.map_err(|failure| anyhow::anyhow!("the list cannot be filled: {}", failure.cause()))?;
    Ok(workshop)
}

/// Made-up teachers, as many with one family name as there are in a hall; a third of the rows are of the last
/// five minutes.
fn insert(conn: &Connection, workshop: &WorkshopId, rows: u32) -> rusqlite::Result<()> {
    const FAMILY: [&str; 10] = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴"];
    const GIVEN: [&str; 10] = ["芳", "伟", "敏", "静", "丽", "强", "磊", "军", "洋", "勇"];
    let now = now_ms();
    let mut insert = conn.prepare(
        "INSERT INTO signups(id, workshop_id, phone, name, answers, state, path, digest, flags, form_version,
                             notice_version, filled_at, received_at, stored_at)
         VALUES (?1, ?2, ?3, ?4, '{\"school\":\"第一中学\",\"stage\":\"middle\"}', ?5, 'edge', zeroblob(32), ?6,
                 1, 1, ?7, ?7, ?7)",
    )?;
    let digit = |n: u32, place: u32| (n / 10_u32.pow(place) % 10) as usize;
    for n in 0..rows {
        let name = format!("{}{}{}", FAMILY[digit(n, 0)], GIVEN[digit(n, 1)], GIVEN[digit(n, 2)]);
        let state = if n % 20 == 7 {
            "cancelled"
        } else if n % 10 == 3 {
            "waitlisted"
        } else {
            "registered"
        };
        let flags = if n % 50 == 0 { r#"{"late":true}"# } else { "{}" };
        // Batches of about fifty share a millisecond, as a burst's do.
        let age = if n % 3 == 0 { i64::from(n / 150) } else { 600_000 + i64::from(n / 50) };
        let id = SignupId::from_random(random_16()).to_string();
        insert.execute((
            id,
            workshop.as_str(),
            format!("+86138{n:08}"),
            name,
            state,
            flags,
            (now - age).as_millis(),
        ))?;
    }
    conn.execute_batch("ANALYZE")
}

fn measure(conn: &Connection, workshop: &WorkshopId, rows: u32) -> anyhow::Result<ListReport> {
    let query = |search: &str, show, offset| ListQuery {
        workshop: workshop.clone(),
        search: search.to_owned(),
        show,
        offset,
        limit: PAGE,
    };
    let code: String = {
        let newest = list::newest(conn, workshop, 1)?;
        newest.first().map(|signup| signup.short_code.to_lowercase()).unwrap_or_default()
    };
    let pages = [
        ("first page", query("", Show::All, 0)),
        ("page in the middle", query("", Show::All, rows / 2)),
        ("last page", query("", Show::All, rows.saturating_sub(PAGE))),
        ("registered, in the middle", query("", Show::Registered, rows / 2)),
        ("waitlisted, first page", query("", Show::Waitlisted, 0)),
        ("flagged, first page", query("", Show::Flagged, 0)),
        ("search: one sign of a name", query("王", Show::All, 0)),
        ("search: a name", query("王芳芳", Show::All, 0)),
        ("search: Latin letters, none", query("smith-jones", Show::All, 0)),
        ("search: four digits", query("8000", Show::All, 0)),
        ("search: a number", query("138 0004 9999", Show::All, 0)),
        ("search: among the registered", query("芳", Show::Registered, 0)),
        ("search: a short code", query(&code, Show::All, 0)),
    ];
    let mut questions = Vec::new();
    for (what, query) in &pages {
        questions.push(ask(what, || Ok(list::page(conn, query)?.total))?);
    }
    let now = now_ms();
    questions.push(ask("first view: counts", || Ok(list::counts(conn, workshop)?.registered))?);
    questions
        .push(ask("first view: arrivals", || Ok(list::arrivals(conn, workshop, now, 300)?.iter().sum()))?);
    questions.push(ask("first view: newest", || Ok(list::newest(conn, workshop, 20)?.len() as u32))?);
    let (worst, took) = scroll(conn, workshop, rows)?;
    Ok(ListReport {
        rows,
        questions,
        scroll_worst_ms: ms(worst),
        scroll_rows_per_second: f64::from(rows) / took.as_secs_f64(),
    })
}

fn ask(what: &'static str, mut answer: impl FnMut() -> anyhow::Result<u32>) -> anyhow::Result<Asked> {
    let mut took = Vec::new();
    let mut found = 0;
    for _ in 0..TIMES {
        let start = Instant::now();
        found = answer()?;
        took.push(start.elapsed());
    }
    took.sort_unstable();
    let at = |index: usize| took.get(index).copied().map(ms).unwrap_or_default();
    Ok(Asked { what, found, median_ms: at(took.len() / 2), worst_ms: at(took.len() - 1) })
}

fn scroll(conn: &Connection, workshop: &WorkshopId, rows: u32) -> anyhow::Result<(Duration, Duration)> {
    let (start, mut worst, mut seen) = (Instant::now(), Duration::ZERO, 0);
    for offset in (0..rows).step_by(MAX_LIST_ROWS as usize) {
        let query = ListQuery {
            workshop: workshop.clone(),
            search: String::new(),
            show: Show::All,
            offset,
            limit: MAX_LIST_ROWS,
        };
        let began = Instant::now();
        seen += list::page(conn, &query)?.rows.len();
        worst = worst.max(began.elapsed());
    }
    anyhow::ensure!(seen == rows as usize, "{seen} rows of {rows} were shown");
    Ok((worst, start.elapsed()))
}

fn ms(took: Duration) -> f64 {
    (took.as_secs_f64() * 1e5).round() / 100.0
}
