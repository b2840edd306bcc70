//! Whether the papers say what is there: the table of rules in docs/ARCHITECTURE.md, the tests and other long
//! names that any paper calls, and the numbers of the decisions.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::source::definitions;

const ARCHITECTURE: &str = "docs/ARCHITECTURE.md";
const DECISIONS: &str = "docs/adr";
/// Over the table whose rows are *rule*, *file*, *item*.
const HEADING: &str = "Where each rule lives";
/// A shorter table leaves too many rules to be searched for.
const LEAST_ROWS: usize = 30;

/// Fails where a rule is not where the table says, and where decisions have no number, or two.
pub(super) fn check(checkout: &Checkout) -> Result<()> {
    let page = read(&checkout.root().join(ARCHITECTURE))?;
    let mut faults = wrong_rows(&page, checkout.root());
    faults.extend(wrong_numbers(&decisions(checkout)?));
    faults.extend(unknown_names(checkout.root())?);
    match faults.len() {
        0 => Ok(()),
        count => bail!("{count} faults in the papers\n{}", faults.join("\n")),
    }
}

/// Rows of the table that lead nowhere.
fn wrong_rows(page: &str, checkout: &Path) -> Vec<String> {
    let rows = rows(page);
    let mut faults: Vec<String> = rows
        .iter()
        .flat_map(|row| row.faults(checkout))
        .map(|fault| format!("{ARCHITECTURE}: {fault}"))
        .collect();
    if rows.len() < LEAST_ROWS {
        let count = rows.len();
        faults.push(format!(
            "{ARCHITECTURE}: {count} rows under the heading {HEADING:?}; it should have {LEAST_ROWS} at least"
        ));
    }
    faults
}

/// A row of the table.
#[derive(Debug, PartialEq, Eq)]
struct Row<'a> {
    rule: &'a str,
    file: &'a str,
    /// What holds the rule there: `PHONE_DIGITS`, `Phone::parse`.
    items: Vec<&'a str>,
}

fn rows(page: &str) -> Vec<Row<'_>> {
    let is_heading = |line: &&str| line.starts_with('#');
    let after =
        page.lines().skip_while(|line| !is_heading(line) || line.trim_start_matches('#').trim() != HEADING);
    let section = after.skip(1).take_while(|line| !is_heading(line));
    let table = section.filter(|line| line.starts_with('|'));
    // Below the names of the columns and the line under them.
    table.skip(2).map(Row::read).collect()
}

impl<'a> Row<'a> {
    fn read(line: &'a str) -> Self {
        let mut cells = line.trim().trim_matches('|').split('|').map(str::trim);
        let mut cell = || cells.next().unwrap_or_default();
        let (rule, file, items) = (cell(), cell(), cell());
        let items = items.split([',', ' ', '·']).map(|item| item.trim_matches('`').trim_end_matches("()"));
        Self { rule, file: file.trim_matches('`'), items: items.filter(|item| !item.is_empty()).collect() }
    }

    fn faults(&self, checkout: &Path) -> Vec<String> {
        let Self { rule, file, items } = self;
        let Ok(text) = fs::read_to_string(checkout.join(file)) else {
            return vec![format!("{rule}: there is no file {file:?}")];
        };
        if items.is_empty() {
            return vec![format!("{rule}: the row names nothing in {file}")];
        }
        // In Rust it must be defined there; elsewhere it must at least be written there.
        let defined = file.ends_with(".rs").then(|| definitions(&text));
        let is_there = |item: &str| match &defined {
            Some(Ok(defined)) => defined.contains(item),
            Some(Err(_)) => false,
            None => has_word(&text, item),
        };
        items
            .iter()
            .filter(|item| !is_there(item))
            .map(|item| format!("{rule}: {file} has no {item}"))
            .collect()
    }
}

/// Whether a name is there by itself, not as a part of a longer one.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |char: Option<char>| char.is_some_and(|char| char.is_alphanumeric() || char == '_');
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (text[..at].chars().next_back(), text[at + word.len()..].chars().next());
        !is_part(before) && !is_part(after)
    })
}

/// Where papers are, and where what they call is.
const PAPERS: [&str; 3] = [".", "docs", DECISIONS];
const SOURCES: [&str; 5] = ["shared", "edge", "desktop", "e2e", "fuzz"];
/// What lies among the sources and is written by programs.
const NO_SOURCES: [&str; 6] = ["build", "built", "corpus", "dist", "node_modules", "target"];
/// A shorter name may be a word of any language.
const LONG_NAME: usize = 20;

/// Long names of the code, tests' above all, that papers call and that are nowhere.
fn unknown_names(checkout: &Path) -> Result<Vec<String>> {
    let mut sources = String::new();
    for folder in SOURCES {
        read_all(&checkout.join(folder), &mut sources)?;
    }
    let mut faults = Vec::new();
    for folder in PAPERS {
        let entries = fs::read_dir(checkout.join(folder)).with_context(|| format!("reading {folder}"))?;
        for file in entries {
            let path = file?.path();
            if path.extension().is_some_and(|end| end == "md") {
                let shown = path.strip_prefix(checkout).unwrap_or(&path).display().to_string();
                let unknown = unknown_in(&read(&path)?, &sources);
                faults.extend(unknown.iter().map(|name| format!("{shown}: there is no {name}")));
            }
        }
    }
    faults.sort();
    Ok(faults)
}

fn unknown_in(paper: &str, sources: &str) -> Vec<String> {
    let is_name = |text: &&str| {
        text.len() >= LONG_NAME
            && text.contains('_')
            && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    let mut names: Vec<&str> = paper.split('`').skip(1).step_by(2).filter(is_name).collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter().filter(|name| !has_word(sources, name)).map(str::to_owned).collect()
}

/// Appends what people have written below a folder.
fn read_all(folder: &Path, text: &mut String) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            if !NO_SOURCES.contains(&name.as_ref()) {
                read_all(&path, text)?;
            }
        } else if path
            .extension()
            .is_some_and(|end| ["rs", "ts", "mjs", "svelte", "toml"].iter().any(|of| end == *of))
        {
            text.push_str(&read(&path)?);
            text.push('\n');
        }
    }
    Ok(())
}

/// A decision's page.
#[derive(Debug)]
struct Decision {
    /// `0027-wings.md`
    name: String,
    /// `# 27. The engine has wings …`
    title: String,
}

fn decisions(checkout: &Checkout) -> Result<Vec<Decision>> {
    let folder = checkout.root().join(DECISIONS);
    let mut decisions = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
        let entry = entry?;
        let title = read(&entry.path())?.lines().next().unwrap_or_default().to_owned();
        decisions.push(Decision { name: entry.file_name().to_string_lossy().into_owned(), title });
    }
    decisions.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(decisions)
}

/// Pages count from 1 without a gap, and their titles with them. A number that was never given has a page
/// that says so.
fn wrong_numbers(decisions: &[Decision]) -> Vec<String> {
    (1..)
        .zip(decisions)
        .filter(|(number, Decision { name, title })| {
            !name.starts_with(&format!("{number:04}-")) || !title.starts_with(&format!("# {number}. "))
        })
        .map(|(number, Decision { name, title })| {
            format!(
                "{DECISIONS}: {name} ({title:?}) stands where the page {number} should: count without gaps"
            )
        })
        .take(1)
        .collect()
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    const PAGE: &str = "# Page\n\n## Where each rule lives\n\nSome words.\n\n\
                        | rule | file | item |\n|---|---|---|\n\
                        | a number's digits | `shared/phone.rs` | `DIGITS`, `Phone::parse()` |\n\
                        | its pattern | `web/phone.ts` | `pattern` |\n\n## Next\n\n| no | row | here |\n";

    #[test]
    fn rows_are_read_under_their_heading_alone() {
        let expected = [
            Row { rule: "a number's digits", file: "shared/phone.rs", items: vec!["DIGITS", "Phone::parse"] },
            Row { rule: "its pattern", file: "web/phone.ts", items: vec!["pattern"] },
        ];
        assert_eq!(rows(PAGE), expected);
        assert_eq!(rows("# Page\n\n| a | b | c |\n"), []);
    }

    #[test]
    fn a_rule_that_has_moved_is_told() {
        let checkout = TempDir::new().unwrap();
        for folder in ["shared", "web"] {
            fs::create_dir(checkout.path().join(folder)).unwrap();
        }
        let phone = checkout.path().join("shared/phone.rs");
        fs::write(&phone, "pub const DIGITS: u8 = 11;\npub struct Phone;\nimpl Phone { fn parse() {} }\n")
            .unwrap();
        fs::write(checkout.path().join("web/phone.ts"), "const patterns = 1; export const pattern = 2;\n")
            .unwrap();
        let faults =
            || -> Vec<String> { rows(PAGE).iter().flat_map(|row| row.faults(checkout.path())).collect() };
        assert_eq!(faults(), [""; 0]);

        fs::write(&phone, "pub use other::DIGITS;\npub struct Phone;\nimpl Phone { fn parse() {} }\n")
            .unwrap();
        fs::write(checkout.path().join("web/phone.ts"), "const patterns = 1;\n").unwrap();
        assert_eq!(
            faults(),
            ["a number's digits: shared/phone.rs has no DIGITS", "its pattern: web/phone.ts has no pattern"]
        );
        fs::remove_file(phone).unwrap();
        assert_eq!(faults()[0], "a number's digits: there is no file \"shared/phone.rs\"");
        assert!(wrong_rows(PAGE, checkout.path()).last().unwrap().contains("2 rows under"));
    }

    #[test]
    fn a_name_that_is_nowhere_is_told() {
        let paper = "Kept by `what_is_kept_is_kept_for_good` and `gone_and_nobody_has_noticed`, as `rows` \
                     are, and `SELECT a_long_name_of_a_column`.";
        let sources = "fn what_is_kept_is_kept_for_good() {}\nfn gone_and_nobody_has_noticed_it() {}";
        assert_eq!(unknown_in(paper, sources), ["gone_and_nobody_has_noticed"]);
    }

    #[test]
    fn decisions_count_without_gaps() {
        let check = |pages: &[(&str, &str)], expected: Option<&str>| {
            let pages: Vec<Decision> = pages
                .iter()
                .map(|(name, title)| Decision { name: (*name).to_owned(), title: (*title).to_owned() })
                .collect();
            let wrong = wrong_numbers(&pages);
            assert_eq!(wrong.len(), expected.iter().len(), "{wrong:?}");
            assert!(expected.is_none_or(|name| wrong[0].contains(name)), "{wrong:?}");
        };
        check(&[("0001-a.md", "# 1. A"), ("0002-b.md", "# 2. B")], None);
        check(
            &[("0001-a.md", "# 1. A"), ("0003-c.md", "# 3. C"), ("0004-d.md", "# 4. D")],
            Some("0003-c.md"),
        );
        check(&[("0001-a.md", "# 1. A"), ("0001-b.md", "# 1. B")], Some("0001-b.md"));
        check(&[("0001-a.md", "# 2. A")], Some("0001-a.md"));
    }
}
