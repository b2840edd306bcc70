//! Lines within 110 columns: rustfmt wraps code alone, and neither comments nor any other language.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::step::say;

/// As in rustfmt.toml; a character is a column.
const COLUMNS: usize = 110;
/// What people write and read.
const LANGUAGES: [&str; 7] = ["css", "js", "md", "mjs", "rs", "svelte", "ts"];
/// Folders and files that programs write.
const MADE: [&str; 9] =
    ["artifacts", "bindings.ts", "build", "built", "corpus", "dist", "found", "node_modules", "target"];

/// How many lines may be longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Longer {
    /// None.
    None,
    /// As many as there are, until somebody has wrapped them; they are counted at every run.
    Counted,
}

/// Every folder and page of the checkout that people write.
const PLACES: [(&str, Longer); 17] = [
    ("README.md", Longer::Counted),
    ("CHANGELOG.md", Longer::None),
    ("CONTRIBUTING.md", Longer::None),
    ("desktop/app", Longer::None),
    ("desktop/child", Longer::None),
    ("desktop/engine", Longer::Counted),
    ("desktop/ui", Longer::Counted),
    ("docs", Longer::Counted),
    ("e2e/browser", Longer::Counted),
    ("e2e/src", Longer::None),
    ("e2e/tests", Longer::Counted),
    ("edge/bench", Longer::None),
    ("edge/src", Longer::None),
    ("edge/web", Longer::Counted),
    ("fuzz", Longer::None),
    ("shared", Longer::None),
    ("xtask", Longer::None),
];

/// Fails where a line is longer in a place that has none, and where a place has none any more and is not yet
/// kept so.
pub(super) fn check(checkout: &Checkout) -> Result<()> {
    let (mut faults, mut left) = (Vec::new(), BTreeMap::new());
    for (place, longer) in PLACES {
        let mut found = Vec::new();
        look(checkout.root(), Path::new(place), &mut found)?;
        match longer {
            Longer::None => faults.extend(found),
            Longer::Counted if found.is_empty() => {
                faults.push(format!("{place} has no longer line: say so in PLACES, xtask/src/test/lines.rs"));
            }
            Longer::Counted => drop(left.insert(place, found.len())),
        }
    }
    if !left.is_empty() {
        let all: usize = left.values().sum();
        let each: Vec<String> = left.iter().map(|(place, count)| format!("{place} {count}")).collect();
        say(format!("{all} lines of more than {COLUMNS} columns are left: {}", each.join(", ")));
    }
    match faults.len() {
        0 => Ok(()),
        count => bail!("{count} lines to wrap, of at most {COLUMNS} columns\n{}", faults.join("\n")),
    }
}

/// Goes through a file, or a folder and all below it.
fn look(root: &Path, path: &Path, found: &mut Vec<String>) -> Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if MADE.contains(&name.as_ref()) {
        return Ok(());
    }
    let here = root.join(path);
    if here.is_dir() {
        let entries = fs::read_dir(&here).with_context(|| format!("reading {}", here.display()))?;
        let mut names = entries.map(|entry| Ok(entry?.file_name())).collect::<Result<Vec<_>>>()?;
        names.sort();
        return names.iter().try_for_each(|name| look(root, &path.join(name), found));
    }
    let language = path.extension().unwrap_or_default().to_string_lossy();
    if LANGUAGES.contains(&language.as_ref()) {
        let text = fs::read_to_string(&here).with_context(|| format!("reading {}", here.display()))?;
        found.extend(longer(&text, &language).map(|line| format!("{}:{line}", path.display())));
    }
    Ok(())
}

/// Numbers of the lines that are too long and can be wrapped.
fn longer<'a>(text: &'a str, language: &'a str) -> impl Iterator<Item = usize> + 'a {
    let is_longer = move |line: &str| {
        let columns = |text: &str| text.chars().count();
        let indented = columns(line) - columns(line.trim_start());
        // A row of a table is one line; so is an address, and whatever else is one word.
        let can_be_wrapped = || {
            !(language == "md" && line.starts_with('|'))
                && line.split_whitespace().all(|word| indented + columns(word) <= COLUMNS)
        };
        columns(line) > COLUMNS && can_be_wrapped()
    };
    (1..).zip(text.lines()).filter(move |(_, line)| is_longer(line)).map(|(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_too_long_where_it_can_be_wrapped() {
        let check = |line: &str, language: &str, expected: bool| {
            assert_eq!(longer(line, language).count() == 1, expected, "{language}: {line}");
        };
        let (fits, wide) = ("a ".repeat(55), format!("{}b", "a ".repeat(55)));
        check(&fits, "rs", false);
        check(&wide, "rs", true);
        check(&"报名 ".repeat(36), "md", false);
        check(&format!("| {wide} |"), "md", false);
        check(&format!("| {wide} |"), "rs", true);
        check(&format!("See https://example.org/{}", "a".repeat(100)), "md", false);
        check(&format!("    // {}", "a".repeat(106)), "rs", true);
        assert_eq!(longer(&format!("{fits}\n{wide}\n"), "ts").collect::<Vec<_>>(), [2]);
    }
}
