//! Why a sign-up is not taken: the problem that a program reads, the page that a person sees.

use super::{PageAnswer, ProofMissing, Visit};
use crate::desk_trouble::EntryTrouble;
use crate::field_error::{FieldError, FieldName};
use crate::form::{JoinView, KeptView, Message, join_page, kept_page, lost_page};
use crate::problem::{Problem, ProblemCode, RETRY_AFTER_SECONDS};
use crate::seed::Seed;
use crate::signup::{FormError, SignupForm};
use crate::workshop::Workshop;

/// A sign-up that is not taken, and why. Nothing of it has been kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(Box<Inner>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Inner {
    reason: Reason,
    /// What is wrong with the form that comes back.
    errors: Vec<FieldError>,
    /// For a form that could be read.
    filled: Option<Filled>,
}

/// A form as it was filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filled {
    pub(super) values: SignupForm,
    /// `None` where the one that came is invalid.
    pub(super) seed: Option<Seed>,
    /// `None` where it is not known: no questions can be asked again then, but nothing that was typed is
    /// lost.
    pub(super) workshop: Option<Workshop>,
}

/// Why it is not taken: the rows of the module's table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reason {
    NotFound,
    Unreadable(FormError),
    UnknownCode,
    Retired,
    NotYet,
    Closed,
    Invalid,
    Unproven(ProofMissing),
    Entry(EntryTrouble),
    Unavailable,
}

/// The form that comes back to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormAgain<'a> {
    /// As it was filled in.
    pub values: &'a SignupForm,
    /// The page's seed; `None` where it has to be a new one.
    pub seed: Option<&'a Seed>,
    /// What is wrong with it.
    pub errors: &'a [FieldError],
    /// Why it comes back although nothing is wrong with it.
    pub trouble: Option<Message>,
}

impl Refused {
    /// Refuses: there is nothing at the address. Row 1.
    pub fn not_found() -> Self {
        Reason::NotFound.into()
    }

    /// Refuses: no workshop has the code. Row 6.
    pub fn unknown_code() -> Self {
        Reason::UnknownCode.into()
    }

    /// Refuses: the workshop that had the code was retired, or has another code now. Row 7.
    pub fn retired() -> Self {
        Reason::Retired.into()
    }

    /// Refuses: something behind the server failed before the workshop was known. Row 13.
    pub fn unavailable() -> Self {
        Reason::Unavailable.into()
    }

    pub(super) fn not_yet() -> Self {
        Reason::NotYet.into()
    }

    pub(super) fn closed() -> Self {
        Reason::Closed.into()
    }

    pub(super) fn invalid(errors: Vec<FieldError>) -> Self {
        Self::new(Reason::Invalid, errors)
    }

    pub(super) fn unproven(missing: ProofMissing) -> Self {
        let errors = vec![FieldError::new(FieldName::Signup, missing.reason.code())];
        Self::new(Reason::Unproven(missing), errors)
    }

    /// Makes it the refusal of a form, which comes back.
    pub(super) fn with_form(mut self, filled: Filled) -> Self {
        self.0.filled = Some(filled);
        self
    }

    /// The same, unless a form comes back already.
    pub(super) fn or_with_form(mut self, filled: Option<Filled>) -> Self {
        self.0.filled = self.0.filled.or(filled);
        self
    }

    /// Makes it the refusal of an entry code, in the desk's words.
    pub(super) fn of_entry_code(self) -> Self {
        match self.0.reason {
            Reason::Invalid => EntryTrouble::Damaged.into(),
            Reason::NotYet | Reason::Closed => EntryTrouble::Closed.into(),
            Reason::Unavailable => EntryTrouble::Unavailable.into(),
            _ => self,
        }
    }

    fn new(reason: Reason, errors: Vec<FieldError>) -> Self {
        Self(Box::new(Inner { reason, errors, filled: None }))
    }

    /// What a program reads.
    pub fn problem(&self) -> Problem {
        match &self.0.reason {
            Reason::NotFound => Problem::new(ProblemCode::NotFound),
            Reason::Unreadable(error) => Problem::new(unreadable(error)).with_detail(error.to_string()),
            Reason::UnknownCode => Problem::new(ProblemCode::UnknownCode),
            Reason::NotYet => Problem::new(ProblemCode::Closed).with_detail("not open yet"),
            Reason::Retired | Reason::Closed | Reason::Entry(EntryTrouble::Closed) => {
                Problem::new(ProblemCode::Closed)
            }
            Reason::Unproven(missing) => Problem::proof_required(missing.challenge.clone()),
            Reason::Unavailable | Reason::Entry(EntryTrouble::Unavailable) => {
                Problem::unavailable(RETRY_AFTER_SECONDS)
            }
            Reason::Invalid | Reason::Entry(_) => Problem::invalid(self.0.errors.clone()),
        }
    }

    /// What a program reads that sent the form as a browser without script does. Neither can work: where
    /// waiting helps, this says so.
    pub fn problem_without_script(&self) -> Problem {
        match &self.0.reason {
            Reason::Unproven(missing) => {
                missing.reason.retry_after().map_or_else(|| self.problem(), Problem::slow_down)
            }
            _ => self.problem(),
        }
    }

    /// The status of the page that a person sees.
    pub fn page_status(&self) -> u16 {
        self.problem_without_script().status
    }

    /// Seconds for `Retry-After` on a page.
    pub fn retry_after(&self) -> Option<u32> {
        self.problem_without_script().retry_after
    }

    /// What a person reads where no form comes back.
    pub fn message(&self) -> Message {
        match &self.0.reason {
            Reason::NotFound => Message::NotFound,
            Reason::UnknownCode => Message::UnknownCode,
            Reason::NotYet => Message::NotYet,
            Reason::Retired | Reason::Closed | Reason::Entry(EntryTrouble::Closed) => Message::Closed,
            Reason::Unavailable | Reason::Entry(EntryTrouble::Unavailable) => Message::Unavailable,
            Reason::Unreadable(_) | Reason::Invalid | Reason::Unproven(_) | Reason::Entry(_) => {
                Message::Malformed
            }
        }
    }

    /// The form that comes back, where one does.
    pub fn form_again(&self) -> Option<FormAgain<'_>> {
        let filled = self.0.filled.as_ref()?;
        let is_at_fault = matches!(self.0.reason, Reason::Invalid | Reason::Unproven(_));
        Some(FormAgain {
            values: &filled.values,
            seed: filled.seed.as_ref(),
            errors: &self.0.errors,
            trouble: (!is_at_fault).then(|| self.message()),
        })
    }

    /// Why an entry code is not taken, in the desk's words; `None` where it was no entry code that was
    /// refused.
    pub fn entry_trouble(&self) -> Option<EntryTrouble> {
        match self.0.reason {
            Reason::Entry(trouble) => Some(trouble),
            _ => None,
        }
    }

    /// What a person sees who sent the form, or asked for it.
    pub fn page(&self, visit: Visit<'_>) -> PageAnswer {
        let Visit { base, language, random } = visit;
        let page = match (self.form_again(), &self.0.filled) {
            (Some(FormAgain { values, seed, errors, trouble }), Some(Filled { workshop, .. })) => {
                // The person cannot correct an invalid seed; the next try has a good one.
                let seed = &seed.cloned().unwrap_or_else(|| Seed::from_random(random));
                match workshop {
                    Some(workshop) => {
                        join_page(&JoinView { workshop, language, base, seed, values, errors, trouble })
                    }
                    None => kept_page(self.message(), &KeptView { values, seed, base, language }),
                }
            }
            _ => lost_page(self.message(), base, language),
        };
        PageAnswer { status: self.page_status(), retry_after: self.retry_after(), etag: None, page }
    }
}

impl From<Reason> for Refused {
    fn from(reason: Reason) -> Self {
        Self::new(reason, Vec::new())
    }
}

impl From<FormError> for Refused {
    fn from(error: FormError) -> Self {
        Reason::Unreadable(error).into()
    }
}

impl From<EntryTrouble> for Refused {
    fn from(trouble: EntryTrouble) -> Self {
        Self::new(Reason::Entry(trouble), vec![FieldError::new(FieldName::Entry, trouble.code())])
    }
}

fn unreadable(error: &FormError) -> ProblemCode {
    match error {
        FormError::MediaType(_) => ProblemCode::MediaType,
        FormError::TooLarge => ProblemCode::TooLarge,
        FormError::BrokenOff | FormError::Json { .. } | FormError::Encoding => ProblemCode::Malformed,
    }
}
