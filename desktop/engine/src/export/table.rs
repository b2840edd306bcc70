//! A list as rows of cells, whatever kind of file they go to.

use std::collections::BTreeSet;

use rollcall_shared::language::Language;
use rollcall_shared::question::{Answer, Choice, Kind, Question};
use rollcall_shared::workshop::Workshop;
use rollcall_shared::{Millis, Timestamp};

use super::words;
use crate::view::SignupView;

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    /// A text.
    Text(String),
    /// A number of a phone, a code: a text that no program may take for a number.
    Code(String),
    /// A time by the venue's clock: milliseconds since 1970 as if that clock were UTC.
    Time(Millis),
}

/// A list.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) sheet: &'static str,
    pub(super) headings: Vec<String>,
    pub(super) rows: Vec<Vec<Cell>>,
}

impl Table {
    /// Makes one of those sign-ups. Answers to questions that are gone have columns of their own behind the
    /// others, under their keys.
    pub(super) fn of(workshop: &Workshop, signups: Vec<SignupView>, language: Language) -> Self {
        let gone = gone(workshop, &signups);
        let questions = workshop.questions.iter().map(|question| question.label.get(language).to_owned());
        let headings = words::first_headings(language)
            .into_iter()
            .map(str::to_owned)
            .chain(questions)
            .chain(words::last_headings(language).into_iter().map(str::to_owned))
            .chain(gone.iter().cloned())
            .collect();
        let rows = signups.into_iter().map(|signup| row(workshop, &gone, signup, language)).collect();
        Self { sheet: words::sheet(language), headings, rows }
    }
}

fn gone(workshop: &Workshop, signups: &[SignupView]) -> BTreeSet<String> {
    let is_asked = |key: &String| workshop.questions.iter().any(|question| question.key == *key);
    signups.iter().flat_map(|signup| signup.answers.keys()).filter(|key| !is_asked(key)).cloned().collect()
}

fn row(workshop: &Workshop, gone: &BTreeSet<String>, signup: SignupView, language: Language) -> Vec<Cell> {
    let answer = |question: &Question| {
        let answer = signup.answers.get(&question.key);
        answer.map(|answer| answer_text(answer, options(question), language)).unwrap_or_default()
    };
    let by_venue =
        |at: Timestamp| Cell::Time((at + Millis::from(workshop.utc_offset_minutes) * 60_000).as_millis());
    let mut cells = vec![Cell::Text(signup.name.clone()), Cell::Code(signup.phone.clone())];
    cells.extend(workshop.questions.iter().map(|question| Cell::Text(answer(question))));
    cells.extend([
        Cell::Text(words::state(signup.state, workshop, language).to_owned()),
        Cell::Code(signup.short_code.clone()),
        Cell::Text(words::path(signup.path, language).to_owned()),
        by_venue(signup.received_at),
        by_venue(signup.stored_at),
        Cell::Text(words::notes(&signup, language)),
    ]);
    cells.extend(gone.iter().map(|key| {
        let answer = signup.answers.get(key);
        Cell::Text(answer.map(|answer| answer_text(answer, &[], language)).unwrap_or_default())
    }));
    cells
}

fn options(question: &Question) -> &[Choice] {
    match &question.kind {
        Kind::Choice { options } | Kind::Many { options } => options,
        Kind::Text { .. } | Kind::Checkbox => &[],
    }
}

/// Writes an answer in words: options by their labels, where they are still there.
fn answer_text(answer: &Answer, options: &[Choice], language: Language) -> String {
    let label = |key: &String| {
        let option = options.iter().find(|option| option.key == *key);
        option.map_or(key.as_str(), |option| option.label.get(language)).to_owned()
    };
    match answer {
        Answer::Ticked(true) => words::yes(language).to_owned(),
        Answer::Ticked(false) => String::new(),
        Answer::One(text) => label(text),
        Answer::Many(keys) => keys.iter().map(label).collect::<Vec<_>>().join(words::separator(language)),
    }
}
