//! Answers as the window shows them: with what was asked, in the words that were chosen.

use rollcall_shared::forms::Forms;
use rollcall_shared::language::Text;
use rollcall_shared::question::{Answer, Answers, Question};
use serde::Serialize;

/// An answer with what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AnswerView {
    /// The question's key, which no other question of the workshop has.
    pub key: String,
    /// The question as it was asked.
    pub question: Text,
    /// The answer, in words.
    pub answer: AnswerWords,
}

/// An answer in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum AnswerWords {
    /// What was typed.
    Text {
        /// In one line.
        text: String,
    },
    /// What was chosen.
    Chosen {
        /// The options as they were offered.
        options: Vec<Text>,
    },
    /// A box that was ticked.
    Ticked,
}

/// An answer to nothing that is known to have been asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AsideView {
    /// The key that came.
    pub key: String,
    /// What came: a text, or the keys of options.
    pub words: Vec<AsideWord>,
    /// The question that has this key now, where the form of then was not kept: perhaps another one.
    pub question_now: Option<Text>,
}

/// A text, or the key of an option, that came with no question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AsideWord {
    /// As it came.
    pub text: String,
    /// The option that has this key now, where the form of then was not kept: perhaps another one.
    pub option_now: Option<Text>,
}

/// Reads what is stored of a sign-up's answers: those to what its version of the form asked, in the form's
/// order, and whatever else came.
pub(crate) fn read(
    forms: &Forms,
    version: u32,
    stored: &Answers,
    aside: Answers,
) -> (Vec<AnswerView>, Vec<AsideView>) {
    // Sorted already, but for what an older version of the program stored.
    let sorted = forms.sort(version, stored);
    let answers = forms.asked(version).unwrap_or_default().iter().filter_map(|question| {
        let answer = sorted.answers.get(&question.key)?;
        Some(AnswerView {
            key: question.key.clone(),
            question: question.label.clone(),
            answer: AnswerWords::of(question, answer),
        })
    });
    let newest = if forms.asked(version).is_none() { forms.newest() } else { &[] };
    let aside = sorted.aside.into_iter().chain(aside).map(|(key, answer)| {
        let now = newest.iter().find(|question| question.key == key);
        AsideView { question_now: now.map(|now| now.label.clone()), words: words(answer, now), key }
    });
    (answers.collect(), aside.collect())
}

impl AnswerWords {
    fn of(question: &Question, answer: &Answer) -> Self {
        let option = |key: &String| {
            let option = question.options().iter().find(|option| option.key == *key);
            option.map_or_else(|| Text::new(key, ""), |option| option.label.clone())
        };
        match answer {
            Answer::Ticked(_) => Self::Ticked,
            Answer::One(key) if !question.options().is_empty() => Self::Chosen { options: vec![option(key)] },
            Answer::One(text) => Self::Text { text: text.clone() },
            Answer::Many(keys) => Self::Chosen { options: keys.iter().map(option).collect() },
        }
    }
}

fn words(answer: Answer, now: Option<&Question>) -> Vec<AsideWord> {
    let texts = match answer {
        Answer::Ticked(ticked) => vec![if ticked { "✓" } else { "✗" }.to_owned()],
        Answer::One(text) => vec![text],
        Answer::Many(texts) => texts,
    };
    let options = now.map(Question::options).unwrap_or_default();
    let word = |text: String| {
        let option = options.iter().find(|option| option.key == text);
        AsideWord { option_now: option.map(|option| option.label.clone()), text }
    };
    texts.into_iter().map(word).collect()
}
