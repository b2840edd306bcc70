//! A list as rows of cells, whatever kind of file they go to.

use std::collections::BTreeSet;

use rollcall_shared::language::Language;
use rollcall_shared::workshop::Workshop;
use rollcall_shared::{Millis, Timestamp};

use super::columns::Column;
use super::{columns, words};
use crate::view::{AsideView, SignupView};

/// Most rows of what no form asked: a sheet has 1,048,576.
const MAX_REST_ROWS: usize = 1_000_000;

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
    /// Makes one of those sign-ups. What is asked now stands in the form's order behind name and number;
    /// whatever else was answered has columns behind all others.
    pub(super) fn of(workshop: &Workshop, signups: &[SignupView], language: Language) -> Self {
        let asked = columns::asked(workshop, signups, language);
        let other = columns::other(workshop, signups, language);
        let heading = |column: &Column| column.heading.clone();
        let headings = words::first_headings(language)
            .into_iter()
            .map(str::to_owned)
            .chain(asked.iter().map(heading))
            .chain(words::last_headings(workshop, language))
            .chain(other.iter().map(heading));
        let headings = distinct(headings.collect(), language);
        let rows = signups.iter().map(|signup| row(workshop, (&asked, &other), signup, language)).collect();
        Self { sheet: words::sheet(language), headings, rows }
    }
}

impl Table {
    /// Makes one of whatever came that no form asked for, a row each; `None` where there is nothing.
    pub(super) fn rest(signups: &[SignupView], language: Language) -> Option<Self> {
        let row = |signup: &SignupView, AsideView { key, words, question_now }: &AsideView| {
            let words = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join("\n");
            let person = [Cell::Text(signup.name.clone()), Cell::Code(signup.phone.clone())];
            let came = [Cell::Code(signup.short_code.clone()), Cell::Text(key.clone()), Cell::Text(words)];
            question_now.is_none().then(|| person.into_iter().chain(came).collect())
        };
        let rows_of = |signup: &SignupView| -> Vec<Vec<Cell>> {
            signup.aside.iter().filter_map(|aside| row(signup, aside)).collect()
        };
        let rows: Vec<_> = signups.iter().flat_map(rows_of).take(MAX_REST_ROWS).collect();
        let headings = words::rest_headings(language).map(str::to_owned).to_vec();
        (!rows.is_empty()).then(|| Self { sheet: words::rest_sheet(language), headings, rows })
    }
}

fn row(
    workshop: &Workshop,
    (asked, other): (&[Column], &[Column]),
    signup: &SignupView,
    language: Language,
) -> Vec<Cell> {
    let by_venue =
        |at: Timestamp| Cell::Time((at + Millis::from(workshop.utc_offset_minutes) * 60_000).as_millis());
    let answer = |column: &Column| Cell::Text(column.words(signup, language));
    let mut cells = vec![Cell::Text(signup.name.clone()), Cell::Code(signup.phone.clone())];
    cells.extend(asked.iter().map(answer));
    cells.extend([
        Cell::Text(words::state(signup.state, workshop, language).to_owned()),
        Cell::Code(signup.short_code.clone()),
        Cell::Text(words::path(signup.path, language).to_owned()),
        by_venue(signup.received_at),
        by_venue(signup.stored_at),
        Cell::Text(words::notes(signup, language)),
        Cell::Text(words::notice(&signup.notice, language)),
    ]);
    cells.extend(other.iter().map(answer));
    cells
}

/// Numbers headings that come again, so that each names one column.
fn distinct(mut headings: Vec<String>, language: Language) -> Vec<String> {
    let mut seen = BTreeSet::new();
    for heading in &mut headings {
        let plain = heading.clone();
        let mut number = 2;
        while !seen.insert(heading.clone()) {
            *heading = words::numbered(&plain, number, language);
            number += 1;
        }
    }
    headings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_names_one_column() {
        let headings = ["姓名", "学校", "姓名", "姓名（2）", "姓名"].map(str::to_owned).to_vec();
        assert_eq!(
            distinct(headings, Language::Zh),
            ["姓名", "学校", "姓名（2）", "姓名（2）（2）", "姓名（3）"]
        );
    }
}
