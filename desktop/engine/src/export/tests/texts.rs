//! Whatever the text is, it comes out as itself: in cells and headings, in workbooks and in CSV.

use super::*;

/// Texts that formats and programs take for something else.
pub(super) const TRAPS: &[&str] = &[
    "<r>a & b</r>",
    "<r></r>",
    "<r><t>x</t></r>",
    "<si><t>x</t></si>",
    "<![CDATA[x]]>",
    "]]>",
    "&amp;",
    "&#10;",
    "_x000D_",
    "_x0041_x",
    "a_x000D_b_x0007_",
    "<r>_x000D_</r>",
    "=1+1",
    "=HYPERLINK(\"http://x\",\"y\")",
    "+8613800138000",
    "-1",
    "@SUM(A1)",
    "'00123",
    "00123",
    "110105199003071234",
    "3月5日",
    "1e5",
    "TRUE",
    "#N/A",
    "\"a\",\"b\"",
    "a;b",
    "☃ 𠮷 👩\u{200D}🏫",
    "http://x",
    "mailto:x@y",
];

/// A list with every trap as a question's label, an option's and an answer.
pub(super) async fn hall() -> Hall {
    let (label, many) = (|text: &str| Text::new(text, ""), TRAPS.len() / 2);
    let hall = Hall::with(|draft| {
        let question = |(n, text): (usize, &&str)| {
            let option = |(n, text): (usize, &&str)| Choice { key: format!("o{n}"), label: label(text) };
            let options = TRAPS.iter().enumerate().map(option).collect();
            let kind = if n < many { Kind::Choice { options } } else { Kind::Text { max_chars: 100 } };
            Question { key: format!("q{n}"), label: label(text), required: false, kind }
        };
        draft.questions = TRAPS.iter().take(20).enumerate().map(question).collect();
    })
    .await;
    for (n, trap) in TRAPS.iter().enumerate() {
        let mut signup = hall.signup("王芳", &format!("138001380{n:02}"));
        for question in 0..20 {
            let answer = if question < many { format!("o{n}") } else { (*trap).to_owned() };
            signup.answers.insert(format!("q{question}"), Answer::One(answer));
        }
        hall.writer.admit_now(hall.message(&signup)).await.unwrap();
    }
    hall
}

#[tokio::test]
async fn any_text_comes_out_of_a_workbook_as_itself() {
    let hall = hall().await;
    let bytes = sheet(&hall, ExportFormat::Xlsx, Language::Zh);
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let range = workbook.worksheet_range("名单").unwrap();
    let rows: Vec<&[Data]> = range.rows().collect();
    for (n, trap) in TRAPS.iter().take(20).enumerate() {
        assert_eq!(rows[0][2 + n], Data::String((*trap).to_owned()), "a heading");
    }
    for (n, trap) in TRAPS.iter().enumerate() {
        let is_itself = |cell: &Data| *cell == Data::String((*trap).to_owned());
        assert!(rows[1 + n][2..22].iter().all(is_itself), "{trap}: {:?}", rows[1 + n]);
    }
    assert!(workbook.worksheet_formula("名单").unwrap().used_cells().next().is_none(), "no formulas");
}

/// Reads a cell as a spreadsheet does: the value of a formula that is nothing but texts.
fn value(cell: &str) -> String {
    let Some(formula) = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) else {
        return cell.to_owned();
    };
    formula.replace("\"&\"", "").replace("\"\"", "\"")
}

#[tokio::test]
async fn any_text_comes_out_of_csv_as_itself_and_calculates_nothing() {
    let hall = hall().await;
    let text = String::from_utf8(sheet(&hall, ExportFormat::Csv, Language::Zh)).unwrap();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.trim_start_matches('\u{FEFF}').as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    for (n, trap) in TRAPS.iter().take(20).enumerate() {
        assert_eq!(value(&rows[0][2 + n]), *trap);
    }
    for (n, trap) in TRAPS.iter().enumerate() {
        for cell in rows[1 + n].iter().skip(2).take(20) {
            assert_eq!(value(cell), *trap);
            // What begins as a formula is one that holds a text and nothing else.
            let is_formula = cell.starts_with(['=', '+', '-', '@']);
            let inside = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
            let is_text = inside.is_some_and(|inside| !inside.replace("\"\"", "").contains('"'));
            assert!(!is_formula || is_text, "{cell}");
        }
    }
    assert_eq!(value(&rows[1][1]), "+8613800138000", "a phone is itself, without a sign of ours");
}
