//! Searches what lies between a phone and the host's database for names and numbers, in every way in which a
//! program may write them without meaning to hide them.

use std::fs;
use std::path::Path;

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// What must be found nowhere, in all its spellings.
#[derive(Debug)]
pub struct Leaks {
    /// By pattern: what it is of whom.
    said: Vec<String>,
    patterns: AhoCorasick,
}

impl Leaks {
    /// Looks for these names and numbers.
    pub fn of<T: AsRef<str>>(secrets: impl IntoIterator<Item = T>) -> Self {
        let mut all: Vec<(String, Vec<u8>)> = Vec::new();
        for secret in secrets {
            let secret = secret.as_ref();
            all.extend(
                spellings(secret).into_iter().map(|(how, bytes)| (format!("{secret} ({how})"), bytes)),
            );
        }
        let patterns = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostFirst)
            .build(all.iter().map(|(_, bytes)| bytes))
            .unwrap();
        Self { said: all.into_iter().map(|(said, _)| said).collect(), patterns }
    }

    /// What of it is in there.
    pub fn find(&self, bytes: impl AsRef<[u8]>) -> Option<&str> {
        self.patterns.find(bytes.as_ref()).map(|found| self.said[found.pattern().as_usize()].as_str())
    }

    /// Fails where something is in there.
    ///
    /// # Panics
    /// With what was found, and in what.
    pub fn none_in(&self, what: &str, bytes: impl AsRef<[u8]>) {
        if let Some(found) = self.find(bytes) {
            panic!("{what} holds {found}");
        }
    }

    /// Searches every file below `path`, and the files' names; returns how many there were.
    ///
    /// # Panics
    /// As [`Leaks::none_in`].
    pub fn none_below(&self, path: &Path) -> usize {
        self.none_in("a file's name", path.as_os_str().as_encoded_bytes());
        if path.is_dir() {
            // Files and folders come and go while programs run.
            let Ok(entries) = fs::read_dir(path) else { return 0 };
            return entries.filter_map(Result::ok).map(|entry| self.none_below(&entry.path())).sum();
        }
        let Ok(bytes) = fs::read(path) else { return 0 };
        self.none_in(&path.display().to_string(), bytes);
        1
    }
}

/// Every way in which a text may stand somewhere, each with its name.
fn spellings(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let mut all = Vec::new();
    let mut texts = vec![secret.to_owned(), secret.to_lowercase(), secret.to_uppercase()];
    if let Ok(number) = secret.parse::<u64>() {
        texts.extend(grouped(secret));
        // As few bytes as SQLite, and as protocols, write it in.
        all.push(("big-endian", number.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect()));
        all.push(("little-endian", number.to_le_bytes().split(|byte| *byte == 0).next().unwrap().to_vec()));
        all.push(("full width", wide(secret).into_bytes()));
    }
    texts.sort();
    texts.dedup();
    for text in texts {
        all.extend(written(&text));
    }
    all.retain(|(_, bytes)| bytes.len() > 4);
    all
}

/// A text of one way to write it, in every encoding.
fn written(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let utf16: Vec<u16> = text.encode_utf16().collect();
    let (little, big): (Vec<u8>, Vec<u8>) = (
        utf16.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
        utf16.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
    );
    // Only what is not ASCII has to be escaped; a program may escape all of it.
    let escaped = |must: fn(char) -> bool, escape: &dyn Fn(char) -> String| -> Vec<u8> {
        text.chars().map(|c| if must(c) { escape(c) } else { c.to_string() }).collect::<String>().into_bytes()
    };
    let units = |c: char, write: fn(u16) -> String| -> String {
        let mut buffer = [0; 2];
        c.encode_utf16(&mut buffer).iter().map(|unit| write(*unit)).collect()
    };
    let bytes = |c: char, write: fn(u8) -> String| -> String {
        let mut buffer = [0; 4];
        c.encode_utf8(&mut buffer).bytes().map(write).collect()
    };
    let mut all = vec![
        ("UTF-8", text.as_bytes().to_vec()),
        ("UTF-16, little-endian", little.clone()),
        ("UTF-16, big-endian", big.clone()),
        ("hexadecimal", hex(text.as_bytes()).into_bytes()),
        ("hexadecimal", hex(text.as_bytes()).to_uppercase().into_bytes()),
    ];
    for must in [(|c| !c.is_ascii()) as fn(char) -> bool, |_| true, |c| !c.is_ascii_alphanumeric()] {
        all.push(("\\u escapes", escaped(must, &|c| units(c, |unit| format!("\\u{unit:04x}")))));
        all.push(("\\u escapes", escaped(must, &|c| units(c, |unit| format!("\\u{unit:04X}")))));
        all.push(("\\u{} escapes", escaped(must, &|c| format!("\\u{{{:x}}}", u32::from(c)))));
        all.push(("\\x escapes", escaped(must, &|c| bytes(c, |byte| format!("\\x{byte:02x}")))));
        all.push(("octal escapes", escaped(must, &|c| bytes(c, |byte| format!("\\{byte:03o}")))));
        all.push(("HTML", escaped(must, &|c| format!("&#{};", u32::from(c)))));
        all.push(("HTML", escaped(must, &|c| format!("&#x{:x};", u32::from(c)))));
        all.push(("HTML", escaped(must, &|c| format!("&#x{:X};", u32::from(c)))));
        for write in [(|byte| format!("%{byte:02X}")) as fn(u8) -> String, |byte| format!("%{byte:02x}")] {
            let percent = escaped(must, &|c| bytes(c, write));
            let twice = String::from_utf8(percent.clone()).unwrap().replace('%', "%25");
            let form = String::from_utf8(percent.clone()).unwrap().replace("%20", "+").replace(' ', "+");
            all.extend(
                [percent, twice.into_bytes(), form.into_bytes()].map(|bytes| ("percent-encoding", bytes)),
            );
        }
    }
    for plain in [text.as_bytes(), &little, &big] {
        all.extend(in_base64(plain).map(|bytes| ("base64", bytes)));
    }
    all
}

/// What of base64 is the same whatever stands before and after: for each place in a group of three bytes, in
/// both alphabets.
fn in_base64(plain: &[u8]) -> impl Iterator<Item = Vec<u8>> + use<> {
    let at: Vec<Vec<u8>> = (0..3).map(|before| [vec![0; before], plain.to_vec()].concat()).collect();
    at.into_iter().enumerate().flat_map(|(before, bytes)| {
        let (first, last) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
        [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)]
            .map(|text| text.as_bytes()[first..last].to_vec())
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// As people and pages group a mobile number.
fn grouped(number: &str) -> Vec<String> {
    let parts: Vec<&str> =
        [0..3, 3..7, 7..number.len()].into_iter().filter_map(|at| number.get(at)).collect();
    [" ", "-", "\u{a0}"].map(|between| parts.join(between)).into()
}

fn wide(number: &str) -> String {
    number.chars().filter_map(|c| char::from_u32(u32::from(c) + 0xFEE0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "欧阳若溪";
    const LATIN: &str = "Xiangyata Quvondiqov";
    const PHONE: &str = "13987612345";

    /// As other programs write them, not as this one does.
    #[test]
    fn a_leak_is_found_however_it_is_written() {
        let leaks = Leaks::of([NAME, LATIN, PHONE]);
        let check = |planted: &[u8], how: &str| {
            let bytes = [b"before\0\xff ", planted, b" after"].concat();
            let found = leaks.find(&bytes).unwrap_or_else(|| panic!("{how} is not found"));
            assert!(found.ends_with(&format!("({how})")), "{how} is found as {found}");
        };
        check("欧阳若溪".as_bytes(), "UTF-8");
        check(b"+8613987612345", "UTF-8");
        check(b"139 8761 2345", "UTF-8");
        check(b"XIANGYATA QUVONDIQOV", "UTF-8");
        check(br"\u6b27\u9633\u82e5\u6eaa", r"\u escapes");
        check(br"\u6B27\u9633\u82E5\u6EAA", r"\u escapes");
        check(br"\u{6b27}\u{9633}\u{82e5}\u{6eaa}", r"\u{} escapes");
        check(br"\xe6\xac\xa7\xe9\x98\xb3\xe8\x8b\xa5\xe6\xba\xaa", r"\x escapes");
        check(br"\346\254\247\351\230\263\350\213\245\346\272\252", "octal escapes");
        check(b"&#27431;&#38451;&#33509;&#28330;", "HTML");
        check(b"&#x6b27;&#x9633;&#x82e5;&#x6eaa;", "HTML");
        check(b"%E6%AC%A7%E9%98%B3%E8%8B%A5%E6%BA%AA", "percent-encoding");
        check(b"%e6%ac%a7%e9%98%b3%e8%8b%a5%e6%ba%aa", "percent-encoding");
        check(b"%25E6%25AC%25A7%25E9%2598%25B3%25E8%258B%25A5%25E6%25BA%25AA", "percent-encoding");
        check(b"name=Xiangyata+Quvondiqov&", "percent-encoding");
        check(b"Xiangyata%20Quvondiqov", "percent-encoding");
        check(b"\x27\x6b\x33\x96\xe5\x82\xaa\x6e", "UTF-16, little-endian");
        check(b"\x6b\x27\x96\x33\x82\xe5\x6e\xaa", "UTF-16, big-endian");
        check(b"1\x003\x009\x008\x007\x006\x001\x002\x003\x004\x005\x00", "UTF-16, little-endian");
        for encoded in
            ["5qyn6Ziz6Iul5rqq", "eOasp+mYs+iLpea6qg==", "eHjmrKfpmLPoi6Xmuqo=", "eOasp-mYs-iLpea6qg"]
        {
            check(encoded.as_bytes(), "base64");
        }
        for encoded in ["MTM5ODc2MTIzNDU=", "eTEzOTg3NjEyMzQ1", "eXkxMzk4NzYxMjM0NQ=="] {
            check(encoded.as_bytes(), "base64");
        }
        check(b"e6aca7e998b3e88ba5e6baaa", "hexadecimal");
        check(b"E6ACA7E998B3E88BA5E6BAAA", "hexadecimal");
        check("１３９８７６１２３４５".as_bytes(), "full width");
        check(b"\x03\x41\xba\x06\xb9", "big-endian");
        check(b"\xb9\x06\xba\x41\x03", "little-endian");
        assert_eq!(leaks.find("欧阳, 若溪, 139, 1398761234, %E6%AC%A7"), None);
    }

    #[test]
    fn a_file_is_searched_with_its_name() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("in")).unwrap();
        fs::write(folder.path().join("in/a.txt"), "nothing").unwrap();
        let leaks = Leaks::of([PHONE]);
        assert_eq!(leaks.none_below(folder.path()), 1);
        let fails = || std::panic::catch_unwind(|| leaks.none_below(folder.path())).is_err();
        fs::write(folder.path().join("in/b.txt"), "of 13987612345").unwrap();
        assert!(fails());
        fs::remove_file(folder.path().join("in/b.txt")).unwrap();
        fs::write(folder.path().join("in/13987612345.txt"), "").unwrap();
        assert!(fails());
    }
}
