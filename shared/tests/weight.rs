//! The pages' weight on a hall's network: one request, at most 14 KB of gzip, in either language. What is
//! fetched later, once the page can be used, has a limit of its own.

#![allow(clippy::unwrap_used, reason = "a test that cannot compress should fail there")]

use miniz_oxide::deflate::compress_to_vec;
use rollcall_shared::form::{
    JoinView, Message, ReceiptView, SERVICE_WORKER, WORKER, join_page, message_page, receipt_page,
};
use rollcall_shared::language::{Language, Text};
use rollcall_shared::question::{Choice, Kind, Question};
use rollcall_shared::receipt::ReceiptState;
use rollcall_shared::seal::SecretKey;
use rollcall_shared::seed::Seed;
use rollcall_shared::signup::SignupForm;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::{Workshop, sample};

/// The rule, for all that is needed to use the page. How mistakes are explained comes behind that.
const MAX_BYTES: usize = 14 * 1024;
/// How mistakes are explained, behind the rest of the page.
const MAX_EXPLANATIONS_BYTES: usize = 2 * 1024;
/// With ten questions of five options each: a little more, for they are the host's own words.
const MAX_CURIOUS_BYTES: usize = 15 * 1024;
/// The service worker and the worker, together.
const MAX_LATER_BYTES: usize = 24 * 1024;

/// Bytes of a text as gzip. By a compressor named here: what flate2 takes depends on what else is compiled.
fn gzip(text: &str) -> usize {
    const HEAD_AND_TAIL: usize = 18;
    const LEVEL: u8 = 6;
    compress_to_vec(text.as_bytes(), LEVEL).len() + HEAD_AND_TAIL
}

fn workshop() -> Workshop {
    sample::workshop(SecretKey::from_bytes([9; 32]).public())
}

/// A workshop with more questions than most have.
fn curious_workshop() -> Workshop {
    let mut workshop = workshop();
    workshop.questions = (0..10_u8)
        .map(|n| Question {
            key: format!("q{n}"),
            label: Text::new(&format!("第 {n} 个问题"), &format!("Question number {n}")),
            required: n % 2 == 0,
            kind: Kind::Choice {
                options: (0..5_u8)
                    .map(|o| Choice {
                        key: format!("o{o}"),
                        label: Text::new(&format!("选项 {o}"), &format!("Option {o}")),
                    })
                    .collect(),
            },
        })
        .collect();
    workshop
}

/// The form at the edge, in the language in which it is heavier.
fn form(workshop: &Workshop) -> usize {
    let (values, base) = (SignupForm::default(), "");
    let seed = &Seed::parse("00112233445566778899aabbccddeeff").unwrap();
    let bytes = [Language::Zh, Language::En].map(|language| {
        let page = join_page(&JoinView {
            workshop,
            language,
            base,
            seed,
            values: &values,
            errors: &[],
            trouble: None,
        });
        let (needed, behind) = page.html.split_once("<script id=\"explanations\"").unwrap();
        assert!(gzip(behind) <= MAX_EXPLANATIONS_BYTES, "{}", gzip(behind));
        gzip(needed)
    });
    println!("the form: {bytes:?} bytes");
    bytes.into_iter().max().unwrap()
}

#[test]
fn the_form_is_light() {
    assert!(form(&workshop()) <= MAX_BYTES);
    assert!(form(&curious_workshop()) <= MAX_CURIOUS_BYTES);
}

#[test]
fn what_comes_later_is_light_too() {
    let bytes = [SERVICE_WORKER, WORKER].map(gzip);
    println!("service worker and worker: {bytes:?} bytes");
    assert!(bytes.iter().sum::<usize>() <= MAX_LATER_BYTES, "{bytes:?}");
}

#[test]
fn receipt_and_messages_are_lighter() {
    let workshop = workshop();
    for language in [Language::Zh, Language::En] {
        let receipt = receipt_page(&ReceiptView {
            workshop: Some(&workshop),
            language,
            base: "/k7m2qx",
            address: "0123456789abcdef/0f8fad5b-d9cb-469f-a165-70867728950e.AAAAAAAAAAAAAAAAAAAAAA",
            id: SignupId::from_random([7; 16]),
            state: ReceiptState::Registered,
            see_desk: false,
            cancelling: false,
        });
        let bytes = [gzip(&receipt.html), gzip(&message_page(Message::Closed, language).html)];
        println!("receipt and message: {bytes:?} bytes");
        assert!(bytes.iter().sum::<usize>() <= MAX_BYTES, "{bytes:?}");
    }
}
