//! Photographs of a phone that shows a code, as helpers take them: made up, the same for the same number.

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{DynamicImage, GrayImage, ImageFormat, Luma};
use imageproc::filter::{box_filter, gaussian_blur_f32};
use imageproc::geometric_transformations::{Border, Interpolation, Projection, warp_into};
use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// A frame of 720p.
pub(super) const FRAME: (u32, u32) = (1280, 720);
/// How far the camera's lens reaches, in pixels of the frame.
const FOCAL: f64 = 1100.0;
/// Pixels of a module on the phone's screen.
const MODULE: u32 = 8;

/// How a photograph is taken.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shot {
    number: u64,
    /// Of the code with its border, in pixels of the frame, seen from straight ahead.
    pub(super) side: f64,
    /// Around the camera's axis, degrees.
    pub(super) turned: f64,
    /// Away from the camera, degrees, towards that side.
    pub(super) tilted: f64,
    towards: f64,
    /// Out of focus: a standard deviation in pixels.
    blurred: f32,
    /// Moved, so many pixels to each side.
    shaken: u32,
    /// A lamp on the glass.
    glare: bool,
    pub(super) mirrored: bool,
    /// Light on dark.
    pub(super) inverted: bool,
}

/// Numbers from 0 to 1.
struct Dice(ChaCha8Rng);

impl Dice {
    fn between(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * f64::from(self.0.next_u32()) / f64::from(u32::MAX)
    }
}

impl Shot {
    /// By a helper who holds it as one does: the code fills half of the frame's height or more.
    pub(super) fn near(number: u64) -> Self {
        Self::of(number, (330.0, 460.0), (0.4, 1.8))
    }

    /// From across the desk: the code is a third of the frame's height.
    pub(super) fn far(number: u64) -> Self {
        Self::of(1_000 + number, (205.0, 300.0), (0.3, 0.9))
    }

    fn of(number: u64, side: (f64, f64), blurred: (f64, f64)) -> Self {
        let mut dice = Dice(ChaCha8Rng::seed_from_u64(number));
        Self {
            number,
            side: dice.between(side.0, side.1),
            // All the way round in 120 steps, every quarter's middle among them.
            turned: (3 * (number % 120)) as f64,
            tilted: dice.between(0.0, 38.0),
            towards: dice.between(0.0, 360.0),
            blurred: dice.between(blurred.0, blurred.1) as f32,
            shaken: u32::from(number % 5 == 1),
            glare: number.is_multiple_of(3),
            mirrored: number % 10 == 7,
            inverted: number % 10 == 3,
        }
    }

    /// The photograph, as a JPEG of usual quality.
    pub(super) fn taken_of(&self, text: &str) -> Vec<u8> {
        let mut dice = Dice(ChaCha8Rng::seed_from_u64(self.number));
        let seen = self.seen(&screen(text, self), &mut dice);
        let blurred = gaussian_blur_f32(&seen, self.blurred);
        let shaken = box_filter(&blurred, self.shaken, 0);
        jpeg(&noisy(shaken, &mut dice))
    }

    /// The screen in front of the hall, with its light and its lamps.
    fn seen(&self, screen: &GrayImage, dice: &mut Dice) -> GrayImage {
        let hall = hall(dice);
        let place = self.place(screen, dice);
        let (mut shown, mut covered) = (GrayImage::new(FRAME.0, FRAME.1), GrayImage::new(FRAME.0, FRAME.1));
        let whole = GrayImage::from_pixel(screen.width(), screen.height(), Luma([255]));
        let nothing = || Border::Constant(Luma([0]));
        warp_into(screen, place, Interpolation::Bilinear, nothing(), &mut shown);
        warp_into(&whole, place, Interpolation::Bilinear, nothing(), &mut covered);
        let (contrast, black) = (dice.between(0.45, 0.85), dice.between(10.0, 50.0));
        let (slope_x, slope_y) = (dice.between(-0.35, 0.35), dice.between(-0.35, 0.35));
        let lamp =
            (dice.between(0.3, 0.7) * 1280.0, dice.between(0.3, 0.7) * 720.0, dice.between(60.0, 150.0));
        GrayImage::from_fn(FRAME.0, FRAME.1, |x, y| {
            let at = |picture: &GrayImage| f64::from(picture.get_pixel(x, y)[0]);
            let (x, y) = (f64::from(x), f64::from(y));
            let light = 1.0 + slope_x * (x / 1280.0 - 0.5) + slope_y * (y / 720.0 - 0.5);
            let share = at(&covered) / 255.0;
            let mut seen = (at(&shown) * contrast + share * black) * light + (1.0 - share) * at(&hall);
            if self.glare {
                let away = ((x - lamp.0).powi(2) + (y - lamp.1).powi(2)) / (lamp.2 * lamp.2);
                seen += 120.0 * (-away).exp();
            }
            Luma([seen.clamp(0.0, 255.0) as u8])
        })
    }

    /// Where the screen's corners come to lie in the frame.
    fn place(&self, screen: &GrayImage, dice: &mut Dice) -> Projection {
        let (width, height) = (f64::from(screen.width()), f64::from(screen.height()));
        let (off_x, off_y) = (dice.between(-90.0, 90.0), dice.between(-20.0, 20.0));
        let code = width * 0.8;
        let distance = FOCAL * code / self.side;
        let (turn, toward) = (self.turned.to_radians().sin_cos(), self.towards.to_radians().sin_cos());
        let tilt = self.tilted.to_radians().sin_cos();
        let rotated = |(x, y): (f64, f64), (sin, cos): (f64, f64)| (x * cos - y * sin, x * sin + y * cos);
        let seen = |x: f64, y: f64| {
            // From the code's middle, turned; then tilted around a line through it.
            let (along, across) =
                rotated(rotated((x - width / 2.0, y - height * 0.42), turn), (-toward.0, toward.1));
            let (x, y) = rotated((along, across * tilt.1), toward);
            let nearer = FOCAL / (distance + across * tilt.0);
            ((x * nearer + 640.0 + off_x) as f32, (y * nearer + 360.0 + off_y) as f32)
        };
        let corners = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)];
        let from = corners.map(|(x, y)| (x as f32, y as f32));
        Projection::from_control_points(from, corners.map(|(x, y)| seen(x, y))).unwrap()
    }
}

/// What stands on the phone: the code, and lines of text under it.
fn screen(text: &str, shot: &Shot) -> GrayImage {
    let code = drawn(text);
    let side = code.width();
    let mut screen = GrayImage::from_pixel(side * 5 / 4, side * 17 / 10, Luma([245]));
    imageops::overlay(&mut screen, &code, i64::from(side / 8), i64::from(side * 21 / 100));
    for line in 0..6 {
        let top = side * 128 / 100 + line * side / 20;
        for x in (side * 15 / 100)..(side * (4 + line) / 10) {
            for y in (top..top + side / 55).filter(|_| (x / 7 + line * 3) % 5 < 3) {
                screen.put_pixel(x, y, Luma([60]));
            }
        }
    }
    if shot.inverted {
        imageops::invert(&mut screen);
    }
    if shot.mirrored {
        imageops::flip_horizontal_in_place(&mut screen);
    }
    // Not finer than the camera sees, or the warp would skip over modules.
    let scale = (2.0 * shot.side / f64::from(side)).min(1.0);
    let scaled = |side: u32| (f64::from(side) * scale) as u32;
    imageops::resize(&screen, scaled(screen.width()), scaled(screen.height()), FilterType::Triangle)
}

/// A code as the phone's page draws it.
pub(super) fn drawn(text: &str) -> GrayImage {
    let segments = QrSegment::make_segments(text);
    let (least, most) = (Version::MIN, Version::MAX);
    let code = QrCode::encode_segments_advanced(&segments, QrCodeEcc::Low, least, most, None, true).unwrap();
    let side = (code.size().unsigned_abs() + 8) * MODULE;
    let at = |place: u32| i32::try_from(place / MODULE).unwrap() - 4;
    let dark = |x, y| if code.get_module(at(x), at(y)) { 0 } else { 255 };
    GrayImage::from_fn(side, side, |x, y| Luma([dark(x, y)]))
}

fn hall(dice: &mut Dice) -> GrayImage {
    let (width, height) = FRAME;
    let mut hall = GrayImage::from_fn(width, height, |x, y| {
        Luma([(70.0 + 60.0 * f64::from(x) / f64::from(width) + 30.0 * (f64::from(y) / 40.0).sin()) as u8])
    });
    for _ in 0..40 {
        let mut number = |most: u32| dice.between(0.0, f64::from(most)) as u32;
        let (left, top, wide, high) = (number(width), number(height), 10 + number(190), 10 + number(110));
        let shade = Luma([30 + number(170) as u8]);
        for (x, y) in (top..(top + high).min(height))
            .flat_map(|y| (left..(left + wide).min(width)).map(move |x| (x, y)))
        {
            hall.put_pixel(x, y, shade);
        }
    }
    hall
}

fn noisy(mut picture: GrayImage, dice: &mut Dice) -> GrayImage {
    for pixel in picture.pixels_mut() {
        let noise = (0..3).map(|_| dice.between(-5.0, 5.0)).sum::<f64>();
        pixel[0] = (f64::from(pixel[0]) + noise).clamp(0.0, 255.0) as u8;
    }
    picture
}

fn jpeg(picture: &GrayImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 75).encode_image(picture).unwrap();
    bytes
}

/// A picture as a file of that format.
pub(super) fn file(picture: &GrayImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    // Every format has these colours.
    DynamicImage::from(picture.clone()).into_rgba8().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}
