//! Which file of a package imports which.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::resolve::Target;
use super::tree::{Id, Named, Tree};

/// A file that needs another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Import {
    pub(crate) from: PathBuf,
    pub(crate) to: PathBuf,
    /// The first line that says so.
    pub(crate) line: usize,
    /// As that line has it: `crate::db::List`.
    pub(crate) path: String,
}

/// Every import between two files, once for each pair, in the order of the files.
///
/// A file imports the one that *defines* what it names, through whatever re-exports the path leads. A
/// re-export of what lies in the file's own submodules is a door and no import; `mod` is none either.
pub(crate) fn imports(tree: &Tree) -> Vec<Import> {
    let mut found = BTreeMap::new();
    for (id, module) in tree.modules.iter().enumerate() {
        for import in &module.uses {
            let is_door = |target: Id| import.is_shown && tree.is_inside(target, id);
            match tree.resolve(id, &import.path.segments) {
                Some(Target::Item(target)) if !is_door(target) => {
                    note(tree, id, target, &import.path, &mut found)
                }
                // The names behind a `*` cannot be told from here.
                Some(Target::Module(target)) if import.name.is_none() && !is_door(target) => {
                    note(tree, id, target, &import.path, &mut found);
                }
                // A module's name alone brings nothing: what is named through it counts.
                _ => {}
            }
        }
        for path in &module.paths {
            if let Some(Target::Item(target)) = tree.resolve(id, &path.segments) {
                note(tree, id, target, path, &mut found);
            }
        }
    }
    found.into_values().collect()
}

fn note(tree: &Tree, from: Id, to: Id, path: &Named, found: &mut BTreeMap<(PathBuf, PathBuf), Import>) {
    let (from, to) = (&tree.modules[from].file, &tree.modules[to].file);
    if from == to {
        return;
    }
    let import =
        || Import { from: from.clone(), to: to.clone(), line: path.line, path: path.segments.join("::") };
    let known = found.entry((from.clone(), to.clone())).or_insert_with(import);
    if path.line < known.line {
        *known = import();
    }
}
