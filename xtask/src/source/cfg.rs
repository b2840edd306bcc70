//! What conditional compilation leaves out of the product.

use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token};

/// Options of the compiler that are never set for a program that people run.
const NEVER: [&str; 2] = ["test", "fuzzing"];

/// Whether something with these attributes is compiled for tests or fuzzers alone. A condition that cannot be
/// told from here, a feature or an operating system, counts as met.
pub(super) fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"))
        .filter_map(|attribute| attribute.parse_args::<Meta>().ok())
        .any(|condition| is_met(&condition) == Some(false))
}

/// `None` where it depends on how the product is built.
fn is_met(condition: &Meta) -> Option<bool> {
    let Meta::List(list) = condition else {
        return NEVER.iter().any(|name| condition.path().is_ident(name)).then_some(false);
    };
    let parts = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok()?;
    let parts: Vec<Option<bool>> = parts.iter().map(is_met).collect();
    let decided = |by: bool| parts.contains(&Some(by)).then_some(by);
    let all_are = |value: bool| parts.iter().all(|part| *part == Some(value)).then_some(value);
    if list.path.is_ident("not") {
        parts.first().copied().flatten().map(|met| !met)
    } else if list.path.is_ident("all") {
        decided(false).or_else(|| all_are(true))
    } else {
        decided(true).or_else(|| all_are(false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_no_product_has_is_for_tests() {
        let check = |attribute: &str, expected: bool| {
            let item: syn::ItemUse = syn::parse_str(&format!("{attribute} use a::b;")).unwrap();
            assert_eq!(is_for_tests(&item.attrs), expected, "{attribute}");
        };
        check("#[cfg(test)]", true);
        check("#[cfg(any(test, fuzzing))]", true);
        check("#[cfg(all(test, unix))]", true);
        check(r#"#[cfg(any(test, feature = "failpoints"))]"#, false);
        check("#[cfg(not(test))]", false);
        check("#[cfg(unix)]", false);
        check("#[cfg(not(unix))]", false);
        check("#[test]", false);
        check("#[allow(unused)] #[cfg(test)]", true);
    }
}
