//! What the desk's pages say. Their reader is a helper with a queue in front of them.

use crate::desk_trouble::{EntryTrouble, PinTrouble};
use crate::language::Language;

/// The fixed words of the desk.
pub(in crate::form) struct DeskWords {
    pub(in crate::form) title: &'static str,
    pub(in crate::form) ask_pin: &'static str,
    pub(in crate::form) pin: &'static str,
    pub(in crate::form) pin_hint: &'static str,
    pub(in crate::form) name: &'static str,
    pub(in crate::form) name_hint: &'static str,
    pub(in crate::form) start: &'static str,
    pub(in crate::form) type_in: &'static str,
    pub(in crate::form) scan: &'static str,
    pub(in crate::form) scan_hint: &'static str,
    pub(in crate::form) photo: &'static str,
    pub(in crate::form) camera: &'static str,
    pub(in crate::form) camera_stop: &'static str,
    pub(in crate::form) camera_refused: &'static str,
    pub(in crate::form) camera_blind: &'static str,
    pub(in crate::form) entry: &'static str,
    pub(in crate::form) entry_hint: &'static str,
    pub(in crate::form) take: &'static str,
    pub(in crate::form) reading: &'static str,
    pub(in crate::form) next: &'static str,
    pub(in crate::form) say_code: &'static str,
    pub(in crate::form) taken_here: &'static str,
    pub(in crate::form) leave: &'static str,
    pub(in crate::form) not_taken: &'static str,
    pub(in crate::form) signed_out: &'static str,
    pub(in crate::form) enter_again: &'static str,
}

const ZH: DeskWords = DeskWords {
    title: "签到台",
    ask_pin: "帮老师登记前，请先输入主持人电脑上显示的 6 位数字。",
    pin: "6 位数字",
    pin_hint: "在主持人电脑的“签到台”页上",
    name: "这个台叫什么",
    name_hint: "名单上会写明是哪个台登记的",
    start: "开始登记",
    type_in: "当面填写",
    scan: "扫对方手机上的码",
    scan_hint: "对方手机没网、登记还没发出去时，手机上会有一个二维码。拍下它就登记好了，手机以后再发也不会重复。",
    photo: "拍下二维码",
    camera: "用摄像头连续扫",
    camera_stop: "停下摄像头",
    camera_refused: "摄像头没有打开。请用“拍下二维码”。",
    camera_blind: "这个浏览器为了防跟踪，不让网页看到画面。请用“拍下二维码”，照片由主持人的电脑来读。",
    entry: "扫码枪扫到的、或粘贴的内容",
    entry_hint: "光标放在这里再扫",
    take: "登记这一条",
    reading: "正在读…",
    next: "下一位",
    say_code: "请对方记下或拍下登记码",
    taken_here: "这个台已登记 {n} 位",
    leave: "这个台收工",
    not_taken: "刚才没有登记上，填的内容都在。请再按一次；不会重复登记。",
    signed_out: "这个台已被主持人关上，刚才这一位还没有登记。请重新输入数字，填的内容都在。",
    enter_again: "重新输入数字",
};

const EN: DeskWords = DeskWords {
    title: "Desk",
    ask_pin: "To sign people up here, type the six digits that the host's computer shows.",
    pin: "Six digits",
    pin_hint: "On the page \"Desk\" of the host's computer",
    name: "What is this desk called",
    name_hint: "The list will say which desk took whom",
    start: "Start",
    type_in: "Fill in",
    scan: "Scan the code on their phone",
    scan_hint: "A phone without a network shows a QR code for a sign-up that could not be sent. Take a \
        picture of it and it is done; if the phone sends it later, it still counts once.",
    photo: "Take a picture of the code",
    camera: "Scan with the camera",
    camera_stop: "Stop the camera",
    camera_refused: "The camera did not open. Please take a picture instead.",
    camera_blind: "Against tracking, this browser hides from pages what the camera sees. Please take a picture \
        instead: the host's computer reads it.",
    entry: "From a hand-held scanner, or pasted",
    entry_hint: "Put the cursor here, then scan",
    take: "Sign this one up",
    reading: "Reading…",
    next: "Next person",
    say_code: "Ask them to note or photograph the code",
    taken_here: "{n} signed up at this desk",
    leave: "Close this desk",
    not_taken: "That was not signed up; nothing you typed is lost. Please press again: it cannot count \
        twice.",
    signed_out: "The host has closed this desk, so this person is not signed up yet. Please type the digits \
        again; nothing you typed is lost.",
    enter_again: "Type the digits again",
};

pub(in crate::form) fn desk_words(language: Language) -> &'static DeskWords {
    match language {
        Language::Zh => &ZH,
        Language::En => &EN,
    }
}

pub(in crate::form) fn pin_text(trouble: PinTrouble, language: Language) -> String {
    match (trouble, language) {
        (PinTrouble::Wrong, Language::Zh) => "数字不对，请再看一遍主持人的屏幕。".to_owned(),
        (PinTrouble::Wrong, Language::En) => {
            "These are not the digits. Please look at the host's screen again.".to_owned()
        }
        (PinTrouble::Wait(seconds), Language::Zh) => {
            format!("刚才有人输错了好几次。请过 {seconds} 秒再输。")
        }
        (PinTrouble::Wait(seconds), Language::En) => {
            format!("Somebody mistyped several times. Please try again in {seconds} seconds.")
        }
        (PinTrouble::Shut, Language::Zh) => "主持人还没有打开签到台。请他在电脑上打开，再试一次。".to_owned(),
        (PinTrouble::Shut, Language::En) => {
            "The host has not opened the desk. Ask them to open it on the computer, then try again."
                .to_owned()
        }
        (PinTrouble::Name, Language::Zh) => "请给这个台起个名字，最多 20 个字。".to_owned(),
        (PinTrouble::Name, Language::En) => {
            "Please give this desk a name of at most 20 characters.".to_owned()
        }
        (PinTrouble::Unavailable, Language::Zh) => "暂时不通，请过几秒再点一次。".to_owned(),
        (PinTrouble::Unavailable, Language::En) => {
            "Not available just now. Please press again in a few seconds.".to_owned()
        }
    }
}

pub(in crate::form) fn entry_text(trouble: EntryTrouble, language: Language) -> &'static str {
    let (zh, en) = match trouble {
        EntryTrouble::NotAnEntry => (
            "这不是登记用的码。请对方打开登记页，显示还没发出去的那一条。",
            "This is not a sign-up's code. Ask them to open the sign-up page and show the one that has not \
             been sent.",
        ),
        EntryTrouble::Damaged => (
            "这个码没有读全，还没有登记。请再扫一次；还不行就当面填写。",
            "This code did not come through whole, so nobody is signed up yet. Please scan again, or fill in \
             the form.",
        ),
        EntryTrouble::Keyboard => (
            "扫码枪打进来的内容被输入法改了，还没有登记。请把键盘切换成英文（输入法和大写锁定都关上），\
             再扫一次。",
            "The keyboard changed what the scanner typed, so nobody is signed up yet. Switch it to English \
             (input method and caps lock off), then scan again.",
        ),
        EntryTrouble::NoCode => (
            "照片里没有找到二维码，或者看不清。请对准、离近一点，等手机屏幕亮着再拍一次。",
            "There is no QR code in this picture that can be read. Please aim at it, come closer, and keep \
             the phone's screen bright.",
        ),
        EntryTrouble::PictureTooLarge => (
            "这张照片太大。请在相机里选普通画质，再拍一次。",
            "This picture is too large. Choose the camera's usual quality, then take it again.",
        ),
        EntryTrouble::PictureKind => (
            "这种格式（HEIC）的照片读不了。请在相机设置里选“兼容性最佳”或 JPEG，再拍一次；或者选一张截屏。",
            "Pictures of this kind (HEIC) cannot be read. Set the camera to \"Most Compatible\" or JPEG and \
             take it again, or choose a screenshot.",
        ),
        EntryTrouble::NoPicture => (
            "这个文件不是照片，或者没有传全。请重新拍一张。",
            "This file is no picture, or did not arrive whole. Please take another.",
        ),
        EntryTrouble::OtherWorkshop => (
            "这是另一个活动的登记，不归这里。对方手机上的那一条没有动过。",
            "This sign-up is for another workshop. It is untouched on their phone.",
        ),
        EntryTrouble::UnknownKey => (
            "这个码是用另一把密钥封的，这台电脑打不开。请当面填写；手机上的那一条没有动过。",
            "This code was sealed for another key, which this computer does not have. Please fill in the \
             form; theirs is untouched.",
        ),
        EntryTrouble::Newer => (
            "这个码来自更新的登记页，这台电脑的 Rollcall 还不认识。请当面填写。",
            "This code comes from a newer page than this computer knows. Please fill in the form.",
        ),
        EntryTrouble::Closed => {
            ("登记已经结束，或者还没有开始，没有登记上。", "Sign-up is not open, so nobody was signed up.")
        }
        EntryTrouble::Unavailable => (
            "名单这会儿写不进去，还没有登记上。请过几秒再扫一次。",
            "The list cannot be written just now, so nobody is signed up yet. Please scan again in a few \
             seconds.",
        ),
    };
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
}
