use image::{GrayImage, Luma};
use rxing::common::{BitMatrix, DetectorRXingResult as _};
use rxing::qrcode::cpp_port::decoder::Decode;
use rxing::qrcode::cpp_port::detector::DetectPureQR;

use super::*;
use crate::view::{Wifi, WifiSecurity};

/// Networks as they are called here, and signs that the Wi-Fi scheme escapes.
const NAMES: [&str; 64] = [
    "会议",
    "学校",
    "培训",
    "会议室",
    "会议室-5G",
    "教师之家",
    "教室",
    "教室302",
    "办公室",
    "图书馆",
    "报告厅",
    "多功能厅",
    "阶梯教室",
    "学术报告厅",
    "教研室",
    "海淀教师进修学校",
    "第一中学",
    "一中",
    "二中",
    "实验小学",
    "附中",
    "附小",
    "党校",
    "职教中心",
    "培训中心",
    "会议中心",
    "酒店",
    "如家酒店",
    "全季酒店",
    "宾馆",
    "会场",
    "主会场",
    "分会场",
    "签到",
    "免费上网",
    "无线网络",
    "校园网",
    "访客",
    "贵宾",
    "老师",
    "教育局",
    "电教馆",
    "张老师的手机",
    "王芳的iPhone",
    "小米手机",
    "华为",
    "热点",
    "中国移动",
    "ئۇيغۇر",
    "བོད་ཡིག",
    "ᠮᠣᠩᠭᠣᠯ",
    "Café",
    "Müller",
    "Åse’s iPhone",
    "ＷＩＦＩ",
    "楼😀",
    "a;b,c:d\"e\\f",
    "会;议:室",
    "CAFE",
    "12345678",
    "\"Hall\"",
    "Hall 302",
    " 前厅 ",
    "ABCDEF0123",
];

fn wifi(name: &str) -> String {
    let (password, security) = ("p;ss:w\"rd\\".to_owned(), WifiSecurity::Wpa);
    Wifi { name: name.to_owned(), password, security, hidden: false }.code()
}

/// The code's modules, as the window's SVG shows them.
fn modules(code: &DrawnCode) -> Vec<Vec<bool>> {
    let side = usize::try_from(code.size).unwrap();
    let mut modules = vec![vec![false; side]; side];
    for square in code.path.split_terminator("h1v1h-1z") {
        let (x, y) = square.strip_prefix('M').unwrap().split_once(' ').unwrap();
        modules[y.parse::<usize>().unwrap()][x.parse::<usize>().unwrap()] = true;
    }
    modules
}

/// What rxing reads, and whether the code says in which encoding it is.
fn by_rxing(code: &DrawnCode) -> (String, bool) {
    let detected = DetectPureQR(&BitMatrix::parse_bools(&modules(code))).unwrap();
    let decoded = Decode(detected.getBits()).unwrap();
    (decoded.text(), decoded.content().has_eci)
}

/// What rqrr reads off a picture.
fn by_rqrr(code: &DrawnCode) -> String {
    const SCALE: u32 = 6;
    let modules = modules(code);
    let at = |place: u32| usize::try_from(place / SCALE).unwrap();
    let picture = GrayImage::from_fn(code.size * SCALE, code.size * SCALE, |x, y| {
        Luma([if modules[at(y)][at(x)] { 0 } else { 255 }])
    });
    let side = usize::try_from(picture.width()).unwrap();
    let shade = |x, y| picture.get_pixel(u32::try_from(x).unwrap(), u32::try_from(y).unwrap())[0];
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(side, side, shade);
    prepared.detect_grids()[0].decode().unwrap().1
}

#[test]
fn a_network_of_any_name_is_read_as_it_is_called() {
    for name in NAMES {
        let text = wifi(name);
        let code = draw(&text).unwrap();
        assert_eq!(by_rxing(&code), (text.clone(), !name.is_ascii()), "{name}");
        assert_eq!(by_rqrr(&code), text, "{name}");
    }
}

/// The form's and the desk's codes, to the module what they were before the laptop drew them (uqr 0.1.3).
#[test]
fn an_address_is_drawn_as_it_always_was() {
    let code = draw("http://192.168.1.20:7470/k7m2qx/j/ABCD-23456").unwrap();
    let dark = modules(&code).into_iter().flatten();
    let print = dark.fold(0_u64, |print, dark| print.wrapping_mul(31).wrapping_add(u64::from(dark)));
    assert_eq!((code.size, print), (39, 3_730_920_748_969_827_788));
    assert_eq!(by_rxing(&code), ("http://192.168.1.20:7470/k7m2qx/j/ABCD-23456".to_owned(), false));
}

#[test]
fn what_no_code_holds_is_refused() {
    assert_eq!(draw(&"x".repeat(1_664)), Err(CodeTooLong(1_664)));
    assert!(draw(&"x".repeat(1_663)).is_ok());
}
