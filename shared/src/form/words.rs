//! What the pages say, in both languages. One place for all of it.

use super::Message;
use crate::language::Language;
use crate::person_name;
use crate::phone;
use crate::problem::FieldError;
use crate::receipt::ReceiptState;

/// The fixed words of the pages.
pub(super) struct Words {
    pub(super) other_language: &'static str,
    pub(super) name: &'static str,
    pub(super) phone: &'static str,
    pub(super) phone_hint: &'static str,
    pub(super) optional: &'static str,
    pub(super) submit: &'static str,
    pub(super) please_mend: &'static str,
    pub(super) unavailable: &'static str,
    pub(super) see_desk: &'static str,
    pub(super) code_hint: &'static str,
}

const ZH: Words = Words {
    other_language: "English",
    name: "姓名",
    phone: "手机号",
    phone_hint: "11 位手机号;境外号码请以 + 开头",
    optional: "(选填)",
    submit: "登记",
    please_mend: "请看这里:",
    unavailable: "还没有登记上,您填的都在。请过几秒再点一次“登记”。",
    see_desk: "请到签到台找工作人员。",
    code_hint: "签到时出示这个登记码。",
};

const EN: Words = Words {
    other_language: "中文",
    name: "Name",
    phone: "Mobile number",
    phone_hint: "11 digits; numbers from elsewhere start with +",
    optional: " (optional)",
    submit: "Sign up",
    please_mend: "Please look at this:",
    unavailable: "Not signed up yet, and nothing you typed is lost. Please press \"Sign up\" again in a few seconds.",
    see_desk: "Please see the desk.",
    code_hint: "Show this code at the desk.",
};

pub(super) fn words(language: Language) -> &'static Words {
    match language {
        Language::Zh => &ZH,
        Language::En => &EN,
    }
}

pub(super) fn state_text(state: ReceiptState, keeps_waiting_list: bool, language: Language) -> &'static str {
    let (zh, en) = match state {
        ReceiptState::Received => (
            "已收到。主持人稍后确认,不用再填一次。",
            "Received. The host confirms later; no need to sign up again.",
        ),
        ReceiptState::Registered => ("已登记。", "You're on the list."),
        ReceiptState::Waitlisted if keeps_waiting_list => (
            "已排入候补。有空位会自动补上。",
            "You're on the waiting list; a free seat is yours automatically.",
        ),
        ReceiptState::Waitlisted => {
            ("名额已满,已记下您的联系方式。", "It's full; the host has your details.")
        }
        ReceiptState::Cancelled => ("已取消登记。", "Your sign-up is cancelled."),
    };
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
}

pub(super) fn message_text(message: Message, language: Language) -> (&'static str, &'static str) {
    let (zh, en) = match message {
        Message::UnknownCode => (
            (
                "没有这个邀请码",
                "请对照海报再看一遍。邀请码里没有 0、O、1、I、L。刚公布的邀请码,过两分钟再试。",
            ),
            (
                "No workshop has this code",
                "Please compare it with the poster. Codes have no 0, O, 1, I or L. A code that was just published works within two minutes.",
            ),
        ),
        Message::NotYet => (
            ("还没有开始登记", "到时间后再打开本页即可。"),
            ("Sign-up has not opened yet", "Please open this page again when it has."),
        ),
        Message::Closed => (
            ("登记已经结束", "如果想参加,请联系主办方。"),
            ("Sign-up has closed", "If you would like to come, please ask the host."),
        ),
        Message::NotFound => (
            ("这里什么也没有", "请重新扫描海报上的二维码。"),
            ("Nothing is here", "Please scan the QR code on the poster again."),
        ),
        Message::Malformed => (
            ("没有读懂", "请重新扫描二维码,再填一次。"),
            ("This could not be read", "Please scan the QR code again and fill in the form once more."),
        ),
        Message::Unavailable => (
            ("暂时不通", "请过几秒刷新本页。"),
            ("Not available just now", "Please reload this page in a few seconds."),
        ),
    };
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
}

pub(super) fn notice_text(who: &str, purpose: &str, days: u16, language: Language) -> String {
    match language {
        Language::Zh => format!("由{who}收集,{purpose},会后 {days} 天删除。"),
        Language::En => format!("Collected by {who}, {purpose}; deleted {days} days after the workshop."),
    }
}

/// What a mistake is, where it stands, in words that say how to mend it.
pub(super) fn error_text(error: &FieldError, language: Language) -> String {
    let (zh, en) = match (error.field.as_str(), error.code.as_str()) {
        ("name", "empty") => ("请填写姓名".to_owned(), "Please type your name".to_owned()),
        ("name", "too_short") => ("姓名至少两个字".to_owned(), "A name has at least two letters".to_owned()),
        ("name", "too_long") => {
            let most = person_name::MAX_CHARS;
            (format!("姓名最多 {most} 个字"), format!("A name has at most {most} letters"))
        }
        ("name", "no_letter") => ("姓名里要有文字".to_owned(), "A name has letters".to_owned()),
        ("name", "character") => (
            "姓名里只能有文字、空格和 · - ' .".to_owned(),
            "A name has letters, spaces and · - ' . only".to_owned(),
        ),
        ("phone", "empty") => ("请填写手机号".to_owned(), "Please type your mobile number".to_owned()),
        ("phone", "not_mobile") => (
            "手机号以 13 至 19 开头;境外号码请以 + 开头".to_owned(),
            "A mobile number starts with 13 to 19; numbers from elsewhere start with +".to_owned(),
        ),
        ("phone", "too_few_digits") => {
            let digits = phone::CHINA_DIGITS;
            (
                format!("位数不够:手机号是 {digits} 位"),
                format!("Some digits are missing: a mobile number has {digits}"),
            )
        }
        ("phone", "too_many_digits" | "too_long") => {
            let digits = phone::CHINA_DIGITS;
            (
                format!("位数多了:手机号是 {digits} 位"),
                format!("Too many digits: a mobile number has {digits}"),
            )
        }
        ("phone", "country_code") => {
            ("+ 后面先写国家或地区代码".to_owned(), "After + comes the country code".to_owned())
        }
        ("phone", _) => ("手机号里只能有数字".to_owned(), "A mobile number has digits only".to_owned()),
        (_, "required") => ("这一项要填".to_owned(), "This one needs an answer".to_owned()),
        (_, "too_long") => ("写得太长了".to_owned(), "This is too long".to_owned()),
        (_, "character") => {
            ("有不能用的字符".to_owned(), "It holds a character that cannot be used".to_owned())
        }
        (_, "option" | "kind" | "unknown") => (
            "表单改过了,请刷新后重选".to_owned(),
            "The form has changed: please reload and choose again".to_owned(),
        ),
        _ => ("请刷新本页,再填一次".to_owned(), "Please reload this page and fill it in again".to_owned()),
    };
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
}
