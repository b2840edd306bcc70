//! The words of an exported file, in both languages.

use rollcall_shared::form;
use rollcall_shared::language::Language;
use rollcall_shared::workshop::Workshop;

use crate::message::Path;
use crate::view::{NoticeView, SignupState, SignupView};

/// Headings before the questions' own.
pub(super) fn first_headings(language: Language) -> [&'static str; 2] {
    match language {
        Language::Zh => ["姓名", "手机号"],
        Language::En => ["Name", "Phone"],
    }
}

/// Headings after the questions' own. Times say whose clock shows them: a file is read elsewhere, and later.
pub(super) fn last_headings(workshop: &Workshop, language: Language) -> [String; 7] {
    let zone = form::zone(workshop.utc_offset_minutes, language);
    match language {
        Language::Zh => [
            "状态".to_owned(),
            "短码".to_owned(),
            "方式".to_owned(),
            format!("报名时间（{zone}）"),
            format!("入库时间（{zone}）"),
            "备注".to_owned(),
            "报名时同意的说明".to_owned(),
        ],
        Language::En => [
            "State".to_owned(),
            "Short code".to_owned(),
            "Path".to_owned(),
            format!("Signed up ({zone})"),
            format!("Stored ({zone})"),
            "Notes".to_owned(),
            "Notice agreed to".to_owned(),
        ],
    }
}

/// Returns the sheet's name.
pub(super) fn sheet(language: Language) -> &'static str {
    match language {
        Language::Zh => "名单",
        Language::En => "List",
    }
}

pub(super) fn state(state: SignupState, workshop: &Workshop, language: Language) -> &'static str {
    match (state, language) {
        (SignupState::Registered, Language::Zh) => "已报名",
        (SignupState::Registered, Language::En) => "registered",
        (SignupState::Waitlisted, Language::Zh) if workshop.waiting_list => "候补",
        (SignupState::Waitlisted, Language::En) if workshop.waiting_list => "waiting list",
        (SignupState::Waitlisted, Language::Zh) => "名额已满",
        (SignupState::Waitlisted, Language::En) => "full",
        (SignupState::Cancelled, Language::Zh) => "已取消",
        (SignupState::Cancelled, Language::En) => "cancelled",
    }
}

pub(super) fn path(path: Path, language: Language) -> &'static str {
    match (path, language) {
        (Path::Edge, Language::Zh) => "网上",
        (Path::Edge, Language::En) => "internet",
        (Path::Venue, Language::Zh) => "现场",
        (Path::Venue, Language::En) => "venue",
        (Path::Desk, Language::Zh) => "签到台",
        (Path::Desk, Language::En) => "desk",
    }
}

/// Returns the word for a ticked box.
pub(super) fn yes(language: Language) -> &'static str {
    match language {
        Language::Zh => "是",
        Language::En => "yes",
    }
}

/// Returns what may stand between the choices of one answer, the usual first.
pub(super) fn separators(language: Language) -> [&'static str; 3] {
    match language {
        Language::Zh => ["、", "；", " | "],
        Language::En => [", ", "; ", " | "],
    }
}

/// Writes the heading of a question that was once asked in other words.
pub(super) fn asked_before(label: &str, before: Vec<&str>, language: Language) -> String {
    match (before.is_empty(), language) {
        (true, _) => label.to_owned(),
        (false, Language::Zh) => format!("{label}（曾问：{}）", before.join("／")),
        (false, Language::En) => format!("{label} (asked before as: {})", before.join(" / ")),
    }
}

/// Writes the heading of a question that is gone; its words, the newest first.
pub(super) fn removed(labels: &[&str], language: Language) -> String {
    let labels = match language {
        Language::Zh => labels.join("／"),
        Language::En => labels.join(" / "),
    };
    match language {
        Language::Zh => format!("{labels}（已删除的问题）"),
        Language::En => format!("{labels} (question removed)"),
    }
}

/// Writes the heading of answers from forms that were not kept, under the key of a question of now.
pub(super) fn unsure(now: &str, language: Language) -> String {
    match language {
        Language::Zh => format!("{now}？（旧版表单，当时的问题没有保存）"),
        Language::En => format!("{now}? (older form, its question was not kept)"),
    }
}

/// Says for which option a key stands now.
pub(super) fn now(key: &str, label: &str, language: Language) -> String {
    match language {
        Language::Zh => format!("{key}（现为：{label}）"),
        Language::En => format!("{key} (now: {label})"),
    }
}

/// Returns the name of the sheet with whatever came that no form asked for.
pub(super) fn rest_sheet(language: Language) -> &'static str {
    match language {
        Language::Zh => "表单没有问的",
        Language::En => "Not asked",
    }
}

/// Returns the headings of that sheet.
pub(super) fn rest_headings(language: Language) -> [&'static str; 5] {
    match language {
        Language::Zh => ["姓名", "手机号", "短码", "键", "内容"],
        Language::En => ["Name", "Phone", "Short code", "Key", "Content"],
    }
}

/// Writes a heading that came before.
pub(super) fn numbered(heading: &str, number: u32, language: Language) -> String {
    match language {
        Language::Zh => format!("{heading}（{number}）"),
        Language::En => format!("{heading} ({number})"),
    }
}

/// Says what is unusual about a sign-up.
pub(super) fn notes(signup: &SignupView, language: Language) -> String {
    let notes = [
        (signup.flags.late, "截止后到达", "arrived after closing"),
        (signup.flags.older_form, "旧版表单", "older form"),
        (signup.flags.id_reused, "编号重复", "id came twice"),
        (signup.shared_phone, "共用手机号", "shared phone"),
    ];
    let said = notes.iter().filter(|(is_so, ..)| *is_so).map(|(_, zh, en)| match language {
        Language::Zh => *zh,
        Language::En => *en,
    });
    said.collect::<Vec<_>>().join(separators(language)[0])
}

/// Says what the page said about the data when a person sent the form.
pub(super) fn notice(NoticeView { version, since: _, text }: &NoticeView, language: Language) -> String {
    match (text, language) {
        (Some(text), Language::Zh) => format!("{}（第 {version} 版）", text.get(language)),
        (Some(text), Language::En) => format!("{} (version {version})", text.get(language)),
        (None, Language::Zh) => format!("第 {version} 版（当时没有保存文字）"),
        (None, Language::En) => format!("version {version} (its text was not kept then)"),
    }
}
