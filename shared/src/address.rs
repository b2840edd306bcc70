//! Addresses as people type them and as chats cut them out of a sentence, and who reads the answer.

use percent_encoding::percent_decode_str;

use crate::text::{fold_full_width, is_dash, is_invisible};

/// Fixed words of addresses, which a keyboard may have begun with a capital.
const WORDS: [&str; 4] = ["j", "r", "desk", "check"];
/// What the addresses for programs begin with, at the edge; at the venue after the token.
const API: &str = "v1";
/// Where monitoring asks.
const HEALTH: &str = "/healthz";

/// Who reads an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// A person in front of a browser: a page.
    Person,
    /// A program: problem details.
    Program,
}

impl Reader {
    /// Tells from the path and the `Accept` header. A browser that opens an address names HTML; a script's
    /// `fetch` names nothing, and asks at addresses for programs.
    ///
    /// ```
    /// use rollcall_shared::address::Reader;
    /// assert_eq!(Reader::of("/k7m2qx/v1/signups", "*/*"), Reader::Program);
    /// assert_eq!(Reader::of("/k7m2qx/v1/signups", "text/html,*/*;q=0.8"), Reader::Person);
    /// assert_eq!(Reader::of("/nowhere", ""), Reader::Person);
    /// assert_eq!(Reader::of("/nowhere", "application/json"), Reader::Program);
    /// ```
    pub fn of(path: &str, accept: &str) -> Self {
        let accept = accept.to_ascii_lowercase();
        if accept.contains("text/html") || accept.contains("application/xhtml+xml") {
            Self::Person
        } else if accept.contains("json") || is_for_programs(path) {
            Self::Program
        } else {
            Self::Person
        }
    }
}

/// Writes a path as this product writes it: without slashes too many, without the full stop, bracket or
/// words that a chat took for a part of it, full-width forms and dashes as on a keyboard. `None` where it is
/// written so already, is for programs, or is not UTF-8.
///
/// ```
/// use rollcall_shared::address::tidied;
/// assert_eq!(tidied("/j/ABCD-23456/").as_deref(), Some("/j/ABCD-23456"));
/// assert_eq!(tidied("/j/abcd-23456%E3%80%82").as_deref(), Some("/j/abcd-23456"));
/// assert_eq!(tidied("/j/ABCD-23456"), None);
/// ```
pub fn tidied(path: &str) -> Option<String> {
    if is_for_programs(path) {
        return None;
    }
    let text: String = percent_decode_str(path).decode_utf8().ok()?.chars().map(fold_full_width).collect();
    let mut tidy = String::new();
    for (place, segment) in
        text.split('/').filter(|segment| !segment.is_empty()).take(MAX_SEGMENTS).enumerate()
    {
        let Segment { kept, is_whole } = Segment::read(segment);
        if !kept.is_empty() {
            tidy.push('/');
            let word = WORDS.iter().find(|word| place < 2 && kept.eq_ignore_ascii_case(word));
            tidy.push_str(word.map_or(&kept, |word| word));
        }
        // What follows it was never meant as an address.
        if !is_whole {
            break;
        }
    }
    if tidy.is_empty() {
        tidy.push('/');
    }
    (tidy != path).then_some(tidy)
}

/// Whether a path is text at all: one that is not leads nowhere.
///
/// ```
/// use rollcall_shared::address::is_text;
/// assert!(is_text("/j/%E7%8E%8B") && !is_text("/j/%FF"));
/// ```
pub fn is_text(path: &str) -> bool {
    percent_decode_str(path).decode_utf8().is_ok()
}

/// Reads a parameter of an address's query; of one that comes twice the first. What else there is is somebody
/// else's and no mistake: chats add such to an address.
///
/// ```
/// use rollcall_shared::address::parameter;
/// assert_eq!(parameter("from=chat&lang=en&lang=zh", "lang").as_deref(), Some("en"));
/// ```
pub fn parameter(query: &str, name: &str) -> Option<String> {
    form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// More than any address of ours has.
const MAX_SEGMENTS: usize = 16;

/// What is meant by a part of a path.
struct Segment {
    kept: String,
    is_whole: bool,
}

impl Segment {
    fn read(segment: &str) -> Self {
        let mut signs = segment
            .chars()
            .filter(|c| !c.is_whitespace() && !is_invisible(*c))
            .map(|c| if is_dash(c) { '-' } else { c })
            .skip_while(|c| !is_written(*c))
            .peekable();
        let mut kept = String::new();
        while let Some(sign) = signs.next_if(|c| is_written(*c)) {
            kept.push(sign);
        }
        let is_whole = signs.peek().is_none();
        kept.truncate(kept.trim_end_matches('.').len());
        Self { kept, is_whole }
    }
}

/// Characters of the addresses that we write.
fn is_written(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

fn is_for_programs(path: &str) -> bool {
    let mut segments = path.split('/').filter(|segment| !segment.is_empty()).take(2);
    path == HEALTH || segments.any(|segment| segment == API)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_people_type_it() {
        let check = |path: &str, expected: &str| {
            assert_eq!(tidied(path).as_deref(), Some(expected), "{path}");
            assert_eq!(tidied(expected), None, "{expected} is written as it should be");
        };
        for end in [
            "/",
            "//",
            "。",
            "，",
            ".",
            "…",
            "）",
            "”。",
            "！",
            "？lang=en",
            "，请扫码",
            "%E3%80%82",
            "%EF%BC%89",
            "%20",
        ] {
            check(&format!("/k7m2qx/j/ABCD-23456{end}"), "/k7m2qx/j/ABCD-23456");
            check(&format!("/j/ABCD-23456{end}"), "/j/ABCD-23456");
        }
        check("/k7m2qx/", "/k7m2qx");
        check("/k7m2qx/j/", "/k7m2qx/j");
        check("//k7m2qx//desk/", "/k7m2qx/desk");
        check("/K7M2QX/Desk", "/K7M2QX/desk");
        check("/J/abcd-23456", "/j/abcd-23456");
        check("/ｊ／ＡＢＣＤ－２３４５６", "/j/ABCD-23456");
        check("/j/ABCD—23456", "/j/ABCD-23456");
        check("/j/“ABCD-23456”", "/j/ABCD-23456");
        check("/j/ABCD\u{200B}-23456", "/j/ABCD-23456");
        check("/r/w/id.mac-_。", "/r/w/id.mac-_");
        check("//", "/");
        check("/。", "/");
    }

    #[test]
    fn what_is_written_as_it_should_be_stays() {
        for path in
            ["/", "/j/ABCD-23456", "/j/-/sw.js", "/r/w/t.m-_", "/k7m2qx/v1/signups/", "/v1/workshops/a%20b"]
        {
            assert_eq!(tidied(path), None, "{path}");
        }
        assert_eq!(tidied("/%FF"), None, "not UTF-8");
    }

    #[test]
    fn only_who_asks_for_a_page_gets_one_at_an_address_for_programs() {
        let check =
            |path, accept, expected| assert_eq!(Reader::of(path, accept), expected, "{path} {accept}");
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        for path in ["/", "/k7m2qx", "/v1/signups", "/k7m2qx/v1/signups"] {
            check(path, browser, Reader::Person);
            check(path, "application/json", Reader::Program);
            check(path, "application/problem+json, */*;q=0.1", Reader::Program);
        }
        check("/v1/signups", "*/*", Reader::Program);
        check("/k7m2qx/v1/signups", "", Reader::Program);
        check("/healthz", "*/*", Reader::Program);
        check("/k7m2qx/nowhere", "*/*", Reader::Person);
    }
}
