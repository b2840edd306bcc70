//! The canonical spelling of a name: other forms of letters and signs are folded, and characters that show
//! nothing are dropped.

use std::borrow::Cow;
use std::convert::Infallible;

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};

use crate::ideograph::{is_ideograph, unified};
use crate::presentation::push_plain;
use crate::text::{
    Use, is_apostrophe, is_blank, is_dash, is_full_stop, is_invisible, is_middle_dot, visible,
};

/// What a name may be typed with, as a character class for a page, without its brackets: a little more than
/// may be stored. Ideographs are listed by their numbers, because old browsers do not know the newest as
/// letters; letters that are used as dots and apostrophes are among `\p{L}`.
pub(crate) const MAY_BE_TYPED: &str = concat!(
    r"\p{L}\p{M}\p{Z}\t\n\r\p{Pd}\p{DI}\uFFF9-\uFFFC\u2800\u02D7\u2043\u2212\u0F0E\u1FEF\u1FFD",
    r"·\u0387•‧∙⋅⸱⸳˙・･.．。․﹒｡'‘’‛′\x60´＇｀՚׳་༌།○◯〇",
    r"\u2E81-\u2E99\u2E9B-\u2EF3\u2F00-\u2FD5\uE815-\uE864",
    r"\u3400-\u4DBF\u4E00-\u9FFF\u{20000}-\u{2FFFD}\u{30000}-\u{3FFFD}",
);

/// The dot after each syllable of Tibetan.
const TSHEG: char = '\u{F0B}';

/// Folds a text as names are folded, whatever else it has.
pub(crate) fn folded(input: &str) -> String {
    let Ok(folded) = folded_chars(input, Ok::<char, Infallible>);
    arranged(&folded)
}

/// Folds each character to what a name has in its place. A character that no name has is passed to
/// `stranger`, which refuses it or lets it pass.
pub(crate) fn folded_chars<E>(input: &str, stranger: impl Fn(char) -> Result<char, E>) -> Result<String, E> {
    let mut folded = String::with_capacity(input.len());
    for c in settled(input).chars() {
        match sign(c).or_else(|| unified(c)) {
            Some(c) => folded.push(c),
            None if is_letter(c) || is_mark(c) || is_joiner(c) => push_plain(c, &mut folded),
            None => folded.push(stranger(c)?),
        }
    }
    // Folded characters can combine with their neighbours.
    Ok(settled(&folded).into_owned())
}

/// Normalises to NFC and drops what shows nothing. Either can undo the other, hence the loop: a mark moves
/// and a joiner follows another letter; a joiner goes and a mark combines with a letter.
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

/// The sign of a name that `c` was typed for.
fn sign(c: char) -> Option<char> {
    match c {
        // A line break or a tab is a space; other controls that count as white space are refused.
        c if is_blank(c) && (!c.is_control() || matches!(c, '\t' | '\n' | '\r')) => Some(' '),
        // Tibetan's full stops.
        '\u{F0D}' | '\u{F0E}' => Some(' '),
        c if is_middle_dot(c) => Some('·'),
        c if is_dash(c) => Some('-'),
        c if is_apostrophe(c) => Some('\''),
        c if is_full_stop(c) => Some('.'),
        TSHEG | '\u{F0C}' => Some(TSHEG),
        _ => None,
    }
}

/// Arranges spaces and signs. A full stop between Chinese characters becomes the dot between a name's parts,
/// and is dropped after the last one; spaces around that dot are dropped, and the dot itself at either end.
pub(crate) fn arranged(folded: &str) -> String {
    let mut name = folded.split_whitespace().collect::<Vec<_>>().join(" ");
    // What one pass leaves at the end can be dropped by the next.
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
        let follows_ideograph = run.contains('.') && name.ends_with(is_ideograph);
        let is_dot = run.contains('·') || (follows_ideograph && rest.starts_with(is_ideograph));
        match (is_dot, rest.is_empty()) {
            (true, false) if !name.is_empty() => name.push('·'),
            (true, _) => {}
            (false, true) if follows_ideograph => {}
            (false, _) => name.push_str(run),
        }
    }
    name.push_str(rest);
    name.truncate(name.trim_end_matches([TSHEG, ' ']).len());
    name
}

/// The number of characters as people count them: marks belong to the letter that they are on.
pub(crate) fn length(name: &str) -> usize {
    name.chars().filter(|c| !is_mark(*c) && !is_joiner(*c)).count()
}

/// Whether a name can consist of it alone.
pub(crate) fn is_letter(c: char) -> bool {
    is_of(c, GeneralCategoryGroup::Letter) || is_ideograph(c)
}

fn is_mark(c: char) -> bool {
    is_of(c, GeneralCategoryGroup::Mark)
}

fn is_of(c: char, group: GeneralCategoryGroup) -> bool {
    group.contains(CodePointMapData::<GeneralCategory>::new().get(c))
}

/// Joiners, which [`visible`] keeps only between letters that need them.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}' | '\u{180E}')
}
