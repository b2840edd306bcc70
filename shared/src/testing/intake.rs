//! The cases of `shared/tests/intake.json`: what is answered to a sign-up, for every mistake in it.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::Timestamp;
use crate::signup::MAX_BODY_BYTES;

/// One case.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What is wrong.
    pub name: String,
    /// Which workshop the code leads to.
    pub workshop: Leads,
    /// What is wrong with the body as such.
    #[serde(default)]
    pub body: Vec<BodyFault>,
    /// When it was filled in.
    #[serde(default)]
    pub filled_in: FilledIn,
    /// What is sent in place of the good sign-up's members.
    #[serde(default)]
    send: Map<String, Value>,
    /// What is answered to JSON.
    #[serde(default)]
    pub json: Option<Expected>,
    /// What is answered to a form.
    #[serde(default)]
    pub form: Option<Expected>,
    /// What is answered to an entry code.
    #[serde(default)]
    pub entry_code: Option<Expected>,
    /// What is answered on the venue page, where that is something else than at the edge.
    #[serde(default)]
    pub venue: AtVenue,
    /// What is answered to somebody who asks for the page.
    #[serde(default)]
    pub landing: Option<Expected>,
}

/// Where an invite code leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leads {
    /// To a workshop that takes sign-ups.
    Open,
    /// To one that opens later.
    NotYet,
    /// To one that has closed, less than its grace ago.
    Closed,
    /// To one whose intake was ended by hand.
    Retired,
    /// To one that asks everybody for a proof of work.
    AsksForProof,
    /// To one whose sign-ups cannot be stored just now.
    CannotStore,
    /// Nowhere.
    Unknown,
    /// It is not a code: it has a sign that no code has.
    NoCode,
}

/// What is wrong with a body as such.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyFault {
    /// It has another media type.
    WrongMediaType,
    /// It has more bytes than are read.
    TooLarge,
    /// It is not what its media type says.
    NotAForm,
}

/// When a sign-up was filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilledIn {
    /// Just now.
    #[default]
    Now,
    /// Before the workshop closed.
    BeforeClosing,
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// It is taken.
    #[serde(default)]
    pub taken: bool,
    /// The HTTP status of a refusal.
    #[serde(default)]
    pub status: u16,
    /// The problem's code.
    #[serde(default)]
    pub code: Option<String>,
    /// The problem's detail, where it matters.
    #[serde(default)]
    pub detail: Option<String>,
    /// Field and code of each mistake.
    #[serde(default)]
    pub errors: Vec<(String, String)>,
    /// The page.
    #[serde(default)]
    pub page: Option<Shows>,
    /// Whether the form that comes back has a seed of its own.
    #[serde(default)]
    pub new_seed: bool,
    /// Seconds after which to try again.
    #[serde(default)]
    pub retry_after: Option<u32>,
}

/// What a page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shows {
    /// The form, as it was filled in.
    Form,
    /// That sign-up has not opened.
    NotYet,
    /// That it has closed.
    Closed,
    /// That no workshop has the code.
    UnknownCode,
    /// That it could not be read.
    Malformed,
}

/// What is answered on the venue page, where that is something else.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AtVenue {
    /// To JSON.
    #[serde(default)]
    pub json: Option<Expected>,
    /// To a form.
    #[serde(default)]
    pub form: Option<Expected>,
}

/// The members of a good sign-up.
#[derive(Debug, Clone)]
pub struct Good {
    /// Its id, as JSON has it.
    pub id: String,
    /// The page's seed, as a form has it.
    pub seed: String,
    /// The code that leads where the case says.
    pub invite_code: String,
    /// The name.
    pub name: String,
    /// The number.
    pub phone: String,
    /// When it was filled in.
    pub filled_at: Timestamp,
}

/// All cases.
///
/// # Panics
/// Where the file is not what its types say.
#[allow(clippy::expect_used, reason = "data of tests that is compiled in")]
pub fn cases() -> Vec<Case> {
    #[derive(Deserialize)]
    struct File {
        cases: Vec<Case>,
    }
    let file: File = serde_json::from_str(include_str!("../../tests/intake.json")).expect("the cases");
    file.cases
}

impl Case {
    /// What is sent as JSON.
    pub fn json_body(&self, good: &Good) -> Vec<u8> {
        if self.body.contains(&BodyFault::NotAForm) {
            return br#"{"name":"#.to_vec();
        }
        let mut members = self.members(good);
        members.remove("seed");
        self.padded(Value::Object(members).to_string().into_bytes())
    }

    /// What is sent as a form.
    pub fn form_body(&self, good: &Good) -> Vec<u8> {
        if self.body.contains(&BodyFault::NotAForm) {
            return b"name=%FF".to_vec();
        }
        let mut members = self.members(good);
        // A browser that sends a form without script has drawn no id.
        if !self.send.contains_key("id") {
            members.remove("id");
        }
        let mut form = form_urlencoded::Serializer::new(String::new());
        for (key, value) in &members {
            match value {
                Value::Object(answers) => {
                    for (key, answer) in answers {
                        form.append_pair(&format!("answers.{key}"), &plain(answer));
                    }
                }
                value => {
                    form.append_pair(key, &plain(value));
                }
            }
        }
        self.padded(form.finish().into_bytes())
    }

    /// The media type of the body.
    pub fn media_type<'a>(&self, right: &'a str) -> &'a str {
        if self.body.contains(&BodyFault::WrongMediaType) { "text/plain" } else { right }
    }

    fn members(&self, good: &Good) -> Map<String, Value> {
        let Good { id, seed, invite_code, name, phone, filled_at } = good;
        let good = json!({
            "id": id,
            "seed": seed,
            "invite_code": invite_code,
            "name": name,
            "phone": phone,
            "filled_at": filled_at,
        });
        let Value::Object(mut members) = good else { return Map::new() };
        members.extend(self.send.clone());
        members
    }

    fn padded(&self, mut body: Vec<u8>) -> Vec<u8> {
        if self.body.contains(&BodyFault::TooLarge) {
            body.resize(MAX_BODY_BYTES + 1, b' ');
        }
        body
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
