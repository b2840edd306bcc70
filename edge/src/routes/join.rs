//! `/j/{code}`: the page, and the form that it sends without script.

use rand_core::{OsRng, RngCore};
use rollcall_shared::address::Reader;
use rollcall_shared::intake::{Landing, PageAnswer, Refused, Submission, Visit};
use rollcall_shared::media_type::MediaType;
use rollcall_shared::problem::ProblemCode;
use rollcall_shared::workshop::Workshop;
use worker::{Error, Response};

use crate::answer::{self, Answer, Stopped};
use crate::inbound::Inbound;
use crate::routes::signups::store;
use crate::routes::workshops::{code_in_path, published};
use crate::{body, guard, settings};

/// Shows the page.
pub(crate) async fn show(inbound: &mut Inbound, code: &str) -> Answer {
    let visit = visit(inbound)?;
    let shown = look(inbound, code, visit).await;
    answer::page_answer(shown.unwrap_or_else(|stopped| stopped.into_refused().page(visit)))
}

async fn look(inbound: &Inbound, code: &str, visit: Visit<'_>) -> Result<PageAnswer, Stopped> {
    let workshop = find(inbound, code).await?;
    let (key, replaces) = (settings::receipt_key(&inbound.env)?, inbound.parameter("replaces"));
    Ok(Landing::of(&workshop, inbound.now).page(&workshop, replaces.as_deref(), &key, visit))
}

/// Takes the form. A person sees every answer, so each is a page: the receipt's, the form with what is to be
/// corrected, or what went wrong. A program that asks for JSON and sends too much reads a problem.
pub(crate) async fn submit(inbound: &mut Inbound, code: &str) -> Answer {
    let visit = visit(inbound)?;
    let submission = match read(inbound).await {
        Ok(submission) => submission,
        Err(stopped) => return answer::page_answer(stopped.into_refused().page(visit)),
    };
    match take(inbound, code, submission.clone()).await {
        Ok(response) => Ok(response),
        Err(stopped) => {
            let refused = submission.given_back(stopped.into_refused());
            let problem = refused.problem_without_script();
            if problem.code == ProblemCode::SlowDown && inbound.reader() == Reader::Program {
                return Err(problem.into());
            }
            answer::page_answer(refused.page(visit))
        }
    }
}

async fn read(inbound: &mut Inbound) -> Result<Submission, Stopped> {
    let bytes = body::signup(&mut inbound.request, MediaType::Form).await?;
    Ok(Submission::form(&bytes)?)
}

async fn take(inbound: &mut Inbound, code: &str, submission: Submission) -> Result<Response, Stopped> {
    let workshop = &find(inbound, code).await?;
    let checked = submission.check(workshop, &settings::receipt_key(&inbound.env)?, inbound.now)?;
    let (accepted, pass) = guard::check(inbound, workshop, checked)?;
    match store(&inbound.env, workshop, &accepted, inbound.now).await {
        Ok(issued) => Ok(pass.stamp(answer::see_other(&issued.receipt.page(inbound.language()))?)?),
        Err(error) => {
            answer::log(&error);
            Err(accepted.unavailable().into())
        }
    }
}

async fn find(inbound: &Inbound, code: &str) -> Result<Workshop, Stopped> {
    let code = code_in_path(code).ok_or_else(Refused::unknown_code)?;
    published(inbound, &code).await
}

fn visit(inbound: &Inbound) -> Result<Visit<'static>, Error> {
    let mut random = [0; 16];
    OsRng.try_fill_bytes(&mut random).map_err(|error| Error::RustError(error.to_string()))?;
    Ok(Visit { base: "", language: inbound.language(), random })
}
