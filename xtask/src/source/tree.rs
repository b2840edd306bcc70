//! The modules of a package, each with what it defines, what it imports and what it names.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail};
use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    Attribute, Expr, ImplItem, Item, ItemMod, ItemUse, Lit, Meta, Stmt, TraitItem, UseTree, Visibility,
};

use super::cfg::is_for_tests;
use super::package::Package;

/// A module's place in [`Tree::modules`].
pub(super) type Id = usize;

/// All modules that become a part of the package's programs.
#[derive(Debug)]
pub(crate) struct Tree {
    /// The checkout's; files are named from there on.
    root: PathBuf,
    /// The package's library by name, and its root, which its programs may import.
    pub(super) library: Option<(String, Id)>,
    pub(super) modules: Vec<Module>,
}

/// A module: a file, or a part of one.
#[derive(Debug, Default)]
pub(super) struct Module {
    pub(super) file: PathBuf,
    pub(super) parent: Option<Id>,
    pub(super) children: BTreeMap<String, Id>,
    /// Names of what is defined here.
    pub(super) items: BTreeSet<String>,
    pub(super) uses: Vec<Use>,
    /// Paths in code: types, calls, patterns, macros.
    pub(super) paths: Vec<Named>,
}

/// What one name of a `use` stands for.
#[derive(Debug)]
pub(super) struct Use {
    /// Under which name; `None` for `*`.
    pub(super) name: Option<String>,
    pub(super) path: Named,
    /// Whether others may import it from here.
    pub(super) is_shown: bool,
}

/// A path as it is written, and where.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) segments: Vec<String>,
    pub(super) line: usize,
}

impl Tree {
    /// Reads the package's files, from its roots on.
    pub(crate) fn read(checkout: &Path, package: &Package) -> Result<Self> {
        let mut tree = Self { root: checkout.to_owned(), library: None, modules: Vec::new() };
        for root in &package.roots {
            let id = tree.file(root, root.parent().context("a file lies in a folder")?, None)?;
            if let (None, Some(library)) = (&tree.library, &package.library) {
                tree.library = Some((library.clone(), id));
            }
        }
        Ok(tree)
    }

    /// Every file, once.
    pub(crate) fn files(&self) -> BTreeSet<&Path> {
        self.modules.iter().map(|module| module.file.as_path()).collect()
    }

    /// The root of the crate that a module belongs to.
    pub(super) fn crate_root(&self, mut id: Id) -> Id {
        while let Some(parent) = self.modules[id].parent {
            id = parent;
        }
        id
    }

    /// Reads a file; its modules lie in `folder`.
    fn file(&mut self, file: &Path, folder: &Path, parent: Option<Id>) -> Result<Id> {
        let text = fs::read_to_string(self.root.join(file))
            .with_context(|| format!("reading {}", file.display()))?;
        let parsed = syn::parse_file(&text).with_context(|| format!("parsing {}", file.display()))?;
        self.module(file, folder, parent, &parsed.items)
    }

    fn module(&mut self, file: &Path, folder: &Path, parent: Option<Id>, items: &[Item]) -> Result<Id> {
        let id = self.modules.len();
        self.modules.push(Module { file: file.to_owned(), parent, ..Module::default() });
        let mut reader = Reader::default();
        for item in items.iter().filter(|item| !is_for_tests(attributes(item))) {
            if let Item::Mod(module) = item {
                let name = module.ident.to_string();
                let child = self.child(file, folder, id, module)?;
                self.modules[id].children.insert(name, child);
            } else {
                self.modules[id].items.extend(name(item));
                reader.visit_item(item);
            }
        }
        self.modules[id].uses = reader.uses;
        self.modules[id].paths = reader.paths;
        Ok(id)
    }

    /// A module inside another: here between braces, or in a file of its own.
    fn child(&mut self, file: &Path, folder: &Path, parent: Id, module: &ItemMod) -> Result<Id> {
        let name = module.ident.to_string();
        let below = folder.join(&name);
        if let Some((_, items)) = &module.content {
            return self.module(file, &below, Some(parent), items);
        }
        // `#[path = "…"]` counts from the folder of the file that says so; what that one has lies beside it.
        if let Some(path) = elsewhere(&module.attrs) {
            let found = straight(&file.parent().context("a file lies in a folder")?.join(path));
            return self.file(&found, found.parent().unwrap_or(Path::new("")), Some(parent));
        }
        let candidates = [folder.join(format!("{name}.rs")), below.join("mod.rs")];
        let Some(found) = candidates.iter().find(|candidate| self.root.join(candidate).is_file()) else {
            bail!("{}: no file for the module {name}", file.display());
        };
        self.file(found, &below, Some(parent))
    }
}

/// Collects what a module's items import and name.
#[derive(Default)]
struct Reader {
    uses: Vec<Use>,
    paths: Vec<Named>,
}

impl Reader {
    fn expand(&mut self, prefix: &[String], tree: &UseTree, is_shown: bool) {
        let line = tree.span().start().line;
        let named = |last: &syn::Ident| {
            let mut segments = prefix.to_vec();
            if last != "self" || prefix.is_empty() {
                segments.push(last.to_string());
            }
            Named { segments, line }
        };
        match tree {
            UseTree::Path(path) => {
                let prefix = [prefix, &[path.ident.to_string()]].concat();
                self.expand(&prefix, &path.tree, is_shown);
            }
            UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.expand(prefix, tree, is_shown));
            }
            UseTree::Name(name) => {
                let path = named(&name.ident);
                self.uses.push(Use { name: path.segments.last().cloned(), path, is_shown });
            }
            UseTree::Rename(rename) => {
                let name = Some(rename.rename.to_string());
                self.uses.push(Use { name, path: named(&rename.ident), is_shown });
            }
            UseTree::Glob(_) => {
                let path = Named { segments: prefix.to_vec(), line };
                self.uses.push(Use { name: None, path, is_shown });
            }
        }
    }

    /// A macro's arguments are no syntax that can be read; paths in them are `a::b` all the same.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Option<Named> = None;
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    let line = ident.span().start().line;
                    match &mut path {
                        Some(path) if colons == 2 => path.segments.push(ident.to_string()),
                        _ => {
                            self.paths.extend(path.take());
                            path = Some(Named { segments: vec![ident.to_string()], line });
                        }
                    }
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                other => {
                    self.paths.extend(path.take());
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.tokens(group.stream());
                    }
                }
            }
        }
        self.paths.extend(path);
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_for_tests(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        let attributes = match item {
            ImplItem::Const(item) => &item.attrs,
            ImplItem::Fn(item) => &item.attrs,
            ImplItem::Macro(item) => &item.attrs,
            ImplItem::Type(item) => &item.attrs,
            _ => return,
        };
        if !is_for_tests(attributes) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_trait_item(&mut self, item: &'ast TraitItem) {
        let attributes = match item {
            TraitItem::Const(item) => &item.attrs,
            TraitItem::Fn(item) => &item.attrs,
            TraitItem::Macro(item) => &item.attrs,
            TraitItem::Type(item) => &item.attrs,
            _ => return,
        };
        if !is_for_tests(attributes) {
            visit::visit_trait_item(self, item);
        }
    }

    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        let attributes = match statement {
            Stmt::Local(local) => &local.attrs[..],
            Stmt::Macro(mac) => &mac.attrs,
            Stmt::Expr(Expr::Block(expr), _) => &expr.attrs,
            Stmt::Expr(Expr::Call(expr), _) => &expr.attrs,
            Stmt::Expr(Expr::If(expr), _) => &expr.attrs,
            Stmt::Expr(Expr::MethodCall(expr), _) => &expr.attrs,
            Stmt::Expr(..) | Stmt::Item(_) => &[],
        };
        if !is_for_tests(attributes) {
            visit::visit_stmt(self, statement);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        // With a leading `::` it is another crate's.
        if item.leading_colon.is_none() {
            self.expand(&[], &item.tree, !matches!(item.vis, Visibility::Inherited));
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            let segments = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            self.paths.push(Named { segments, line: path.span().start().line });
        }
        // Generic arguments have paths as well.
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        self.visit_path(&mac.path);
        self.tokens(mac.tokens.clone());
    }

    /// `derive`, `serde`, `test`: what attributes name is no module of ours.
    fn visit_attribute(&mut self, _: &'ast Attribute) {}

    /// `pub(in …)` opens a door and goes through none.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}
}

pub(super) fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// Where the file of a module is, if not where its name says.
fn elsewhere(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| {
        let Meta::NameValue(path) = &attribute.meta else { return None };
        let Expr::Lit(literal) = &path.value else { return None };
        let Lit::Str(text) = &literal.lit else { return None };
        path.path.is_ident("path").then(|| text.value())
    })
}

/// A path without `..`, so that a file has one name.
fn straight(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut straight, part| {
        match part {
            Component::ParentDir => drop(straight.pop()),
            part => straight.push(part),
        }
        straight
    })
}

/// By which name others find what an item defines.
pub(super) fn name(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}
