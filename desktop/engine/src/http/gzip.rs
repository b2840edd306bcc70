//! Compression for the hall's network. What is the same in every page, which is most of it, is compressed
//! once and kept; what differs is compressed as it goes out. Five hundred phones at one instant cost the laptop no
//! more than five hundred times the few kilobytes that differ.

use std::sync::OnceLock;

use flate2::{Compress, Compression, Crc, FlushCompress, Status};

/// Magic number, DEFLATE, no flags, no time, no level, an unknown system (RFC 1952).
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
/// An empty last block: what comes before it ends on a byte.
const LAST_BLOCK: [u8; 2] = [3, 0];

/// Parts of texts that never change, compressed at their first use.
pub(crate) struct Kept<const N: usize> {
    parts: [&'static str; N],
    packed: OnceLock<Option<[Vec<u8>; N]>>,
}

impl<const N: usize> Kept<N> {
    /// Keeps those parts.
    pub(crate) const fn new(parts: [&'static str; N]) -> Self {
        Self { parts, packed: OnceLock::new() }
    }

    /// Compresses a text; `None` where that fails, and it goes out as it is.
    pub(crate) fn gzip(&self, text: &str) -> Option<Vec<u8>> {
        let packed = self.packed.get_or_init(|| self.pack()).as_ref()?;
        let mut out = HEADER.to_vec();
        let mut rest = text;
        while let Some((at, part, packed)) = self.first_in(rest, packed) {
            let (before, after) = rest.split_at(at);
            deflate(before, Compression::default(), &mut out)?;
            out.extend_from_slice(packed);
            rest = after.strip_prefix(part)?;
        }
        deflate(rest, Compression::default(), &mut out)?;
        out.extend_from_slice(&LAST_BLOCK);
        let mut crc = Crc::new();
        crc.update(text.as_bytes());
        out.extend_from_slice(&crc.sum().to_le_bytes());
        out.extend_from_slice(&crc.amount().to_le_bytes());
        Some(out)
    }

    fn first_in<'a>(&self, text: &str, packed: &'a [Vec<u8>; N]) -> Option<(usize, &'static str, &'a [u8])> {
        let found = self.parts.iter().zip(packed);
        let found = found.filter_map(|(part, packed)| Some((text.find(part)?, *part, packed.as_slice())));
        found.min_by_key(|(at, ..)| *at)
    }

    fn pack(&self) -> Option<[Vec<u8>; N]> {
        let packed = self.parts.map(|part| {
            let mut out = Vec::new();
            deflate(part, Compression::best(), &mut out).map(|()| out)
        });
        packed.iter().all(Option::is_some).then(|| packed.map(Option::unwrap_or_default))
    }
}

/// Appends a text, compressed by itself, up to the end of a byte.
fn deflate(text: &str, level: Compression, out: &mut Vec<u8>) -> Option<()> {
    if text.is_empty() {
        return Some(());
    }
    let mut compress = Compress::new(level, false);
    let mut rest = text.as_bytes();
    loop {
        // Text that cannot be compressed grows by a few bytes a block.
        out.reserve(rest.len() / 2 + 256);
        let (read, room) = (compress.total_in(), out.capacity() - out.len());
        let status = compress.compress_vec(rest, out, FlushCompress::Full).ok()?;
        rest = rest.get(usize::try_from(compress.total_in() - read).ok()?..)?;
        // It has said all once it leaves room.
        let is_full = out.capacity() == out.len();
        if rest.is_empty() && !is_full {
            return Some(());
        }
        if status == Status::BufError && room > 0 && !is_full {
            return rest.is_empty().then_some(());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::*;

    fn check<const N: usize>(parts: [&'static str; N], text: &str) -> usize {
        let packed = Kept::new(parts).gzip(text).unwrap();
        let mut read = String::new();
        let mut decoder = GzDecoder::new(packed.as_slice());
        decoder.read_to_string(&mut read).unwrap();
        assert_eq!(read, text);
        assert!(decoder.into_inner().is_empty(), "one member and nothing behind it");
        packed.len()
    }

    #[test]
    fn whatever_is_compressed_is_read_again() {
        check(["style", "script"], "");
        check(["style", "script"], "no part of it");
        check(["style", "script"], "style");
        check(["style", "script"], "<a>style</a><b>script</b>script and style 王芳");
        let noise: String = (0_u32..60_000)
            .map(|n| char::from(33 + (n.wrapping_mul(2_654_435_761) >> 25) as u8 % 90))
            .collect();
        check(["style"], &noise);
        let long = "一二三四五六七八九十".repeat(20_000);
        assert!(check(["style"], &long) < 20_000);
    }

    #[test]
    fn what_is_kept_is_compressed_once() {
        let kept = Kept::new(["style of all pages"]);
        let first = kept.gzip("a style of all pages").unwrap();
        let address = |kept: &Kept<1>| kept.packed.get().unwrap().as_ref().unwrap()[0].as_ptr();
        let before = address(&kept);
        assert_eq!(kept.gzip("a style of all pages").unwrap(), first);
        assert_eq!(address(&kept), before);
    }
}
