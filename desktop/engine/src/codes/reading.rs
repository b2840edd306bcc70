//! Finds the QR code in a picture that somebody took of a phone: small in it, turned by any angle, tilted,
//! mirrored by a camera that faces its user, light on dark on a phone at night.
//!
//! The steps are rxing's, which are ZXing-C++'s; taken one by one, because only so can they be stopped:
//! whoever makes a picture of thousands of corners of codes would otherwise be looked at for minutes.

use std::time::Instant;

use image::imageops::{self, FilterType};
use image::{GenericImageView as _, GrayImage};
use rxing::common::{BitMatrix, DetectorRXingResult as _, HybridBinarizer};
use rxing::qrcode::cpp_port::decoder::Decode;
use rxing::qrcode::cpp_port::detector::{FindFinderPatterns, GenerateFinderPatternSets, SampleQR};
use rxing::{Binarizer as _, Luma8Source};

/// The longer side of a picture at its first, quick look, in pixels: a code that fills a tenth of it is read.
const FIRST_LOOK: u32 = 1_600;
/// A picture of more pixels a side is looked at in parts, which overlap by more than a code is large that the
/// first look missed.
const PART: u32 = 2_048;
const OVERLAP: u32 = 512;
/// How far a picture that is out of focus spreads a place, in pixels: a standard deviation.
const BLUR: f32 = 2.0;
/// Corners of fewer pixels a module are none: nothing could be read between them, and of small ones there can
/// be so many that finding them takes seconds.
const MIN_MODULE: u32 = 2;
/// The same in a picture that was made twice as large.
const MIN_MODULE_OF_TWO: u32 = 3;
/// Most corners of codes that are looked at in one picture, the largest first. One code has three; a page of
/// print some tens that only look so.
const MAX_CORNERS: usize = 300;

/// The text of a QR code in a picture, if one is found until then. Blocking, and on the processor all the
/// time.
pub(crate) fn read(picture: &GrayImage, until: Instant) -> Option<String> {
    let (width, height) = picture.dimensions();
    let longer = width.max(height);
    if longer > FIRST_LOOK {
        let side = |side: u32| (side * FIRST_LOOK).div_ceil(longer).max(1);
        let small = imageops::thumbnail(picture, side(width), side(height));
        return look_twice(&small, until).or_else(|| by_parts(picture, until));
    }
    look_twice(picture, until).or_else(|| {
        (Instant::now() < until).then_some(())?;
        let large = imageops::resize(picture, 2 * width, 2 * height, FilterType::Triangle);
        look(&sharper(&large, 2.0), MIN_MODULE_OF_TWO, until)
    })
}

fn by_parts(picture: &GrayImage, until: Instant) -> Option<String> {
    let (width, height) = picture.dimensions();
    let starts = |side: u32| (0..side.saturating_sub(OVERLAP).max(1)).step_by((PART - OVERLAP) as usize);
    starts(height).flat_map(|y| starts(width).map(move |x| (x, y))).find_map(|(x, y)| {
        (Instant::now() < until).then_some(())?;
        let part = picture.view(x, y, PART.min(width - x), PART.min(height - y));
        look_twice(&part.to_image(), until)
    })
}

/// Looks as the picture is, and then with its edges brought out: half of the pictures that are not read at
/// once are out of focus.
fn look_twice(picture: &GrayImage, until: Instant) -> Option<String> {
    look(picture, MIN_MODULE, until).or_else(|| {
        (Instant::now() < until).then_some(())?;
        look(&sharper(picture, 1.0), MIN_MODULE, until)
    })
}

/// For a picture that was taken with so many pixels a place.
fn sharper(picture: &GrayImage, pixels: f32) -> GrayImage {
    imageops::unsharpen(picture, BLUR * pixels, 0)
}

/// Looks once, for dark codes on light and for light ones on dark.
fn look(picture: &GrayImage, min_module: u32, until: Instant) -> Option<String> {
    let source = Luma8Source::new_with_slice(picture.as_raw(), picture.width(), picture.height()).ok()?;
    let binarizer = HybridBinarizer::new(source);
    let dark = binarizer.get_black_matrix().ok()?;
    decode(dark, min_module, until).or_else(|| {
        let mut light = dark.clone();
        light.flip_self();
        decode(&light, min_module, until)
    })
}

fn decode(dots: &BitMatrix, min_module: u32, until: Instant) -> Option<String> {
    let mut corners = FindFinderPatterns(dots, true, min_module);
    corners.sort_by_key(|corner| std::cmp::Reverse(corner.size));
    corners.truncate(MAX_CORNERS);
    GenerateFinderPatternSets(&mut corners).iter().take_while(|_| Instant::now() < until).find_map(|set| {
        let code = SampleQR(dots, set).ok()?;
        let decoded = Decode(code.getBits()).ok()?;
        decoded.isValid().then(|| decoded.text())
    })
}

#[cfg(test)]
mod tests;
