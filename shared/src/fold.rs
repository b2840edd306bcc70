//! The one rule when two names are one, for duplicates, search and the roster.
//!
//! People write the same name in many ways, and every way is kept as it was typed ([`PersonName`] folds only what nobody can
//! tell apart). A *key* is what all of them have in common:
//!
//! - no spaces, dots, hyphens, apostrophes: 王 芳 is 王芳, 古丽·阿依 is 古丽阿依, `Jean-Luc` is `Jean Luc`, and `Li Xiao Ming` is
//!   `Li Xiaoming`, for people write the syllables of pinyin together and apart;
//! - no case and no width: `WANG FANG` is `Wang Fang` is `ｗａｎｇ　ｆａｎｇ`;
//! - Latin, Greek and Cyrillic letters without their marks, Hebrew and Arabic without points, and letters that have no mark to
//!   lose as those that people without such a keyboard type: Nguyễn is `Nguyen`, Łukasz `Lukasz`, Søren `Soren`, Straße
//!   `Strasse`, Ёлкин Елкин; Arabic ك ي ى are Persian's ک ی, as keyboards mix them;
//! - nothing that only shapes letters: joiners, tatweel, Mongolian selectors.
//!
//! What stays different: the order of the parts, marks that are vowels or other sounds (Indic, Thai, ガ and カ), traditional and
//! simplified characters (張 and 张 are two surnames on papers), pinyin and characters.

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

use crate::person_name::{self, PersonName};

/// Whether two names are two spellings of one. Symmetric and transitive: it compares keys.
pub fn same_person(one: &PersonName, other: &PersonName) -> bool {
    one == other || one.key() == other.key()
}

/// The key of a text that is searched for: what [`PersonName::key`] of a name that contains it contains. Empty where the text
/// holds nothing but signs.
pub fn search_key(text: &str) -> String {
    key(&person_name::folded(text))
}

pub(crate) fn name_key(name: &PersonName) -> String {
    let key = key(name.as_str());
    // Of a name made of signs that shape letters nothing would be left.
    if key.is_empty() { name.as_str().to_owned() } else { key }
}

/// The key of a text in a name's canonical spelling.
fn key(folded: &str) -> String {
    let mut key = String::with_capacity(folded.len());
    // Most names of a hall: nothing in them has a case or a mark.
    if folded.chars().all(|c| matches!(c, ' ' | '·' | '\u{4E00}'..='\u{9FFF}')) {
        key.extend(folded.chars().filter(|c| !is_separator(*c)));
        return key;
    }
    let lower = folded.chars().flat_map(char::to_lowercase);
    for c in DecomposingNormalizerBorrowed::new_nfd().normalize_iter(lower) {
        if !is_separator(c) && !is_mark_of_spelling(c) {
            push_basic(c, &mut key);
        }
    }
    // Syllables of Korean and marks that are sounds stand as they are typed.
    ComposingNormalizerBorrowed::new_nfc().normalize(&key).into_owned()
}

/// What stands between the parts of a name, or shapes its letters.
fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '·' | '-' | '\'' | '.' | '\u{F0B}' | '\u{640}')
        // Signs of transliteration that most people leave out: ʿAlī, Şanlıurfaʾ.
        || matches!(c, '\u{2BE}' | '\u{2BF}')
        || matches!(c, '\u{180B}'..='\u{180F}' | '\u{200C}' | '\u{200D}')
}

/// Marks without which the same name is written as well: accents of Latin, Greek and Cyrillic; points of Hebrew and Arabic.
fn is_mark_of_spelling(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5BD}' | '\u{5BF}' | '\u{5C1}'..='\u{5C7}')
        || matches!(c, '\u{610}'..='\u{61A}' | '\u{64B}'..='\u{65F}' | '\u{670}' | '\u{6D6}'..='\u{6ED}')
        || matches!(c, '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}')
}

/// Appends what a keyboard without the letter writes for it.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> PersonName {
        PersonName::parse(text).unwrap()
    }

    #[test]
    fn one_name_in_many_spellings() {
        let groups: [&[&str]; 16] = [
            &["王芳", "王 芳", "王　芳", " 王\u{200B}芳 ", "⺩芳", "王芳."],
            &["Wang Fang", "ＷＡＮＧ ＦＡＮＧ", "wang  fang", "WangFang", "Wáng Fāng", "wang-fang"],
            &[
                "古丽·阿依",
                "古丽.阿依",
                "古丽•阿依",
                "古丽∙阿依",
                "古丽．阿依",
                "古丽・阿依",
                "古丽 阿依",
                "古丽阿依",
                "古丽 · 阿依",
            ],
            &["Jean-Luc", "Jean‑Luc", "Jean Luc", "JEAN－LUC", "jean–luc"],
            &[
                "Nguyễn Thị Minh",
                "Nguyen Thi Minh",
                "NGUYỄN THỊ MINH",
                "Nguye\u{302}\u{303}n Thi\u{323} Minh",
            ],
            &["O'Brien", "O’Brien", "OBrien", "O`brien", "Oʼbrien", "o brien"],
            &["Łukasz", "Lukasz"],
            &["Đặng", "Dang", "ĐẶNG"],
            &["Straße", "STRASSE", "strasse"],
            &["Ёлкин", "Елкин", "ЕЛКИН"],
            &["Γιώργος", "ΓΙΩΡΓΟΣ"],
            &["İsmail Işık", "Ismail Isik", "ISMAIL ISIK"],
            &["علي", "علی", "عَلي", "علـي"],
            &["བཀྲ་ཤིས", "བཀྲ་ཤིས་", "བཀྲ\u{F0C}ཤིས"],
            &["䶮", "\u{E863}"],
            &["홍길동", "홍 길동", "\u{1112}\u{1169}\u{11BC}길동"],
        ];
        for (i, group) in groups.iter().enumerate() {
            for one in *group {
                for other in *group {
                    assert!(same_person(&name(one), &name(other)), "{one} and {other}");
                }
                for other in groups.iter().skip(i + 1).copied().flatten() {
                    assert!(!same_person(&name(one), &name(other)), "{one} and {other}");
                }
            }
        }
    }

    #[test]
    fn names_that_are_not_one() {
        for (one, other) in [
            ("王芳", "王方"),
            ("王芳", "汪芳"),
            ("張芳", "张芳"),
            ("Wang Fang", "Fang Wang"),
            ("ガク", "カク"),
            ("प्रिया", "प्रया"),
            ("สมชาย", "สมชย"),
            ("ʾ", "ʿ"),
        ] {
            assert!(!same_person(&name(one), &name(other)), "{one} and {other}");
        }
    }

    #[test]
    fn a_part_of_a_name_is_in_its_key() {
        let check = |whole: &str, part: &str| {
            assert!(name(whole).key().contains(&search_key(part)), "{part} in {whole}");
        };
        check("王　芳", "王芳");
        check("Nguyễn Thị", "nguyen t");
        check("ＷＡＮＧ　Fang", "wang");
        check("O'Brien", "obrien");
        check("O'Brien", "O’B");
        check("Søren", "soren");
        check("Þór", "thor");
        check("홍길동", "길동");
        check("ガク", "ｶﾞｸ");
        assert_eq!(search_key(" ·- "), "");
    }
}
