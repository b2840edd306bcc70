//! Kinds of characters that no name has.

use icu_properties::CodePointMapData;
use icu_properties::props::GeneralCategory;

/// The kind of a character that no name has: what its owner should do depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignKind {
    /// A character that other devices cannot show: a private-use or unassigned character, the replacement
    /// character, or a sign that describes a Chinese character (⿰).
    Unreadable,
    /// A bracket: a class, a school or a remark follows.
    Bracket,
    /// A digit or a number of any script.
    Digit,
    /// An emoji or another symbol.
    Emoji,
    /// Any other character: a comma, a slash, a quotation mark, a control character, ….
    Other,
}

impl SignKind {
    /// All kinds, in the order in which a page tells them apart.
    pub const ALL: [Self; 5] = [Self::Unreadable, Self::Bracket, Self::Digit, Self::Emoji, Self::Other];

    /// Decides which kind a character is that no name has.
    pub(crate) fn of(c: char) -> Self {
        use GeneralCategory as Category;
        match CodePointMapData::<Category>::new().get(c) {
            Category::PrivateUse | Category::Unassigned | Category::Surrogate => Self::Unreadable,
            _ if matches!(c, '\u{FFFD}' | '\u{2FF0}'..='\u{2FFF}' | '\u{31EF}') => Self::Unreadable,
            Category::OpenPunctuation | Category::ClosePunctuation => Self::Bracket,
            _ if matches!(c, '<' | '>' | '＜' | '＞' | '«' | '»' | '‹' | '›') => Self::Bracket,
            Category::DecimalNumber | Category::LetterNumber | Category::OtherNumber => Self::Digit,
            Category::OtherSymbol | Category::ModifierSymbol => Self::Emoji,
            _ => Self::Other,
        }
    }

    /// The kind as a character class for a page's script, without its brackets. It describes the kind among
    /// characters that no name has; those before it in [`SignKind::ALL`] come first.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Unreadable => r"\p{Co}\p{Cn}\uFFFD⿰-\u2FFF\u31EF",
            Self::Bracket => r"\p{Ps}\p{Pe}<>＜＞«»‹›",
            Self::Digit => r"\p{N}",
            Self::Emoji => r"\p{So}\p{Sk}",
            Self::Other => r"\s\S",
        }
    }
}
