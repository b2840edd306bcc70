//! The key of a name: what all of its spellings have in common. [`crate::fold`] says what that is.

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

/// Makes the key of a name from its canonical spelling. It is never empty.
pub(crate) fn of_name(canonical: &str) -> String {
    let key = of_text(canonical);
    // A name of nothing but signs that shape letters.
    if key.is_empty() { canonical.to_owned() } else { key }
}

/// Makes the key of a text that is folded as names are.
pub(crate) fn of_text(folded: &str) -> String {
    // Most names of a hall have neither case nor marks.
    if folded.chars().all(|c| matches!(c, ' ' | '·' | '\u{4E00}'..='\u{9FFF}')) {
        return folded.chars().filter(|c| !is_separator(*c)).collect();
    }
    let mut key = String::with_capacity(folded.len());
    let lower = folded.chars().flat_map(char::to_lowercase);
    for c in DecomposingNormalizerBorrowed::new_nfd().normalize_iter(lower) {
        if !is_separator(c) && !is_mark_of_spelling(c) {
            push_basic(c, &mut key);
        }
    }
    // Korean syllables and marks that are sounds are composed again.
    ComposingNormalizerBorrowed::new_nfc().normalize(&key).into_owned()
}

/// Whether it separates a name's parts, or only shapes its letters.
fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '·' | '-' | '\'' | '.' | '\u{F0B}' | '\u{640}')
        // Signs of transliteration that most people leave out: ʿAlī.
        || matches!(c, '\u{2BE}' | '\u{2BF}')
        || matches!(c, '\u{180B}'..='\u{180F}' | '\u{200C}' | '\u{200D}')
}

/// Whether it is a mark that people leave out: an accent on a Latin, Greek or Cyrillic letter, a point of
/// Hebrew or Arabic.
fn is_mark_of_spelling(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5BD}' | '\u{5BF}')
        || matches!(c, '\u{5C1}'..='\u{5C7}' | '\u{610}'..='\u{61A}' | '\u{64B}'..='\u{65F}' | '\u{670}')
        || matches!(c, '\u{6D6}'..='\u{6ED}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}')
        || matches!(c, '\u{20D0}'..='\u{20FF}')
}

/// Appends what people type for a letter that their keyboard does not have.
fn push_basic(c: char, key: &mut String) {
    match c {
        'æ' => key.push_str("ae"),
        'œ' => key.push_str("oe"),
        'ß' => key.push_str("ss"),
        'þ' => key.push_str("th"),
        'ĳ' => key.push_str("ij"),
        'đ' | 'ð' | 'ɖ' => key.push('d'),
        'ħ' => key.push('h'),
        'ı' => key.push('i'),
        'ĸ' => key.push('k'),
        'ł' => key.push('l'),
        'ŋ' => key.push('n'),
        'ø' | 'ɵ' => key.push('o'),
        'ŧ' => key.push('t'),
        'ə' | 'ǝ' => key.push('e'),
        'ς' => key.push('σ'),
        'ك' => key.push('ک'),
        'ي' | 'ى' => key.push('ی'),
        c => key.push(c),
    }
}
