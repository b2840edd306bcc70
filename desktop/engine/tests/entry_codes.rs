//! Entry codes over HTTP as people get them to a desk: typed by scanners through whatever keyboard, and in
//! pictures.

#![allow(clippy::unwrap_used, clippy::panic, reason = "fixtures of tests; a failure is what they are for")]

use std::io::Cursor;
use std::net::{IpAddr, Ipv4Addr};

use image::imageops::{self, FilterType};
use image::{GrayImage, ImageFormat, Luma};
use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};
use rand_core::OsRng;
use reqwest::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use reqwest::{RequestBuilder, Response};
use rollcall_engine::view::{ListQuery, Refusal, RefusalCode, Show};
use rollcall_engine::{Config, Engine, RedisChoice, VenueStart};
use rollcall_shared::Timestamp;
use rollcall_shared::entry_code::{EntryCode, MAX_PICTURE_BYTES};
use rollcall_shared::envelope::Envelope;
use rollcall_shared::signup::SignupForm;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::Workshop;
use serde_json::{Value, json};
use tempfile::TempDir;

const FORM: &str = "application/x-www-form-urlencoded";

struct Desk {
    engine: Engine,
    workshop: Workshop,
    base: String,
    cookie: String,
    http: reqwest::Client,
    runtime: tokio::runtime::Runtime,
    _dir: TempDir,
}

impl Desk {
    /// A venue page, and a device that was let in.
    fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let engine = Engine::start(Config {
            venue: VenueStart::AtOnce,
            data_dir: dir.path().to_owned(),
            edge: None,
            lan_host: IpAddr::from(Ipv4Addr::LOCALHOST),
            lan_port: 0,
            metrics_port: 0,
            redis: RedisChoice::Direct,
            demo: true,
        })
        .unwrap();
        let workshop = engine.status().unwrap().workshops[0].workshop.clone();
        let base = engine.ready().lan.clone().unwrap().split("/j/").next().unwrap().to_owned();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        let (http, runtime) = (client.build().unwrap(), tokio::runtime::Runtime::new().unwrap());
        let mut desk = Self { engine, workshop, base, cookie: String::new(), http, runtime, _dir: dir };
        desk.engine.renew_desk_pin(&desk.workshop.id).unwrap();
        let pin = desk.engine.desk_panel(&desk.workshop.id).unwrap().pin.unwrap();
        let entered = desk.send(desk.post("/desk", FORM).body(format!("pin={pin}&desk=1")));
        let cookie = entered.headers()[SET_COOKIE].to_str().unwrap();
        desk.cookie = cookie.split(';').next().unwrap().to_owned();
        desk
    }

    fn post(&self, path: &str, content_type: &str) -> RequestBuilder {
        let request = self.http.post(format!("{}{path}", self.base));
        request.header(COOKIE, &self.cookie).header(CONTENT_TYPE, content_type)
    }

    fn send(&self, request: RequestBuilder) -> Response {
        self.runtime.block_on(request.send()).unwrap()
    }

    /// Status, and the code of the one mistake: empty for a receipt.
    fn answer(&self, request: RequestBuilder) -> (u16, String) {
        let response = self.send(request);
        let status = response.status().as_u16();
        let body: Value = serde_json::from_str(&self.runtime.block_on(response.text()).unwrap()).unwrap();
        (status, body["errors"][0]["code"].as_str().unwrap_or_default().to_owned())
    }

    fn typed(&self, text: &str) -> (u16, String) {
        self.answer(self.post("/v1/entries", "application/json").body(json!({ "entry": text }).to_string()))
    }

    fn pictured(&self, picture: &[u8]) -> (u16, String) {
        self.answer(self.post("/v1/desk/pictures", "image/png").body(picture.to_vec()))
    }

    /// The plain form with a picture: status, and the page.
    fn chosen(&self, picture: &[u8]) -> (u16, String) {
        let head = "--x\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"a.png\"\r\n\r\n";
        let body = [head.as_bytes(), picture, b"\r\n--x--\r\n"].concat();
        let response =
            self.send(self.post("/desk/picture?lang=en", "multipart/form-data; boundary=x").body(body));
        let status = response.status().as_u16();
        (status, self.runtime.block_on(response.text()).unwrap())
    }

    fn names(&self) -> Vec<String> {
        let workshop = self.workshop.id.clone();
        let query = ListQuery { workshop, search: String::new(), show: Show::All, offset: 0, limit: 50 };
        self.engine.list(&query).unwrap().rows.into_iter().map(|row| row.name.as_str().to_owned()).collect()
    }

    /// What the phone of the person with this number shows.
    fn entry(&self, number: u8) -> EntryCode {
        let form = SignupForm {
            id: SignupId::from_random([number; 16]).to_string(),
            invite_code: self.workshop.invite_code.to_string(),
            name: format!("王{}", ["芳", "伟", "敏", "丽", "杰", "静"][usize::from(number % 6)]),
            phone: format!("138001380{number:02}"),
            filled_at: Some(Timestamp::from_millis(now())),
            ..SignupForm::default()
        };
        let signup = form.parse(&self.workshop).unwrap();
        let moment = Timestamp::from_millis(now());
        EntryCode::new(Envelope::seal_signup(&self.workshop, &signup, None, moment, &mut OsRng).unwrap())
    }
}

fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

/// What a Chinese input method makes of what a scanner types.
fn chinese(text: &str) -> String {
    let mut quotes = ['“', '”'].into_iter().cycle();
    text.chars()
        .map(|c| match c {
            '"' => quotes.next().unwrap(),
            '{' => '｛',
            '}' => '｝',
            ':' => '：',
            ',' => '，',
            '/' => '、',
            c => c,
        })
        .collect()
}

fn caps(text: &str) -> String {
    let turned = |c: char| if c.is_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
    text.chars().map(turned).collect()
}

fn full_width(text: &str) -> String {
    text.chars().map(|c| char::from_u32(c as u32 + 0xFEE0).unwrap()).collect()
}

fn code(text: &str, module: u32) -> GrayImage {
    let segments = QrSegment::make_segments(text);
    let (least, most) = (Version::MIN, Version::MAX);
    let code = QrCode::encode_segments_advanced(&segments, QrCodeEcc::Low, least, most, None, true).unwrap();
    let side = (code.size().unsigned_abs() + 8) * module;
    let at = |place: u32| i32::try_from(place / module).unwrap() - 4;
    GrayImage::from_fn(side, side, |x, y| Luma([if code.get_module(at(x), at(y)) { 20 } else { 235 }]))
}

/// A hall's wall with pictures on it.
fn wall(shown: &[(&GrayImage, i64, i64)]) -> GrayImage {
    let mut wall = GrayImage::from_fn(1600, 1200, |x, y| Luma([u8::try_from(90 + (x + y) / 40).unwrap()]));
    for (picture, x, y) in shown {
        imageops::overlay(&mut wall, *picture, *x, *y);
    }
    wall
}

fn png(picture: &GrayImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[test]
fn a_scanner_types_through_any_keyboard() {
    let desk = Desk::open();
    let ways: [fn(&str) -> String; 4] = [chinese, caps, |text| chinese(&caps(text)), full_width];
    for (number, way) in (0..).zip(ways) {
        // As pages show them now, and as older pages do: one person.
        let entry = desk.entry(number);
        for shown in [entry.to_digits(), entry.message().to_text()] {
            let typed = way(&shown);
            assert_eq!(desk.typed(&typed), (201, String::new()), "{typed}");
            let form: String = form_urlencoded(&typed);
            let sent = desk.send(desk.post("/desk/entry", FORM).body(format!("entry={form}")));
            assert_eq!(sent.status(), 303, "{typed}");
            assert!(desk.engine.take_entry(&desk.workshop.id, &typed).unwrap().again, "{typed}");
        }
    }
    assert_eq!(desk.names().len(), ways.len());

    // What cannot be told from it is named, in both of the page's languages and in the window.
    let lost = desk.entry(9).message().to_text().to_uppercase();
    assert_eq!(desk.typed(&lost), (422, "keyboard".to_owned()));
    for (language, words) in [("zh", "请把键盘切换成英文"), ("en", "Switch it to English")] {
        let path = format!("/desk/entry?lang={language}");
        let sent = desk.send(desk.post(&path, FORM).body(format!("entry={}", form_urlencoded(&lost))));
        assert!(desk.runtime.block_on(sent.text()).unwrap().contains(words), "{language}");
    }
    let refused = Refusal::from(desk.engine.take_entry(&desk.workshop.id, &lost).unwrap_err());
    assert_eq!(refused.code, RefusalCode::EntryKeyboard);
    assert_eq!(desk.names().len(), ways.len());
}

fn form_urlencoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[test]
fn a_picture_is_read_on_the_laptop() {
    let desk = Desk::open();
    let poster = code("http://192.168.1.20:7470/k7m2qx/j/ABCD-23456", 8);
    let phone = |number: u8| code(&desk.entry(number).to_digits(), 5);
    let turned = imageops::rotate90(&imageops::resize(&phone(2), 300, 300, FilterType::Triangle));
    let pictures = [
        wall(&[(&phone(0), 900, 500)]),
        // The poster behind it is nearer to the corner and larger.
        wall(&[(&poster, 40, 30), (&phone(1), 900, 500)]),
        wall(&[(&turned, 100, 700)]),
        wall(&[(&code(&desk.entry(3).message().to_text(), 5), 300, 300)]),
    ];
    for picture in &pictures {
        let (file, before) = (png(picture), desk.names().len());
        assert_eq!(desk.pictured(&file), (201, String::new()));
        assert_eq!(desk.chosen(&file).0, 303);
        let window = desk.engine.take_picture(&desk.workshop.id, &base64(&file)).unwrap();
        assert!(window.again && desk.names().len() == before + 1, "{window:?}");
    }

    let refused = |picture: &[u8], code: &str, words: &str, window: RefusalCode| {
        assert_eq!(desk.pictured(picture), (422, code.to_owned()));
        let (status, page) = desk.chosen(picture);
        assert!(status == 422 && page.contains(words), "{status} {page}");
        let refused = desk.engine.take_picture(&desk.workshop.id, &base64(picture)).unwrap_err();
        assert_eq!(Refusal::from(refused).code, window);
    };
    refused(&png(&wall(&[])), "no_code", "no QR code", RefusalCode::NoCode);
    refused(&png(&wall(&[(&poster, 40, 30)])), "not_an_entry", "not a sign-up", RefusalCode::NotAnEntry);
    refused(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "picture_kind", "HEIC", RefusalCode::PictureKind);
    refused(b"no picture", "no_picture", "no picture", RefusalCode::NoPicture);
    refused(b"", "no_picture", "no picture", RefusalCode::NoPicture);
    let large = desk.pictured(&vec![0; MAX_PICTURE_BYTES + 1]);
    assert_eq!(large, (422, "picture_too_large".to_owned()));
    assert_eq!(desk.names().len(), pictures.len());
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[test]
fn only_a_desk_has_pictures_read() {
    let mut desk = Desk::open();
    let file = png(&wall(&[(&code(&desk.entry(1).to_digits(), 5), 300, 300)]));
    desk.cookie = "rollcall-desk=00112233445566778899aabbccddeeff".to_owned();
    assert_eq!(desk.pictured(&file).0, 401);
    let (_, page) = desk.chosen(&file);
    assert!(page.contains("type the six digits"), "{page}");
    assert!(desk.names().is_empty());
}
