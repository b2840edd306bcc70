//! What a file comes to: its lines, its functions, what of it others see and how much of that is explained.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, ImplItem, ImplItemFn, Item, ItemFn, Lit, Meta, TraitItemFn, Visibility};

use super::cfg::is_for_tests;
use super::tree::attributes;

/// Lines that are the same at two places make a repetition from so many on.
const RUN: usize = 6;

/// A file's figures, without what is compiled for tests.
#[derive(Debug, Default)]
pub(crate) struct Census {
    pub(crate) lines: usize,
    pub(crate) functions: Vec<Function>,
    pub(crate) public: Public,
}

/// A function with a body.
#[derive(Debug, Clone)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// Where it begins.
    pub(crate) line: usize,
    /// Its lines, from `fn` to the last brace.
    pub(crate) length: usize,
}

/// What is `pub`.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Public {
    pub(crate) items: usize,
    pub(crate) documented: usize,
    /// With an example that `cargo test --doc` runs or compiles.
    pub(crate) with_example: usize,
}

impl Census {
    /// # Errors
    /// Where the text is no Rust.
    pub(crate) fn of(text: &str) -> Result<Self> {
        let mut census = Self { lines: text.lines().count(), ..Self::default() };
        census.visit_file(&syn::parse_file(text).context("parsing it")?);
        Ok(census)
    }

    fn function(&mut self, name: &syn::Ident, signature: &syn::Signature, whole: &impl Spanned) {
        let (line, end) = (signature.span().start().line, whole.span().end().line);
        self.functions.push(Function { name: name.to_string(), line, length: end + 1 - line });
    }

    fn public(&mut self, visibility: &Visibility, attributes: &[Attribute]) {
        if matches!(visibility, Visibility::Public(_)) {
            let docs = docs(attributes);
            self.public.items += 1;
            self.public.documented += usize::from(!docs.is_empty());
            self.public.with_example += usize::from(has_example(&docs));
        }
    }
}

impl<'ast> Visit<'ast> for Census {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes = attributes(item);
        if is_for_tests(attributes) {
            return;
        }
        match item {
            Item::Const(item) => self.public(&item.vis, attributes),
            Item::Enum(item) => self.public(&item.vis, attributes),
            Item::Fn(item) => self.public(&item.vis, attributes),
            Item::Static(item) => self.public(&item.vis, attributes),
            Item::Struct(item) => self.public(&item.vis, attributes),
            Item::Trait(item) => self.public(&item.vis, attributes),
            Item::Type(item) => self.public(&item.vis, attributes),
            _ => {}
        }
        visit::visit_item(self, item);
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        match item {
            ImplItem::Const(item) => self.public(&item.vis, &item.attrs),
            ImplItem::Fn(item) => self.public(&item.vis, &item.attrs),
            _ => {}
        }
        visit::visit_impl_item(self, item);
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.function(&item.sig.ident, &item.sig, item);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        self.function(&item.sig.ident, &item.sig, item);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast TraitItemFn) {
        if item.default.is_some() {
            self.function(&item.sig.ident, &item.sig, item);
        }
        visit::visit_trait_item_fn(self, item);
    }
}

/// The text of `///` and `#[doc = "…"]`.
fn docs(attributes: &[Attribute]) -> String {
    let lines =
        attributes.iter().filter(|attribute| attribute.path().is_ident("doc")).filter_map(|attribute| {
            let Meta::NameValue(doc) = &attribute.meta else { return None };
            let Expr::Lit(literal) = &doc.value else { return None };
            let Lit::Str(text) = &literal.lit else { return None };
            Some(text.value())
        });
    lines.collect::<Vec<_>>().join("\n")
}

/// Whether a block of code in it is Rust: it says nothing of a language, or how it is run.
fn has_example(docs: &str) -> bool {
    let fences = docs.lines().filter_map(|line| line.trim().strip_prefix("```"));
    // Every second one ends a block.
    fences.step_by(2).any(|kind| matches!(kind, "" | "rust" | "no_run" | "should_panic" | "compile_fail"))
}

/// Where the same [`RUN`] lines or more are written at two places or more: how many such runs begin, but for
/// the first of each. Blank lines, comments, imports and lone braces do not count.
pub(crate) fn repetitions(files: &[(PathBuf, String)]) -> usize {
    let mut seen: HashMap<Vec<&str>, (&Path, usize)> = HashMap::new();
    let mut runs = 0;
    for (file, text) in files {
        let says = |line: &&str| {
            line.chars().any(char::is_alphanumeric)
                && !["//", "use ", "#[", "mod "].iter().any(|start| line.starts_with(start))
        };
        let lines: Vec<&str> = text.lines().map(str::trim).filter(says).collect();
        let mut is_inside = false;
        for (at, window) in lines.windows(RUN).enumerate() {
            let before =
                seen.get(window).is_some_and(|(other, start)| *other != file.as_path() || start + RUN <= at);
            runs += usize::from(before && !is_inside);
            is_inside = before;
            seen.entry(window.to_vec()).or_insert((file, at));
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_and_what_is_explained_are_counted_without_tests() {
        let text = "/// Said.\n/// ```\n/// one();\n/// ```\npub fn one() {\n    let a = 1;\n}\n\
                    /// Said.\n/// ```text\n/// no code\n/// ```\npub struct Two;\n\
                    impl Two {\n    pub fn three(\n        &self,\n    ) {}\n}\n\
                    #[cfg(test)]\nmod tests {\n    pub fn four() {}\n}\nfn five() {}\n";
        let Census { lines, functions, public } = Census::of(text).unwrap();
        assert_eq!(lines, text.lines().count());
        let functions: Vec<_> = functions.iter().map(|f| (f.name.as_str(), f.line, f.length)).collect();
        assert_eq!(functions, [("one", 5, 3), ("three", 14, 3), ("five", 22, 1)]);
        assert_eq!(public, Public { items: 3, documented: 2, with_example: 1 });
    }

    #[test]
    fn a_run_of_lines_that_stands_twice_is_one_repetition() {
        let run = |from: usize, lines: usize| -> String {
            (from..from + lines).map(|n| format!("let a = {n};\n")).collect()
        };
        let check = |a: &str, b: &str, expected: usize| {
            let files = [("a.rs".into(), a.to_owned()), ("b.rs".into(), b.to_owned())];
            assert_eq!(repetitions(&files), expected, "{a}{b}");
        };
        check(&run(0, 9), &run(0, 9), 1);
        check(&run(0, 5), &run(0, 5), 0);
        check(&run(0, 6), &format!("{}\n// said\n}}\n{}", run(0, 3), run(3, 3)), 1);
        check(&format!("{}{}", run(0, 6), run(0, 6)), "", 1);
        check(&run(0, 8), &format!("{}let b = 1;\n{}", run(0, 6), run(2, 6)), 2);
    }
}
