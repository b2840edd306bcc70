//! What a start says in Chinese where the host has to change something: the same as the errors' own English,
//! one line each, `what is wrong — what to do`. What the operating system says stays as it says it.

use rollcall_shared::language::{Language, Text};

use crate::config::settings_error::SettingsError;
use crate::db::open_error::OpenError;
use crate::engine::start_error::{RefusedKey, StartError};
use crate::folder::backup::BackupError;
use crate::folder::error::FolderError;
use crate::http::port_error::PortError;

impl StartError {
    /// Says it in a language, in one line.
    #[must_use]
    pub fn told(&self, language: Language) -> String {
        match language {
            Language::Zh => start(self),
            Language::En => self.to_string(),
        }
    }

    /// Says it in both.
    #[must_use]
    pub fn told_in_both(&self) -> Text {
        Text { zh: self.told(Language::Zh), en: self.told(Language::En) }
    }
}

fn start(error: &StartError) -> String {
    match error {
        StartError::Settings(error) => settings(error),
        StartError::Folder(error) => folder(error),
        StartError::Database(error) => database(error),
        StartError::Port(PortError { address, purpose, flag, source }) => {
            let purpose = if *flag == "--lan-port" { "现场页" } else { *purpose };
            let purpose = if purpose == "metrics and control" { "指标和控制" } else { purpose };
            format!("“{purpose}”不能用 {address}（{source}）——用 {flag} 换一个端口，或者关掉占用它的程序")
        }
        StartError::WrongKey { url, key: RefusedKey::Drain } => format!(
            "云端 {url} 不认这个文件夹的收取密钥——把属于这个数据文件夹的 keys.json 放回去，或者检查 --edge-url"
        ),
        StartError::WrongKey { url, key: RefusedKey::Publish } => format!(
            "云端 {url} 不让用这个发布密钥发布新活动——把部署时的 PUBLISH_KEY 存成文件，用 --publish-key-file 指给程序"
        ),
        StartError::Refused { url, why } => {
            format!("云端 {url} 不收这个活动（{why}）——用 `rollcall-host workshop change` 改一下")
        }
        StartError::Demo(error) => format!("演示活动建不了（{error}）——去掉 --demo 再启动"),
        StartError::Thread(error) => format!("操作系统不给新线程（{error}）——关掉别的程序再启动"),
    }
}

fn settings(error: &SettingsError) -> String {
    match error {
        SettingsError::EdgeUrl { url, why } => {
            format!("云端地址 {url:?} 不是地址（{why}）——请写成 https://signup.example.org 这样")
        }
        SettingsError::PublishKeyFile { path, source } => {
            format!("发布密钥文件 {} 用不了（{source}）——请把部署时的发布密钥存在那里", path.display())
        }
        SettingsError::PublishKey => {
            "没有发布密钥，或者它太长、含有可见 ASCII 以外的字符——用 --publish-key-file \
                                      指出它的文件；可以用 `openssl rand -hex 32` 生成一个"
                .to_owned()
        }
        SettingsError::NoEdge => "没有说是哪个云端——用 --edge-url 写出它的地址".to_owned(),
        SettingsError::RedisUrl { url, source } => format!(
            "Redis 地址 {url:?} 用不了（{source}）——请写成 redis://127.0.0.1:6379 这样，或者不写 --redis-url"
        ),
        SettingsError::OldRedis { url, found, oldest: (major, minor) } => format!(
            "{url:?} 上的 Redis 是 {found}，版本太旧——请装 {major}.{minor} 或更新的，或者不写 --redis-url"
        ),
    }
}

fn folder(error: &FolderError) -> String {
    match error {
        FolderError::Unusable { path, source } => {
            format!("数据文件夹 {} 用不了（{source}）——用 --data-dir 选一个您能写的", path.display())
        }
        FolderError::Locked { folder, pid } => {
            let pid = pid.map(|pid| format!("（进程 {pid}）")).unwrap_or_default();
            let folder = folder.display();
            format!("另一个 Rollcall{pid}正在用 {folder}——先关掉它，或者用 --data-dir 选别的文件夹")
        }
        FolderError::Damaged { path, why } => {
            format!("{} 坏了（{why}）——放回它的副本，或者把它移走、从头开始", path.display())
        }
    }
}

fn database(error: &OpenError) -> String {
    match error {
        OpenError::ReadOnly { path, source } => {
            format!("数据库 {} 写不了（{source}）——请给自己写它和它的文件夹的权限", path.display())
        }
        OpenError::Newer { path, found, known } => format!(
            "数据库 {} 是第 {found} 版，这个 Rollcall 只认到第 {known} 版——请装写它的那个更新的 Rollcall",
            path.display()
        ),
        OpenError::Database { path, source } => format!(
            "数据库 {} 打不开（{source}）——放回它的副本，或者用 --data-dir 选别的文件夹",
            path.display()
        ),
        OpenError::OldSqlite { found } => {
            format!("程序里的 SQLite 是 {found}，可能损坏数据库——请用 SQLite 3.51.3 或更新的重新编译")
        }
    }
}

fn backup(error: &BackupError) -> String {
    match error {
        BackupError::NotNew(path) => format!("{} 已经有了——请写一个还不存在的文件夹", path.display()),
        BackupError::Folder { path, source } => {
            format!("{} 用不了（{source}）——请选一个您能用、空间够的文件夹", path.display())
        }
        BackupError::DataFolder(error) => folder(error),
        BackupError::Open(error) => database(error),
        BackupError::Database(why) => format!("数据库复制不了（{why}）——请再试一次"),
        BackupError::NoBackup { path, why } => {
            format!("{} 不是备份（{why}）——请写 `backup` 做出来的那个文件夹", path.display())
        }
        BackupError::Damaged(path) => format!("{} 和备份时不一样了——请用另一份备份", path.display()),
        BackupError::Newer { path, version } => {
            format!("备份 {} 是更新的 Rollcall（{version}）做的——请装那个版本", path.display())
        }
    }
}

impl BackupError {
    /// Says it in a language, in one line.
    #[must_use]
    pub fn told(&self, language: Language) -> String {
        match language {
            Language::Zh => backup(self),
            Language::En => self.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn each_is_one_line_in_both_languages_that_says_what_to_do() {
        let path = || PathBuf::from("/d/x");
        let denied = || Error::from(ErrorKind::PermissionDenied);
        let errors: Vec<StartError> = vec![
            SettingsError::EdgeUrl { url: "x".into(), why: "no host".into() }.into(),
            SettingsError::PublishKeyFile { path: path(), source: denied() }.into(),
            SettingsError::PublishKey.into(),
            SettingsError::NoEdge.into(),
            SettingsError::OldRedis { url: "redis://h".into(), found: "6.0".into(), oldest: (6, 2) }.into(),
            FolderError::Unusable { path: path(), source: denied() }.into(),
            FolderError::Locked { folder: path(), pid: Some(7) }.into(),
            FolderError::Locked { folder: path(), pid: None }.into(),
            FolderError::Damaged { path: path(), why: "line 1".into() }.into(),
            OpenError::Newer { path: path(), found: 9, known: 8 }.into(),
            OpenError::OldSqlite { found: "3.1" }.into(),
            PortError {
                address: ([127, 0, 0, 1], 7470).into(),
                purpose: "the venue page",
                flag: "--lan-port",
                source: denied(),
            }
            .into(),
            StartError::WrongKey { url: "https://x.org".into(), key: RefusedKey::Drain },
            StartError::WrongKey { url: "https://x.org".into(), key: RefusedKey::Publish },
            StartError::Refused { url: "https://x.org".into(), why: "too large".into() },
            StartError::Thread(denied()),
        ];
        for error in errors {
            let (zh, en) = (error.told(Language::Zh), error.told(Language::En));
            assert!(zh.contains("——") && !zh.contains('\n'), "{zh}");
            assert!(en.contains(" — ") && !en.contains('\n'), "{en}");
            let is_chinese = |text: &str| text.chars().any(|sign| ('\u{4e00}'..'\u{a000}').contains(&sign));
            assert!(is_chinese(&zh) && !is_chinese(&en), "{zh} {en}");
        }
    }
}
