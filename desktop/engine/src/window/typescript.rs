//! The wire types of the window, written out as TypeScript: `cargo run -p rollcall-engine --features
//! typescript --example typescript` prints the file. Numbers are `number`: times and counts stay far below
//! 2⁵³.

use std::any::TypeId;
use std::collections::{BTreeMap, HashSet};

use ts_rs::{Config, TS, TypeVisitor};

use crate::folder::backup::{Backup, BackupFound, Restored};
use crate::view::{
    Addresses, AlarmKind, Case, Check, ConnectionTrial, DeskPanel, DrawnCode, ExportFormat, Figures, Home,
    KeysLoaded, KeysSaved, ListPage, ListQuery, Refusal, Resolution, TakenEntry, TakenOver, Undo, Wifi,
    WorkshopSummary,
};
use crate::view::{Deletions, Erasure, Whom};
use crate::workshops::draft::WorkshopDraft;

/// Writes every type that the window reads or sends, and those that they are made of; in the order of their
/// names.
pub fn declarations() -> String {
    let mut found = Found {
        config: Config::new().with_large_int("number"),
        seen: HashSet::new(),
        declarations: BTreeMap::new(),
    };
    found.visit::<Home>();
    found.visit::<WorkshopSummary>();
    found.visit::<WorkshopDraft>();
    found.visit::<ListQuery>();
    found.visit::<ListPage>();
    found.visit::<Case>();
    found.visit::<Resolution>();
    found.visit::<Addresses>();
    found.visit::<AlarmKind>();
    found.visit::<Undo>();
    found.visit::<ExportFormat>();
    found.visit::<rollcall_shared::language::Language>();
    found.visit::<ConnectionTrial>();
    found.visit::<KeysSaved>();
    found.visit::<Figures>();
    found.visit::<Refusal>();
    found.visit::<DeskPanel>();
    found.visit::<Check>();
    found.visit::<TakenEntry>();
    found.visit::<Wifi>();
    found.visit::<DrawnCode>();
    found.visit::<Whom>();
    found.visit::<Erasure>();
    found.visit::<Deletions>();
    found.visit::<Backup>();
    found.visit::<BackupFound>();
    found.visit::<Restored>();
    found.visit::<KeysLoaded>();
    found.visit::<TakenOver>();
    let texts: Vec<String> = found.declarations.into_values().collect();
    format!(
        "// Written by `cargo run -p rollcall-engine --features typescript --example typescript`.\n\n{}",
        texts.join("\n")
    )
}

struct Found {
    config: Config,
    seen: HashSet<TypeId>,
    declarations: BTreeMap<String, String>,
}

impl TypeVisitor for Found {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if !self.seen.insert(TypeId::of::<T>()) {
            return;
        }
        // Types of the standard library have no declaration of their own, and may hold some that have.
        if T::output_path().is_some() {
            let docs = T::docs().unwrap_or_default();
            let declaration = format!("{docs}export {}\n", T::decl(&self.config));
            self.declarations.insert(T::ident(&self.config), declaration);
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_on_the_wire_has_its_type() {
        let text = declarations();
        for expected in [
            "export type Act = \"another_person\" | \"use_newer\"",
            "\"kind\": \"duplicate\"",
            "\"act\": \"another_person\"",
            "duplicate: SignupId",
            "export type SignupId = string",
            "stored_at: Timestamp",
            "filled_at: Timestamp | null",
            "export type Timestamp = number",
            "export type WorkshopDraft",
            "export type HopCode = \"no_edge\"",
        ] {
            assert!(text.contains(expected), "{expected} is missing in\n{text}");
        }
        assert!(!text.contains("bigint"), "{text}");
    }
}
