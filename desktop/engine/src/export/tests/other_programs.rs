//! Files opened by openpyxl and LibreOffice, where they are installed; `cargo xtask test` sees to that.

use std::path::Path;
use std::process::{Command, Output};

use super::texts::{TRAPS, hall};
use super::*;

/// Prints the first sheet's cells as JSON, each with its kind: `s` is a text.
const READ: &str = "
import json, openpyxl, sys
rows = openpyxl.load_workbook(sys.argv[1]).worksheets[0].iter_rows()
print(json.dumps([[[cell.data_type, str(cell.value)] for cell in row] for row in rows]))
";
/// UTF-8, commas, quotation marks, from the first line.
const CSV_INPUT: &str = "CSV:44,34,76,1";
/// The same, with every cell as it is shown.
const CSV_OUTPUT: &str = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,true";

fn run(command: &mut Command) -> Option<Output> {
    command.output().ok().filter(|output| output.status.success())
}

/// Reads a workbook with openpyxl; `None` where it is not installed.
fn with_openpyxl(workbook: &Path) -> Option<Vec<Vec<(String, String)>>> {
    run(Command::new("/usr/bin/python3").args(["-c", "import openpyxl"]))?;
    let read = run(Command::new("/usr/bin/python3").args(["-c", READ]).arg(workbook)).unwrap();
    Some(serde_json::from_slice(&read.stdout).unwrap())
}

/// Has LibreOffice write a file as CSV; `None` where it is not installed.
fn with_libreoffice(file: &Path, input: Option<&str>) -> Option<Vec<Vec<String>>> {
    let folder = file.parent().unwrap().join("converted");
    let profile = format!("-env:UserInstallation=file://{}", folder.join("profile").display());
    let input = input.map(|filter| format!("--infilter={filter}"));
    let to = ["--convert-to", CSV_OUTPUT, "--outdir"];
    run(Command::new("soffice").arg(profile).arg("--headless").args(input).args(to).arg(&folder).arg(file))?;
    let converted = folder.join(file.with_extension("csv").file_name().unwrap());
    let text = std::fs::read_to_string(converted).unwrap();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.trim_start_matches('\u{FEFF}').as_bytes());
    Some(reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect())
}

/// Goes on without a program, but not where `cargo xtask test` has set it up.
fn not_tried(program: &str) {
    assert!(std::env::var_os("ROLLCALL_COMPLETE").is_none(), "{program} is not there");
    eprintln!("{program} is not installed: not tried");
}

/// Holds cells against the traps: headings, and a row each.
fn check(program: &str, rows: &[Vec<String>]) {
    for (n, trap) in TRAPS.iter().take(20).enumerate() {
        assert_eq!(rows[0][2 + n], *trap, "{program}: a heading");
    }
    for (n, trap) in TRAPS.iter().enumerate() {
        assert_eq!(rows[1 + n][1], format!("+861380013{:04}", 8000 + n), "{program}: a phone");
        assert!(rows[1 + n][2..22].iter().all(|cell| cell == trap), "{program}: {trap}: {:?}", rows[1 + n]);
    }
}

#[tokio::test]
async fn other_programs_read_what_was_written() {
    let hall = hall().await;
    let (xlsx, csv) = (hall.dir.path().join("list.xlsx"), hall.dir.path().join("list.csv"));
    std::fs::write(&xlsx, sheet(&hall, ExportFormat::Xlsx, Language::Zh)).unwrap();
    std::fs::write(&csv, sheet(&hall, ExportFormat::Csv, Language::Zh)).unwrap();
    match with_openpyxl(&xlsx) {
        None => not_tried("openpyxl"),
        Some(rows) => {
            let is_text = |(kind, _): &(String, String)| kind == "s";
            assert!(rows.iter().all(|row| row[..22].iter().all(is_text)), "{rows:?}");
            let texts = rows.into_iter().map(|row| row.into_iter().map(|(_, text)| text).collect());
            check("openpyxl", &texts.collect::<Vec<_>>());
        }
    }
    let opened =
        [("a workbook", with_libreoffice(&xlsx, None)), ("CSV", with_libreoffice(&csv, Some(CSV_INPUT)))];
    for (what, rows) in opened {
        match rows {
            None => not_tried("LibreOffice"),
            Some(rows) => check(what, &rows),
        }
    }
}
