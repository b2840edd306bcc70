//! What holds of every form that is refused, whatever way it came.

use std::sync::LazyLock;

use fancy_regex::Regex;
use rollcall_shared::field_error::FieldError;
use rollcall_shared::form::{JoinView, join_page};
use rollcall_shared::language::Language;
use rollcall_shared::signup::SignupForm;
use rollcall_shared::workshop::Workshop;

use crate::sample;

/// The page with the form as it was filled in: every mistake has a field and a code, nothing typed becomes
/// markup, and the page is not much longer than what was sent.
pub(crate) fn comes_back(form: &SignupForm, errors: &[FieldError], workshop: &Workshop, sent: usize) {
    assert!(!errors.is_empty());
    for FieldError { field, code } in errors {
        let field = field.to_string();
        assert!(!field.is_empty() && field.chars().count() <= 8 + 32, "{field}");
        assert!(!code.is_empty() && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
    }
    // Both languages take turns: a page costs more than everything else here.
    let language = if sent.is_multiple_of(2) { Language::Zh } else { Language::En };
    let page = |values| {
        let seed = &sample::seed();
        join_page(&JoinView { workshop, language, base: "", seed, values, errors, trouble: None }).html
    };
    let (filled, empty) = (page(form), page(&SignupForm::default()));
    // A correction has lines of its own.
    if form.replaces.is_none() {
        assert_eq!(marks(&filled), marks(&empty));
    }
    // `&quot;` is six bytes, and a value appears in few places.
    assert!(filled.len() <= empty.len() + 4_096 + 40 * sent, "{} bytes for {sent}", filled.len());
}

/// Counts what makes markup, without the characters that are named, each of which is an element of its own.
fn marks(html: &str) -> [usize; 3] {
    static SIGN: LazyLock<Regex> = LazyLock::new(|| Regex::new("<b>[^<>\"]{1,8}</b>").unwrap());
    let html = SIGN.replace_all(html, "");
    ['<', '>', '"'].map(|mark| html.matches(mark).count())
}
