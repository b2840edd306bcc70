//! What was asked and chosen then stands with the answer, whatever the form asks now.

use rollcall_shared::question::Answers;
use rollcall_shared::signup::Signup;

use super::*;
use crate::workshops::draft::WorkshopDraft;

fn question(key: &str, zh: &str, kind: Kind) -> Question {
    Question { key: key.into(), label: Text::new(zh, ""), required: false, kind }
}

fn text(key: &str, zh: &str) -> Question {
    question(key, zh, Kind::Text { max_chars: 50 })
}

fn options(all: &[(&str, &str)]) -> Vec<Choice> {
    all.iter().map(|(key, zh)| Choice { key: (*key).into(), label: Text::new(zh, "") }).collect()
}

fn choice(key: &str, zh: &str, all: &[(&str, &str)]) -> Question {
    question(key, zh, Kind::Choice { options: options(all) })
}

fn many(key: &str, zh: &str, all: &[(&str, &str)]) -> Question {
    question(key, zh, Kind::Many { options: options(all) })
}

/// A workshop whose form changes while people sign up.
struct Story {
    hall: Hall,
    people: u32,
}

impl Story {
    async fn begin(questions: Vec<Question>) -> Self {
        Self { hall: Hall::with(|draft| draft.questions = questions).await, people: 0 }
    }

    /// Changes the form as the host's window does; the questions that are asked from here on.
    async fn change(&mut self, questions: Vec<Question>) -> Vec<Question> {
        let draft = WorkshopDraft { questions, ..WorkshopDraft::of(&self.hall.workshop) };
        self.hall.workshop = self.hall.context.roster.put(draft).await.unwrap().workshop.clone();
        self.hall.workshop.questions.clone()
    }

    /// Somebody signs up on a version of the form.
    async fn sign_up(&mut self, form_version: u32, answers: &str) {
        let answers: Answers = serde_json::from_str(answers).unwrap();
        let phone = format!("1380013{:04}", 8000 + self.people);
        self.people += 1;
        let signup = Signup { answers, form_version, ..self.hall.signup("王芳", &phone) };
        self.hall.writer.admit_now(self.hall.message(&signup)).await.unwrap();
    }

    /// The headings of answers, and each person's cells below them.
    fn exported(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let bytes = sheet(&self.hall, ExportFormat::Csv, Language::Zh);
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&bytes[3..]);
        let asked = self.hall.workshop.questions.len();
        let mut rows: Vec<Vec<String>> = reader
            .records()
            .map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>())
            .map(|row| [&row[2..2 + asked], &row[2 + asked + 7..]].concat())
            .collect();
        (rows.remove(0), rows)
    }
}

#[tokio::test]
async fn answers_to_a_question_that_is_gone_never_stand_under_another() {
    let mut story = Story::begin(vec![text("q1", "学校"), text("q2", "午餐")]).await;
    story.sign_up(1, r#"{"q1":"一中","q2":"面条"}"#).await;
    // As the window once did: the next number is free again. In one step, and in two.
    let asked = story.change(vec![text("q1", "学校"), text("q2", "住宿")]).await;
    assert_eq!(asked[1].key, "q3");
    story.sign_up(2, r#"{"q1":"二中","q3":"酒店"}"#).await;
    // An old phone comes late.
    story.sign_up(1, r#"{"q1":"三中","q2":"米饭"}"#).await;
    story.change(vec![text("q1", "学校")]).await;
    let asked = story.change(vec![text("q1", "学校"), choice("q3", "交通", &[("o1", "地铁")])]).await;
    assert_eq!(asked[1].key, "q4");
    story.sign_up(4, r#"{"q4":"o1"}"#).await;
    let (headings, rows) = story.exported();
    assert_eq!(headings, ["学校", "交通", "午餐（已删除的问题）", "住宿（已删除的问题）"]);
    assert_eq!(
        rows,
        [["一中", "", "面条", ""], ["二中", "", "", "酒店"], ["三中", "", "米饭", ""], ["", "地铁", "", ""]]
    );
}

#[tokio::test]
async fn a_question_of_another_kind_is_another_question() {
    let mut story = Story::begin(vec![text("q1", "午餐")]).await;
    story.sign_up(1, r#"{"q1":"不吃辣"}"#).await;
    let asked = story.change(vec![question("q1", "午餐", Kind::Checkbox)]).await;
    assert_eq!(asked[0].key, "q2");
    story.sign_up(2, r#"{"q2":true}"#).await;
    story.sign_up(1, r#"{"q1":"on"}"#).await;
    let (headings, rows) = story.exported();
    assert_eq!(headings, ["午餐", "午餐（已删除的问题）"]);
    assert_eq!(rows, [["", "不吃辣"], ["是", ""], ["", "on"]]);
}

#[tokio::test]
async fn the_words_that_were_chosen_stand_there_always() {
    let before = [("o1", "小学"), ("o2", "初申"), ("o3", "高中")];
    let mut story = Story::begin(vec![choice("q1", "学段", &before)]).await;
    story.sign_up(1, r#"{"q1":"o2"}"#).await;
    story.sign_up(1, r#"{"q1":"o3"}"#).await;
    // A slip is mended, an option goes and another comes under its key.
    let asked =
        story.change(vec![choice("q1", "学段", &[("o1", "小学"), ("o2", "初中"), ("o3", "幼儿园")])]).await;
    let keys: Vec<_> = asked[0].options().iter().map(|option| option.key.as_str()).collect();
    assert_eq!(keys, ["o1", "o2", "o4"]);
    story.sign_up(2, r#"{"q1":"o2"}"#).await;
    story.sign_up(2, r#"{"q1":"o4"}"#).await;
    story.sign_up(1, r#"{"q1":"o3"}"#).await;
    let words = [["初申"], ["高中"], ["初中"], ["幼儿园"], ["高中"]];
    assert_eq!(
        story.exported(),
        (vec!["学段".into()], words.map(|row| row.map(str::to_owned).to_vec()).to_vec())
    );
    // And so it is when the whole question goes.
    story.change(vec![]).await;
    assert_eq!(story.exported().0, ["学段（已删除的问题）"]);
    assert_eq!(story.exported().1.concat(), words.concat());
}

#[tokio::test]
async fn a_question_in_other_words_says_so_in_its_heading() {
    let mut story = Story::begin(vec![text("q1", "学较")]).await;
    story.sign_up(1, r#"{"q1":"一中"}"#).await;
    story.change(vec![text("q1", "学校")]).await;
    story.sign_up(2, r#"{"q1":"二中"}"#).await;
    assert_eq!(
        story.exported(),
        (vec!["学校（曾问：学较）".into()], vec![vec!["一中".into()], vec!["二中".into()]])
    );
}

#[tokio::test]
async fn what_no_form_asked_is_kept_aside_and_adds_no_column() {
    let mut story = Story::begin(vec![text("q1", "学校")]).await;
    story.change(vec![text("q1", "学校"), text("q2", "班级")]).await;
    let many: Answers = (0..50).map(|n| (format!("x{n}"), Answer::One("y".into()))).collect();
    for _ in 0..3 {
        story.sign_up(1, &serde_json::to_string(&many).unwrap()).await;
    }
    story.sign_up(1, r#"{"q1":"一中","q2":"三班"}"#).await;
    story.sign_up(9, r#"{"q7":"?"}"#).await;
    let (headings, rows) = story.exported();
    assert_eq!(headings, ["学校", "班级"]);
    assert_eq!(rows, [["", ""], ["", ""], ["", ""], ["一中", ""], ["", ""]]);
    let bytes = sheet(&story.hall, ExportFormat::Xlsx, Language::Zh);
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let aside = workbook.worksheet_range("表单没有问的").unwrap();
    let aside: Vec<_> = aside.rows().map(|row| (row[3].to_string(), row[4].to_string())).collect();
    assert_eq!(aside.len(), 1 + 3 * 50 + 2);
    let pair = |key: &str, words: &str| (key.to_owned(), words.to_owned());
    assert_eq!(aside[1], pair("x0", "y"));
    assert_eq!(aside[151..], [pair("q2", "三班"), pair("q7", "?")]);
    assert_eq!(
        story.hall.count("SELECT count(*) FROM signups WHERE answers = '{}' AND aside IS NOT NULL"),
        4
    );
}

#[tokio::test]
async fn choices_are_told_apart() {
    let check = async |options: &[(&str, &str)], expected: &str| {
        let mut story = Story::begin(vec![many("q1", "时间", options)]).await;
        let keys: Vec<_> = options.iter().map(|(key, _)| *key).collect();
        story.sign_up(1, &serde_json::json!({ "q1": keys }).to_string()).await;
        assert_eq!(story.exported().1[0][0], expected);
    };
    check(&[("a", "周六"), ("b", "周日")], "周六、周日").await;
    check(&[("a", "周六、周日"), ("b", "平时")], "周六、周日；平时").await;
    check(&[("a", "周六、周日"), ("b", "平时；晚上")], "周六、周日 | 平时；晚上").await;
    check(&[("a", "甲、乙"), ("b", "丙；丁"), ("c", "戊|己")], "甲、乙\n丙；丁\n戊|己").await;
    check(&[("a", "其他"), ("b", "其他"), ("c", "周六")], "其他 [a]、其他 [b]、周六").await;
    check(&[("a", "小学/初中"), ("b", "WPS/Excel/其他")], "小学/初中、WPS/Excel/其他").await;
}

#[tokio::test]
async fn a_database_that_did_not_keep_its_forms_says_what_is_not_sure() {
    let mut story =
        Story::begin(vec![text("q1", "学校"), many("q2", "日期", &[("o1", "周六"), ("o2", "周日")])]).await;
    story.sign_up(1, r#"{"q1":"一中","q2":["o1","o2"],"q9":"早"}"#).await;
    story.change(vec![text("q1", "学校"), many("q2", "日期", &[("o1", "周六")])]).await;
    story.sign_up(2, r#"{"q1":"二中","q2":["o1"]}"#).await;
    // As version 4 of the database had it.
    let old = "DELETE FROM forms WHERE version = 1;
               UPDATE signups SET answers = '{\"q1\":\"一中\",\"q2\":[\"o1\",\"o2\"],\"q9\":\"早\"}', aside = NULL
                 WHERE form_version = 1";
    story.hall.writer.edit(move |tx| tx.execute_batch(old)).await.unwrap();
    let (headings, rows) = story.exported();
    assert_eq!(
        headings,
        ["学校", "日期", "学校？（旧版表单，当时的问题没有保存）", "日期？（旧版表单，当时的问题没有保存）",]
    );
    assert_eq!(rows, [["", "", "一中", "o1（现为：周六）、o2"], ["二中", "周六", "", ""]]);
}
