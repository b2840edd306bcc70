//! Finds the QR code in a picture that somebody took of a phone: small in it, turned by any angle, tilted,
//! mirrored by a camera that faces its user, light on dark on a phone at night.
//!
//! The steps are rxing's, which are ZXing-C++'s; taken one by one, because only so can they be stopped:
//! whoever makes a picture of thousands of corners of codes would otherwise be looked at for minutes.

use std::cmp::Reverse;
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

/// The text of a QR code in a picture, if one is found until then: of one that is wanted, or else of the first
/// one. A poster on the wall has codes, too. Blocking, and on the processor all the time.
pub(crate) fn read(picture: &GrayImage, until: Instant, wanted: fn(&str) -> bool) -> Option<String> {
    let mut search = Search { until, wanted, other: None };
    search.whole(picture).or(search.other)
}

/// A search in one picture.
struct Search {
    until: Instant,
    wanted: fn(&str) -> bool,
    /// The first text that is not wanted.
    other: Option<String>,
}

impl Search {
    fn whole(&mut self, picture: &GrayImage) -> Option<String> {
        let (width, height) = picture.dimensions();
        let longer = width.max(height);
        if longer > FIRST_LOOK {
            let side = |side: u32| (side * FIRST_LOOK).div_ceil(longer).max(1);
            let small = imageops::thumbnail(picture, side(width), side(height));
            return self.look_twice(&small).or_else(|| self.by_parts(picture));
        }
        self.look_twice(picture).or_else(|| {
            self.is_on().then_some(())?;
            let large = imageops::resize(picture, 2 * width, 2 * height, FilterType::Triangle);
            self.look(&sharper(&large, 2.0), MIN_MODULE_OF_TWO)
        })
    }

    fn by_parts(&mut self, picture: &GrayImage) -> Option<String> {
        let (width, height) = picture.dimensions();
        let starts = |side: u32| (0..side.saturating_sub(OVERLAP).max(1)).step_by((PART - OVERLAP) as usize);
        starts(height).flat_map(|y| starts(width).map(move |x| (x, y))).find_map(|(x, y)| {
            self.is_on().then_some(())?;
            let part = picture.view(x, y, PART.min(width - x), PART.min(height - y));
            self.look_twice(&part.to_image())
        })
    }

    /// Looks as the picture is, and then with its edges brought out: half of the pictures that are not read at
    /// once are out of focus.
    fn look_twice(&mut self, picture: &GrayImage) -> Option<String> {
        self.look(picture, MIN_MODULE).or_else(|| {
            self.is_on().then_some(())?;
            self.look(&sharper(picture, 1.0), MIN_MODULE)
        })
    }

    /// Looks once, for dark codes on light and for light ones on dark.
    fn look(&mut self, picture: &GrayImage, min_module: u32) -> Option<String> {
        let source = Luma8Source::new_with_slice(picture.as_raw(), picture.width(), picture.height()).ok()?;
        let binarizer = HybridBinarizer::new(source);
        let dark = binarizer.get_black_matrix().ok()?;
        self.decode(dark, min_module).or_else(|| {
            let mut light = dark.clone();
            light.flip_self();
            self.decode(&light, min_module)
        })
    }

    fn decode(&mut self, dots: &BitMatrix, min_module: u32) -> Option<String> {
        let mut corners = FindFinderPatterns(dots, true, min_module);
        corners.sort_by_key(|corner| Reverse(corner.size));
        corners.truncate(MAX_CORNERS);
        let (sets, until) = (GenerateFinderPatternSets(&mut corners), self.until);
        sets.iter().take_while(|_| Instant::now() < until).find_map(|set| {
            let code = SampleQR(dots, set).ok()?;
            let decoded = Decode(code.getBits()).ok().filter(|decoded| decoded.isValid())?;
            self.kept(decoded.text())
        })
    }

    fn kept(&mut self, text: String) -> Option<String> {
        if (self.wanted)(&text) {
            return Some(text);
        }
        self.other.get_or_insert(text);
        None
    }

    fn is_on(&self) -> bool {
        Instant::now() < self.until
    }
}

/// For a picture that was taken with so many pixels a place.
fn sharper(picture: &GrayImage, pixels: f32) -> GrayImage {
    imageops::unsharpen(picture, BLUR * pixels, 0)
}

#[cfg(test)]
mod tests;
