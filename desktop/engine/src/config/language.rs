//! The language in which a start says what is wrong: before any window, and without a flag.

use rollcall_shared::language::Language;

/// Returns the system's language: Chinese where the system speaks it, else English. On Unix that is what
/// `LC_ALL`, `LC_MESSAGES` or `LANG` says.
#[must_use]
pub fn system_language() -> Language {
    of(sys_locale::get_locale().as_deref())
}

fn of(locale: Option<&str>) -> Language {
    let tag = locale.and_then(|locale| locale.split(['.', '@', '_']).next());
    tag.and_then(Language::from_tag).unwrap_or(Language::En)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_names_a_language() {
        for zh in ["zh", "zh-CN", "zh_CN.UTF-8", "zh_TW", "zh-Hans-CN", "ZH_hk@stroke"] {
            assert_eq!(of(Some(zh)), Language::Zh, "{zh}");
        }
        for en in ["en-GB", "en_US.UTF-8", "C", "C.UTF-8", "POSIX", "fr_FR.UTF-8", "", "zhang"] {
            assert_eq!(of(Some(en)), Language::En, "{en}");
        }
        assert_eq!(of(None), Language::En);
    }
}
