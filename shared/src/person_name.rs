//! A person's name: letters of any script, folded so that one name has one spelling.

use std::fmt;

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};
use serde::{Deserialize, Serialize};

use crate::mistake::Mistake;
use crate::text::is_invisible;

/// Fewest characters of a name (王芳, Li).
pub const MIN_CHARS: usize = 2;
/// Most characters of a name: the longest names on Chinese identity papers (Uyghur, Tibetan, with their dots)
/// stay under 50.
pub const MAX_CHARS: usize = 60;
/// Longest input looked at, in bytes: 60 characters of four bytes, decomposed with marks, and room to spare.
pub const MAX_INPUT_BYTES: usize = 1024;

/// A name in NFC with single spaces, 2 to 60 characters: letters and marks of any script, space, `·`, `-`,
/// `'`, `.`.
///
/// `Debug` shows its length only, so that logs cannot hold a name by accident.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct PersonName(String);

/// Why a text is not a name that Rollcall takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PersonNameError {
    /// Nothing was typed.
    #[error("the name is empty")]
    Empty,
    /// Fewer than [`MIN_CHARS`].
    #[error("a name has at least {MIN_CHARS} characters")]
    TooShort,
    /// More than [`MAX_CHARS`].
    #[error("a name has at most {MAX_CHARS} characters")]
    TooLong,
    /// A character that no name has (a digit, a sign, an emoji, a control).
    #[error("{0:?} does not belong in a name")]
    Character(char),
    /// It has signs only, and no letter.
    #[error("a name has a letter")]
    NoLetter,
}

impl PersonNameError {
    /// The stable code that the page and the window choose their words by.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::Character(_) => "character",
            Self::NoLetter => "no_letter",
        }
    }
}

impl PersonName {
    /// Reads a name as people type it: normalised, trimmed, white space and typographic signs folded.
    ///
    /// ```
    /// use rollcall_shared::person_name::{PersonName, PersonNameError};
    /// assert_eq!(PersonName::parse("  古丽•阿依 ").unwrap().as_str(), "古丽·阿依");
    /// assert_eq!(PersonName::parse("王芳1"), Err(PersonNameError::Character('1')));
    /// ```
    ///
    /// # Errors
    /// A [`PersonNameError`] that names the first offender.
    pub fn parse(input: &str) -> Result<Self, PersonNameError> {
        if input.len() > MAX_INPUT_BYTES {
            return Err(PersonNameError::TooLong);
        }
        let name = canonical(input)?;
        match name.chars().count() {
            0 => Err(PersonNameError::Empty),
            _ if !name.chars().any(is_letter) => Err(PersonNameError::NoLetter),
            n if n < MIN_CHARS => Err(PersonNameError::TooShort),
            n if n > MAX_CHARS => Err(PersonNameError::TooLong),
            _ => Ok(Self(name)),
        }
    }

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as others may see it: the first character and, of three or more, the last one; between them a
    /// star for each that is hidden, at most four. Enough for its owner, too little for a passer-by.
    ///
    /// ```
    /// use rollcall_shared::person_name::PersonName;
    /// assert_eq!(PersonName::parse("王芳").unwrap().masked(), "王*");
    /// assert_eq!(PersonName::parse("王小明").unwrap().masked(), "王*明");
    /// ```
    pub fn masked(&self) -> String {
        const MOST_STARS: usize = 4;
        let count = self.0.chars().count();
        let last = self.0.chars().next_back().filter(|_| count > 2);
        let hidden = count - 1 - usize::from(last.is_some());
        self.0.chars().take(1).chain(std::iter::repeat_n('*', hidden.min(MOST_STARS))).chain(last).collect()
    }

    /// The `pattern` of the page's input, for the `v` flag: the characters that a name may have, and its
    /// length. All other rules are checked where the sign-up is taken.
    pub fn html_pattern() -> String {
        format!(r"\s*[{MAY_STAND}]{{{MIN_CHARS},{}}}\s*", MAX_CHARS * 2)
    }

    /// How the page's script tells mistakes apart, once the input does not match
    /// [`PersonName::html_pattern`].
    pub fn mistakes() -> Vec<Mistake> {
        vec![
            Mistake::new("empty", r"^\s*$"),
            Mistake::new("character", format!("[^{MAY_STAND}]")),
            Mistake::new("no_letter", r"^[^\p{L}]*$"),
            Mistake::new("too_short", r"^\s*\S\s*$"),
            Mistake::new("too_long", "."),
        ]
    }
}

/// What a name may be typed with, as a character class without its brackets: a little more than may be
/// stored.
const MAY_STAND: &str =
    r"\p{L}\p{M}\s·\-'\.\u2018\u2019\u2022\u2027\u30FB\uFF0E\u2010\u0387\u00AD\u200B-\u200F\u2060\uFEFF";

/// Folds a part of a name for a search: normalised and folded like a name, but with any characters.
///
/// ```
/// use rollcall_shared::person_name::folded;
/// assert_eq!(folded(" O’B "), "O'B");
/// ```
pub fn folded(input: &str) -> String {
    let visible = input.chars().filter(|c| !is_invisible(*c));
    let text: String = ComposingNormalizerBorrowed::new_nfc().normalize_iter(visible).map(fold).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn canonical(input: &str) -> Result<String, PersonNameError> {
    let mut name = String::with_capacity(input.len());
    let mut space_due = false;
    let visible = input.chars().filter(|c| !is_invisible(*c));
    for c in ComposingNormalizerBorrowed::new_nfc().normalize_iter(visible) {
        let c = fold(c);
        if c.is_whitespace() && !is_line_control(c) {
            space_due = !name.is_empty();
            continue;
        }
        let joins = is_joiner(c) && !space_due && name.chars().next_back().is_some_and(is_word);
        if !may_stand(c) && !joins {
            return Err(PersonNameError::Character(c));
        }
        if std::mem::take(&mut space_due) {
            name.push(' ');
        }
        name.push(c);
    }
    // A joiner joins nothing at the end of a name.
    name.truncate(name.trim_end_matches(is_joiner).len());
    Ok(name)
}

/// Folds signs that keyboards and word processors produce for the four that a name may have.
fn fold(c: char) -> char {
    match c {
        '’' | '‘' => '\'',
        '•' | '‧' | '・' => '·',
        '．' => '.',
        '‐' => '-',
        _ => c,
    }
}

fn may_stand(c: char) -> bool {
    is_word(c) || matches!(c, '·' | '-' | '\'' | '.')
}

fn is_word(c: char) -> bool {
    is_letter(c) || is_of(c, GeneralCategoryGroup::Mark)
}

fn is_letter(c: char) -> bool {
    is_of(c, GeneralCategoryGroup::Letter)
}

fn is_of(c: char, group: GeneralCategoryGroup) -> bool {
    group.contains(CodePointMapData::<GeneralCategory>::new().get(c))
}

/// Zero-width joiner and non-joiner: Persian and Indic spelling needs them between letters.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}')
}

/// White space that is a control as well: a line break or a tab pasted along is folded like a space,
/// the other controls (vertical tab, form feed, next line) are refused.
fn is_line_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r')
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonName({} characters)", self.0.chars().count())
    }
}

impl From<PersonName> for String {
    fn from(name: PersonName) -> Self {
        name.0
    }
}

impl TryFrom<String> for PersonName {
    type Error = PersonNameError;
    fn try_from(text: String) -> Result<Self, PersonNameError> {
        Self::parse(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_what_keyboards_do() {
        let check = |input: &str, name: &str| assert_eq!(PersonName::parse(input).unwrap().as_str(), name);
        check("  王  芳\u{3000}", "王 芳");
        check("O’Brien", "O'Brien");
        check("古丽•阿依", "古丽·阿依");
        check("e\u{301}mile", "émile");
        check("\u{FEFF}王芳\u{200B}", "王芳");
        check("می\u{200C}نا", "می\u{200C}نا");
    }

    #[test]
    fn debug_shows_no_name() {
        assert_eq!(format!("{:?}", PersonName::parse("王芳").unwrap()), "PersonName(2 characters)");
    }

    #[test]
    fn mistakes_say_what_is_wrong() {
        let check = |input: &str, error| assert_eq!(PersonName::parse(input), Err(error), "{input:?}");
        check(" ", PersonNameError::Empty);
        check("王", PersonNameError::TooShort);
        check("--", PersonNameError::NoLetter);
        check("王芳1", PersonNameError::Character('1'));
        check("王\u{202E}芳", PersonNameError::Character('\u{202E}'));
        check(&"王".repeat(61), PersonNameError::TooLong);
        check(&"王".repeat(2000), PersonNameError::TooLong);
    }
}
