//! What is wrong with a field, in words that say how to correct it.

use crate::field_error::{FieldError, FieldName};
use crate::language::Language;
use crate::person_name::{self, PersonName};
use crate::phone::{self, Phone, PhoneError};
use crate::signup::SignupForm;

/// A mistake, with the numbers of what was typed.
pub(in crate::form) fn error_text(error: &FieldError, values: &SignupForm, language: Language) -> String {
    match &error.field {
        // Parsed again for what a code does not carry: how many digits there are, and how many there should
        // be.
        FieldName::Phone => phone_text(Phone::parse(&values.phone).err(), language),
        FieldName::Name => {
            let code = PersonName::parse(&values.name).err().map_or("", |e| e.code());
            name_text(code, language).to_owned()
        }
        FieldName::Signup => whole_text(&error.code, language).to_owned(),
        _ => answer_text(&error.code, language).to_owned(),
    }
}

/// What is wrong with the whole form, if no field is wrong.
fn whole_text(code: &str, language: Language) -> &'static str {
    let (zh, en) = match code {
        "needs_script" => (
            "这个浏览器不能完成登记前的验证。请换一个浏览器打开本页，或到签到台登记。",
            "This browser cannot do the check before signing up. Please open this page in another browser, \
             or see the desk.",
        ),
        "rush" => (
            "这会儿登记的人特别多，您填的都在。请过一分钟再点一次“登记”，或到签到台登记。",
            "Very many people are signing up at this moment. Nothing you typed is lost: please press \"Sign \
             up\" again in a minute, or see the desk.",
        ),
        _ => (
            "这部手机刚才已经登记了好几位，您填的都在。请过几分钟再点一次“登记”，或到签到台登记。",
            "Several people were just signed up from this phone. Nothing you typed is lost: please press \
             \"Sign up\" again in a few minutes, or see the desk.",
        ),
    };
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
}

fn phone_text(error: Option<PhoneError>, language: Language) -> String {
    let (typed, needed) = match error {
        Some(PhoneError::TooFewDigits { typed, needed } | PhoneError::TooManyDigits { typed, needed }) => {
            (typed, Some(needed))
        }
        _ => (0, None),
    };
    let template = phone_template(error.map_or("", |e| e.code()), needed, language);
    let Some(needed) = needed else { return template.to_owned() };
    [("typed", typed), ("needed", needed), ("missing", needed.abs_diff(typed))]
        .into_iter()
        .fold(template.to_owned(), |text, (name, n)| text.replace(&format!("{{{name}}}"), &n.to_string()))
}

/// The text of a mistake in the number. Where digits are counted, `{typed}`, `{needed}` and `{missing}` (or
/// too many) are placeholders for their numbers; `needed` distinguishes a foreign number from a Chinese one.
pub(in crate::form) fn phone_template(code: &str, needed: Option<usize>, language: Language) -> &'static str {
    let at_home = needed == Some(phone::CHINA_DIGITS);
    let (zh, en) = match code {
        "empty" => ("请填写手机号", "Please type your mobile number"),
        "not_mobile" => (
            "手机号以 13 至 19 开头；境外号码请以 + 开头",
            "A mobile number starts with 13 to 19; numbers from elsewhere start with +",
        ),
        "too_few_digits" if at_home => ("还差 {missing} 位数字", "{needed} digits, you typed {typed}"),
        "too_few_digits" => (
            "境外号码至少 {needed} 位，还差 {missing} 位",
            "At least {needed} digits after +, you typed {typed}",
        ),
        "too_many_digits" if at_home => ("多了 {missing} 位数字", "{needed} digits, you typed {typed}"),
        "too_many_digits" => (
            "境外号码最多 {needed} 位，多了 {missing} 位",
            "At most {needed} digits after +, you typed {typed}",
        ),
        "country_code" => ("+ 后面先写国家或地区代码", "After + comes the country code"),
        _ => ("手机号里只能有数字", "A mobile number has digits only"),
    };
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
}

/// The text of a mistake in the name.
pub(in crate::form) fn name_text(code: &str, language: Language) -> &'static str {
    const { assert!(person_name::MIN_CHARS == 2 && person_name::MAX_CHARS == 60, "the texts below say so") };
    let (zh, en) = match code {
        "empty" => ("请填写姓名", "Please type your name"),
        "too_short" => ("姓名至少 2 个字", "A name has at least 2 letters"),
        "too_long" => ("姓名最多 60 个字", "A name has at most 60 letters"),
        "no_letter" => ("姓名里要有文字", "A name has letters"),
        _ => ("姓名里只能有文字、空格和 · - ' .", "A name has letters, spaces and · - ' . only"),
    };
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
}

/// The codes of mistakes in a workshop's own questions and in what the page itself sends; the last one for
/// all others.
pub(in crate::form) const ANSWER_CODES: [&str; 7] =
    ["required", "too_long", "too_long_together", "character", "option", "token", ""];

/// The text of a mistake in an answer.
pub(in crate::form) fn answer_text(code: &str, language: Language) -> &'static str {
    let (zh, en) = match code {
        "required" => ("这一项要填", "This one needs an answer"),
        "too_long" => ("写得太长了", "This is too long"),
        "too_long_together" => (
            "几项加起来太长了，请先把这一项写短些",
            "All answers together are too long: please shorten this one first",
        ),
        "character" => ("有不能用的字符", "It holds a character that cannot be used"),
        "option" | "kind" | "unknown" => {
            ("表单改过了，请刷新后重选", "The form has changed: please reload and choose again")
        }
        "token" => (
            "找不到要更正的那次登记，请从回执页再点一次“更正”",
            "The sign-up to correct was not found: please press \"Correct\" on the receipt again",
        ),
        _ => ("请刷新本页，再填一次", "Please reload this page and fill it in again"),
    };
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_in_numbers_are_counted() {
        let check = |phone: &str, zh: &str, en: &str| {
            let values = SignupForm { phone: phone.to_owned(), ..SignupForm::default() };
            let error = FieldError::new(FieldName::Phone, Phone::parse(phone).unwrap_err().code());
            assert_eq!(error_text(&error, &values, Language::Zh), zh);
            assert_eq!(error_text(&error, &values, Language::En), en);
        };
        check("1380013800", "还差 1 位数字", "11 digits, you typed 10");
        check("+86 138 0013 80001", "多了 1 位数字", "11 digits, you typed 12");
        check("+852 912", "境外号码至少 8 位，还差 2 位", "At least 8 digits after +, you typed 6");
        check("", "请填写手机号", "Please type your mobile number");
    }

    #[test]
    fn a_form_that_needs_a_proof_says_what_to_do() {
        for code in ["needs_script", "several", "rush"] {
            let error = FieldError::new(FieldName::Signup, code);
            let said = |language| error_text(&error, &SignupForm::default(), language);
            assert!(
                said(Language::Zh).contains("签到台") && said(Language::En).contains("see the desk"),
                "{code}"
            );
        }
    }

    /// The page's script and the server explain the same mistake in the same words.
    #[test]
    fn every_pattern_has_its_text() {
        let generic = phone_template("character", None, Language::En);
        for mistake in Phone::mistakes() {
            let text = phone_template(mistake.code, mistake.needed, Language::En);
            assert_eq!(text == generic, mistake.code == "character", "{}", mistake.code);
            assert_eq!(text.contains("{typed}"), mistake.needed.is_some(), "{}", mistake.code);
        }
    }
}
