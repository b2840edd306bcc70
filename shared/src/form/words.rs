//! All that the pages say, in both languages.

pub(super) mod desk;
mod mistakes;
mod outbox;

use super::message::Message;
use crate::language::Language;
use crate::receipt::ReceiptState;
pub(super) use mistakes::{ANSWER_CODES, answer_text, error_text, name_text, phone_template};
pub(super) use outbox::outbox_words;

/// The fixed words of the pages.
pub(super) struct Words {
    pub(super) other_language: &'static str,
    pub(super) name: &'static str,
    pub(super) phone: &'static str,
    pub(super) phone_hint: &'static str,
    pub(super) optional: &'static str,
    pub(super) yes: &'static str,
    pub(super) submit: &'static str,
    pub(super) submit_correction: &'static str,
    pub(super) correcting: &'static str,
    pub(super) sending: &'static str,
    pub(super) please_mend: &'static str,
    pub(super) unavailable: &'static str,
    /// Before the advice of a form that comes back although nothing is wrong with it.
    pub(super) kept_for_you: &'static str,
    pub(super) see_desk: &'static str,
    pub(super) code_hint: &'static str,
    pub(super) refresh: &'static str,
    pub(super) acts: &'static str,
    pub(super) correct: &'static str,
    pub(super) cancel: &'static str,
    pub(super) sign_up_again: &'static str,
    pub(super) colleague: &'static str,
    pub(super) cancelling: StateWords,
    pub(super) not_cancelled: &'static str,
}

/// What a receipt says: the state, and what comes next.
#[derive(Clone, Copy)]
pub(super) struct StateWords {
    pub(super) title: &'static str,
    pub(super) next: &'static str,
}

const ZH: Words = Words {
    other_language: "English",
    name: "姓名",
    phone: "手机号",
    phone_hint: "11 位手机号；境外号码请以 + 开头",
    optional: "（选填）",
    yes: "是",
    submit: "登记",
    submit_correction: "提交",
    correcting: "这会代替您之前的那次登记，请把各项都填好。",
    sending: "正在发送…",
    please_mend: "请看这里：",
    unavailable: "还没有登记上，您填的都在。请过几秒再点一次“登记”。",
    kept_for_you: "还没有登记上，您填的都在。",
    see_desk: "请到签到台找工作人员。",
    code_hint: "凭此码签到，建议截图保存。",
    refresh: "刷新，看看有没有变化",
    acts: "还可以",
    correct: "更正",
    cancel: "取消登记",
    sign_up_again: "重新登记",
    colleague: "为同事登记",
    cancelling: StateWords {
        title: "正在取消", next: "取消请求已收到，主持人那里稍后更新，不用再按一次。"
    },
    not_cancelled: "没有收到回应，可能还没取消。请再按一次“取消登记”，多按不要紧。",
};

const EN: Words = Words {
    other_language: "中文",
    name: "Name",
    phone: "Mobile number",
    phone_hint: "11 digits; numbers from elsewhere start with +",
    optional: " (optional)",
    yes: "Yes",
    submit: "Sign up",
    submit_correction: "Send",
    correcting: "This replaces your earlier sign-up: please fill in everything as it should be.",
    sending: "Sending…",
    please_mend: "Please look at this:",
    kept_for_you: "Not signed up yet, and nothing you typed is lost.",
    unavailable: "Not signed up yet, and nothing you typed is lost. Please press \"Sign up\" again in a few \
        seconds.",
    see_desk: "Please see the desk.",
    code_hint: "Show this code at the desk. A screenshot keeps it.",
    refresh: "Reload to see whether anything has changed",
    acts: "What you can do",
    correct: "Correct",
    cancel: "Cancel",
    sign_up_again: "Sign up again",
    colleague: "Sign up a colleague",
    cancelling: StateWords {
        title: "Cancelling",
        next: "Your cancellation has been received; the host's list follows shortly. No need to press again.",
    },
    not_cancelled: "There was no answer, so it may not be cancelled yet. Please press \"Cancel\" again; \
        twice does no harm.",
};

pub(super) fn words(language: Language) -> &'static Words {
    match language {
        Language::Zh => &ZH,
        Language::En => &EN,
    }
}

pub(super) fn state_words(state: ReceiptState, keeps_waiting_list: bool, language: Language) -> StateWords {
    let ((zh, zh_next), (en, en_next)) = match state {
        ReceiptState::Received => (
            ("已收到", "主持人稍后确认，不用再填一次。"),
            ("Received", "The host confirms later; no need to sign up again."),
        ),
        ReceiptState::Registered => (
            ("已登记", "到时直接来，出示登记码签到。"),
            ("You're on the list", "Just come along, and show the code below at the desk."),
        ),
        ReceiptState::Waitlisted if keeps_waiting_list => (
            ("已排入候补", "有空位会自动补上，本页会变成“已登记”。"),
            ("You're on the waiting list", "A free seat is yours automatically; this page will then say so."),
        ),
        ReceiptState::Waitlisted => (
            ("名额已满", "已记下您的联系方式，有变化主办方会联系您。"),
            ("It's full", "The host has your details and gets in touch if that changes."),
        ),
        ReceiptState::Cancelled => (
            ("已取消登记", "您不在名单上了。改主意了？下面可以重新登记。"),
            ("Cancelled", "You are no longer on the list. Changed your mind? Sign up again below."),
        ),
    };
    match language {
        Language::Zh => StateWords { title: zh, next: zh_next },
        Language::En => StateWords { title: en, next: en_next },
    }
}

/// The refusals that the page explains, by their status; 0 for any other.
pub(super) const REFUSALS: [u16; 5] = [0, 404, 410, 413, 422];

/// Why a sign-up that the script sent was refused, and what to do.
pub(super) fn refusal_text(status: u16, language: Language) -> &'static str {
    let (zh, en) = match status {
        404 => (
            "这个邀请码查不到，还没有登记上。请对照海报看看，或者到签到台问一问。",
            "No workshop has this code, so you are not signed up yet. Please compare it with the poster, or \
             ask at the desk.",
        ),
        410 => (
            "登记已经结束，或者还没有开始，这次没有登记上。如果想参加，请联系主办方。",
            "Sign-up has closed or has not opened yet, so you are not signed up. If you would like to come, \
             please ask the host.",
        ),
        413 => (
            "写得太长了，没能收下。请写短一些再发。",
            "This is too long to be taken. Please write less and send again.",
        ),
        422 => ("有地方要改，改好再发就行。", "Something needs mending; please correct it and send again."),
        _ => (
            "没有读懂，还没有登记上。请刷新本页，再填一次。",
            "This could not be read, so you are not signed up yet. Please reload this page and fill it in \
             again.",
        ),
    };
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
}

/// When a workshop opens.
pub(super) fn opens_text(opens_at: &str, language: Language) -> String {
    match language {
        Language::Zh => format!("{opens_at} 开始登记。到时再打开本页就可以。"),
        Language::En => format!("Sign-up opens on {opens_at}. Please open this page again then."),
    }
}

pub(super) fn message_text(message: Message, language: Language) -> (&'static str, &'static str) {
    let (zh, en) = match message {
        Message::UnknownCode => (
            (
                "没有这个邀请码",
                "请对照海报再看一遍。邀请码里没有 0、O、1、I、L。刚公布的邀请码，过两分钟再试。",
            ),
            (
                "No workshop has this code",
                "Please compare it with the poster. Codes have no 0, O, 1, I or L. A code that was just \
                 published works within two minutes.",
            ),
        ),
        Message::NotYet => (
            ("还没有开始登记", "到时间后再打开本页即可。"),
            ("Sign-up has not opened yet", "Please open this page again when it has."),
        ),
        Message::Closed => (
            ("登记已经结束", "如果想参加，请联系主办方。"),
            ("Sign-up has closed", "If you would like to come, please ask the host."),
        ),
        Message::NotFound => (
            ("这里什么也没有", "请重新扫描海报或大屏幕上的二维码；如果是手工输入的地址，请对照着再输一遍。"),
            (
                "Nothing is here",
                "Please scan the QR code on the poster or the big screen again. If you typed the address, \
                 please compare it.",
            ),
        ),
        Message::Malformed => (
            ("没有读懂", "请重新扫描二维码，再填一次。"),
            ("This could not be read", "Please scan the QR code again and fill in the form once more."),
        ),
        Message::Reached => (
            ("连上了", "这部手机能打开登记页。请看电脑上的结果。"),
            ("It works", "This phone reaches the sign-up page. Please look at the computer for the result."),
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
        Language::Zh => format!("由{who}收集，{purpose}，会后 {days} 天删除。"),
        Language::En => format!("Collected by {who}, {purpose}; deleted {days} days after the workshop."),
    }
}
