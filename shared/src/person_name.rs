//! A person's name: letters of any script, folded so that one name has one spelling.

use std::borrow::Cow;
use std::fmt;

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};
use serde::{Deserialize, Serialize};

use crate::fold;
use crate::ideograph::{is_ideograph, unified};
use crate::mistake::{Mistake, NEVER};
use crate::presentation::push_plain;
use crate::text::{
    Use, is_apostrophe, is_blank, is_dash, is_full_stop, is_invisible, is_middle_dot, visible,
};

/// Fewest characters of a name: people are called 王, Y and O.
pub const MIN_CHARS: usize = 1;
/// Most characters of a name as people count them: letters and signs without the marks on them and without joiners. The
/// longest names on Chinese identity papers (Uyghur, Tibetan, with their dots) stay under 50, and China's rule of 2016 asks
/// programs to take that many.
pub const MAX_CHARS: usize = 60;
/// Most characters that are typed for such a name, marks and joiners counted.
pub const MAX_TYPED_CHARS: usize = 4 * MAX_CHARS;
/// Longest input looked at, in bytes: 60 characters of four bytes, decomposed with marks, and room to spare.
pub const MAX_INPUT_BYTES: usize = 1024;

/// A name in NFC with single spaces, 1 to 60 characters: letters and marks of any script, space, `·`, `-`, `'`, `.`, and the
/// dot between the syllables of Tibetan.
///
/// `Debug` shows its length only, so that logs cannot hold a name by accident.
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
    /// A character that stands in no name.
    #[error("{sign:?} does not belong in a name")]
    Character {
        /// As it was typed.
        sign: char,
        /// What kind of sign it is: what to do about it differs.
        kind: SignKind,
    },
    /// Only signs, no letter.
    #[error("a name has a letter")]
    NoLetter,
}

/// Kinds of signs that stand in no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignKind {
    /// A digit or a number of any script: something else was typed along.
    Digit,
    /// A bracket: a class, a school, a remark stands in it.
    Bracket,
    /// An emoji, a symbol.
    Emoji,
    /// A character that other devices cannot show: of the private-use area, unassigned, a replacement, or a description of a
    /// Chinese character in place of it (⿰).
    Unreadable,
    /// Any other: commas, slashes, quotation marks, control characters, ….
    Other,
}

impl SignKind {
    /// All of them, in the order in which a page tells them apart.
    pub const ALL: [Self; 5] = [Self::Unreadable, Self::Bracket, Self::Digit, Self::Emoji, Self::Other];

    fn of(c: char) -> Self {
        use GeneralCategory as Category;
        match category(c) {
            Category::PrivateUse | Category::Unassigned | Category::Surrogate => Self::Unreadable,
            _ if matches!(c, '\u{FFFD}' | '\u{2FF0}'..='\u{2FFF}' | '\u{31EF}') => Self::Unreadable,
            Category::OpenPunctuation | Category::ClosePunctuation => Self::Bracket,
            _ if matches!(c, '<' | '>' | '＜' | '＞' | '«' | '»' | '‹' | '›') => Self::Bracket,
            Category::DecimalNumber | Category::LetterNumber | Category::OtherNumber => Self::Digit,
            Category::OtherSymbol | Category::ModifierSymbol => Self::Emoji,
            _ => Self::Other,
        }
    }

    /// The class of these signs for a page's script, without its brackets.
    fn class(self) -> &'static str {
        match self {
            Self::Unreadable => r"\p{Co}\p{Cn}\uFFFD⿰-\u2FFF\u31EF",
            Self::Bracket => r"\p{Ps}\p{Pe}<>＜＞«»‹›",
            Self::Digit => r"\p{N}",
            Self::Emoji => r"\p{So}\p{Sk}",
            Self::Other => r"\s\S",
        }
    }
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
    /// Reads a name as people type it: normalised, trimmed, other forms of letters and signs folded, what shows nothing
    /// dropped. docs/NAMES-AND-NUMBERS.md has the whole table.
    ///
    /// # Errors
    /// A [`PersonNameError`] that names the first offender.
    pub fn parse(input: &str) -> Result<Self, PersonNameError> {
        if input.len() > MAX_INPUT_BYTES {
            return Err(PersonNameError::TooLong);
        }
        let folded =
            folded_chars(input, |sign| Err(PersonNameError::Character { sign, kind: SignKind::of(sign) }))?;
        if folded.trim().is_empty() {
            return Err(PersonNameError::Empty);
        }
        if !folded.chars().any(is_letter) {
            return Err(PersonNameError::NoLetter);
        }
        let name = arranged(&folded);
        if length(&name) > MAX_CHARS || name.chars().count() > MAX_TYPED_CHARS {
            return Err(PersonNameError::TooLong);
        }
        Ok(Self(name))
    }

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two spellings of one name have in common: see [`fold::same_person`].
    pub fn key(&self) -> String {
        fold::name_key(self)
    }

    /// The `pattern` of the page's input, for the `v` flag: what may stand in a name at all. [`MAX_TYPED_CHARS`] is its
    /// `maxlength`; the rest is checked where the sign-up is taken.
    pub fn html_pattern() -> String {
        format!("[{MAY_STAND}]+")
    }

    /// How the page's script tells mistakes apart, once the input does not match [`PersonName::html_pattern`]: on what is left
    /// without all that the pattern takes. What is left first is the sign that is explained, the patterns' group `sign`.
    pub fn mistakes() -> Vec<Mistake> {
        let sign = |kind: SignKind| Mistake::sign(kind, format!("^(?<sign>[{}])", kind.class()));
        SignKind::ALL
            .map(sign)
            .into_iter()
            // Nothing is left; the server alone says the other two.
            .chain([
                Mistake::new("empty", "^$"),
                Mistake::new("no_letter", NEVER),
                Mistake::new("too_long", NEVER),
            ])
            .collect()
    }
}

/// What a name may be typed with, as a character class without its brackets: a little more than may be kept. Ideographs stand
/// by their numbers, for old browsers do not know the newest; letters that are used as dots and apostrophes are among `\p{L}`.
const MAY_STAND: &str = r"\p{L}\p{M}\s\p{Pd}\p{DI}·\u0387'.•‧∙⋅⸱・･．。․﹒｡‘’‛′\x60´＇｀՚׳\u2043\u2212\u2800་༌\u2E80-\u2FD5〇\uE815-\uE864\u3400-\u9FFF\u{20000}-\u{3FFFD}";

/// A part of a name as it stands in names: normalised and folded like a name, whatever else it holds.
pub fn folded(input: &str) -> String {
    let Ok(folded) = folded_chars(input, Ok::<char, std::convert::Infallible>);
    arranged(&folded)
}

/// Every character as it stands in a name. What stands in none goes to `stranger`, which refuses or lets it pass.
fn folded_chars<E>(input: &str, stranger: impl Fn(char) -> Result<char, E>) -> Result<String, E> {
    let mut folded = String::with_capacity(input.len());
    for c in settled(input).chars() {
        match sign(c).or_else(|| unified(c)) {
            Some(c) => folded.push(c),
            None if is_word(c) || is_joiner(c) => push_plain(c, &mut folded),
            None => folded.push(stranger(c)?),
        }
    }
    // What was folded may join what stands beside it.
    Ok(settled(&folded).into_owned())
}

/// In NFC and without what shows nothing. Either can undo the other: a mark changes its place, and a joiner stands behind another
/// letter; a joiner goes, and a mark joins a letter.
fn settled(text: &str) -> Cow<'_, str> {
    let nfc = ComposingNormalizerBorrowed::new_nfc();
    if nfc.is_normalized(text) && !text.chars().any(is_invisible) {
        return Cow::Borrowed(text);
    }
    let mut settled = text.to_owned();
    loop {
        let again: String = nfc.normalize_iter(visible(&settled, Use::Name)).collect();
        if again == settled {
            return Cow::Owned(settled);
        }
        settled = again;
    }
}

/// The sign that `c` is typed for, of those that a name may hold.
fn sign(c: char) -> Option<char> {
    match c {
        // White space that is a control as well: a line break or a tab pasted along is a space; others are refused.
        c if is_blank(c) && (!c.is_control() || matches!(c, '\t' | '\n' | '\r')) => Some(' '),
        c if is_middle_dot(c) => Some('·'),
        c if is_dash(c) => Some('-'),
        c if is_apostrophe(c) => Some('\''),
        c if is_full_stop(c) => Some('.'),
        TSHEG | '\u{F0C}' => Some(TSHEG),
        _ => None,
    }
}

/// The dot after each syllable of Tibetan.
const TSHEG: char = '\u{F0B}';

/// The signs where a name has them: a full stop between Chinese characters is the dot between a name's parts, one after them is
/// nobody's; no space beside that dot, and none of it at the ends.
fn arranged(folded: &str) -> String {
    let mut name = folded.split_whitespace().collect::<Vec<_>>().join(" ");
    // What one sign left may be the end, or stand beside another: until nothing changes, which is the second time at most
    // but for texts made on purpose.
    loop {
        let again = arranged_once(&name);
        if again == name {
            return name;
        }
        name = again;
    }
}

fn arranged_once(spaced: &str) -> String {
    const RUN: [char; 3] = ['·', '.', ' '];
    let mut name = String::with_capacity(spaced.len());
    let mut rest = spaced;
    while let Some(at) = rest.find(RUN) {
        let (word, behind) = rest.split_at(at);
        rest = behind.trim_start_matches(RUN);
        let run = behind.get(..behind.len() - rest.len()).unwrap_or_default();
        name.push_str(word);
        let stands_after_chinese = run.contains('.') && name.ends_with(is_ideograph);
        let is_dot = run.contains('·') || (stands_after_chinese && rest.starts_with(is_ideograph));
        match (is_dot, rest.is_empty()) {
            (true, false) if !name.is_empty() => name.push('·'),
            (true, _) => {}
            (false, true) if stands_after_chinese => {}
            (false, _) => name.push_str(run),
        }
    }
    name.push_str(rest);
    name.truncate(name.trim_end_matches([TSHEG, ' ']).len());
    name
}

/// How long people find it: marks stand on letters, joiners between them.
fn length(name: &str) -> usize {
    name.chars().filter(|c| !is_of(*c, GeneralCategoryGroup::Mark) && !is_joiner(*c)).count()
}

fn is_word(c: char) -> bool {
    is_letter(c) || is_of(c, GeneralCategoryGroup::Mark)
}

fn is_letter(c: char) -> bool {
    is_of(c, GeneralCategoryGroup::Letter) || is_ideograph(c)
}

fn is_of(c: char, group: GeneralCategoryGroup) -> bool {
    group.contains(category(c))
}

fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

/// What [`visible`] leaves between letters that need it.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}' | '\u{180E}')
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
