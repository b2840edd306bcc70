//! Which module defines what a path names.

use std::collections::HashSet;

use super::tree::{Id, Tree};

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Module(Id),
    /// Something that this module defines.
    Item(Id),
}

impl Tree {
    /// Follows a path from a module on, through every `use` on its way; `None` where it leads out of the
    /// package, or is no more than a variable's name.
    pub(super) fn resolve(&self, from: Id, path: &[String]) -> Option<Target> {
        self.follow(from, path, &mut HashSet::new())
    }

    fn follow(&self, from: Id, path: &[String], seen: &mut HashSet<(Id, String)>) -> Option<Target> {
        let (first, rest) = path.split_first()?;
        // Where the last name was looked up.
        let mut last = (from, first.as_str());
        let mut target = match first.as_str() {
            "crate" => Target::Module(self.crate_root(from)),
            "self" => Target::Module(from),
            "super" => Target::Module(self.modules[from].parent?),
            name => match self.look_up(from, name, seen) {
                Some(target) => target,
                None => self
                    .library
                    .as_ref()
                    .filter(|(library, _)| library == name)
                    .map(|(_, root)| Target::Module(*root))?,
            },
        };
        for name in rest {
            // A variant or a method of what was found: it lies there.
            let Target::Module(module) = target else { break };
            last = (module, name);
            target = match name.as_str() {
                "super" => Target::Module(self.modules[module].parent?),
                // What a macro has made is found in no list, and belongs to the module that is named.
                name => self.look_up(module, name, seen).unwrap_or(Target::Item(module)),
            };
        }
        match (target, last) {
            (Target::Module(_), (module, name)) => Some(self.value(module, name, seen).unwrap_or(target)),
            _ => Some(target),
        }
    }

    /// What bears a module's name and is none: `use proof::proof` beside `mod proof`.
    fn value(&self, module: Id, name: &str, seen: &mut HashSet<(Id, String)>) -> Option<Target> {
        let here = &self.modules[module];
        if !here.children.contains_key(name) || !seen.insert((module, name.to_owned())) {
            return None;
        }
        if here.items.contains(name) {
            return Some(Target::Item(module));
        }
        let by_name = here.uses.iter().filter(|import| import.name.as_deref() == Some(name));
        let mut found = by_name.filter_map(|import| self.follow(module, &import.path.segments, seen));
        found.find(|target| matches!(target, Target::Item(_)))
    }

    /// What a name stands for in a module.
    fn look_up(&self, module: Id, name: &str, seen: &mut HashSet<(Id, String)>) -> Option<Target> {
        let here = &self.modules[module];
        if let Some(child) = here.children.get(name) {
            return Some(Target::Module(*child));
        }
        if here.items.contains(name) {
            return Some(Target::Item(module));
        }
        // A name that is defined by itself is defined nowhere.
        if !seen.insert((module, name.to_owned())) {
            return None;
        }
        let by_name = here.uses.iter().filter(|import| import.name.as_deref() == Some(name));
        let found = by_name.filter_map(|import| self.follow(module, &import.path.segments, seen)).next();
        found.or_else(|| {
            here.uses.iter().filter(|import| import.name.is_none()).find_map(|glob| {
                match self.follow(module, &glob.path.segments, seen)? {
                    Target::Module(other) if other != module => self.look_up(other, name, seen),
                    _ => None,
                }
            })
        })
    }

    /// Whether a module lies in another, at any depth.
    pub(super) fn is_inside(&self, mut module: Id, outer: Id) -> bool {
        while let Some(parent) = self.modules[module].parent {
            if parent == outer {
                return true;
            }
            module = parent;
        }
        false
    }
}
