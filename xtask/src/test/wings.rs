//! The layout: which wing of the engine may import which, and that no files import each other in a circle.
//!
//! No tool that is kept does both. ADR 27 says which were looked at: one knows circles of modules and no
//! wings, one compiles with a nightly of its own, one parses the Rust of 2021, one compiles the crate once
//! for each wing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::layout::{Layout, in_words};
use crate::checkout::Checkout;
use crate::source::{Import, packages};

/// The package that has wings.
const ENGINE: &str = "desktop/engine";
/// Where the lists are that one may have to change.
const HERE: &str = "xtask/src/test/wings.rs";

/// A part of the engine: files and folders that belong together.
#[derive(Debug)]
struct Wing {
    name: &'static str,
    /// Names of files and folders directly in `desktop/engine/src`, without `.rs`.
    rooms: &'static [&'static str],
    /// Wings that it may import, and through them all that they may.
    may_import: &'static [&'static str],
}

/// From the ground up: a wing may import wings before it in this list only. docs/ARCHITECTURE.md says what
/// each is for.
const WINGS: [Wing; 15] = [
    Wing {
        name: "ground",
        rooms: &["changes", "clock", "failpoints", "message", "metrics", "private", "random"],
        may_import: &[],
    },
    Wing { name: "config", rooms: &["config"], may_import: &["ground"] },
    Wing { name: "view", rooms: &["view"], may_import: &["ground"] },
    Wing { name: "codes", rooms: &["codes"], may_import: &["view"] },
    Wing { name: "http", rooms: &["http"], may_import: &["view"] },
    Wing { name: "db", rooms: &["db"], may_import: &["view"] },
    Wing { name: "writer", rooms: &["writer"], may_import: &["db"] },
    Wing { name: "folder", rooms: &["folder"], may_import: &["writer"] },
    Wing { name: "workshops", rooms: &["workshops"], may_import: &["folder"] },
    Wing { name: "edge", rooms: &["edge"], may_import: &["config", "folder"] },
    Wing { name: "pipeline", rooms: &["pipeline"], may_import: &["edge", "workshops"] },
    Wing { name: "venue", rooms: &["venue"], may_import: &["codes", "http", "workshops"] },
    Wing { name: "rows", rooms: &["acts", "erasure", "export"], may_import: &["writer"] },
    Wing { name: "engine", rooms: &["engine"], may_import: &["pipeline", "venue", "rows"] },
    Wing { name: "top", rooms: &["bin", "window"], may_import: &["engine"] },
];

/// Imports that the table does not allow and that cannot be helped: from, to, and why. At most 18; better
/// none.
const UPWARD: [(&str, &str, &str); 0] = [];

/// Files that import each other and cannot do without, and why. At most one circle; better none.
const CIRCLES: [(&[&str], &str); 0] = [];

/// Fails where one of the engine's wings, or any package's files, import what they must not. Says where, and
/// what to do.
pub(super) fn check(checkout: &Checkout) -> Result<()> {
    let mut faults = Vec::new();
    for package in packages(checkout)? {
        let layout = Layout::read(checkout.root(), &package)?;
        if layout.folder == Path::new(ENGINE) {
            faults.extend(wrong_rooms(&layout, &WINGS));
            faults.extend(wrong_imports(&layout, &WINGS, &UPWARD));
        }
        faults.extend(wrong_circles(&layout, &CIRCLES));
    }
    match faults.len() {
        0 => Ok(()),
        count => bail!("{count} faults in the layout\n{}", faults.join("\n")),
    }
}

/// How many of a package's imports the table forbids, and how many of its rooms it does not know.
pub(super) fn against_the_table(layout: &Layout) -> Option<(usize, usize)> {
    let homeless = || layout.rooms().into_iter().filter(|room| wing(&WINGS, room).is_none()).count();
    (layout.folder == Path::new(ENGINE)).then(|| (upward(layout, &WINGS).count(), homeless()))
}

/// Rooms that the table does not know, and those that only the table knows.
fn wrong_rooms(layout: &Layout, wings: &[Wing]) -> Vec<String> {
    let there = layout.rooms();
    let listed: BTreeSet<&str> = wings.iter().flat_map(|wing| wing.rooms).copied().collect();
    let src = layout.folder.join("src");
    let homeless = there.difference(&listed).map(|room| {
        format!("{} is in no wing: give it one in WINGS, {HERE}, or move it", src.join(room).display())
    });
    let gone = listed
        .difference(&there)
        .map(|room| format!("{} is not there: take it out of WINGS, {HERE}", src.join(room).display()));
    homeless.chain(gone).collect()
}

/// Imports that no row allows, and exceptions that are none any more.
fn wrong_imports(layout: &Layout, wings: &[Wing], known: &[(&str, &str, &str)]) -> Vec<String> {
    let is =
        |import: &Import, from: &str, to: &str| import.from == Path::new(from) && import.to == Path::new(to);
    let wrong = upward(layout, wings)
        .filter(|(import, _)| !known.iter().any(|(from, to, _)| is(import, from, to)))
        .map(|(import, wing)| {
            let allowed = allowed(wings, wing);
            let allowed = if allowed.is_empty() { "nothing".to_owned() } else { allowed.join(", ") };
            format!(
                "{}: the wing {} may import {allowed} alone; move what it needs there, or hand it in as an \
                 argument",
                in_words(import),
                wing.name
            )
        });
    let gone = known
        .iter()
        .filter(|(from, to, _)| !upward(layout, wings).any(|(import, _)| is(import, from, to)))
        .map(|(from, to, _)| format!("{from} no longer imports {to}: take it out of UPWARD, {HERE}"));
    wrong.chain(gone).collect()
}

fn wrong_circles(layout: &Layout, known: &[(&[&str], &str)]) -> Vec<String> {
    let is_known = |circle: &[PathBuf]| {
        known
            .iter()
            .any(|(files, _)| circle.iter().map(|file| file.as_path()).eq(files.iter().map(Path::new)))
    };
    layout.circles.iter().filter(|circle| !is_known(circle)).map(|circle| layout.in_words(circle)).collect()
}

/// Imports from one wing into another that it may not import, each with the wing it comes from.
fn upward<'a>(layout: &'a Layout, wings: &'a [Wing]) -> impl Iterator<Item = (&'a Import, &'a Wing)> {
    layout.imports.iter().filter_map(|import| {
        let from = wing(wings, layout.room(&import.from)?)?;
        let to = wing(wings, layout.room(&import.to)?)?;
        let is_allowed = from.name == to.name || allowed(wings, from).contains(&to.name);
        (!is_allowed).then_some((import, from))
    })
}

/// The names of all wings that one may import, the ground first.
fn allowed(wings: &[Wing], wing: &Wing) -> Vec<&'static str> {
    let mut found: BTreeSet<&str> = wing.may_import.iter().copied().collect();
    // Rows name earlier rows only: one pass from the top gathers what lies further down.
    for lower in wings.iter().rev() {
        if found.contains(lower.name) {
            found.extend(lower.may_import);
        }
    }
    wings.iter().map(|wing| wing.name).filter(|name| found.contains(name)).collect()
}

fn wing<'a>(wings: &'a [Wing], room: &str) -> Option<&'a Wing> {
    wings.iter().find(|wing| wing.rooms.contains(&room))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;
    use crate::source::Package;

    /// Two wings, the second above the first.
    const TWO: [Wing; 2] = [
        Wing { name: "low", rooms: &["db"], may_import: &[] },
        Wing { name: "high", rooms: &["engine", "bin"], may_import: &["low"] },
    ];

    /// A package of these files.
    fn layout(files: &[(&str, &str)]) -> Layout {
        let checkout = TempDir::new().unwrap();
        for (name, text) in files {
            let file = checkout.path().join("made/up/src").join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        let roots = files
            .iter()
            .map(|(name, _)| *name)
            .filter(|name| name.ends_with("lib.rs") || name.ends_with("main.rs"));
        let roots = roots.map(|name| Path::new("made/up/src").join(name)).collect();
        let package = Package { folder: "made/up".into(), library: Some("made_up".into()), roots };
        Layout::read(checkout.path(), &package).unwrap()
    }

    /// `from:line to` of each import, without the folder.
    fn imports(files: &[(&str, &str)]) -> Vec<String> {
        let layout = layout(files);
        let short = |path: &Path| path.strip_prefix("made/up/src").unwrap().display().to_string();
        layout
            .imports
            .iter()
            .map(|import| format!("{}:{} {}", short(&import.from), import.line, short(&import.to)))
            .collect()
    }

    #[test]
    fn an_import_leads_to_the_file_that_defines_what_is_named() {
        let files = [
            ("lib.rs", "mod db;\nmod engine;\npub use db::Row;\n"),
            ("db/mod.rs", "mod row;\npub use row::Row;\npub fn open() {}\n"),
            ("db/row.rs", "pub struct Row;\n"),
            // By a re-export of a re-export, by a module's name, by a path in code, by one in a macro.
            ("engine.rs", "use crate::{Row, db};\nfn start(_: Row) {\n    db::open();\n}\n"),
        ];
        assert_eq!(imports(&files), ["engine.rs:3 db/mod.rs", "engine.rs:1 db/row.rs"]);
        let files = [
            ("lib.rs", "mod a;\nmod b;\n"),
            ("a.rs", "macro_rules! twice { () => {} }\nfn f() { println!(\"{}\", crate::b::C); }\n"),
            ("b.rs", "pub const C: u8 = 1;\nfn g() { let a = 1; let _ = a; }\n"),
        ];
        assert_eq!(imports(&files), ["a.rs:2 b.rs"]);
    }

    #[test]
    fn a_function_that_bears_its_modules_name_is_found() {
        let files = [
            (
                "lib.rs",
                "mod proof;\npub use proof::proof;\nconst ALL: [fn(); 1] = [proof];\npub fn text() {}\n",
            ),
            ("proof.rs", "pub fn proof() { crate::text(); }\n"),
        ];
        assert_eq!(imports(&files), ["lib.rs:3 proof.rs", "proof.rs:1 lib.rs"]);
    }

    #[test]
    fn a_program_imports_its_library_by_name() {
        let files = [
            ("lib.rs", "mod engine;\npub use engine::Engine;\n"),
            ("engine.rs", "pub struct Engine;\n"),
            ("bin/host/main.rs", "mod cli;\nuse made_up::Engine;\nfn main() { cli::parse(Engine) }\n"),
            ("bin/host/cli.rs", "pub fn parse(_: made_up::Engine) {}\n"),
        ];
        let expected = [
            "bin/host/cli.rs:1 engine.rs",
            "bin/host/main.rs:3 bin/host/cli.rs",
            "bin/host/main.rs:2 engine.rs",
        ];
        assert_eq!(imports(&files), expected);
    }

    #[test]
    fn a_module_may_lie_elsewhere() {
        let files = [
            (
                "lib.rs",
                "#[cfg(feature = \"bench\")]\n#[path = \"../src/bench/measured.rs\"]\nmod bench;\nmod db;\n",
            ),
            ("bench/measured.rs", "mod list;\nuse crate::db::Row;\n"),
            ("bench/list.rs", "use super::super::db::Row;\n"),
            ("db.rs", "pub struct Row;\n"),
        ];
        assert_eq!(imports(&files), ["bench/list.rs:1 db.rs", "bench/measured.rs:2 db.rs"]);
    }

    #[test]
    fn tests_and_doors_import_nothing() {
        let files = [
            ("lib.rs", "mod db;\n#[cfg(test)]\nmod testing;\n"),
            (
                "db.rs",
                "mod row;\npub(crate) use row::Row;\n#[cfg(test)]\nmod tests { use super::row::Row; }\n",
            ),
            (
                "db/row.rs",
                "pub(crate) struct Row(super::Id);\n#[cfg(test)]\nfn f() { crate::testing::g(); }\n",
            ),
        ];
        assert_eq!(imports(&files), ["db/row.rs:1 db.rs"]);
        // A door that its own file goes through is an import.
        let files = [
            ("lib.rs", "mod db;\n"),
            ("db.rs", "mod row;\npub(crate) use row::Row;\nfn f(_: Row) {}\n"),
            ("db/row.rs", "pub(crate) struct Row;\n"),
        ];
        assert_eq!(imports(&files), ["db.rs:3 db/row.rs"]);
    }

    #[test]
    fn a_wing_that_imports_a_higher_one_is_told_where_and_what_to_do() {
        let files = [
            ("lib.rs", "mod db;\nmod engine;\npub use engine::Engine;\n"),
            ("db.rs", "\nuse crate::Engine;\n"),
            ("engine.rs", "pub struct Engine;\nfn f() { crate::db::g() }\n"),
        ];
        let layout = layout(&files);
        assert_eq!(
            wrong_imports(&layout, &TWO, &[]),
            ["made/up/src/db.rs:2 imports made/up/src/engine.rs (`crate::Engine`): the wing low may import \
                 nothing alone; move what it needs there, or hand it in as an argument"]
        );
        let known = ("made/up/src/db.rs", "made/up/src/engine.rs", "a test");
        assert_eq!(wrong_imports(&layout, &TWO, &[known]), [""; 0]);
        let gone = ("made/up/src/engine.rs", "made/up/src/db.rs", "allowed by the table");
        assert_eq!(wrong_imports(&layout, &TWO, &[known, gone]).len(), 1);
    }

    #[test]
    fn every_room_has_a_wing_and_every_wing_its_rooms() {
        let files = [
            ("lib.rs", "mod db;\nmod attic;\nmod engine;\n"),
            ("db/mod.rs", ""),
            ("attic.rs", ""),
            ("engine.rs", ""),
        ];
        let wrong = wrong_rooms(&layout(&files), &TWO);
        let [homeless, gone] = &wrong[..] else { panic!("{wrong:?}") };
        assert!(homeless.starts_with("made/up/src/attic is in no wing"), "{homeless}");
        assert!(gone.starts_with("made/up/src/bin is not there"), "{gone}");
    }

    #[test]
    fn files_in_a_circle_are_told_by_which_lines() {
        let files = [
            ("lib.rs", "mod a;\nmod b;\nmod c;\nmod d;\n"),
            ("a.rs", "pub struct A(crate::b::B);\n"),
            ("b.rs", "pub struct B(crate::c::C);\n"),
            ("c.rs", "pub struct C(Vec<crate::a::A>);\n"),
            ("d.rs", "pub struct D(crate::a::A);\n"),
        ];
        let layout = layout(&files);
        let wrong = wrong_circles(&layout, &[]);
        let [circle] = &wrong[..] else { panic!("{wrong:?}") };
        assert!(circle.starts_with("3 files import each other in a circle"), "{circle}");
        assert!(circle.contains("made/up/src/c.rs:1 imports made/up/src/a.rs (`crate::a::A`)"), "{circle}");
        assert!(!circle.contains("d.rs"), "{circle}");
        let known: &[&str] = &["made/up/src/a.rs", "made/up/src/b.rs", "made/up/src/c.rs"];
        assert_eq!(wrong_circles(&layout, &[(known, "a test")]), [""; 0]);
    }

    #[test]
    fn wings_stand_in_order_and_name_each_other() {
        for (at, wing) in WINGS.iter().enumerate() {
            let lower: Vec<&str> = WINGS.iter().take(at).map(|wing| wing.name).collect();
            assert!(wing.may_import.iter().all(|name| lower.contains(name)), "{wing:?}");
        }
        assert!(UPWARD.len() <= 18 && CIRCLES.len() <= 1);
        let top = WINGS.last().unwrap();
        assert_eq!(allowed(&WINGS, top).len(), WINGS.len() - 1, "the top may import all");
    }
}
