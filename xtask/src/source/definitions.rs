//! What a file defines, by name.

use std::collections::HashSet;

use anyhow::{Context, Result};
use syn::visit::{self, Visit};
use syn::{Field, ImplItem, Item, ItemEnum, ItemImpl, ItemStruct, ItemTrait, TraitItem, Type};

/// Names that a Rust file defines: `LIMIT`, `parse`, `Phone`, and what belongs to a type as `Phone::parse`,
/// `Path::Edge`.
///
/// # Errors
/// Where the text is no Rust.
pub(crate) fn definitions(text: &str) -> Result<HashSet<String>> {
    let mut found = Definitions::default();
    found.visit_file(&syn::parse_file(text).context("parsing it")?);
    Ok(found.0)
}

#[derive(Default)]
struct Definitions(HashSet<String>);

impl Definitions {
    fn member(&mut self, of: &syn::Ident, name: &syn::Ident) {
        self.0.insert(format!("{of}::{name}"));
    }
}

impl<'ast> Visit<'ast> for Definitions {
    fn visit_item(&mut self, item: &'ast Item) {
        self.0.extend(super::tree::name(item));
        if let Item::Mod(module) = item {
            self.0.insert(module.ident.to_string());
        }
        visit::visit_item(self, item);
    }

    fn visit_item_enum(&mut self, item: &'ast ItemEnum) {
        item.variants.iter().for_each(|variant| self.member(&item.ident, &variant.ident));
    }

    fn visit_item_struct(&mut self, item: &'ast ItemStruct) {
        let fields = item.fields.iter().filter_map(|field: &Field| field.ident.as_ref());
        fields.for_each(|field| self.member(&item.ident, field));
    }

    fn visit_item_trait(&mut self, item: &'ast ItemTrait) {
        for member in &item.items {
            match member {
                TraitItem::Const(member) => self.member(&item.ident, &member.ident),
                TraitItem::Fn(member) => self.member(&item.ident, &member.sig.ident),
                TraitItem::Type(member) => self.member(&item.ident, &member.ident),
                _ => {}
            }
        }
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        let Type::Path(of) = &*item.self_ty else { return };
        let Some(of) = of.path.segments.last().map(|segment| &segment.ident) else { return };
        for member in &item.items {
            match member {
                ImplItem::Const(member) => self.member(of, &member.ident),
                ImplItem::Fn(member) => self.member(of, &member.sig.ident),
                ImplItem::Type(member) => self.member(of, &member.ident),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_variants_fields_and_methods_are_defined_and_nothing_else() {
        let text = "pub const MAX: u8 = other::LIMIT;\n\
                    pub enum Path { Edge, Venue }\n\
                    pub struct Row { id: u8 }\n\
                    impl fmt::Display for Row { fn fmt(&self) { helper() } }\n\
                    mod deep { pub fn found() { const INSIDE: u8 = 1; } }\n\
                    pub trait Stream { fn add(&self); }";
        let found = definitions(text).unwrap();
        for name in
            ["MAX", "Path", "Path::Edge", "Row::id", "Row::fmt", "deep", "found", "INSIDE", "Stream::add"]
        {
            assert!(found.contains(name), "{name}");
        }
        for name in ["LIMIT", "Edge", "helper", "fmt", "u8", "Row::Edge"] {
            assert!(!found.contains(name), "{name}");
        }
    }
}
