//! The commands that documents name: those of their examples, and those between the lines.

use std::fs;
use std::path::{Path, PathBuf};

/// Programs whose commands are looked for.
const PROGRAMS: [&str; 9] =
    ["cargo", "npm", "npx", "wrangler", "rollcall-host", "rollcall-desktop", "rustup", "openssl", "git"];

/// A command as a document has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Where: `docs/OPERATIONS.md`.
    pub document: String,
    /// What one would type.
    pub line: String,
    /// Whether it is an example, which must be whole. Between the lines a command may be named by its first
    /// words.
    pub is_example: bool,
}

/// Reads every document of a checkout, in the order in which somebody new reads them.
pub fn named(checkout: &Path) -> Vec<Named> {
    let documents = documents(checkout);
    documents
        .iter()
        .flat_map(|document| {
            let text = fs::read_to_string(document).unwrap();
            let name = document.strip_prefix(checkout).unwrap().display().to_string();
            commands(&text).into_iter().map(move |(line, is_example)| Named {
                document: name.clone(),
                line,
                is_example,
            })
        })
        .collect()
}

fn documents(checkout: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = ["README.md", "CONTRIBUTING.md"].map(|name| checkout.join(name)).into();
    for folder in ["docs", "docs/adr", "."] {
        let files = fs::read_dir(checkout.join(folder)).unwrap().map(|file| file.unwrap().path());
        let mut pages: Vec<_> =
            files.filter(|file| file.extension().is_some_and(|end| end == "md")).collect();
        pages.sort();
        all.extend(
            pages
                .into_iter()
                .map(|page| checkout.join(page.strip_prefix(checkout.join(".")).unwrap_or(&page))),
        );
    }
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|page| seen.insert(page.clone()));
    all
}

/// Commands of a text, and whether each is an example.
fn commands(text: &str) -> Vec<(String, bool)> {
    let mut commands = Vec::new();
    let mut fence: Option<bool> = None;
    let mut prose = String::new();
    for line in text.lines() {
        match (fence, line.strip_prefix("```")) {
            (None, Some(language)) => {
                commands.extend(spans(&std::mem::take(&mut prose)));
                fence = Some(language == "sh");
            }
            (Some(_), Some(_)) => fence = None,
            (Some(true), None) => commands.extend(example(line).map(|line| (line, true))),
            (Some(false), None) => {}
            (None, None) => prose.extend([line, "\n"]),
        }
    }
    commands.extend(spans(&prose));
    commands
}

/// A line of an example without its comment.
fn example(line: &str) -> Option<String> {
    let line = line.split(" #").next()?.trim();
    (!line.is_empty() && !line.starts_with('#')).then(|| line.to_owned())
}

/// What stands between back-ticks, paragraph by paragraph, and is a command.
fn spans(prose: &str) -> Vec<(String, bool)> {
    let spans = prose.split("\n\n").flat_map(|paragraph| paragraph.split('`').skip(1).step_by(2));
    let lines = spans.map(|span| span.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| is_command(line)).map(|line| (line, false)).collect()
}

/// Whether it is a program of ours with a word behind it. A variable may stand before it.
fn is_command(line: &str) -> bool {
    let mut words = line.split(' ').skip_while(|word| {
        word.split_once('=').is_some_and(|(name, _)| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
    });
    words.next().is_some_and(|program| PROGRAMS.contains(&program)) && words.next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_of_examples_and_between_the_lines_are_found() {
        let text = "Say `cargo\nxtask test` or `X=1 cargo fmt`, not `cargo` nor `SELECT 1`.\n\n\
                    ```sh\n# first\nrollcall-host status   # says how\n\n\
                    cd edge && npx wrangler login\n```\n\n\
                    ```\nready {}\n```\n| `rollcall-host backup` | of `DATA` |\n";
        let between = |line: &str| (line.to_owned(), false);
        let example = |line: &str| (line.to_owned(), true);
        assert_eq!(
            commands(text),
            [
                between("cargo xtask test"),
                between("X=1 cargo fmt"),
                example("rollcall-host status"),
                example("cd edge && npx wrangler login"),
                between("rollcall-host backup"),
            ]
        );
    }
}
