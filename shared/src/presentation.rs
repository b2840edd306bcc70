//! Forms of letters that mean the letter itself: full width, half width, ligatures, the joined shapes of
//! Arabic that PDFs contain, and the letters of mathematics that people decorate their names with.

/// Blocks of forms, in order: each form's letters, and how many forms in a row have them. Source: Unicode's
/// compatibility decompositions. A test compares them with `icu_normalizer`, whose table of all
/// decompositions would add 16 KB to the worker.
const FORMS: [(char, &str); 4] = [
    ('\u{FB00}', "ff1fi1fl1ffi1ffl1st2"),
    ('\u{FB50}', "ٱ2ٻ4پ4ڀ4ٺ4ٿ4ٹ4ڤ4ڦ4ڄ4ڃ4چ4ڇ4ڍ2ڌ2ڎ2ڈ2ژ2ڑ2ک4گ4ڳ4ڱ4ں2ڻ4ۀ2ہ4ھ4ے2ۓ2"),
    ('\u{FBD3}', "ڭ4ۇ2ۆ2ۈ2ۇٴ1ۋ2ۅ2ۉ2ې4ى2ئا2ئە2ئو2ئۇ2ئۆ2ئۈ2ئې3ئى3ی4"),
    ('\u{FE80}', "ء1آ2أ2ؤ2إ2ئ4ا2ب4ة2ت4ث4ج4ح4خ4د2ذ2ر2ز2س4ش4ص4ض4ط4ظ4ع4غ4ف4ق4ك4ل4م4ن4ه4و2ى2ي4لآ2لأ2لإ2لا2"),
];

/// The letters of the half-width forms U+FF66 to U+FF9F; the last two are marks on the letter before.
const KATAKANA: &str = "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン\
    \u{3099}\u{309A}";

/// Appends the letters that `c` is a form of, or `c` itself.
pub(crate) fn push_plain(c: char, text: &mut String) {
    match c {
        '\u{FF01}'..='\u{FF5E}' => text.push(full_width(c)),
        '\u{FF66}'..='\u{FF9F}' => text.extend(KATAKANA.chars().nth((c as u32 - 0xFF66) as usize)),
        '\u{1D400}'..='\u{1D6A3}' => text.push(mathematical(c)),
        '\u{FB00}'..='\u{FB06}' | '\u{FB50}'..='\u{FEFC}' => match form(c) {
            Some(letters) => text.push_str(letters),
            None => text.push(c),
        },
        _ => text.push(c),
    }
}

/// Folds the full-width ASCII block (U+FF01–U+FF5E) to ASCII; other characters stay as they are.
pub(crate) fn full_width(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

/// The letter of a mathematical one. There are thirteen alphabets of 52 letters in a row.
fn mathematical(c: char) -> char {
    let nth = (c as u32 - 0x1D400) % 52;
    let first = if nth < 26 { u32::from(b'A') } else { u32::from(b'a') - 26 };
    char::from_u32(first + nth).unwrap_or(c)
}

fn form(c: char) -> Option<&'static str> {
    let (first, mut forms) = FORMS.into_iter().rev().find(|(first, _)| *first <= c)?;
    let mut left = c as u32 - first as u32;
    while let Some(end) = forms.find(|c: char| c.is_ascii_digit()) {
        let (letters, rest) = forms.split_at(end);
        let count = rest.chars().next()?.to_digit(10)?;
        if left < count {
            return Some(letters);
        }
        left -= count;
        forms = rest.get(1..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use icu_normalizer::ComposingNormalizerBorrowed;

    use super::*;

    fn plain(c: char) -> String {
        let mut text = String::new();
        push_plain(c, &mut text);
        text
    }

    #[test]
    fn forms_are_the_letters_that_unicode_says() {
        let nfkc = ComposingNormalizerBorrowed::new_nfkc();
        let blocks = [
            0xFF01..=0xFF5E,
            0xFF66..=0xFF9F,
            0xFB00..=0xFB06,
            0xFB50..=0xFBB1,
            0xFBD3..=0xFBFF,
            0xFE80..=0xFEFC,
        ];
        for c in blocks.into_iter().flatten().filter_map(char::from_u32) {
            assert_eq!(plain(c), nfkc.normalize(&c.to_string()), "{c} {:X}", c as u32);
        }
        for c in (0x1D400..=0x1D6A3).filter_map(char::from_u32) {
            let unicode = nfkc.normalize(&c.to_string()).into_owned();
            // Unicode left out the letters that it had elsewhere (ℬ, ℎ).
            assert!(plain(c) == unicode || unicode == c.to_string(), "{c} {:X}", c as u32);
        }
    }

    #[test]
    fn everything_else_stays() {
        for c in ['王', 'a', 'é', 'ﷺ', '\u{FB4F}', '\u{FBB2}', '\u{FEFD}', '\u{FEFF}', '½', 'ำ'] {
            assert_eq!(plain(c), c.to_string());
        }
    }
}
