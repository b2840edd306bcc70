//! The 31 signs that people can read out and type without mistaking one for another.

use crate::text::fold_full_width;

/// Digits and capitals without 0 O 1 I L, which look alike in print and sound alike in a hall.
pub(crate) const SIGNS: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
/// The letters among [`SIGNS`].
pub(crate) const LETTERS: &[u8] = SIGNS.split_at(8).1;

/// Reads one typed character as a sign, in any case, with full-width forms folded. `None` where it is not in
/// the alphabet.
pub(crate) fn sign(typed: char) -> Option<char> {
    let c = fold_full_width(typed).to_ascii_uppercase();
    u8::try_from(c).ok().filter(|b| SIGNS.contains(b)).map(char::from)
}

/// Draws signs from 128 random bits, one from the alphabet of each place. The bias is under 2⁻⁶⁰ for the up
/// to 16 places used here.
pub(crate) fn draw<'a>(random: [u8; 16], places: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut pool = u128::from_le_bytes(random);
    places
        .into_iter()
        .map(|alphabet| {
            let size = alphabet.len() as u128;
            let index = (pool % size) as usize;
            pool /= size;
            char::from(alphabet[index])
        })
        .collect()
}
