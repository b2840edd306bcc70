//! What is wrong with a field, in words that say how to correct it.

use maud::{Markup, html};

use crate::field_error::{FieldError, FieldName};
use crate::language::Language;
use crate::person_name::{self, PersonName, PersonNameError, SignKind};
use crate::phone::{self, Phone, PhoneError};
use crate::question::Answer;
use crate::signup::SignupForm;
use crate::text::{forbidden, shown};

/// A mistake, with the numbers and the character of what was typed.
pub(in crate::form) fn error_text(error: &FieldError, values: &SignupForm, language: Language) -> Markup {
    match &error.field {
        // Parsed again for what a code does not carry: how many digits there are and should be, which
        // character is meant.
        FieldName::Phone => phone_text(Phone::parse(&values.phone).err(), language),
        FieldName::Name => person_name_text(PersonName::parse(&values.name).err(), language),
        FieldName::Signup => html! { (whole_text(&error.code, language)) },
        field => match forbidden_sign(error, field, values) {
            Some(sign) => said(forbidden_template(language), &[("sign", shown(sign))]),
            None => html! { (answer_text(&error.code, language)) },
        },
    }
}

/// The character for which an answer is refused. Nobody sees it, so it is named.
fn forbidden_sign(error: &FieldError, field: &FieldName, values: &SignupForm) -> Option<char> {
    let FieldName::Answer(key) = field else { return None };
    let texts: &[String] = match values.answers.get(key) {
        _ if error.code != "character" => &[],
        Some(Answer::One(text)) => std::slice::from_ref(text),
        Some(Answer::Many(texts)) => texts,
        Some(Answer::Ticked(_)) | None => &[],
    };
    texts.iter().find_map(|text| forbidden(text))
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

fn phone_text(error: Option<PhoneError>, language: Language) -> Markup {
    let Some(error) = error else { return said(phone_template("", None, language), &[]) };
    let (typed, needed) = match &error {
        PhoneError::TooFewDigits { typed, needed } | PhoneError::TooManyDigits { typed, needed } => {
            (*typed, Some(*needed))
        }
        _ => (0, None),
    };
    let missing = needed.unwrap_or_default().abs_diff(typed);
    let digits = match &error {
        PhoneError::PlusMissing { with_plus } | PhoneError::NorthAmerican { with_plus } => {
            with_plus.as_str().trim_start_matches('+').to_owned()
        }
        _ => String::new(),
    };
    let sign = match error {
        PhoneError::Character(sign) => shown(sign),
        _ => String::new(),
    };
    let numbers = [typed, needed.unwrap_or_default(), missing].map(|n| n.to_string());
    let [typed, needed_digits, missing] = numbers;
    said(
        phone_template(error.code(), needed, language),
        &[
            ("typed", typed),
            ("needed", needed_digits),
            ("missing", missing),
            ("digits", digits),
            ("sign", sign),
        ],
    )
}

/// The text of a mistake in the number. `{sign}` is a placeholder for the character that is wrong, `{digits}`
/// for the digits that were typed. Where digits are counted, `{typed}`, `{needed}` and `{missing}` (or too
/// many) are placeholders for their numbers; `needed` distinguishes a foreign number from a Chinese one.
pub(in crate::form) fn phone_template(code: &str, needed: Option<usize>, language: Language) -> &'static str {
    let at_home = needed == Some(phone::CHINA_DIGITS);
    let (zh, en) = match code {
        "empty" => ("请填写手机号", "Please type your mobile number"),
        "too_long" => ("太长了，只填一个手机号就好", "This is too long for one mobile number"),
        "not_mobile" => (
            "手机号以 13 至 19 开头；境外号码请以 + 开头",
            "A mobile number starts with 13 to 19; numbers from elsewhere start with +",
        ),
        "landline" => (
            "这像是座机号，请填手机号，名单靠它认人；境外号码请以 + 开头",
            "This looks like a landline. A mobile number, please, so that the list knows you; from elsewhere \
             it starts with +",
        ),
        "service_number" => {
            ("这是服务热线，请填您自己的手机号", "This is a hotline: please type your own mobile number")
        }
        "plus_missing" => ("境外号码请在前面加上 +：+{digits}", "Please put + in front: +{digits}"),
        "north_american" => (
            "北美号码请写成 +{digits}；大陆手机号请把 11 位连着写",
            "A number from North America? Then +{digits}. A Chinese one? Then 11 digits in one piece",
        ),
        "two_numbers" => ("这里有两个号码，请留下一个", "Two numbers stand here: please keep one"),
        "shortened" => (
            "表格软件把号码缩短了，请写全每一位",
            "A spreadsheet has shortened this number: please type all its digits",
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
        "character" => {
            ("手机号里不会有“{sign}”，请去掉", "A mobile number has no “{sign}”: please leave it out")
        }
        _ => ("手机号里只能有数字", "A mobile number has digits only"),
    };
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
}

fn person_name_text(error: Option<PersonNameError>, language: Language) -> Markup {
    let (kind, sign) = match error {
        Some(PersonNameError::Character { sign, kind }) => (Some(kind), shown(sign)),
        _ => (None, String::new()),
    };
    said(name_template(error.map_or("", |e| e.code()), kind, language), &[("sign", sign)])
}

/// The text of a mistake in the name; `{sign}` is a placeholder for the character that is wrong.
pub(in crate::form) fn name_template(code: &str, kind: Option<SignKind>, language: Language) -> &'static str {
    const { assert!(person_name::MAX_CHARS == 60, "the texts below say so") };
    let (zh, en) = match (code, kind) {
        ("empty", _) => ("请填写姓名", "Please type your name"),
        ("too_long", _) => ("姓名最多 60 个字", "A name has at most 60 letters"),
        ("no_letter", _) => ("姓名里要有文字", "A name has letters"),
        (_, Some(SignKind::Digit)) => (
            "这里只填姓名，请去掉“{sign}”；手机号填在下一栏",
            "Only the name here: please leave out “{sign}”. The number goes below",
        ),
        (_, Some(SignKind::Bracket)) => (
            "这里只填姓名，请去掉“{sign}”和里面的字；班级、学校等下面问到再填",
            "Only the name here: please leave out “{sign}” and what is in it. A class or a school goes \
             below, where it is asked for",
        ),
        (_, Some(SignKind::Emoji)) => {
            ("姓名里只写文字，请去掉“{sign}”", "A name has letters only: please leave out “{sign}”")
        }
        (_, Some(SignKind::Unreadable)) => (
            "“{sign}”在别的设备上显示不了，请换个输入法，或先写拼音",
            "Other devices cannot show “{sign}”: please try another keyboard, or use pinyin",
        ),
        _ => (
            "姓名里不会有“{sign}”，请去掉；空格和 · - ' . 可以用",
            "A name has no “{sign}”: please leave it out. Spaces and · - ' . are fine",
        ),
    };
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
}

/// Fills a template's placeholders. The character that was typed is an element of its own, which the page
/// shows larger than the words around it.
fn said(template: &str, places: &[(&str, String)]) -> Markup {
    let mut pieces = template.split('{');
    let first = pieces.next();
    html! {
        (first.unwrap_or_default())
        @for piece in pieces {
            @let (name, rest) = piece.split_once('}').unwrap_or((piece, ""));
            @let value = places.iter().find(|(place, _)| *place == name).map_or("", |(_, value)| value);
            @if name == "sign" { b { (value) } } @else { (value) }
            (rest)
        }
    }
}

/// The codes of mistakes in a workshop's own questions and in what the page itself sends; the last one for
/// all others.
pub(in crate::form) const ANSWER_CODES: [&str; 7] =
    ["required", "too_long", "too_long_together", "character", "option", "token", ""];

/// The text of a character that an answer cannot have; `{sign}` is its placeholder.
fn forbidden_template(language: Language) -> &'static str {
    match language {
        Language::Zh => "有不能用的字符“{sign}”",
        Language::En => "It holds a character that cannot be used: “{sign}”",
    }
}

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
            assert_eq!(error_text(&error, &values, Language::Zh).0, zh);
            assert_eq!(error_text(&error, &values, Language::En).0, en);
        };
        check("1380013800", "还差 1 位数字", "11 digits, you typed 10");
        check("+86 138 0013 80001", "多了 1 位数字", "11 digits, you typed 12");
        check("+852 912", "境外号码至少 8 位，还差 2 位", "At least 8 digits after +, you typed 6");
        check("", "请填写手机号", "Please type your mobile number");
        check("85291234567", "境外号码请在前面加上 +：+85291234567", "Please put + in front: +85291234567");
        check(
            "138x",
            "手机号里不会有“<b>x</b>”，请去掉",
            "A mobile number has no “<b>x</b>”: please leave it out",
        );
    }

    #[test]
    fn a_sign_is_shown_large_and_cannot_leave_its_place() {
        let check = |name: &str, sign: &str| {
            let values = SignupForm { name: name.to_owned(), ..SignupForm::default() };
            let error = FieldError::new(FieldName::Name, PersonName::parse(name).unwrap_err().code());
            for language in [Language::Zh, Language::En] {
                let text = error_text(&error, &values, language).into_string();
                assert!(text.contains(&format!("<b>{sign}</b>")), "{text}");
                assert!(!text.contains('{'), "{text}");
            }
        };
        check("王芳（三年级）", "（");
        check("王芳3", "3");
        check("王芳😊", "😊");
        check("王\u{7}芳", "U+0007");
        check("王\u{E123}", "U+E123");
        check("<b>王</b>", "&lt;");
        let values = SignupForm {
            answers: [("a".to_owned(), Answer::One("x\u{1B}y".to_owned()))].into(),
            ..SignupForm::default()
        };
        let text = error_text(
            &FieldError::new(FieldName::Answer("a".to_owned()), "character"),
            &values,
            Language::Zh,
        )
        .0;
        assert_eq!(text, "有不能用的字符“<b>U+001B</b>”");
    }

    #[test]
    fn a_form_that_needs_a_proof_says_what_to_do() {
        for code in ["needs_script", "several", "rush"] {
            let error = FieldError::new(FieldName::Signup, code);
            let said = |language| error_text(&error, &SignupForm::default(), language).into_string();
            assert!(
                said(Language::Zh).contains("签到台") && said(Language::En).contains("see the desk"),
                "{code}"
            );
        }
    }

    /// The page's script and the server explain the same mistake in the same words.
    #[test]
    fn every_pattern_has_its_text() {
        let (generic, other) =
            (phone_template("", None, Language::En), name_template("", None, Language::En));
        for mistake in Phone::mistakes() {
            let text = phone_template(mistake.code, mistake.needed, Language::En);
            assert_ne!(text, generic, "{}", mistake.code);
            assert_eq!(text.contains("{typed}"), mistake.needed.is_some(), "{}", mistake.code);
            assert_eq!(text.contains("{sign}"), mistake.pattern.contains("(?<sign>"), "{}", mistake.code);
        }
        for mistake in PersonName::mistakes() {
            let text = name_template(mistake.code, mistake.kind, Language::En);
            assert_eq!(text == other, mistake.kind == Some(SignKind::Other), "{}", mistake.code);
            assert_eq!(text.contains("{sign}"), mistake.kind.is_some(), "{}", mistake.code);
        }
    }
}
