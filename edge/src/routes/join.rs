//! `/j/{code}`: the page, and the form that it sends without script.

use rand_core::{OsRng, RngCore};
use rollcall_shared::field_error::{FieldError, FieldName};
use rollcall_shared::form::{JoinView, Message, join_page, lost_page, shut_page};
use rollcall_shared::language::Language;
use rollcall_shared::problem::{Problem, ProblemCode};
use rollcall_shared::receipt::verify;
use rollcall_shared::signup::{MAX_BODY_BYTES, SignupForm};
use rollcall_shared::workshop::{Intake, Workshop};
use worker::Error;

use crate::answer::{self, Answer, Refusal};
use crate::guard::{self, Guarded, Why};
use crate::inbound::Inbound;
use crate::routes::signups::{keep, unreadable};
use crate::routes::workshops::{code_in_path, published};
use crate::{body, settings};

/// Shows the page.
pub(crate) async fn show(inbound: &mut Inbound, code: &str) -> Answer {
    let language = inbound.language();
    match find(inbound, code).await {
        Ok(workshop) => match workshop.intake(inbound.now, None) {
            Intake::Open | Intake::Late => {
                let values = SignupForm { replaces: corrected(inbound, &workshop)?, ..SignupForm::default() };
                let form = Form { workshop: &workshop, language, values: &values, seed: &new_seed()? };
                form.show(200, &[], false)
            }
            Intake::NotYet => shut(200, Message::NotYet, &workshop, language),
            Intake::Closed => shut(410, Message::Closed, &workshop, language),
        },
        Err(refusal) => say_why(refusal, language),
    }
}

/// Takes the form. A person sees every answer, so each is a page: the receipt's, the form with what is to be mended, or
/// what went wrong.
pub(crate) async fn submit(inbound: &mut Inbound, code: &str) -> Answer {
    let language = inbound.language();
    match try_submit(inbound, code, language).await {
        Ok(response) => Ok(response),
        Err(refusal) => say_why(refusal, language),
    }
}

async fn try_submit(inbound: &mut Inbound, code: &str, language: Language) -> Answer {
    let media_type = "application/x-www-form-urlencoded";
    let bytes = body::read(&mut inbound.request, media_type, MAX_BODY_BYTES).await?;
    let (values, seed) = SignupForm::from_urlencoded(&bytes).map_err(|error| unreadable(&error))?;
    let workshop = find(inbound, code).await?;
    match workshop.intake(inbound.now, values.filled_at) {
        Intake::Open | Intake::Late => {}
        Intake::NotYet => return shut(410, Message::NotYet, &workshop, language),
        Intake::Closed => return shut(410, Message::Closed, &workshop, language),
    }
    // The form goes where its address leads, whatever its hidden field says.
    let values = SignupForm { invite_code: workshop.invite_code.to_string(), ..values };
    let signup = match values.parse_seeded(&seed, &workshop) {
        Ok(signup) => signup,
        Err(errors) => {
            // A seed that is none cannot be mended by the person; the next try has a good one.
            let seed =
                if errors.iter().any(|error| error.field == FieldName::Seed) { new_seed()? } else { seed };
            return Form { workshop: &workshop, language, values: &values, seed: &seed }
                .show(422, &errors, false);
        }
    };
    let form = Form { workshop: &workshop, language, values: &values, seed: &seed };
    let replaces = match values.replaces(&settings::receipt_key(&inbound.env)?, &workshop.id) {
        Ok(replaces) => replaces,
        Err(error) => return form.show(422, &[error], false),
    };
    // A browser without script cannot work for a proof; it brings none.
    let pass = match guard::check(inbound, &workshop, signup.id, None)? {
        Guarded::Passed(pass) => pass,
        Guarded::ProofRequired(why) => return form.unproven(why),
    };
    match keep(&inbound.env, &workshop, &signup, replaces, inbound.now).await {
        Ok(accepted) => {
            let location = format!("{}?lang={}", accepted.receipt.url, language.tag());
            Ok(pass.stamp(answer::see_other(&location)?)?)
        }
        Err(refusal) => {
            let problem = refusal.into_problem();
            // The same seed: sent again, it is the same sign-up.
            let response = form.show(problem.status, &[], true)?;
            if let Some(seconds) = problem.retry_after {
                response.headers().set("retry-after", &seconds.to_string())?;
            }
            Ok(response)
        }
    }
}

/// The form in one state.
struct Form<'a> {
    workshop: &'a Workshop,
    language: Language,
    values: &'a SignupForm,
    seed: &'a str,
}

impl Form<'_> {
    fn show(&self, status: u16, errors: &[FieldError], unavailable: bool) -> Answer {
        let Self { workshop, language, values, seed } = *self;
        answer::page(
            status,
            join_page(&JoinView { workshop, language, base: "", seed, values, errors, unavailable }),
        )
    }

    /// The form as it was filled in, and what the person can do: wait a little, take another browser, go to the desk.
    fn unproven(&self, why: Why) -> Answer {
        let (problem, code, retry_after) = match why {
            Why::Always => (ProblemCode::ProofRequired, "needs_script", None),
            Why::Device(seconds) => (ProblemCode::SlowDown, "several", Some(seconds)),
            Why::Rush(seconds) => (ProblemCode::SlowDown, "rush", Some(seconds)),
        };
        let response = self.show(problem.status(), &[FieldError::new(FieldName::Signup, code)], false)?;
        if let Some(seconds) = retry_after {
            response.headers().set("retry-after", &seconds.to_string())?;
        }
        Ok(response)
    }
}

async fn find(inbound: &Inbound, code: &str) -> Result<Workshop, Refusal> {
    let code = code_in_path(code).ok_or_else(|| Problem::new(ProblemCode::UnknownCode))?;
    published(inbound, &code).await
}

/// The token of the receipt whose sign-up is to be corrected; whatever else stands there makes a plain form.
fn corrected(inbound: &Inbound, workshop: &Workshop) -> Result<Option<String>, Refusal> {
    let Some(token) = inbound.parameter("replaces") else { return Ok(None) };
    let key = settings::receipt_key(&inbound.env)?;
    Ok(verify(&token, &key, &workshop.id).is_ok().then_some(token))
}

fn shut(status: u16, message: Message, workshop: &Workshop, language: Language) -> Answer {
    answer::page(status, shut_page(message, workshop, "", language))
}

fn say(status: u16, message: Message, language: Language) -> Answer {
    answer::page(status, lost_page(message, "", language))
}

/// Shows a person why there is no form.
fn say_why(refusal: Refusal, language: Language) -> Answer {
    let problem = refusal.into_problem();
    let message = match problem.code {
        ProblemCode::UnknownCode => Message::UnknownCode,
        ProblemCode::Closed => Message::Closed,
        ProblemCode::NotFound => Message::NotFound,
        ProblemCode::Unavailable => Message::Unavailable,
        _ => Message::Malformed,
    };
    let response = say(problem.status, message, language)?;
    if let Some(seconds) = problem.retry_after {
        response.headers().set("retry-after", &seconds.to_string())?;
    }
    Ok(response)
}

/// 128 random bits in hexadecimal.
fn new_seed() -> Result<String, Error> {
    let mut bits = [0; 16];
    OsRng.try_fill_bytes(&mut bits).map_err(|error| Error::RustError(error.to_string()))?;
    Ok(format!("{:032x}", u128::from_be_bytes(bits)))
}
