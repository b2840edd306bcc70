//! The columns of a list that hold answers: one a question, whatever versions the form had.

use std::collections::BTreeSet;

use rollcall_shared::language::{Language, Text};
use rollcall_shared::question::Question;
use rollcall_shared::workshop::Workshop;

use super::words;
use crate::view::{AnswerView, AnswerWords, AsideView, AsideWord, SignupView};

/// A column of answers.
pub(super) struct Column {
    pub(super) heading: String,
    content: Content,
    /// Stands between choices, and in none of them.
    separator: &'static str,
}

/// Whose answers a column holds.
enum Content {
    /// Those to the question with this key.
    Asked(String),
    /// Those under the key of a question from a form that was not kept: perhaps to another one.
    Unsure(String),
    /// Whatever else came.
    Rest,
}

/// Makes a column for each question that the form asks now.
pub(super) fn asked(workshop: &Workshop, signups: &[SignupView], language: Language) -> Vec<Column> {
    let column = |question: &Question| {
        let answers: Vec<_> = answers_to(&question.key, signups).collect();
        let label = question.label.get(language);
        let before = labels(&answers, language).into_iter().filter(|before| *before != label).collect();
        let now = question.options().iter().map(|option| &option.label);
        Column {
            heading: words::asked_before(label, before, language),
            separator: separator(now.chain(options(&answers)), language),
            content: Content::Asked(question.key.clone()),
        }
    };
    workshop.questions.iter().map(column).collect()
}

/// Makes the columns for whatever else was answered, where there is any: questions that are gone, each by
/// itself; answers from forms that were not kept; and one for the rest, however much came.
pub(super) fn other(workshop: &Workshop, signups: &[SignupView], language: Language) -> Vec<Column> {
    let asks = |key: &str| workshop.questions.iter().any(|question| question.key == key);
    let mut columns = Vec::new();
    let mut seen = BTreeSet::new();
    let answers = signups.iter().flat_map(|signup| &signup.answers);
    for AnswerView { key, .. } in answers.filter(|answer| !asks(&answer.key)) {
        if seen.insert(key) {
            columns.push(gone(key, signups, language));
        }
    }
    let aside = || signups.iter().flat_map(|signup| &signup.aside);
    let mut seen = BTreeSet::new();
    for AsideView { key, question_now, .. } in aside() {
        if let Some(now) = question_now
            && seen.insert(key)
        {
            columns.push(unsure(key, now, signups, language));
        }
    }
    if aside().any(|aside| aside.question_now.is_none()) {
        let (heading, separator) = (words::rest(language).to_owned(), words::SEPARATORS[2]);
        columns.push(Column { heading, separator, content: Content::Rest });
    }
    columns
}

fn gone(key: &str, signups: &[SignupView], language: Language) -> Column {
    let answers: Vec<_> = answers_to(key, signups).collect();
    let labels = labels(&answers, language);
    Column {
        heading: words::removed(&labels, language),
        separator: separator(options(&answers), language),
        content: Content::Asked(key.to_owned()),
    }
}

fn unsure(key: &str, now: &Text, signups: &[SignupView], language: Language) -> Column {
    let came = signups.iter().flat_map(|signup| &signup.aside).filter(|aside| aside.key == key);
    let options = came.flat_map(|aside| &aside.words).filter_map(|word| word.option_now.as_ref());
    Column {
        heading: words::unsure(now.get(language), language),
        separator: separator(options, language),
        content: Content::Unsure(key.to_owned()),
    }
}

impl Column {
    /// Writes a sign-up's answer in words; nothing where there is none.
    pub(super) fn words(&self, signup: &SignupView, language: Language) -> String {
        match &self.content {
            Content::Asked(key) => {
                let answer = signup.answers.iter().find(|answer| answer.key == *key);
                answer.map(|answer| self.answer(&answer.answer, language)).unwrap_or_default()
            }
            Content::Unsure(key) => {
                let came =
                    signup.aside.iter().filter(|aside| aside.key == *key && aside.question_now.is_some());
                came.map(|aside| self.aside(aside, language)).collect::<Vec<_>>().join(self.separator)
            }
            Content::Rest => {
                let rest = signup.aside.iter().filter(|aside| aside.question_now.is_none());
                let rest = rest.map(|aside| format!("{}: {}", aside.key, self.aside(aside, language)));
                rest.collect::<Vec<_>>().join("\n")
            }
        }
    }

    fn answer(&self, answer: &AnswerWords, language: Language) -> String {
        match answer {
            AnswerWords::Text { text } => text.clone(),
            AnswerWords::Ticked => words::yes(language).to_owned(),
            AnswerWords::Chosen { options } => {
                let options = options.iter().map(|option| option.get(language));
                options.collect::<Vec<_>>().join(self.separator)
            }
        }
    }

    fn aside(&self, aside: &AsideView, language: Language) -> String {
        let word = |AsideWord { text, option_now }: &AsideWord| match option_now {
            Some(now) => words::now(text, now.get(language), language),
            None => text.clone(),
        };
        aside.words.iter().map(word).collect::<Vec<_>>().join(self.separator)
    }
}

fn answers_to<'a>(key: &'a str, signups: &'a [SignupView]) -> impl Iterator<Item = &'a AnswerView> {
    signups.iter().flat_map(|signup| &signup.answers).filter(move |answer| answer.key == key)
}

/// The words in which a question was asked, the newest first, each once.
fn labels<'a>(answers: &[&'a AnswerView], language: Language) -> Vec<&'a str> {
    let mut labels = Vec::new();
    for answer in answers.iter().rev() {
        let label = answer.question.get(language);
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    labels
}

fn options<'a>(answers: &[&'a AnswerView]) -> impl Iterator<Item = &'a Text> {
    answers.iter().flat_map(|answer| match &answer.answer {
        AnswerWords::Chosen { options } => options.as_slice(),
        AnswerWords::Text { .. } | AnswerWords::Ticked => &[],
    })
}

/// Finds what can stand between those options: a sign that is in none of them, at worst a line break, which
/// no option can hold.
fn separator<'a>(options: impl Iterator<Item = &'a Text>, language: Language) -> &'static str {
    let labels: BTreeSet<&str> = options.map(|option| option.get(language)).collect();
    let is_free = |separator: &&str| labels.iter().all(|label| !label.contains(separator.trim()));
    words::separators(language).into_iter().find(is_free).unwrap_or("\n")
}
