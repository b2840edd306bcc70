use super::*;
use crate::seal::SecretKey;
use crate::signup::SignupForm;
use crate::testing::rng;
use crate::workshop::{Workshop, sample};

/// Digits of a QR code of version 12 with the least error correction: what a sign-up with a long name may have.
const VERSION_12: usize = 883;

/// The message that a code is, as text.
fn read(typed: &str) -> Result<String, EntryCodeError> {
    EntryCode::parse(typed).map(|code| code.message().to_text())
}

fn write(message: &Envelope) -> String {
    EntryCode::new(message.clone()).to_digits()
}

fn message() -> Envelope {
    let workshop: Workshop = sample::workshop(SecretKey::from_bytes([9; 32]).public());
    let form = SignupForm {
        id: "0f8fad5b-d9cb-469f-a165-70867728950e".into(),
        invite_code: workshop.invite_code.to_string(),
        name: "古丽·阿不都热合曼".into(),
        phone: "13800138000".into(),
        filled_at: Some(Timestamp::from_millis(1_700_000_000_000)),
        ..SignupForm::default()
    };
    let signup = form.parse(&workshop).unwrap();
    let now = Timestamp::from_millis(1_700_000_000_000);
    Envelope::seal_signup(&workshop, &signup, None, now, &mut rng(1)).unwrap()
}

/// What a Chinese input method makes of the signs that it is typed.
fn chinese(text: &str) -> String {
    let mut open = false;
    text.chars()
        .map(|c| match c {
            '{' => "｛".to_owned(),
            '}' => "｝".to_owned(),
            ':' => "：".to_owned(),
            ',' => "，".to_owned(),
            '/' => "、".to_owned(),
            '_' => "——".to_owned(),
            '"' => {
                open = !open;
                if open { "“" } else { "”" }.to_owned()
            }
            c => c.to_string(),
        })
        .collect()
}

fn full_width(text: &str) -> String {
    let wide = |c: char| if c.is_ascii_graphic() { char::from_u32(c as u32 + 0xFEE0).unwrap() } else { c };
    text.chars().map(wide).collect()
}

fn with_zero(zero: char, text: &str) -> String {
    text.chars().map(|c| char::from_u32(zero as u32 + c.to_digit(10).unwrap()).unwrap()).collect()
}

/// A sign after every so many.
fn broken(text: &str, by: &str, every: usize) -> String {
    let signs: Vec<char> = text.chars().collect();
    signs.chunks(every).map(|line| line.iter().collect::<String>() + by).collect()
}

#[test]
fn digits_carry_the_message_and_are_few() {
    let text = write(&message());
    assert!(text.len() <= VERSION_12 && text.bytes().all(|b| b.is_ascii_digit()), "{}", text.len());
    assert_eq!(read(&text), Ok(message().to_text()));
}

/// The page writes the same: `edge/web/test` holds it to these.
#[test]
fn bytes_are_written_as_fido_writes_them() {
    let check = |some: &[u8], expected: &str| {
        assert_eq!(digits(some), expected);
        assert_eq!(bytes(expected).as_deref(), Some(some));
    };
    check(&[], "");
    check(&[1], "001");
    check(&[255], "255");
    check(&[1, 2], "00513");
    check(&[1, 2, 3, 4, 5, 6, 7], "01976943448883713");
    check(&[255; 7], "72057594037927935");
    check(&[0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255], "000000000000000004294967295");
    for no_bytes in ["256", "1", "99999999999999999", "0000"] {
        assert_eq!(bytes(no_bytes), None, "{no_bytes}");
    }
}

#[test]
fn digits_are_read_whatever_the_keyboard_makes_of_them() {
    let (text, expected) = (write(&message()), message().to_text());
    let mut typed = vec![
        full_width(&text),
        chinese(&text),
        format!("\u{FEFF}  {text}\r\n"),
        broken(&text, "\n", 76),
        broken(&text, " ", 5),
        broken(&text, "\u{200B}", 20),
    ];
    typed.extend(ZEROS.map(|zero| with_zero(zero, &text)));
    for typed in typed {
        assert_eq!(read(&typed).as_ref(), Ok(&expected), "{typed}");
    }
}

#[test]
fn codes_of_older_pages_are_read_as_they_are_and_as_keyboards_change_them() {
    let text = message().to_text();
    let caps = other_case(&text);
    let macs = text.replace('"', "„").replace('{', "「").replace('}', "」");
    let typed = [
        text.clone(),
        format!("  {text}\r\n"),
        broken(&text, "\n", 76),
        broken(&text, "\u{200B}", 20),
        chinese(&text),
        full_width(&text),
        macs,
        text.replace('-', "–"),
        caps.clone(),
        chinese(&caps),
        full_width(&caps),
    ];
    for typed in typed {
        assert_eq!(read(&typed).as_ref(), Ok(&text), "{typed}");
    }
}

#[test]
fn what_came_through_in_part_is_told_from_what_is_no_code() {
    let text = write(&message());
    let mut wrong = 0;
    for place in 0..text.len() {
        let lost = format!("{}{}", &text[..place], &text[place + 1..]);
        let mut other = text.clone();
        let digit = text.as_bytes()[place];
        other.replace_range(place..=place, if digit == b'9' { "0" } else { "9" });
        wrong += [lost, other].iter().filter(|typed| read(typed) != Err(EntryCodeError::Damaged)).count();
    }
    assert_eq!(wrong, 0);
    for part in [&text[..text.len() - 17], &text[17..], &format!("{text}{text}")] {
        assert_eq!(read(part), Err(EntryCodeError::Damaged));
    }
    let old = message().to_text();
    assert_eq!(read(&old[..old.len() - 1]), Err(EntryCodeError::Damaged));
    assert_eq!(read(&old[..80]), Err(EntryCodeError::Damaged));

    let strangers = [
        "",
        " \u{200B} ",
        "0",
        "13800138000",
        "6901234567892",
        "王芳",
        "ABCD-23456",
        "http：//192.168.1.20:7470/k7m2qx/j/ABCD-23456",
        "https://signup.example.org/j/ABCD-23456?lang=zh&from=a-poster-with-a-long-address-on-it",
        "WIFI:T:WPA;S:Hall;P:12345678;;",
        "{\"a\":1}",
        "{",
    ];
    for stranger in strangers {
        assert_eq!(read(stranger), Err(EntryCodeError::NotACode), "{stranger}");
    }
    assert_eq!(read(&"1".repeat(MAX_TYPED_BYTES + 1)), Err(EntryCodeError::NotACode));
}

#[test]
fn a_keyboard_that_lost_what_was_typed_is_named() {
    let (text, old) = (write(&message()), message().to_text());
    let french: String =
        text.bytes().map(|b| "à&é\"'(-è_ç".chars().nth(usize::from(b - b'0')).unwrap()).collect();
    let german = old.replace('{', "Ü").replace('"', "Ä").replace(':', "Ö");
    let pinyin = format!("{}我们的工作坊是", "和v1、wo'rk's'hop“23".repeat(6));
    for typed in [french, german, pinyin, old.to_uppercase(), old.to_lowercase(), old.replace('a', "啊")] {
        assert_eq!(read(&typed), Err(EntryCodeError::Keyboard), "{typed}");
    }
}

#[test]
fn a_newer_kind_is_named() {
    let mut newer = bytes(&write(&message())).unwrap();
    newer.truncate(newer.len() - CHECKSUM_BYTES);
    newer[0] = FORMAT + 1;
    newer.extend(checksum(&newer));
    assert_eq!(read(&digits(&newer)), Err(EntryCodeError::Newer));
    let old = message().to_text().replacen("\"v\":1", "\"v\":9", 1);
    assert_eq!(read(&old), Err(EntryCodeError::Newer));
}
