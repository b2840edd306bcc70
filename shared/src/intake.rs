//! How a sign-up is taken, from the bytes of a request to *accepted* or *refused*: one procedure for all six
//! ways in which one comes (JSON and form at the edge, JSON and form on the venue page, the desk, an entry
//! code).
//!
//! ```text
//! json(body)          ┐
//! form(body)          ├▶ Submission ── check ──▶ CheckedSignup ── proven or waived ──▶ AcceptedSignup
//! entry_code(code, …) ┘
//! ```
//!
//! Each step may answer with [`Refused`], which knows its problem for programs and its page for people. A
//! route has two steps of its own: it finds the workshop that the code leads to, and it stores what was
//! accepted.
//!
//! # What is answered when several things are wrong
//!
//! The first row that applies decides, whichever way the sign-up came.
//!
//! | # | what is wrong | JSON: problem | form: page | entry code |
//! |---|---|---|---|---|
//! | 1 | the address: no such token | 404 `not_found` | 404 *nothing here* | 404 |
//! | | the address: no session of a desk | 401 `unauthorized` | the page for the PIN | 401 |
//! | 2 | another media type | 415 `media_type` | 415 *not readable* | 415 |
//! | 3 | more than 128 KiB | 413 `too_large` | 413 *not readable* | 413 (4) |
//! | 4 | no JSON, no form, no box that opens | 400 `malformed` | 400 *not readable* | 422 (1) |
//! | 5 | the invite code is invalid | 422 `invite_code` | 404 *no such code* | |
//! | 6 | no workshop has the code | 404 `unknown_code` | 404 *no such code* | |
//! | 7 | the workshop is retired, or has another code | 410 `closed` | 410 *closed* | 410 `closed` |
//! | 8 | sign-up has not opened | 410 `closed` (2) | 410 *not open yet* | 410 `closed` |
//! | 9 | sign-up has closed | 410 `closed` | 410 *closed* | 410 `closed` |
//! | 10 | fields, answers, `replaces` | 422, all named | 422 the form, all named | 422 `damaged` |
//! | 11 | only the seed | | 422 the form, a new seed | |
//! | 12 | no proof of work; asked for at the edge only | 428, a challenge | 428 or 429 (3), the form | |
//! | 13 | it cannot be stored just now | 503 (3) | 503 (3), the form, its seed | 503 (3) |
//!
//! (1) With the [`EntryTrouble`](crate::desk_trouble::EntryTrouble) as the code of the field `entry`.
//! (2) With the detail `not open yet`. (3)
//! With `Retry-After`. (4) A text that is too long by itself, as the host's own window takes one, is
//! `not_an_entry`. Rows 1 and 7 are the route's to find out; rows 2 and 3 are decided before the body is read
//! whole.
//!
//! A JSON refusal of any row names the sign-up that the request's header `Idempotency-Key` names, also where
//! the body could not be read ([`Problem::about`](crate::problem::Problem::about)): by that a phone tells the
//! server's word from a network's, and by nothing less it gives a sign-up up.
//!
//! And what is no mistake:
//!
//! - A page that is requested before the workshop opens is answered with 200 and says when it opens
//!   ([`Landing`]).
//! - The `id` in a form is ignored: its id is made from seed and content, so that a double tap is one
//!   sign-up.
//! - The `invite_code` in a form is ignored: the form goes where its address leads.
//! - An invalid seed is replaced whenever the form comes back, also where something else is wrong.
//! - A sign-up filled in before closing and sent within the grace is taken, and marked late.
//!
//! `shared/tests/intake.json` has a case for each row, and for pairs of rows; `shared/tests/intake.rs` plays
//! them here, `e2e/tests/path/intake.rs` over HTTP.

mod answer;
mod entry_text;
mod landing;
mod proof_missing;
mod refused;
mod submission;

pub use answer::{PageAnswer, Visit};
pub use entry_text::entry_text;
pub use landing::Landing;
pub use proof_missing::ProofMissing;
pub use refused::{FormAgain, Refused};
pub use submission::{AcceptedSignup, CheckedSignup, Submission};
