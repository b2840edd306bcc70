//! What the page says about sign-ups that have not been sent.

use crate::form::words::StateWords;
use crate::language::Language;

/// The outbox's words.
pub(in crate::form) struct OutboxWords {
    /// Above what waits.
    pub(in crate::form) waiting_here: &'static str,
    /// Above what this phone has sent.
    pub(in crate::form) sent_from_here: &'static str,
    /// What each state of an entry says; a receipt's states have their own.
    pub(in crate::form) states: [(&'static str, StateWords); 5],
    /// With `{time}`.
    pub(in crate::form) last_try: &'static str,
    pub(in crate::form) send_now: &'static str,
    pub(in crate::form) mend: &'static str,
    pub(in crate::form) drop: &'static str,
    pub(in crate::form) undo: &'static str,
    /// Dropped after it had been sent at least once.
    pub(in crate::form) dropped_late: &'static str,
    pub(in crate::form) open_receipt: &'static str,
    pub(in crate::form) show_at_desk: &'static str,
    pub(in crate::form) to_desk: &'static str,
    pub(in crate::form) too_large: &'static str,
    pub(in crate::form) code_for_desk: &'static str,
    pub(in crate::form) venue: &'static str,
    pub(in crate::form) venue_hint: &'static str,
    pub(in crate::form) unkept: &'static str,
    pub(in crate::form) kept: &'static str,
    pub(in crate::form) brought: &'static str,
    pub(in crate::form) send_here: &'static str,
}

const ZH: OutboxWords = OutboxWords {
    waiting_here: "您的登记",
    sent_from_here: "本机登记过的",
    states: [
        (
            "waiting",
            StateWords {
                title: "还没发出去", next: "有网络时会自动发送，请不要关闭本页。"
            },
        ),
        (
            "busy",
            StateWords {
                title: "还没发出去", next: "登记的人很多，会自动再发，请不要关闭本页。"
            },
        ),
        ("sending", StateWords { title: "正在发送", next: "网络有点慢，请不要关闭本页。" }),
        ("attention", StateWords { title: "请看这里", next: "" }),
        ("dropped", StateWords { title: "已撤下", next: "这份登记不会再发送。" }),
    ],
    last_try: "上次尝试：{time}",
    send_now: "现在发送",
    mend: "修改",
    drop: "不发了",
    undo: "撤销",
    dropped_late: "这份登记不会再发送。如果之前已经送到，名单上仍会有。",
    open_receipt: "查看回执",
    show_at_desk: "没有网络？给签到台看",
    to_desk: "请签到台扫这个码，当场就能登记。扫不了就照下面输入：",
    too_large: "请签到台照下面输入，当场就能登记：",
    code_for_desk: "给签到台扫的码",
    venue: "用现场网络发送",
    venue_hint: "先连上现场的 Wi-Fi，再点上面。",
    unkept: "这台手机现在存不了登记。登记后请不要关闭本页，直到看见“已收到”或“已登记”。",
    kept: "没有网络，这是之前保存的页面，时间地点可能有变，照样能登记。",
    brought: "这是您刚才填好、还没发出去的登记。",
    send_here: "在这里发送",
};

const EN: OutboxWords = OutboxWords {
    waiting_here: "Your sign-up",
    sent_from_here: "Signed up from this phone",
    states: [
        (
            "waiting",
            StateWords {
                title: "Not sent yet",
                next: "It goes out by itself when there is a network; keep this page.",
            },
        ),
        (
            "busy",
            StateWords {
                title: "Not sent yet",
                next: "Many people are signing up just now. It is sent again by itself; keep this page.",
            },
        ),
        ("sending", StateWords { title: "Sending", next: "The network is slow; keep this page." }),
        ("attention", StateWords { title: "Please look at this", next: "" }),
        ("dropped", StateWords { title: "Taken back", next: "This sign-up will not be sent." }),
    ],
    last_try: "Last try: {time}",
    send_now: "Send now",
    mend: "Correct it",
    drop: "Don't send",
    undo: "Undo",
    dropped_late: "This sign-up will not be sent again. If it had arrived before after all, it stays on the \
        list.",
    open_receipt: "Open the receipt",
    show_at_desk: "No network? Show it at the desk",
    to_desk: "Let the desk scan this: that signs you up on the spot. If it will not scan, they can type:",
    too_large: "Let the desk type this: that signs you up on the spot.",
    code_for_desk: "The code for the desk to scan",
    venue: "Send over the venue's Wi-Fi",
    venue_hint: "First connect to the venue's Wi-Fi, then press above.",
    unkept: "This phone cannot keep entries just now. Once you have pressed \"Sign up\", keep this page open \
        until it says received or on the list.",
    kept: "No network just now: this page was kept from before, and time or place may have changed. You can \
        sign up all the same.",
    brought: "This is what you filled in and could not send yet. Please press \"Send here\".",
    send_here: "Send here",
};

pub(in crate::form) fn outbox_words(language: Language) -> &'static OutboxWords {
    match language {
        Language::Zh => &ZH,
        Language::En => &EN,
    }
}
