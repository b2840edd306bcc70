//! Every version of a workshop's form: what was asked when, and what the next version may call its questions.
//!
//! An answer is stored by the key of its question, a choice by the key of its option. Keys are never used
//! again within a workshop, so that an answer says for ever what was asked; and the versions are kept, so
//! that its words are those which the person read (ADR 30).

use std::collections::{BTreeMap, BTreeSet};

use crate::language::Text;
use crate::question::{Answers, Choice, Kind, MAX_KEY_CHARS, Question};

/// The versions of a workshop's form that are known, oldest first. A database of before they were kept knows
/// the newest one alone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Forms(BTreeMap<u32, Vec<Question>>);

/// Answers, sorted by what a version of the form asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sorted {
    /// Answers to what was asked, in canonical form.
    pub answers: Answers,
    /// Whatever else came: kept as it came, for a person to look at.
    pub aside: Answers,
}

impl Forms {
    /// Adds a version, or replaces it.
    pub fn insert(&mut self, version: u32, questions: Vec<Question>) {
        self.0.insert(version, questions);
    }

    /// What a version asked; `None` where that is not known.
    pub fn asked(&self, version: u32) -> Option<&[Question]> {
        self.0.get(&version).map(Vec::as_slice)
    }

    /// What the newest version asks.
    pub fn newest(&self) -> &[Question] {
        self.0.values().next_back().map(Vec::as_slice).unwrap_or_default()
    }

    /// Every question of every version, the newest version first.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.0.values().rev().flatten()
    }

    /// Sorts the answers of a sign-up by what its version of the form asked. Where nobody knows what that
    /// version asked, all of them are put aside.
    ///
    /// ```
    /// use rollcall_shared::forms::Forms;
    /// use rollcall_shared::question::{Answers, Question};
    /// let questions = r#"[{"key":"q1","label":{"zh":"学校"},"kind":"text","max_chars":10}]"#;
    /// let mut forms = Forms::default();
    /// forms.insert(1, serde_json::from_str::<Vec<Question>>(questions).unwrap());
    /// let answers: Answers = serde_json::from_str(r#"{"q1":"一中","x":"y"}"#).unwrap();
    /// let sorted = forms.sort(1, &answers);
    /// assert_eq!(serde_json::to_string(&sorted.answers).unwrap(), r#"{"q1":"一中"}"#);
    /// assert_eq!(serde_json::to_string(&sorted.aside).unwrap(), r#"{"x":"y"}"#);
    /// assert_eq!(forms.sort(2, &answers).aside, answers);
    /// ```
    pub fn sort(&self, version: u32, answers: &Answers) -> Sorted {
        let asked = self.asked(version).unwrap_or_default();
        let mut sorted = Sorted::default();
        for (key, answer) in answers {
            let question = asked.iter().find(|question| question.key == *key);
            match question.map(|question| question.canonical(answer)) {
                Some(Ok(Some(canonical))) => drop(sorted.answers.insert(key.clone(), canonical)),
                Some(Ok(None)) => {}
                Some(Err(_)) | None => drop(sorted.aside.insert(key.clone(), answer.clone())),
            }
        }
        sorted
    }

    /// Makes the questions of the next version from what a host filled in. A question keeps its key while it
    /// is the same: of the same kind, its words at most mended. Any other has a key that no question of this
    /// workshop ever had; and so it is with a question's options.
    ///
    /// ```
    /// use rollcall_shared::forms::Forms;
    /// use rollcall_shared::question::Question;
    /// let questions = |json: &str| serde_json::from_str::<Vec<Question>>(json).unwrap();
    /// let school = questions(r#"[{"key":"q1","label":{"zh":"学校"},"kind":"text","max_chars":10}]"#);
    /// let lunch = questions(r#"[{"key":"q1","label":{"zh":"午餐"},"kind":"checkbox"}]"#);
    /// let mut forms = Forms::default();
    /// forms.insert(1, school.clone());
    /// assert_eq!(forms.next(school.clone()), school);
    /// assert_eq!(forms.next(lunch)[0].key, "q2");
    /// ```
    pub fn next(&self, mut draft: Vec<Question>) -> Vec<Question> {
        let current = self.newest();
        let used = self.questions().map(|question| question.key.as_str());
        let mut taken: BTreeSet<String> =
            used.chain(draft.iter().map(|q| q.key.as_str())).map(str::to_owned).collect();
        for question in &mut draft {
            match current.iter().find(|old| old.key == question.key) {
                Some(old) if is_same_question(old, question) => self.next_options(old, question),
                None if self.questions().all(|old| old.key != question.key) => {}
                Some(_) | None => question.key = fresh_key(&question.key, &mut taken),
            }
        }
        draft
    }

    fn next_options(&self, old: &Question, question: &mut Question) {
        let every_version = self.questions().filter(|other| other.key == question.key);
        let used: BTreeSet<String> =
            every_version.flat_map(Question::options).map(|o| o.key.clone()).collect();
        let Some(options) = question.options_mut() else { return };
        let mut taken: BTreeSet<String> =
            used.iter().cloned().chain(options.iter().map(|option| option.key.clone())).collect();
        for option in options {
            match old.options().iter().find(|old| old.key == option.key) {
                Some(old) if is_mended(&old.label, &option.label) => {}
                None if !used.contains(&option.key) => {}
                Some(_) | None => option.key = fresh_key(&option.key, &mut taken),
            }
        }
    }
}

impl Question {
    /// What can be chosen; nothing where an answer is no choice.
    pub fn options(&self) -> &[Choice] {
        match &self.kind {
            Kind::Choice { options } | Kind::Many { options } => options,
            Kind::Text { .. } | Kind::Checkbox => &[],
        }
    }

    fn options_mut(&mut self) -> Option<&mut Vec<Choice>> {
        match &mut self.kind {
            Kind::Choice { options } | Kind::Many { options } => Some(options),
            Kind::Text { .. } | Kind::Checkbox => None,
        }
    }
}

fn is_same_question(old: &Question, new: &Question) -> bool {
    std::mem::discriminant(&old.kind) == std::mem::discriminant(&new.kind)
        && is_mended(&old.label, &new.label)
}

/// Whether words are those of before, at most mended: a slip of the pen, or something added. Words that only
/// came in another language are not compared with those of before.
fn is_mended(old: &Text, new: &Text) -> bool {
    [(&old.zh, &new.zh), (&old.en, &new.en)].into_iter().any(|(old, new)| are_close(old, new))
}

/// Whether one text is in the other, or an eighth of its characters differs, but never half of them.
fn are_close(old: &str, new: &str) -> bool {
    let [old, new] = [old, new].map(|text| text.trim().to_lowercase());
    if old.is_empty() || new.is_empty() {
        return false;
    }
    let shorter = old.chars().count().min(new.chars().count());
    let is_within = shorter >= 2 && (old.contains(&new) || new.contains(&old));
    let distance = strsim::osa_distance(&old, &new);
    old == new || is_within || (distance <= (shorter / 8).max(1) && distance * 2 <= shorter)
}

/// Makes a key like `key` that nobody has, and takes it: the next number behind its letters.
fn fresh_key(key: &str, taken: &mut BTreeSet<String>) -> String {
    let stem = key.trim_end_matches(|c: char| c.is_ascii_digit());
    let stem: String = stem.chars().take(MAX_KEY_CHARS - 10).collect();
    let mut number = key.get(stem.len()..).and_then(|digits| digits.parse().ok()).unwrap_or(1_u32);
    loop {
        number = number.checked_add(1).unwrap_or(2);
        let fresh = format!("{stem}{number}");
        if taken.insert(fresh.clone()) {
            return fresh;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::question::Answer;

    fn questions(json: &str) -> Vec<Question> {
        serde_json::from_str(json).unwrap()
    }

    fn text(key: &str, zh: &str) -> Question {
        Question {
            key: key.into(),
            label: Text::new(zh, ""),
            required: false,
            kind: Kind::Text { max_chars: 9 },
        }
    }

    fn many(key: &str, options: &[(&str, &str)]) -> Question {
        let options = options.iter().map(|(key, zh)| Choice { key: (*key).into(), label: Text::new(zh, "") });
        Question { kind: Kind::Many { options: options.collect() }, ..text(key, "日期") }
    }

    /// Keys of the next version after those versions.
    fn next(versions: &[&[Question]], draft: &[Question]) -> Vec<String> {
        let mut forms = Forms::default();
        for (version, questions) in (1..).zip(versions) {
            forms.insert(version, questions.to_vec());
        }
        let keys = |question: Question| {
            let options: Vec<_> = question.options().iter().map(|option| option.key.as_str()).collect();
            if options.is_empty() {
                question.key.clone()
            } else {
                format!("{}:{}", question.key, options.join(","))
            }
        };
        forms.next(draft.to_vec()).into_iter().map(keys).collect()
    }

    #[test]
    fn a_question_keeps_its_key_while_it_is_the_same() {
        let before = &[text("q1", "学校"), text("q2", "是否需要午餐")][..];
        let check = |draft: &[Question], expected: &[&str]| assert_eq!(next(&[before], draft), expected);
        check(before, &["q1", "q2"]);
        check(&[before[1].clone(), before[0].clone()], &["q2", "q1"]);
        check(&[text("q1", "学校（全称）"), text("q2", "是否需要午歺")], &["q1", "q2"]);
        check(&[Question { required: true, ..text("q1", "学校") }], &["q1"]);
        check(&[text("q1", "学校"), text("q3", "班级")], &["q1", "q3"]);
    }

    #[test]
    fn keys_are_never_used_again() {
        let (school, lunch) = (text("q1", "学校"), text("q2", "午餐"));
        let both = &[school.clone(), lunch.clone()][..];
        let check = |versions: &[&[Question]], draft: &[Question], expected: &[&str]| {
            assert_eq!(next(versions, draft), expected);
        };
        // Another question under the key of one that goes in the same step, or went before.
        check(&[both], &[school.clone(), text("q2", "住宿")], &["q1", "q3"]);
        check(&[both, &both[..1]], &[school.clone(), text("q2", "住宿")], &["q1", "q3"]);
        check(&[both, &both[..1], &[]], std::slice::from_ref(&lunch), &["q3"]);
        // A small difference makes another question of short words, and of long ones.
        check(&[both], &[school.clone(), text("q2", "早茶")], &["q1", "q3"]);
        check(&[&[text("q1", "是否需要午餐")]], &[text("q1", "是否需要住宿")], &["q2"]);
        check(&[&[text("q1", "男")]], &[text("q1", "女")], &["q2"]);
        // Another kind.
        check(&[both], &[school.clone(), Question { kind: Kind::Checkbox, ..lunch.clone() }], &["q1", "q3"]);
        check(
            &[&[many("days", &[("o1", "周六")])]],
            &[Question { kind: Kind::Choice { options: vec![] }, ..many("days", &[]) }],
            &["days2"],
        );
        // The fresh key is not that of another question of the draft.
        check(&[both], &[text("q2", "住宿"), text("q3", "班级")], &["q4", "q3"]);
        // Keys that a person wrote.
        check(&[&[text("school", "学校")]], &[text("school", "班级")], &["school2"]);
        check(&[&[text("7", "学校")]], &[text("7", "班级")], &["8"]);
        let long = "k".repeat(MAX_KEY_CHARS);
        let fresh = next(&[&[text(&long, "学校")]], &[text(&long, "班级")]);
        assert!(fresh[0].len() <= MAX_KEY_CHARS && fresh[0] != long, "{fresh:?}");
    }

    #[test]
    fn so_it_is_with_options() {
        let before = &[many("days", &[("o1", "星期六"), ("o2", "星期天上午")])][..];
        let check = |versions: &[&[Question]], draft: &[(&str, &str)], expected: &str| {
            assert_eq!(next(versions, &[many("days", draft)]), [format!("days:{expected}")]);
        };
        check(&[before], &[("o1", "星期六"), ("o2", "星期天上午")], "o1,o2");
        check(&[before], &[("o2", "星期天上午"), ("o1", "星期六（全天）")], "o2,o1");
        check(&[before], &[("o1", "星期六"), ("o2", "平时")], "o1,o3");
        let without = &[many("days", &[("o1", "星期六")])][..];
        check(&[before, without], &[("o1", "星期六"), ("o2", "星期天上午")], "o1,o3");
        check(&[before, without], &[("o1", "星期六"), ("o3", "平时")], "o1,o3");
    }

    #[test]
    fn answers_are_sorted_by_what_was_asked() {
        let mut forms = Forms::default();
        forms.insert(
            1,
            questions(
                r#"[{"key":"q1","label":{"zh":"学校"},"kind":"text","max_chars":4},
                    {"key":"q2","label":{"zh":"午餐"},"kind":"checkbox"},
                    {"key":"q3","label":{"zh":"学段"},"kind":"choice",
                     "options":[{"key":"o1","label":{"zh":"小学"}}]}]"#,
            ),
        );
        forms.insert(2, vec![text("q4", "班级")]);
        let check = |version, came: &str, answers: &str, aside: &str| {
            let sorted = forms.sort(version, &serde_json::from_str(came).unwrap());
            assert_eq!(serde_json::to_string(&sorted.answers).unwrap(), answers, "{came}");
            assert_eq!(serde_json::to_string(&sorted.aside).unwrap(), aside, "{came}");
        };
        check(1, r#"{"q1":" 一  中 ","q2":"on","q3":"o1"}"#, r#"{"q1":"一 中","q2":true,"q3":"o1"}"#, "{}");
        check(1, r#"{"q1":"一中","q4":"三班","x":"y"}"#, r#"{"q1":"一中"}"#, r#"{"q4":"三班","x":"y"}"#);
        check(1, r#"{"q1":"12345","q3":"o2"}"#, "{}", r#"{"q1":"12345","q3":"o2"}"#);
        check(1, r#"{"q1":"","q2":false,"q3":""}"#, "{}", "{}");
        check(2, r#"{"q4":"三班"}"#, r#"{"q4":"三班"}"#, "{}");
        check(3, r#"{"q4":"三班"}"#, "{}", r#"{"q4":"三班"}"#);
        assert_eq!(forms.sort(9, &Answers::from([("x".into(), Answer::Ticked(true))])).aside.len(), 1);
    }
}
