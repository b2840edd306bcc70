//! `cargo xtask census`: what the source comes to, package by package; two checkouts can be compared by it.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};

use super::layout::{Layout, in_words};
use super::wings;
use crate::checkout::Checkout;
use crate::cli::CensusOptions;
use crate::out;
use crate::source::{Census, Function, Import, Public, packages, repetitions};

/// Files are to have fewer lines.
const LONG_FILE: usize = 400;
/// So many of the longest functions are named.
const LONGEST: usize = 10;

/// Prints the figures.
pub(crate) fn command(options: &CensusOptions) -> Result<ExitCode> {
    let checkout = options.checkout.as_ref().map_or_else(Checkout::find, Checkout::at)?;
    let mut functions: Vec<(PathBuf, Function)> = Vec::new();
    for package in packages(&checkout)? {
        let layout = Layout::read(checkout.root(), &package)?;
        let files = texts(&checkout, &layout)?;
        let (mut public, mut long) = (Public::default(), Vec::new());
        for (file, text) in &files {
            let census = Census::of(text).with_context(|| file.display().to_string())?;
            functions.extend(census.functions.into_iter().map(|function| (file.clone(), function)));
            public.items += census.public.items;
            public.documented += census.public.documented;
            public.with_example += census.public.with_example;
            if census.lines > LONG_FILE {
                long.push(format!("{} {}", file.display(), census.lines));
            }
        }
        out::line(layout.folder.display().to_string())?;
        tell("files", files.len(), "")?;
        tell("files over 400 lines", long.len(), &long.join(", "))?;
        tell("imports between files", layout.imports.len(), "")?;
        let sizes: Vec<String> = layout.circles.iter().map(|circle| circle.len().to_string()).collect();
        tell("circles of files", sizes.len(), &sizes.join(" "))?;
        tell_landing(&checkout, &layout)?;
        tell("public items", public.items, "")?;
        tell("of them documented", public.documented, "")?;
        tell("with an example", public.with_example, "")?;
        tell("repeated runs of lines", repetitions(&files), "")?;
        if options.imports {
            let mut imports = layout.imports.iter();
            imports.try_for_each(|import| out::line(format!("    {}", in_words(import))))?;
        }
    }
    functions.sort_by_key(|(_, function)| std::cmp::Reverse(function.length));
    out::line("the longest functions")?;
    for (file, Function { name, line, length }) in functions.iter().take(LONGEST) {
        tell(name, *length, &format!("{}:{line}", file.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn tell(what: &str, count: usize, which: &str) -> Result<()> {
    out::line(format!("  {what:<28} {count:>5}  {which}").trim_end())
}

fn texts(checkout: &Checkout, layout: &Layout) -> Result<Vec<(PathBuf, String)>> {
    let read = |file: &PathBuf| {
        let text = fs::read_to_string(checkout.root().join(file));
        Ok((file.clone(), text.with_context(|| format!("reading {}", file.display()))?))
    };
    layout.files.iter().map(read).collect()
}

/// What is counted where a package has wings.
fn tell_landing(checkout: &Checkout, layout: &Layout) -> Result<()> {
    let Some((upward, homeless)) = wings::against_the_table(layout) else { return Ok(()) };
    let landing = checkout.root().join(&layout.folder).join("src");
    let landing = fs::read_dir(&landing).with_context(|| format!("reading {}", landing.display()))?;
    let crosses = |import: &&Import| layout.room(&import.from) != layout.room(&import.to);
    tell("imports between rooms", layout.imports.iter().filter(crosses).count(), "")?;
    tell("upward imports", upward, "")?;
    tell("entries on the landing", landing.count(), "")?;
    tell("of them in no wing", homeless, "")?;
    Ok(())
}
