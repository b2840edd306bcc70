//! Messages that no laptop can read, of six kinds.

use rollcall_shared::Timestamp;
use rollcall_shared::envelope::Envelope;
use rollcall_shared::seal::SecretKey;
use rollcall_shared::signup::SignupForm;
use rollcall_shared::workshop::Workshop;
use serde_json::{Value, json};

use super::dice::Dice;
use super::ledger::Person;
use crate::host::now;

/// Makes one of them: like somebody's sign-up, or with another's id.
pub(super) fn make(dice: &mut Dice, record: &Workshop, person: &Person, other: &str) -> String {
    let sealed = |to: &Workshop| -> Value {
        let form = SignupForm {
            id: person.id.clone(),
            invite_code: record.invite_code.to_string(),
            name: person.name.clone(),
            phone: person.phone.clone(),
            ..SignupForm::default()
        };
        let envelope = Envelope::seal_signup(
            to,
            &form.parse(record).unwrap(),
            None,
            Timestamp::from_millis(now()),
            &mut rand_core::OsRng,
        )
        .unwrap();
        serde_json::from_str(&envelope.to_text()).unwrap()
    };
    let mut message = sealed(record);
    match dice.roll(6) {
        0 => message = json!({ "workshop": record.id, "what": format!("🂡 {}", person.id) }),
        1 => message = json!({ "workshop": record.id, "what": person.id.repeat(600) }),
        2 => message["v"] = json!(3 + dice.roll(9)),
        3 => message["id"] = json!(other),
        4 => {
            let text = message["box"].as_str().unwrap();
            message["box"] = json!(format!("{}{}", &text[4..], &text[..4]));
        }
        _ => {
            // To a key that nobody has, under the name of the one that the laptop has.
            let mut to = record.clone();
            let strange = SecretKey::generate(&mut rand_core::OsRng).public();
            to.key = strange;
            message = sealed(&to);
            message["key_id"] = json!(record.key.key_id);
        }
    }
    message.to_string()
}
