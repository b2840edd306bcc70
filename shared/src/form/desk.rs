//! The desk's pages: a helper's device signs up person after person on the venue page. Its script and style
//! are not the phone's; the program that serves the pages passes them in, so that the worker contains
//! neither.

use maud::{Markup, html};
use serde::Serialize;

use super::document::{Document, Page};
use super::field::Filler;
use super::join::{
    AnswerErrors, Explained, answer_errors, fields, name_explained, phone_explained, why_again,
};
use super::message::Message;
use super::parts::stamp;
use super::receipt::mark_of;
use super::script::Script;
use super::words::desk::{DeskWords, desk_words, entry_text, pin_text};
use super::words::{REFUSALS, refusal_text, state_words, words};
use crate::desk_trouble::{EntryTrouble, PinTrouble};
use crate::field_error::FieldError;
use crate::language::Language;
use crate::receipt::ReceiptState;
use crate::seed::Seed;
use crate::signup::SignupForm;
use crate::signup_id::SignupId;
use crate::workshop::Workshop;

/// What is built from `edge/web/desk.ts` and `edge/web/desk.css`.
#[derive(Debug, Clone, Copy)]
pub struct Assets {
    /// The script.
    pub script: &'static str,
    /// The style, after that of all pages.
    pub style: &'static str,
}

/// The page that asks for the PIN.
#[derive(Debug, Clone, Copy)]
pub struct PinView<'a> {
    /// Whose desk it is.
    pub workshop: &'a Workshop,
    /// In which language.
    pub language: Language,
    /// What precedes `/desk` in this server's addresses: `/{token}`.
    pub base: &'a str,
    /// The value of the field for the desk's name.
    pub name: &'a str,
    /// Most characters of it.
    pub name_chars: usize,
    /// Why the page comes back.
    pub trouble: Option<PinTrouble>,
}

/// The page on which people are signed up.
#[derive(Debug, Clone, Copy)]
pub struct DeskView<'a> {
    /// For which workshop.
    pub workshop: &'a Workshop,
    /// In which language.
    pub language: Language,
    /// What precedes `/desk` in this server's addresses.
    pub base: &'a str,
    /// What the desk is called.
    pub desk: &'a str,
    /// How many it has signed up.
    pub taken: u32,
    /// Makes the id of a form sent without script.
    pub seed: &'a Seed,
    /// The values of the fields.
    pub values: &'a SignupForm,
    /// What is wrong with them.
    pub errors: &'a [FieldError],
    /// Why an entry code was not taken.
    pub entry: Option<EntryTrouble>,
    /// Why the form comes back although nothing is wrong with it.
    pub trouble: Option<Message>,
    /// Script and style.
    pub assets: Assets,
}

/// The receipt at the desk, without script.
#[derive(Debug, Clone, Copy)]
pub struct TakenView<'a> {
    /// For which workshop.
    pub workshop: &'a Workshop,
    /// In which language.
    pub language: Language,
    /// What precedes `/desk` in this server's addresses.
    pub base: &'a str,
    /// What the desk is called.
    pub desk: &'a str,
    /// The sign-up.
    pub id: SignupId,
    /// Its state.
    pub state: ReceiptState,
    /// Script and style.
    pub assets: Assets,
}

/// Asks for the PIN and the desk's name. It needs no script.
pub fn pin_page(view: &PinView<'_>) -> Page {
    let PinView { workshop, language, base, name, name_chars, trouble } = *view;
    let d = desk_words(language);
    let body = html! {
        h1 { (d.title) }
        p.facts { (workshop.title.get(language)) }
        @if let Some(trouble) = trouble { p.alert role="alert" { (pin_text(trouble, language)) } }
        p { (d.ask_pin) }
        form method="post" action={ (base) "/desk?lang=" (language.tag()) } accept-charset="utf-8" {
            div.field {
                label for="pin" { (d.pin) }
                p.hint #pin-hint { (d.pin_hint) }
                input #pin name="pin" type="text" inputmode="numeric" autocomplete="off" pattern="[0-9０-９ ]*"
                    autocorrect="off" autocapitalize="off" spellcheck="false"
                    required maxlength="12" autofocus aria-describedby="pin-hint";
            }
            div.field {
                label for="desk-name" { (d.name) }
                p.hint #name-hint { (d.name_hint) }
                input #desk-name name="desk" type="text" autocomplete="off" autocorrect="off"
                    autocapitalize="off" spellcheck="false" required maxlength=(name_chars)
                    value=(name)
                    aria-describedby="name-hint";
            }
            button type="submit" { (d.start) }
        }
    };
    document(workshop, language, d.title, body, None).render()
}

/// The form, the ways to scan a code, and with script the receipt on the spot.
pub fn desk_page(view: &DeskView<'_>) -> Page {
    let DeskView { workshop, language, base, desk, taken, seed, values, errors, entry, trouble, assets } =
        *view;
    let (d, w) = (desk_words(language), words(language));
    let lang = language.tag();
    let body = html! {
        (head(desk, workshop, language))
        section #done hidden {
            div.slip {
                div #state.state role="status" {
                    (stamp("", ""))
                    h2 tabindex="-1" {}
                    p #who.person translate="no" { span {} " " span {} }
                    p #see-desk.alert hidden { (w.see_desk) }
                }
                p.code translate="no" {}
                p.hint { (d.say_code) }
            }
            button #next type="button" { (d.next) }
        }
        div #work {
            @if let Some(trouble) = trouble { (why_again(trouble, language)) }
            form #signup method="post" action={ (base) "/desk/signup?lang=" (lang) } accept-charset="utf-8"
                autocomplete="off" {
                h2 { (d.type_in) }
                input type="hidden" name="seed" value=(seed);
                input type="hidden" name="invite_code" value=(workshop.invite_code);
                input type="hidden" name="form_version" value=(workshop.form_version);
                (fields(workshop, values, errors, Filler::Desk, language))
                div #status role="alert" {}
                button type="submit" { (w.submit) }
            }
            section #scan {
                h2 { (d.scan) }
                p.hint { (d.scan_hint) }
                div #entry-status role="alert" class=[entry.map(|_| "alert")] {
                    @if let Some(trouble) = entry { (entry_text(trouble, language)) }
                }
                div #cameras hidden {
                    div.photo {
                        label.act for="photo" { (d.photo) }
                        input #photo type="file" accept="image/*" capture="environment";
                    }
                    button #live.act type="button" hidden { (d.camera) }
                    video #video hidden muted playsinline {}
                }
                form #entry-form method="post" action={ (base) "/desk/entry?lang=" (lang) }
                    accept-charset="utf-8" autocomplete="off" {
                    div.field {
                        label for="entry" { (d.entry) }
                        p.hint #entry-hint { (d.entry_hint) }
                        input #entry name="entry" type="text" autocomplete="off" autocorrect="off"
                            autocapitalize="off" spellcheck="false"
                            required aria-describedby="entry-hint";
                    }
                    button.act type="submit" { (d.take) }
                }
            }
        }
        (foot(base, taken, d, language))
    };
    let data = DeskData {
        signups: &format!("{base}/v1/desk/signups"),
        entries: &format!("{base}/v1/entries"),
        desk: &format!("{base}/desk?lang={lang}"),
        phone: phone_explained(language),
        name: name_explained(language),
        errors: answer_errors(language),
        refusals: REFUSALS.map(|why| (why, refusal_text(why, language))),
        entry_errors: EntryTrouble::ALL.map(|why| (why.code(), entry_text(why, language))),
        states: STATES.map(|state| {
            (state.as_str(), state_words(state, workshop.waiting_list, language).title, mark_of(state))
        }),
        sending: w.sending,
        reading: d.reading,
        no_code: d.no_code,
        taken: d.taken_here,
        camera: d.camera,
        camera_stop: d.camera_stop,
        camera_refused: d.camera_refused,
        not_taken: d.not_taken,
        signed_out: d.signed_out,
        enter_again: d.enter_again,
    };
    let script = Some(Script::new(assets.script, &data));
    document(workshop, language, desk, body, script).render_with(assets.style)
}

/// The receipt on a page of its own, for devices without script.
pub fn taken_page(view: &TakenView<'_>) -> Page {
    let TakenView { workshop, language, base, desk, id, state, assets } = *view;
    let d = desk_words(language);
    let body = html! {
        (head(desk, workshop, language))
        section #done {
            div.slip {
                div.state.(state.as_str()) role="status" {
                    (stamp("", mark_of(state)))
                    h2 { (state_words(state, workshop.waiting_list, language).title) }
                    @if state == ReceiptState::Received { p.alert { (words(language).see_desk) } }
                }
                p.code translate="no" { (id.short_code()) }
                p.hint { (d.say_code) }
            }
            a #next.act.main href={ (base) "/desk?lang=" (language.tag()) } autofocus { (d.next) }
        }
    };
    document(workshop, language, desk, body, None).render_with(assets.style)
}

/// What a sign-up at the desk can be told.
const STATES: [ReceiptState; 4] =
    [ReceiptState::Received, ReceiptState::Registered, ReceiptState::Waitlisted, ReceiptState::Cancelled];

fn head(desk: &str, workshop: &Workshop, language: Language) -> Markup {
    html! {
        h1 { (desk) }
        p.facts { (workshop.title.get(language)) }
    }
}

fn foot(base: &str, taken: u32, d: &DeskWords, language: Language) -> Markup {
    html! {
        footer.desk {
            p #taken data-taken=(taken) { (d.taken_here.replace("{n}", &taken.to_string())) }
            form method="post" action={ (base) "/desk/leave?lang=" (language.tag()) } {
                button.act type="submit" { (d.leave) }
            }
        }
    }
}

fn document<'a>(
    workshop: &'a Workshop,
    language: Language,
    title: &'a str,
    body: Markup,
    script: Option<Script>,
) -> Document<'a> {
    let switch = match language.other() {
        Language::Zh => "?lang=zh",
        Language::En => "?lang=en",
    };
    Document {
        language,
        title,
        switch,
        masthead: Some(workshop.organisation.get(language)),
        body,
        script,
        has_files: false,
    }
}

/// What the script is told.
#[derive(Serialize)]
struct DeskData<'a> {
    /// Where sign-ups go.
    signups: &'a str,
    /// Where entry codes go.
    entries: &'a str,
    /// This page.
    desk: &'a str,
    phone: Explained,
    name: Explained,
    errors: AnswerErrors,
    refusals: [(u16, &'static str); REFUSALS.len()],
    entry_errors: [(&'static str, &'static str); EntryTrouble::ALL.len()],
    /// Name, title and the stamp's sign of each.
    states: [(&'static str, &'static str, &'static str); STATES.len()],
    sending: &'static str,
    reading: &'static str,
    no_code: &'static str,
    taken: &'static str,
    camera: &'static str,
    camera_stop: &'static str,
    camera_refused: &'static str,
    /// There was no answer, or only the answer that it cannot be done just now.
    not_taken: &'static str,
    signed_out: &'static str,
    enter_again: &'static str,
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::workshop;
    use super::*;
    use crate::field_error::FieldName;

    const ASSETS: Assets = Assets { script: "0", style: ".x{}" };

    #[test]
    fn the_pin_is_asked_for_and_the_reason_given() {
        let w = workshop();
        let page = |trouble, language| {
            let view = PinView {
                workshop: &w,
                language,
                base: "/k7m2qx",
                name: "Desk <1>",
                name_chars: 20,
                trouble,
            };
            pin_page(&view).html
        };
        let html = page(Some(PinTrouble::Wait(8)), Language::En);
        assert!(
            html.contains(r#"action="/k7m2qx/desk?lang=en""#) && html.contains("Desk &lt;1&gt;"),
            "{html}"
        );
        assert!(html.contains("try again in 8 seconds"), "{html}");
        assert!(page(Some(PinTrouble::Wrong), Language::Zh).contains("数字不对"));
        assert!(!page(None, Language::Zh).contains("role=\"alert\""));
    }

    #[test]
    fn the_desk_keeps_what_was_typed_and_its_policy_knows_its_style() {
        let w = workshop();
        let values = SignupForm { name: "王芳".into(), ..SignupForm::default() };
        let view = DeskView {
            workshop: &w,
            language: Language::En,
            base: "/k7m2qx",
            desk: "Desk 1",
            taken: 3,
            seed: &Seed::from_random([0; 16]),
            values: &values,
            errors: &[FieldError::new(FieldName::Phone, "too_few_digits")],
            entry: Some(EntryTrouble::OtherWorkshop),
            trouble: None,
            assets: ASSETS,
        };
        let page = desk_page(&view);
        assert!(page.html.contains(r#"value="王芳""#) && page.html.contains("another workshop"));
        assert!(page.html.contains("3 signed up at this desk"));
        for source in [ASSETS.script, ASSETS.style] {
            assert!(page.csp.contains(&super::super::document::sha256(source)), "{}", page.csp);
        }
    }

    #[test]
    fn the_receipt_shows_state_and_code_and_leads_to_the_next() {
        let w = workshop();
        let id = SignupId::from_random([7; 16]);
        let view = TakenView {
            workshop: &w,
            language: Language::Zh,
            base: "/k7m2qx",
            desk: "签到台 1",
            id,
            state: ReceiptState::Registered,
            assets: ASSETS,
        };
        let html = taken_page(&view).html;
        assert!(
            html.contains(&id.short_code()) && html.contains("已登记") && html.contains("下一位"),
            "{html}"
        );
        assert!(html.contains(r#"href="/k7m2qx/desk?lang=zh""#), "{html}");
    }
}
