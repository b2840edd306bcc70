//! What no type can keep: SQL is written in this folder alone, and a function whose SQL changes a table takes
//! a `Tx`.

use std::fs;
use std::path::{Path, PathBuf};

/// How SQL that changes a table begins.
const WRITES: [&str; 4] = ["INSERT INTO ", "INSERT OR ", "UPDATE ", "DELETE FROM "];

/// Product source without its tests, by path from `src`.
fn sources() -> Vec<(String, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![src.clone()];
    while let Some(folder) = folders.pop() {
        let entries: Vec<PathBuf> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        for path in entries {
            let name = path.strip_prefix(&src).unwrap().to_str().unwrap().replace('\\', "/");
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".rs") && !is_test(&name) {
                let text = fs::read_to_string(&path).unwrap();
                let product = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
                found.push((name, product.to_owned()));
            }
        }
    }
    assert!(found.len() > 100, "the source lies elsewhere: {} files", found.len());
    found
}

/// Files that only tests compile; and the benchmarks, which fill tables of their own.
fn is_test(name: &str) -> bool {
    ["tests.rs", "model.rs", "testing.rs", "suite.rs"].iter().any(|end| name.ends_with(end))
        || name.contains("/tests/")
        || name.starts_with("bench")
}

/// Lines of code, numbered from 1.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines()).filter(|(_, line)| !line.trim_start().starts_with("//"))
}

#[test]
fn sql_is_written_here_alone() {
    let sql = ["SELECT ", "PRAGMA ", "SAVEPOINT ", "ROLLBACK", "VACUUM "];
    for (name, text) in sources().iter().filter(|(name, _)| !name.starts_with("db/")) {
        for (number, line) in code(text) {
            let found = sql.iter().chain(&WRITES).find(|word| line.contains(**word));
            assert_eq!(found, None, "{name}:{number} has SQL: move it to its table's file in db/");
        }
    }
}

#[test]
fn a_function_whose_sql_changes_a_table_takes_a_tx() {
    let mut seen = 0;
    for (name, text) in sources().iter().filter(|(name, _)| name.starts_with("db/")) {
        // Where transactions are made, and where a file is spoilt.
        if ["db/tx.rs", "db/planted.rs"].contains(&name.as_str()) {
            continue;
        }
        let lines: Vec<&str> = code(text).map(|(_, line)| line).collect();
        let text = lines.join("\n");
        // Each begins in the first column and ends with a brace there.
        for function in text.split("\n}").filter(|part| part.contains("fn ")) {
            let function = &function[function.find("fn ").unwrap()..];
            let signature = function.split('{').next().unwrap();
            if WRITES.iter().any(|word| function.contains(word)) {
                seen += 1;
                assert!(signature.contains("tx: &Tx<'_>"), "{name}: {signature}");
            }
        }
    }
    assert!(seen > 30, "{seen} functions write");
}
