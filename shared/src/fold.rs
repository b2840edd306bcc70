//! The one rule that decides whether two names are one: for duplicates, search and the roster.
//!
//! People write the same name in many ways, and each way is kept as it was typed ([`PersonName`] folds only
//! what nobody can tell apart). A *key* is what all of them have in common:
//!
//! - No spaces, dots, hyphens and apostrophes. 王 芳 is 王芳, 古丽·阿依 is 古丽阿依, `Jean-Luc` is `Jean Luc`. `Li Xiao
//!   Ming` is `Li Xiaoming`: people write the syllables of pinyin together and apart.
//! - No case and no width: `WANG FANG` is `Wang Fang` is `ｗａｎｇ　ｆａｎｇ`.
//! - Latin, Greek and Cyrillic letters without their marks, Hebrew and Arabic without points; a letter that
//!   has no mark to lose becomes what people without such a keyboard type. Nguyễn is `Nguyen`, Łukasz
//!   `Lukasz`, Søren `Soren`, Straße `Strasse`, Ёлкин Елкин; Arabic ك ي ى are Persian's ک ی, as keyboards mix
//!   them.
//! - No characters that only shape letters: joiners, tatweel, Mongolian selectors.
//!
//! Names stay different by the order of their parts, by marks that are vowels or other sounds (Indic, Thai, ガ
//! and カ), as traditional and simplified characters (張 and 张 are two surnames on papers), and as pinyin and
//! characters.

use crate::name_key;
use crate::person_name::PersonName;
use crate::spelling;

/// Whether two names are two spellings of one. It compares keys, so that it is symmetric and transitive.
///
/// ```
/// use rollcall_shared::fold::same_person;
/// use rollcall_shared::person_name::PersonName;
/// let name = |text| PersonName::parse(text).unwrap();
/// assert!(same_person(&name("古丽.阿依"), &name("古丽 阿依")));
/// assert!(!same_person(&name("王芳"), &name("王方")));
/// ```
pub fn same_person(one: &PersonName, other: &PersonName) -> bool {
    one == other || one.key() == other.key()
}

/// Makes the key of a text that is searched for: the key of a name that contains the text contains this key
/// ([`PersonName::key`]). It is empty where the text has nothing but signs.
///
/// ```
/// use rollcall_shared::fold::search_key;
/// use rollcall_shared::person_name::PersonName;
/// assert!(PersonName::parse("Nguyễn Thị").unwrap().key().contains(&search_key("nguyen")));
/// ```
pub fn search_key(text: &str) -> String {
    name_key::of_text(&spelling::folded(text))
}

/// Whether two stored names are two spellings of one, whatever version stored them.
///
/// ```
/// use rollcall_shared::fold::same_stored;
/// assert!(same_stored("王　芳", "王芳"));
/// assert!(!same_stored("王芳", "王方"));
/// ```
pub fn same_stored(one: &str, other: &str) -> bool {
    one == other || stored_key(one) == stored_key(other)
}

/// Whether a stored name contains what is searched for, a [`search_key`].
///
/// ```
/// use rollcall_shared::fold::{search_key, stored_contains};
/// assert!(stored_contains("Nguyễn Thị", &search_key("nguyen t")));
/// ```
pub fn stored_contains(name: &str, key: &str) -> bool {
    // Most names of a hall are their own keys.
    if name.chars().all(|c| matches!(c, '\u{4E00}'..='\u{9FFF}')) {
        name.contains(key)
    } else {
        stored_key(name).contains(key)
    }
}

/// A name that no version of today takes is its own key.
fn stored_key(name: &str) -> String {
    let key = search_key(name);
    if key.is_empty() { name.to_owned() } else { key }
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
    fn what_an_older_version_stored_is_compared_by_the_rule_of_today() {
        for (one, other) in [
            ("王　芳", "王芳"),
            ("ＷＡＮＧ ＦＡＮＧ", "wang fang"),
            ("古丽·阿依", "古丽.阿依"),
            ("王\u{3164}芳", "王芳"),
            ("Jean-Luc", "jean luc"),
        ] {
            assert!(same_stored(one, other), "{one} and {other}");
            assert!(stored_contains(one, &search_key(other)), "{other} in {one}");
        }
        // A blank row of an older version is nobody else's.
        assert!(
            !same_stored("\u{3164}\u{3164}", "\u{115F}\u{1160}") && !same_stored("\u{3164}\u{3164}", "王芳")
        );
        assert!(!stored_contains("王芳", &search_key("方")));
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
