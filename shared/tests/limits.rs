//! Limits that can be met together: whoever keeps to the limit of every field is taken.

#![allow(clippy::unwrap_used, reason = "a test whose own data is wrong should fail there")]

use rollcall_shared::language::Text;
use rollcall_shared::question::{Kind, MAX_QUESTIONS, MAX_TEXT_CHARS, Question};
use rollcall_shared::seal::SecretKey;
use rollcall_shared::seed::Seed;
use rollcall_shared::signup::SignupForm;
use rollcall_shared::workshop::sample;

/// A workshop that asks as much as one may, and a person who writes as much as one may.
#[test]
fn whoever_keeps_to_every_limit_is_taken() {
    let mut workshop = sample::workshop(SecretKey::from_bytes([9; 32]).public());
    let key = |n: usize| format!("{n:032}");
    workshop.questions = (0..MAX_QUESTIONS)
        .map(|n| Question {
            key: key(n),
            label: Text::new("问", "?"),
            required: true,
            kind: Kind::Text { max_chars: MAX_TEXT_CHARS as u16 },
        })
        .collect();
    for sign in ["数", "𠮷", "\"", "a"] {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("name", &"𠮷".repeat(60)).append_pair("phone", "13800138000");
        body.append_pair("invite_code", workshop.invite_code.as_str());
        for n in 0..MAX_QUESTIONS {
            body.append_pair(&format!("answers.{}", key(n)), &sign.repeat(MAX_TEXT_CHARS));
        }
        let (form, _) = SignupForm::from_urlencoded(body.finish().as_bytes()).unwrap();
        let seed = Seed::from_random([1; 16]);
        let signup = form.parse_seeded(&seed, &workshop).unwrap();
        assert_eq!(signup.answers.len(), MAX_QUESTIONS, "{sign}");
        let form = SignupForm { id: signup.id.to_string(), ..form };
        let json = serde_json::to_vec(&form).unwrap();
        assert!(SignupForm::from_json(&json).unwrap().parse(&workshop).is_ok(), "{sign}");
    }
}
