//! Files read back by other programs' readers.

mod answers;
mod old_database;
mod other_programs;
mod texts;

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use rollcall_shared::language::Language;
use rollcall_shared::language::Text;
use rollcall_shared::question::{Answer, Choice, Kind, Question};

use super::*;
use crate::db::list;
use crate::testing::Hall;

/// A list with one of everything: choices, a formula for an answer, a cancelled one, an answer to a question
/// that nobody asked.
async fn hall() -> Hall {
    let option = |key: &str, zh: &str, en: &str| Choice { key: key.into(), label: Text::new(zh, en) };
    let question = |key: &str, zh: &str, en: &str, kind| Question {
        key: key.into(),
        label: Text::new(zh, en),
        required: false,
        kind,
    };
    let hall = Hall::with(|draft| {
        draft.questions = vec![
            question("school", "学校", "School", Kind::Text { max_chars: 50 }),
            question(
                "days",
                "日期",
                "Days",
                Kind::Many {
                    options: vec![option("sat", "周六", "Saturday"), option("sun", "周日", "Sunday")],
                },
            ),
            question("lunch", "午餐", "Lunch", Kind::Checkbox),
        ];
    })
    .await;
    let mut first = hall.signup("王芳", "13800138000");
    first.answers.insert("school".into(), Answer::One("=HYPERLINK(\"http://x\")".into()));
    first.answers.insert("days".into(), Answer::Many(vec!["sat".into(), "sun".into()]));
    first.answers.insert("lunch".into(), Answer::Ticked(true));
    first.answers.insert("bus".into(), Answer::One("旧答案".into()));
    let second = hall.signup("Pat O'Brien", "+14155550123");
    for signup in [&first, &second] {
        hall.writer.admit_now(hall.message(signup)).await.unwrap();
    }
    let times = "UPDATE signups SET received_at = 1795526303999, stored_at = 1795526304000;
                 UPDATE signups SET state = 'cancelled' WHERE phone LIKE '+1%'";
    hall.writer.edit(move |conn| conn.execute_batch(times)).await.unwrap();
    hall
}

fn sheet(hall: &Hall, format: ExportFormat, language: Language) -> Vec<u8> {
    let signups = hall.readers.read(|conn| list::whole(conn, &hall.workshop.id)).unwrap();
    super::sheet(&hall.workshop, &signups, format, language).unwrap().bytes
}

#[tokio::test]
async fn a_workbook_holds_texts_and_times() {
    let hall = hall().await;
    let mut workbook: Xlsx<_> =
        Xlsx::new(Cursor::new(sheet(&hall, ExportFormat::Xlsx, Language::Zh))).unwrap();
    let range = workbook.worksheet_range("名单").unwrap();
    let rows: Vec<Vec<Data>> = range.rows().map(<[Data]>::to_vec).collect();
    let texts = |row: &[Data]| row.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        texts(&rows[0]),
        [
            "姓名",
            "手机号",
            "学校",
            "日期",
            "午餐",
            "状态",
            "短码",
            "方式",
            "报名时间（北京时间）",
            "入库时间（北京时间）",
            "备注",
            "报名时同意的说明"
        ]
    );
    assert_eq!(rows.len(), 3);
    assert_eq!(
        texts(&rows[1])[..6],
        ["王芳", "+8613800138000", "=HYPERLINK(\"http://x\")", "周六、周日", "是", "已报名"]
    );
    let notice = "天删除。（第 1 版）";
    assert!(texts(&rows[1])[11].ends_with(notice), "{:?}", rows[1][11]);
    assert!(matches!(rows[1][1], Data::String(_)), "a phone is a text");
    assert!(matches!(rows[1][2], Data::String(_)), "and so is what looks like a formula");
    let Data::DateTime(time) = &rows[1][8] else { panic!("a time is a time, not {:?}", rows[1][8]) };
    // 13:18:23 UTC by Beijing's clock.
    let seconds = ((time.as_f64() - 25_569.0) * 86_400.0).round();
    assert!((seconds - (1_795_526_303.0 + 8.0 * 3_600.0)).abs() < 0.5, "{seconds}");
    let aside = workbook.worksheet_range("表单没有问的").unwrap();
    let aside: Vec<_> = aside.rows().map(texts).collect();
    assert_eq!(aside[0], ["姓名", "手机号", "短码", "键", "内容"]);
    assert_eq!((aside.len(), &aside[1][3..]), (2, &["bus".to_owned(), "旧答案".to_owned()][..]));
    assert_eq!(texts(&rows[2])[5], "已取消");
    assert!(workbook.worksheet_formula("名单").unwrap().used_cells().next().is_none(), "no formulas");
}

#[tokio::test]
async fn comma_separated_text_is_safe_to_open() {
    let hall = hall().await;
    let bytes = sheet(&hall, ExportFormat::Csv, Language::En);
    let text = String::from_utf8(bytes).unwrap();
    assert!(
        text.starts_with('\u{FEFF}') && text.contains("\r\n"),
        "a byte order mark, and Windows line ends"
    );
    let mut reader = csv::ReaderBuilder::new().from_reader(text.trim_start_matches('\u{FEFF}').as_bytes());
    let headings: Vec<_> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(
        headings,
        [
            "Name",
            "Phone",
            "School",
            "Days",
            "Lunch",
            "State",
            "Short code",
            "Path",
            "=\"Signed up (UTC+8)\"",
            "=\"Stored (UTC+8)\"",
            "Notes",
            "Notice agreed to"
        ]
    );
    let rows: Vec<Vec<String>> =
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    assert_eq!(
        rows[0][..6],
        [
            "王芳",
            "=\"+8613800138000\"",
            "=\"=HYPERLINK(\"\"http://x\"\")\"",
            "Saturday, Sunday",
            "yes",
            "registered"
        ]
    );
    assert_eq!(rows[0][8..10], ["2026-11-24 21:18:23", "2026-11-24 21:18:24"]);
    assert_eq!(rows[1][..2], ["Pat O'Brien", "=\"+14155550123\""]);
}

#[tokio::test]
async fn a_list_of_nobody_is_a_file_with_headings() {
    let hall = Hall::open().await;
    let csv = String::from_utf8(sheet(&hall, ExportFormat::Csv, Language::Zh)).unwrap();
    assert_eq!(csv.lines().count(), 1);
    let mut workbook: Xlsx<_> =
        Xlsx::new(Cursor::new(sheet(&hall, ExportFormat::Xlsx, Language::En))).unwrap();
    assert_eq!(workbook.worksheet_range("List").unwrap().rows().count(), 1);
}
