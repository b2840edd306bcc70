//! Files that other programs read, with numbers as text and nothing that calculates.

use std::fs;
use std::process::Command;

use rollcall_e2e::process;
use rollcall_e2e::teacher::Teacher;
use serde_json::{Value, json};

use crate::{open, with_workshop};

/// Prints every cell with its kind: `s` is text, `f` a formula.
const READ: &str = "
import json, openpyxl, sys
rows = openpyxl.load_workbook(sys.argv[1]).active.iter_rows()
print(json.dumps([[[cell.data_type, str(cell.value)] for cell in row] for row in rows]))
";

#[test]
fn the_list_as_files() {
    let questions = json!([{
        "key": "school", "label": { "zh": "学校", "en": "School" }, "kind": "text", "max_chars": 60
    }]);
    let (folder, workshop) = with_workshop(json!({ "questions": questions }));
    let (window, venue) = open(&folder, &workshop);
    let teacher = Teacher { phone: "13800138000".to_owned(), ..Teacher::new() };
    let mut body = teacher.body(workshop.invite_code());
    body["answers"] = json!({ "school": "=1+1" });
    let answer = rollcall_e2e::edge::client().post(format!("{venue}/v1/signups")).json(&body).send();
    assert_eq!(answer.unwrap().status(), 201);
    window.wait_for_text("#count", |count| count == "1");

    let export = |format: &str| {
        window.press("x");
        window.click(&format!("#export-{format}"));
        window.until(("the file is written", 20), || {
            let path = fs::read_dir(window.files()).unwrap().map(|file| file.unwrap().path());
            let path = { path }.find(|path| path.extension().is_some_and(|ending| ending == format))?;
            // Said when it is whole.
            window.find("[role=status]")?.text()?.contains(&format!(".{format}")).then_some(path)
        })
    };
    let sheet = export("xlsx");
    let read = process::output(Command::new("/usr/bin/python3").args(["-c", READ]).arg(&sheet));
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    let rows: Vec<Vec<(String, String)>> = serde_json::from_slice(&read.stdout).unwrap();
    let cells: Vec<&(String, String)> = rows.iter().flatten().collect();
    let is_text = |wanted: &str| cells.iter().any(|(kind, value)| kind == "s" && value == wanted);
    assert!(is_text("+8613800138000") && is_text("=1+1") && is_text("王芳"), "{rows:?}");
    let is_notice = |text: &str| text.contains("deleted 30 days after") && text.contains("(version 1)");
    assert!(cells.iter().any(|(kind, value)| kind == "s" && is_notice(value)), "{rows:?}");
    assert!(cells.iter().all(|(kind, _)| kind != "f"), "{rows:?}");

    let csv = fs::read_to_string(export("csv")).unwrap();
    // Formulas that are nothing but texts: see ADR 30.
    let is_text = |text: &str| csv.contains(&format!(",\"=\"\"{text}\"\"\","));
    assert!(csv.starts_with('\u{feff}') && is_text("+8613800138000") && is_text("=1+1"), "{csv}");
    let exports = folder.count("SELECT count(*) FROM events WHERE what LIKE '%export%'");
    assert_eq!(exports, 2, "both stand in the audit log");
    let _: Value = window.ready();
}
