//! Text under a passphrase, in the format of `age` (<https://age-encryption.org/v1>), which other programs
//! read as well: should Rollcall be gone, the keys are not.

use std::io::{Read, Write};

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use age::{DecryptError, Decryptor, Encryptor, Identity, Recipient, scrypt};

use super::passphrase::{Passphrase, spellings};

/// scrypt's N as a power of two: 256 MiB of memory and about a second. What Go's age and its kin always
/// write; the crate by itself would measure this machine.
const WORK_FACTOR: u8 = 18;
/// Most that is computed for a file from elsewhere, which is age's own limit: 4 GiB and some seconds.
const MAX_WORK_FACTOR: u8 = 22;
/// First bytes of a file that is not armored.
const BINARY: &[u8] = b"age-encryption.org/";
/// First and last line of one that is.
const BEGIN: &str = "-----BEGIN AGE ENCRYPTED FILE-----";
const END: &str = "-----END AGE ENCRYPTED FILE-----";

/// Why a file under a passphrase is not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AgeError {
    /// It does not open with the passphrase in any of its spellings.
    #[error("the passphrase does not open the file — try again; capital letters count")]
    Passphrase,
    /// It is for keys of age, not for a passphrase.
    #[error("the file is protected by another key, not by a passphrase — open it with age first")]
    NoPassphrase,
    /// It asks for more work than any program writes.
    #[error("the file asks for too much work (2^{0}) — it was not written by Rollcall or age")]
    Work(u8),
    /// It is cut or changed.
    #[error("the file is damaged — use another copy of it")]
    Damaged,
}

/// Says whether it is a file of age's, armored or not.
pub(in crate::folder) fn is_one(bytes: &[u8]) -> bool {
    bytes.starts_with(BINARY) || armored(bytes).is_some()
}

/// Protects a text: armored, for mail and chat change what is no text.
pub(super) fn seal(text: &[u8], passphrase: &Passphrase) -> std::io::Result<Vec<u8>> {
    let mut recipient = scrypt::Recipient::new(passphrase.secret());
    recipient.set_work_factor(WORK_FACTOR);
    let recipients = [&recipient as &dyn Recipient];
    let sealed = Encryptor::with_recipients(recipients.into_iter()).map_err(std::io::Error::other)?;
    let armor = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor)?;
    let mut writer = sealed.wrap_output(armor)?;
    writer.write_all(text)?;
    writer.finish()?.finish()
}

/// Opens what was sealed by Rollcall or by age. Takes seconds.
///
/// # Errors
/// [`AgeError`].
pub(in crate::folder) fn open(bytes: &[u8], typed: &str) -> Result<Vec<u8>, AgeError> {
    let armor = armored(bytes);
    let bytes = armor.as_deref().map_or(bytes, str::as_bytes);
    for passphrase in spellings(typed) {
        let mut identity = scrypt::Identity::new(passphrase);
        identity.set_max_work_factor(MAX_WORK_FACTOR);
        match try_open(bytes, &identity) {
            Err(AgeError::Passphrase) => {}
            done => return done,
        }
    }
    Err(AgeError::Passphrase)
}

fn try_open(bytes: &[u8], identity: &scrypt::Identity) -> Result<Vec<u8>, AgeError> {
    let why = |error: DecryptError| match error {
        DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed | DecryptError::NoMatchingKeys => {
            AgeError::Passphrase
        }
        DecryptError::ExcessiveWork { required, .. } => AgeError::Work(required),
        _ => AgeError::Damaged,
    };
    let file = Decryptor::new_buffered(ArmoredReader::new(bytes)).map_err(why)?;
    if !file.is_scrypt() {
        return Err(AgeError::NoPassphrase);
    }
    let mut text = Vec::new();
    let mut reader = file.decrypt(std::iter::once(identity as &dyn Identity)).map_err(why)?;
    reader.read_to_end(&mut text).map_err(|_| AgeError::Damaged)?;
    Ok(text)
}

/// Returns an armored file without what mail, chat and editors add to it: a byte order mark, blank lines,
/// marks of quoting, spaces, text before and after. Nothing where it is not armored.
fn armored(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let from = text.find(BEGIN)?;
    let until = from + text[from..].find(END)?;
    let mut armor = format!("{BEGIN}\n");
    // Lines are 64 characters long again, however they were wrapped.
    let base64: Vec<char> = text[from + BEGIN.len()..until]
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "+/=".contains(*c))
        .collect();
    for line in base64.chunks(64) {
        armor.extend(line);
        armor.push('\n');
    }
    armor.push_str(END);
    armor.push('\n');
    Some(armor)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPED: &str = "correct horse battery";
    /// Written by Go's age 1.1.1 for `caf\u{e9} noir zwei`.
    const BY_AGE: &str = "\
-----BEGIN AGE ENCRYPTED FILE-----\n\
YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCBlWWNVejRvSGNPTkVaWkt3\n\
QmN5dGlBIDE4CkxwMlFESUxuc3psSmhTZEF6T2Jyc2p3S0c2RnZCUURTYVdlS2ls\n\
d2l6NTAKLS0tIE1DbmMzWStHbGxaYW5CVmlFWVZ3VWYxUGdwTUJtOEhoMmY3cG5a\n\
NUlUaW8KfHXowE9LYrsCI/XbOwPJCZPaNbc9vcCCoA8AnTrIpFWZDbXt/uI=\n\
-----END AGE ENCRYPTED FILE-----\n\
";

    fn sealed() -> String {
        String::from_utf8(seal(b"keys", &Passphrase::parse(TYPED).unwrap()).unwrap()).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_with_its_passphrase_alone() {
        let file = sealed();
        assert!(is_one(file.as_bytes()));
        assert!(file.starts_with(BEGIN));
        assert_eq!(open(file.as_bytes(), TYPED).unwrap(), b"keys");
        assert_eq!(open(file.as_bytes(), "correct horse batterz"), Err(AgeError::Passphrase));
        assert_eq!(open(&file.as_bytes()[..200], TYPED), Err(AgeError::Damaged));
        let changed = file.replacen('\n', "\nAAAA", 1);
        assert_eq!(open(changed.as_bytes(), TYPED), Err(AgeError::Damaged));
        assert_eq!(open(b"{}", TYPED), Err(AgeError::Damaged));
        assert!(!is_one(b"{}") && !is_one(b""));
    }

    #[test]
    fn what_age_wrote_opens_however_the_accent_is_typed() {
        for typed in ["caf\u{e9} noir zwei", "cafe\u{301} noir zwei"] {
            assert_eq!(open(BY_AGE.as_bytes(), typed).as_deref(), Ok(&b"hello\n"[..]), "{typed}");
        }
        assert!(seal(b"", &Passphrase::parse(TYPED).unwrap()).is_ok_and(|file| is_one(&file)));
    }

    #[test]
    fn what_mail_adds_is_no_part_of_it() {
        // Opening costs a second: what is opened is the same text.
        let file = sealed();
        assert_eq!(armored(file.as_bytes()).as_deref(), Some(file.as_str()));
        let check = |changed: String, how: &str| {
            assert!(is_one(changed.as_bytes()), "{how}");
            assert_eq!(armored(changed.as_bytes()).as_deref(), Some(file.as_str()), "{how}");
        };
        check(format!("\u{feff}{file}"), "a byte order mark");
        check(format!("\n\r\n{file}"), "a blank first line");
        check(format!("您好：\n{file}\n-- \n王芳"), "text around it");
        check(file.replace('\n', "\r\n"), "Windows's line ends");
        check(file.lines().map(|line| format!("> {line}  \n")).collect(), "marks of quoting");
        check(file.replace('\n', "\n\n"), "blank lines");
    }
}
