//! A package's files, and which imports which.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::source::{Import, Package, Tree, circles, imports};

/// What is read off a package's source. Paths are those from the checkout's root on.
#[derive(Debug)]
pub(super) struct Layout {
    /// The package's folder.
    pub(super) folder: PathBuf,
    pub(super) files: BTreeSet<PathBuf>,
    pub(super) imports: Vec<Import>,
    /// Files that import each other in a circle, the largest circle first.
    pub(super) circles: Vec<Vec<PathBuf>>,
}

impl Layout {
    pub(super) fn read(checkout: &Path, package: &Package) -> Result<Self> {
        let tree = Tree::read(checkout, package)?;
        let imports = imports(&tree);
        let circles = circles(&imports);
        let files = tree.files().into_iter().map(Path::to_owned).collect();
        Ok(Self { folder: package.folder.clone(), files, imports, circles })
    }

    /// The room on the package's landing that a file is in: its folder directly in `src/`, or its own name,
    /// without `.rs`. `None` for the crate's root, and outside.
    pub(super) fn room<'a>(&self, file: &'a Path) -> Option<&'a str> {
        let inside = file.strip_prefix(self.folder.join("src")).ok()?;
        let room = Path::new(inside.iter().next()?).file_stem()?.to_str()?;
        (room != "lib").then_some(room)
    }

    /// Rooms, in the order of their names.
    pub(super) fn rooms(&self) -> BTreeSet<&str> {
        self.files.iter().filter_map(|file| self.room(file)).collect()
    }

    /// A circle, and by which lines it is one.
    pub(super) fn in_words(&self, circle: &[PathBuf]) -> String {
        let of_circle =
            self.imports.iter().filter(|import| circle.contains(&import.from) && circle.contains(&import.to));
        let lines: Vec<String> = of_circle.map(|import| format!("    {}", in_words(import))).collect();
        format!(
            "{} files import each other in a circle: move what several need into a file of its own, or hand \
             it in as an argument\n{}",
            circle.len(),
            lines.join("\n")
        )
    }
}

/// An import, for a person.
pub(super) fn in_words(import: &Import) -> String {
    let Import { from, to, line, path } = import;
    format!("{}:{line} imports {} (`{path}`)", from.display(), to.display())
}
