//! Characters that people paste but did not mean: characters that show nothing, wide spaces, other hyphens
//! and dots.

use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};

pub(crate) use crate::presentation::full_width as fold_full_width;

/// Whether it shows nothing: Unicode's Default_Ignorable_Code_Point (17.0), the anchors of interlinear notes,
/// and the placeholder of a pasted object. Among them are zero-width spaces, byte-order marks, soft hyphens,
/// the direction controls that address books and chats put around numbers, variation selectors, and the
/// Korean fillers, which count as letters.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}')
        || matches!(c, '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}')
        || matches!(c, '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
        || matches!(c, '\u{FFA0}' | '\u{FFF0}'..='\u{FFFC}' | '\u{1BCA0}'..='\u{1BCA3}')
        || matches!(c, '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Whether it is white space, or the empty Braille pattern, which looks like it.
pub(crate) fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{2800}'
}

/// Whether a keyboard or a word processor writes it for `-`: hyphens and dashes of any script and width, the
/// wave dash, minus signs. The letters 一 and ー are not among them.
pub(crate) fn is_dash(c: char) -> bool {
    category(c) == GeneralCategory::DashPunctuation || matches!(c, '\u{2D7}' | '\u{2043}' | '\u{2212}')
}

/// Whether it is typed for the dot between the parts of a name, U+00B7: bullets, the dots of mathematics and
/// of katakana, the dot of bopomofo, and two letters that are used as that dot (ꞏ ㆍ).
pub(crate) fn is_middle_dot(c: char) -> bool {
    matches!(c, '·' | '\u{387}' | '•' | '‧' | '∙' | '⋅' | '⸱' | '⸳' | '˙' | '・' | 'ㆍ' | 'ꞏ' | '･')
}

/// Whether it is a full stop of any width or language.
pub(crate) fn is_full_stop(c: char) -> bool {
    matches!(c, '.' | '\u{2024}' | '。' | '﹒' | '．' | '｡')
}

/// Whether it is typed for an apostrophe: single quotation marks, primes, accents without a letter, and the
/// letters that look like one.
pub(crate) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '`' | '´' | '‘' | '’' | '‛' | '′' | '＇' | '｀' | 'Ꞌ' | 'ꞌ')
        || matches!(c, '\u{2B9}'..='\u{2BD}' | '\u{2C8}' | '\u{2CA}' | '\u{2CB}' | '\u{55A}' | '\u{5F3}')
}

/// What a text is used for. It decides which invisible characters have a meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// A person's name: joiners and selectors that its script needs.
    Name,
    /// An answer or a host's text: also those that make an emoji or choose a variant of a character.
    Prose,
}

/// Drops invisible characters where they have no meaning: nobody can correct what they cannot see.
///
/// It keeps U+200C and U+200D between letters of scripts that join or stack (Arabic, Persian, Indic, …) and
/// after a virama, and selectors after a Mongolian letter; in [`Use::Prose`] also U+200D between emoji, the
/// tags of a flag, and one variation selector after a character. The result loses nothing more when it is
/// passed again.
pub(crate) fn visible(text: &str, usage: Use) -> impl Iterator<Item = char> + '_ {
    let mut last = None;
    text.char_indices().filter_map(move |(at, c)| {
        if is_invisible(c) {
            let next = || text[at..].chars().skip(1).find(|c| !is_invisible(*c) || is_conditional(*c));
            if !last.is_some_and(|last| has_meaning(last, c, next, usage)) {
                return None;
            }
        }
        last = Some(c);
        Some(c)
    })
}

/// Whether it depends on its neighbours if an invisible character is dropped.
fn is_conditional(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}' | '\u{180B}'..='\u{180F}' | '\u{E0020}'..='\u{E007F}')
        || is_variation_selector(c)
}

fn has_meaning(last: char, c: char, next: impl Fn() -> Option<char>, usage: Use) -> bool {
    let prose = usage == Use::Prose;
    match c {
        '\u{200C}' | '\u{200D}' if is_virama(last) => true,
        '\u{200C}' | '\u{200D}' if joins(last) => next().is_some_and(joins),
        '\u{200D}' => prose && is_pictograph(last) && next().is_some_and(is_pictograph),
        '\u{180B}'..='\u{180F}' => matches!(last, '\u{1800}'..='\u{180A}' | '\u{1810}'..='\u{18AF}'),
        '\u{E0020}'..='\u{E007F}' => prose && matches!(last, '\u{1F3F4}' | '\u{E0020}'..='\u{E007E}'),
        c if is_variation_selector(c) => {
            prose && !is_blank(last) && !last.is_control() && !is_invisible(last)
        }
        _ => false,
    }
}

fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// Whether it is a letter or a mark of a script whose spelling needs U+200C and U+200D: Arabic, Syriac and
/// related scripts; those of India and South-East Asia; Mongolian.
fn joins(c: char) -> bool {
    matches!(c, '\u{620}'..='\u{DFF}' | '\u{F40}'..='\u{FBC}' | '\u{1000}'..='\u{109F}')
        || matches!(c, '\u{1700}'..='\u{17FF}' | '\u{1810}'..='\u{18AF}' | '\u{1900}'..='\u{1AFF}')
        || matches!(c, '\u{1B00}'..='\u{1C7F}' | '\u{A800}'..='\u{A82F}' | '\u{A840}'..='\u{A9FF}')
        || matches!(c, '\u{AA00}'..='\u{ABFF}' | '\u{FB50}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}')
        || matches!(c, '\u{10A00}'..='\u{10FFF}' | '\u{11000}'..='\u{11FFF}' | '\u{1E900}'..='\u{1E95F}')
}

/// Whether a joiner after it chooses a letter's shape even where nothing follows, as in Malayalam names.
fn is_virama(c: char) -> bool {
    matches!(c, '\u{94D}' | '\u{9CD}' | '\u{A4D}' | '\u{ACD}' | '\u{B4D}' | '\u{BCD}' | '\u{C4D}' | '\u{CCD}')
        || matches!(c, '\u{D4D}' | '\u{DCA}')
}

/// Whether U+200D joins it to another picture: emoji, skin tones, U+FE0F, the end of a flag's tags.
fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{21FF}' | '\u{2300}'..='\u{27BF}' | '\u{2B00}'..='\u{2BFF}' | '\u{FE0F}')
        || matches!(c, '\u{1F000}'..='\u{1FAFF}' | '\u{E007F}')
}

/// Drops the invisible characters of a text that have no meaning there ([`visible`]).
pub(crate) fn clean(text: &str) -> String {
    visible(text, Use::Prose).collect()
}

/// Finds the first character that a cleaned text cannot have: a control, or one that cleaning drops.
pub(crate) fn stranger(text: &str) -> Option<char> {
    let mut kept = visible(text, Use::Prose).peekable();
    text.chars().find(|c| c.is_control() || kept.next_if_eq(c).is_none())
}

/// Finds the first character for which an answer is refused: a control that is not white space.
pub(crate) fn forbidden(text: &str) -> Option<char> {
    text.chars().find(|c| c.is_control() && !c.is_whitespace())
}

/// Writes a character so that a person can read and say it: as itself, or as `U+0007` if it shows nothing.
pub(crate) fn shown(c: char) -> String {
    let is_nothing = [GeneralCategoryGroup::Other, GeneralCategoryGroup::Separator]
        .into_iter()
        .any(|group| group.contains(category(c)));
    if is_nothing || is_invisible(c) || is_blank(c) {
        format!("U+{:04X}", u32::from(c))
    } else {
        c.to_string()
    }
}

fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

#[cfg(test)]
mod tests {
    use icu_properties::CodePointSetData;
    use icu_properties::props::DefaultIgnorableCodePoint;

    use super::*;

    #[test]
    fn what_shows_nothing_is_what_unicode_ignores() {
        let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
        for c in '\0'..=char::MAX {
            let is_other = matches!(c, '\u{FFF9}'..='\u{FFFC}');
            assert_eq!(is_invisible(c), ignorable.contains(c) || is_other, "{:X}", c as u32);
        }
    }

    #[test]
    fn what_means_nothing_is_dropped() {
        let check = |text: &str, name: &str, prose: &str| {
            assert_eq!(visible(text, Use::Name).collect::<String>(), name, "{text:?}");
            assert_eq!(clean(text), prose, "{text:?}");
            assert_eq!(clean(prose), prose, "{text:?}");
        };
        let same = |text: &str| check(text, text, text);
        for c in [
            '\u{200B}',
            '\u{FEFF}',
            '\u{AD}',
            '\u{202D}',
            '\u{202C}',
            '\u{2066}',
            '\u{61C}',
            '\u{3164}',
            '\u{E0001}',
        ] {
            check(&format!("{c}一{c}{c}中{c}"), "一中", "一中");
        }
        same("می\u{200C}نا");
        same("ക്\u{200D}ഷ");
        same("രാജന\u{D4D}\u{200D}");
        same("ᠮᠣᠩᠭᠣᠯ\u{180E}ᠠ");
        check("می\u{200C}", "می", "می");
        check("一\u{200D}中", "一中", "一中");
        check("an\u{200C}na", "anna", "anna");
        check("می\u{200C}\u{200C}نا", "می\u{200C}نا", "می\u{200C}نا");
        check("葛\u{E0100}", "葛", "葛\u{E0100}");
        check("☺\u{FE0F}", "☺", "☺\u{FE0F}");
        check("a \u{FE0F}b", "a b", "a b");
        check("👩\u{200D}🏫", "👩🏫", "👩\u{200D}🏫");
        check("👩🏽\u{200D}🏫", "👩🏽🏫", "👩🏽\u{200D}🏫");
        check("🏳\u{FE0F}\u{200D}🌈", "🏳🌈", "🏳\u{FE0F}\u{200D}🌈");
        check("🏴\u{E0067}\u{E0062}\u{E007F}", "🏴", "🏴\u{E0067}\u{E0062}\u{E007F}");
        check("x\u{E0067}\u{E0062}", "x", "x");
    }

    #[test]
    fn what_does_not_belong_is_found() {
        let check = |text: &str, sign| assert_eq!(stranger(text), sign, "{text:?}");
        check("一中 👩\u{200D}🏫", None);
        check("一\u{202E}中", Some('\u{202E}'));
        check("一中\u{200B}", Some('\u{200B}'));
        check("一\n中", Some('\n'));
    }

    #[test]
    fn a_sign_can_be_said() {
        let check = |c, text: &str| assert_eq!(shown(c), text);
        check('（', "（");
        check('\u{7}', "U+0007");
        check('\u{202E}', "U+202E");
        check('\u{E123}', "U+E123");
        check('\u{1F600}', "😀");
    }
}
