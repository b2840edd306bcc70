//! A person's name: letters of any script, folded so that one name has one spelling.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::mistake::{Mistake, NEVER};
use crate::name_key;
pub use crate::sign_kind::SignKind;
use crate::spelling::{self, MAY_BE_TYPED};

/// Fewest characters of a name: people are called 王, Y and O.
pub const MIN_CHARS: usize = 1;
/// Most characters of a name as people count them: letters and signs, without the marks on them and without
/// joiners. The longest names on Chinese identity papers (Uyghur, Tibetan, with their dots) stay under 50,
/// and China's rule of 2016 asks programs to take that many.
pub const MAX_CHARS: usize = 60;
/// Most characters that are typed for such a name, including marks and joiners.
pub const MAX_TYPED_CHARS: usize = 4 * MAX_CHARS;
/// Longest input looked at, in bytes: 60 characters of four bytes, decomposed with marks, and room to spare.
pub const MAX_INPUT_BYTES: usize = 1024;

/// A name in NFC with single spaces, 1 to 60 characters: letters and marks of any script, space, `·`, `-`,
/// `'`, `.`, and the dot between the syllables of Tibetan.
///
/// `Debug` shows its length only, so that logs cannot contain a name by accident.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct PersonName(String);

/// Why a text is not a name that Rollcall takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PersonNameError {
    /// Nothing was typed, or nothing that can be seen.
    #[error("the name is empty")]
    Empty,
    /// More than [`MAX_CHARS`].
    #[error("a name has at most {MAX_CHARS} characters")]
    TooLong,
    /// A character that no name has.
    #[error("{sign:?} does not belong in a name")]
    Character {
        /// The character as it was typed.
        sign: char,
        /// What kind of character it is: what to do about it depends on that.
        kind: SignKind,
    },
    /// Only signs, no letter.
    #[error("a name has a letter")]
    NoLetter,
}

impl PersonNameError {
    /// The stable code that the page and the window choose their words by.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong => "too_long",
            Self::Character { .. } => "character",
            Self::NoLetter => "no_letter",
        }
    }
}

impl PersonName {
    /// Reads a name as people type it: normalised, trimmed, other forms of letters and signs folded,
    /// characters that show nothing dropped. docs/NAMES-AND-NUMBERS.md has the whole table.
    ///
    /// ```
    /// use rollcall_shared::person_name::{PersonName, PersonNameError, SignKind};
    /// assert_eq!(PersonName::parse("  古丽•阿依 ").unwrap().as_str(), "古丽·阿依");
    /// let error = PersonNameError::Character { sign: '1', kind: SignKind::Digit };
    /// assert_eq!(PersonName::parse("王芳1"), Err(error));
    /// ```
    ///
    /// # Errors
    /// A [`PersonNameError`] that names the first offender.
    pub fn parse(input: &str) -> Result<Self, PersonNameError> {
        if input.len() > MAX_INPUT_BYTES {
            return Err(PersonNameError::TooLong);
        }
        let folded = spelling::folded_chars(input, |sign| {
            Err(PersonNameError::Character { sign, kind: SignKind::of(sign) })
        })?;
        if folded.trim().is_empty() {
            return Err(PersonNameError::Empty);
        }
        if !folded.chars().any(spelling::is_letter) {
            return Err(PersonNameError::NoLetter);
        }
        let name = spelling::arranged(&folded);
        if spelling::length(&name) > MAX_CHARS || name.chars().count() > MAX_TYPED_CHARS {
            return Err(PersonNameError::TooLong);
        }
        Ok(Self(name))
    }

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key that all spellings of the name have in common: see [`crate::fold`].
    ///
    /// ```
    /// use rollcall_shared::person_name::PersonName;
    /// assert_eq!(PersonName::parse("Anne-Marie").unwrap().key(), "annemarie");
    /// ```
    pub fn key(&self) -> String {
        name_key::of_name(&self.0)
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

    /// The `pattern` of the page's input, for the `v` flag: the characters that a name may be typed with.
    /// [`MAX_TYPED_CHARS`] is its `maxlength`; all other rules are checked where the sign-up is taken.
    pub fn html_pattern() -> String {
        format!("[{MAY_BE_TYPED}]+")
    }

    /// How the page's script tells mistakes apart, once the input does not match
    /// [`PersonName::html_pattern`]: on what is left without all that the pattern matches. The first
    /// character that is left is the one to explain, the patterns' group `sign`.
    pub fn mistakes() -> Vec<Mistake> {
        let sign = |kind: SignKind| Mistake::sign(kind, format!("^(?<sign>[{}])", kind.class()));
        SignKind::ALL
            .map(sign)
            .into_iter()
            // Nothing is left; only the server finds the other two.
            .chain([
                Mistake::new("empty", "^$"),
                Mistake::new("no_letter", NEVER),
                Mistake::new("too_long", NEVER),
            ])
            .collect()
    }
}

/// Folds a part of a name for a search: normalised and folded like a name, but with any characters.
///
/// ```
/// use rollcall_shared::person_name::folded;
/// assert_eq!(folded(" O’B "), "O'B");
/// ```
pub fn folded(input: &str) -> String {
    spelling::folded(input)
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
        let check = |input: &str, name: &str| {
            assert_eq!(PersonName::parse(input).unwrap().as_str(), name, "{input:?}")
        };
        check("  王  芳\u{3000}", "王 芳");
        check("O’Brien", "O'Brien");
        check("古丽•阿依", "古丽·阿依");
        check("e\u{301}mile", "émile");
        check("\u{FEFF}王芳\u{200B}", "王芳");
        check("می\u{200C}نا", "می\u{200C}نا");
        check("王芳.·.", "王芳");
        check("· 古丽 . · 阿依 ·", "古丽·阿依");
    }

    #[test]
    fn debug_shows_no_name() {
        assert_eq!(format!("{:?}", PersonName::parse("王芳").unwrap()), "PersonName(2 characters)");
    }

    #[test]
    fn mistakes_say_what_is_wrong() {
        let check = |input: &str, error| assert_eq!(PersonName::parse(input), Err(error), "{input:?}");
        check(" ", PersonNameError::Empty);
        check("--", PersonNameError::NoLetter);
        check(&"王".repeat(61), PersonNameError::TooLong);
        check(&"王".repeat(2000), PersonNameError::TooLong);
        check(&format!("a{}", "\u{301}".repeat(300)), PersonNameError::TooLong);
    }

    #[test]
    fn the_first_sign_is_named_with_its_kind() {
        let check = |input: &str, sign, kind| {
            assert_eq!(PersonName::parse(input), Err(PersonNameError::Character { sign, kind }), "{input:?}");
        };
        check("王芳1", '1', SignKind::Digit);
        check("王芳１班", '１', SignKind::Digit);
        check("王芳Ⅱ", 'Ⅱ', SignKind::Digit);
        check("王芳②", '②', SignKind::Digit);
        check("王芳（三年级）", '（', SignKind::Bracket);
        check("【语文】王芳", '【', SignKind::Bracket);
        check("<b>", '<', SignKind::Bracket);
        check("王芳😊1", '😊', SignKind::Emoji);
        check("★王芳", '★', SignKind::Emoji);
        check("王\u{7}芳", '\u{7}', SignKind::Other);
        check("王\u{85}芳", '\u{85}', SignKind::Other);
        check("王\u{E123}", '\u{E123}', SignKind::Unreadable);
        check("王\u{FFFD}", '\u{FFFD}', SignKind::Unreadable);
        check("⿰氵恩", '⿰', SignKind::Unreadable);
        check("王，芳", '，', SignKind::Other);
        check("王/李", '/', SignKind::Other);
    }
}
