//! How a page with script tells mistakes apart and explains them, rendered from the rules.

use serde::Serialize;

use super::words as texts;
use crate::language::Language;
use crate::mistake::Mistake;
use crate::person_name::PersonName;
use crate::phone::Phone;

/// How mistakes are told apart and explained.
#[derive(Serialize)]
pub(super) struct Explanations {
    phone: Explained,
    name: Explained,
    /// Texts by the codes of answers' errors.
    errors: [(&'static str, &'static str); texts::ANSWER_CODES.len()],
}

pub(super) fn explanations(language: Language) -> Explanations {
    Explanations {
        phone: phone_explained(language),
        name: name_explained(language),
        errors: texts::ANSWER_CODES.map(|code| (code, texts::answer_text(code, language))),
    }
}

fn phone_explained(language: Language) -> Explained {
    Explained {
        drops: Some(Phone::fold_drops()),
        folds: Some(Phone::FOLDS),
        mistakes: told(Phone::mistakes(), |m| texts::phone_template(m.code, m.needed, language)),
    }
}

fn name_explained(language: Language) -> Explained {
    Explained {
        drops: None,
        folds: None,
        mistakes: told(PersonName::mistakes(), |m| texts::name_template(m.code, m.kind, language)),
    }
}

/// How mistakes in a field are told apart and explained.
#[derive(Serialize)]
struct Explained {
    /// A class of characters that are no mistake; if it is missing, all that the field's own pattern matches.
    #[serde(skip_serializing_if = "Option::is_none")]
    drops: Option<String>,
    /// Patterns and their replacements, in order, before mistakes are looked for. Where there are any, the
    /// input is first normalised to NFKC.
    #[serde(skip_serializing_if = "Option::is_none")]
    folds: Option<[(&'static str, &'static str); 4]>,
    mistakes: Vec<Told>,
}

#[derive(Serialize)]
struct Told {
    code: &'static str,
    pattern: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    needed: Option<usize>,
    text: &'static str,
}

fn told(mistakes: Vec<Mistake>, text: impl Fn(&Mistake) -> &'static str) -> Vec<Told> {
    let told = |mistake: Mistake| {
        let text = text(&mistake);
        let Mistake { code, pattern, needed, kind: _ } = mistake;
        Told { code, pattern, needed, text }
    };
    mistakes.into_iter().map(told).collect()
}
