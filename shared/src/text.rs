//! What people paste that is not what they meant: invisible characters, full-width forms, wide spaces.

/// Characters that show nothing and carry no meaning in a name, a number or a code: zero-width space and
/// no-break space, word joiner, soft hyphen, and the direction *marks* that address books add around
/// numbers. They are dropped, because nobody can correct what they cannot see. Overrides and embeddings
/// (U+202A–U+202E, U+2066–U+2069) are handled by each rule: they change how the text around them reads.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2060}' | '\u{FEFF}')
}

/// Direction embeddings, overrides and isolates: phones' address books wrap numbers in them.
pub(crate) fn is_direction_control(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Folds the full-width ASCII block (U+FF01–U+FF5E) to ASCII; other characters stay as they are.
pub(crate) fn fold_full_width(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

/// Hyphens and dashes that a keyboard or a word processor puts where a person meant `-`.
pub(crate) fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}
