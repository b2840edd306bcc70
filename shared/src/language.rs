//! The two languages that Rollcall speaks, and texts that a host writes in both.

use serde::{Deserialize, Deserializer, Serialize};

use crate::text::{clean, stranger};

/// A language of the page, the window and the messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Language {
    /// Chinese, the default.
    #[default]
    Zh,
    /// English.
    En,
}

impl Language {
    /// The better of the two for an `Accept-Language` header: the first of them that it names; Chinese where
    /// it names neither. Quality values are not weighed: browsers list languages in order of preference.
    ///
    /// ```
    /// use rollcall_shared::language::Language;
    /// assert_eq!(Language::from_accept_language("en-GB,en;q=0.9,zh;q=0.8"), Language::En);
    /// assert_eq!(Language::from_accept_language("fr"), Language::Zh);
    /// ```
    pub fn from_accept_language(header: &str) -> Self {
        header
            .split(',')
            .take(32)
            .find_map(|range| Self::from_tag(range.split(';').next().unwrap_or_default()))
            .unwrap_or_default()
    }

    /// The language to answer a person in: the one that the address asks for (`?lang=`), else the one that
    /// the browser prefers.
    ///
    /// ```
    /// use rollcall_shared::language::Language;
    /// assert_eq!(Language::of_visit(Some("en"), "zh-CN"), Language::En);
    /// assert_eq!(Language::of_visit(Some("fr"), "en-GB"), Language::En);
    /// assert_eq!(Language::of_visit(None, ""), Language::Zh);
    /// ```
    pub fn of_visit(asked: Option<&str>, accept_language: &str) -> Self {
        asked.and_then(Self::from_tag).unwrap_or_else(|| Self::from_accept_language(accept_language))
    }

    /// From a language tag such as `en-GB` or `zh`.
    pub fn from_tag(tag: &str) -> Option<Self> {
        match tag.trim().split('-').next() {
            Some(primary) if primary.eq_ignore_ascii_case("zh") => Some(Self::Zh),
            Some(primary) if primary.eq_ignore_ascii_case("en") => Some(Self::En),
            _ => None,
        }
    }

    /// The tag for `lang` attributes and `?lang=`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    /// The other one, for the page's switch.
    pub fn other(self) -> Self {
        match self {
            Self::Zh => Self::En,
            Self::En => Self::Zh,
        }
    }
}

/// A host's text in one or both languages; an empty one falls back to the other. Invisible characters without
/// a meaning and white space around it are dropped when it is read: hosts paste from chats and documents.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Text {
    /// In Chinese.
    #[serde(default, deserialize_with = "tidy")]
    pub zh: String,
    /// In English.
    #[serde(default, deserialize_with = "tidy")]
    pub en: String,
}

impl Text {
    /// Both languages at once.
    pub fn new(zh: &str, en: &str) -> Self {
        Self { zh: clean(zh).trim().to_owned(), en: clean(en).trim().to_owned() }
    }

    /// The text in `language`, or in the other where that one is empty.
    ///
    /// ```
    /// use rollcall_shared::language::{Language, Text};
    /// assert_eq!(Text::new("三号", "Room 3").get(Language::En), "Room 3");
    /// assert_eq!(Text::new("三号", "").get(Language::En), "三号");
    /// ```
    pub fn get(&self, language: Language) -> &str {
        let (wanted, other) = match language {
            Language::Zh => (&self.zh, &self.en),
            Language::En => (&self.en, &self.zh),
        };
        if wanted.is_empty() { other } else { wanted }
    }

    /// Whether neither language has a text.
    pub fn is_empty(&self) -> bool {
        self.zh.is_empty() && self.en.is_empty()
    }

    /// Finds the first character that no page shows.
    pub(crate) fn stranger(&self) -> Option<char> {
        [&self.zh, &self.en].into_iter().find_map(|text| stranger(text))
    }

    /// Whether both texts are short enough and free of controls that change how a page reads.
    pub(crate) fn is_plain(&self, max_chars: usize) -> bool {
        [&self.zh, &self.en].into_iter().all(|text| is_plain(text, max_chars))
    }
}

fn tidy<'de, D: Deserializer<'de>>(text: D) -> Result<String, D::Error> {
    Ok(clean(&String::deserialize(text)?).trim().to_owned())
}

/// Whether it has at most `max_chars` characters, none of them a control or an invisible one without a
/// meaning.
pub(crate) fn is_plain(text: &str, max_chars: usize) -> bool {
    text.chars().take(max_chars + 1).count() <= max_chars && stranger(text).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_named_wins() {
        let check =
            |header, language| assert_eq!(Language::from_accept_language(header), language, "{header}");
        check("zh-CN,zh;q=0.9,en;q=0.8", Language::Zh);
        check("en-GB,en;q=0.9,zh;q=0.8", Language::En);
        check("fr, EN;q=0.5", Language::En);
        check("fr", Language::Zh);
        check("", Language::Zh);
    }

    #[test]
    fn what_shows_nothing_is_not_read() {
        let check = |typed: &str, kept: &str| {
            let json = serde_json::json!({ "zh": typed, "en": typed }).to_string();
            assert_eq!(serde_json::from_str::<Text>(&json).unwrap(), Text::new(typed, typed));
            assert_eq!(Text::new(typed, "").zh, kept, "{typed:?}");
        };
        check("\u{FEFF}数学\u{200B}教研 ", "数学教研");
        check("\u{202D}138 0013 8000\u{202C}", "138 0013 8000");
        check("Anna\u{AD}maria", "Annamaria");
        check("\u{200B}", "");
        check("👩\u{200D}🏫 می\u{200C}نا", "👩\u{200D}🏫 می\u{200C}نا");
        check("a\nb", "a\nb");
    }

    #[test]
    fn an_empty_text_falls_back() {
        assert_eq!(Text::new("", "Room 3").get(Language::Zh), "Room 3");
        assert_eq!(Text::new("三号", "Room 3").get(Language::Zh), "三号");
    }
}
