use std::time::{Duration, Instant};

use image::Luma;

use super::*;
use crate::codes::photographs::{Shot, file};
use crate::codes::reading;

const JPEG: &[u8] = include_bytes!("progressive.jpg");
const MB: u64 = 1024 * 1024;

/// What reading comes to, and how much memory it took at its peak, in bytes.
fn measured(bytes: &[u8]) -> (Result<(u32, u32), PictureError>, u64) {
    let mut read = Err(PictureError::NoPicture);
    let taken = allocation_counter::measure(|| read = luma(bytes).map(|picture| picture.dimensions()));
    (read, taken.bytes_max)
}

/// A PNG that says it is so large, and has nothing to show.
fn png(width: u32, height: u32, bits: u8, colour: u8) -> Vec<u8> {
    let mut head = b"IHDR".to_vec();
    head.extend(width.to_be_bytes());
    head.extend(height.to_be_bytes());
    head.extend([bits, colour, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
    file.extend(&head);
    file.extend(crc32(&head).to_be_bytes());
    for chunk in [b"IDAT", b"IEND"] {
        file.extend([0; 4]);
        file.extend(chunk);
        file.extend(crc32(chunk).to_be_bytes());
    }
    file
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

/// The JPEG, saying that it is so large.
fn jpeg_of(width: u16, height: u16) -> Vec<u8> {
    let mut file = JPEG.to_vec();
    let frame = file.windows(2).position(|marker| marker == [0xFF, 0xC2]).unwrap();
    file[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    file[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    file
}

/// The JPEG with one of its passes again and again: that of each block's last bit of brightness, which is valid
/// however often it comes.
fn passes(times: usize) -> Vec<u8> {
    const PASS: [u8; 10] = [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0, 0x10];
    let start = JPEG.windows(PASS.len()).position(|marker| marker == PASS).unwrap();
    let length = 2 + JPEG[start + 2..].windows(2).position(|marker| marker == [0xFF, 0xC4]).unwrap();
    let (before, pass) = (&JPEG[..start], &JPEG[start..start + length]);
    [before, &pass.repeat(times), &JPEG[start + length..]].concat()
}

#[test]
fn usual_formats_show_the_same() {
    let shot = Shot::near(4);
    let bytes = shot.taken_of("12345678");
    let picture = luma(&bytes).unwrap();
    for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif, ImageFormat::Bmp] {
        let read = luma(&file(&picture, format)).unwrap();
        let code = reading::read(&read, Instant::now() + Duration::from_secs(60), |_| true);
        assert_eq!(code.as_deref(), Some("12345678"), "{format:?}");
    }
    assert_eq!(measured(JPEG).0, Ok((64, 64)), "a JPEG that comes in passes");
}

#[test]
fn other_files_are_named() {
    let check = |bytes: &[u8], error| assert_eq!(luma(bytes).err(), Some(error), "{bytes:?}");
    check(b"", PictureError::NoPicture);
    check(b"entry=123", PictureError::NoPicture);
    check(&[0xFF, 0xD8, 0xFF], PictureError::NoPicture);
    check(&JPEG[..100], PictureError::NoPicture);
    check(b"\x89PNG\r\n\x1a\n", PictureError::NoPicture);
    check(&png(8, 8, 8, 0), PictureError::NoPicture);
    check(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", PictureError::Kind);
    check(b"\0\0\0\x1cftypavif\0\0\0\0avifmif1", PictureError::Kind);
    check(b"II*\0\x08\0\0\0", PictureError::Kind);
    check(&vec![0; MAX_PICTURE_BYTES + 1], PictureError::TooLarge);
}

/// A few bytes that would become gigabytes.
#[test]
fn a_picture_takes_no_more_memory_than_its_bound() {
    let mut gif = file(&GrayImage::new(8, 8), ImageFormat::Gif);
    gif[6..10].fill(0xFF);
    let mut bmp = file(&GrayImage::new(8, 8), ImageFormat::Bmp);
    bmp[18..26].copy_from_slice(&[0xFF, 0xFF, 0, 0, 0xFF, 0xFF, 0, 0]);
    let mut webp = file(&GrayImage::new(8, 8), ImageFormat::WebP);
    let size = webp.iter().position(|byte| *byte == 0x2F).unwrap();
    // 16,383 pixels a side, and colours that one can see through.
    webp[size + 1..size + 5].copy_from_slice(&[0xFE, 0xBF, 0xFF, 0x1F]);
    let bombs = [
        ("png", png(60_000, 60_000, 1, 0)),
        ("png of deep colours", png(7_000, 7_000, 16, 6)),
        ("gif", gif),
        ("bmp", bmp),
        ("webp", webp),
        ("jpeg", jpeg_of(65_500, 65_500)),
    ];
    for (name, bomb) in bombs {
        let (read, peak) = measured(&bomb);
        assert!(matches!(read, Err(PictureError::TooLarge)), "{name}: {read:?}");
        assert!(peak < 2 * MB, "{name} took {peak} bytes");
    }
    // The largest that is looked at.
    let (read, peak) = measured(&jpeg_of(7_000, 7_000));
    assert!(read.is_ok() || read == Err(PictureError::NoPicture), "{read:?}");
    assert!(peak < 256 * MB, "{peak} bytes");
}

#[test]
fn a_picture_has_no_more_passes_than_it_may() {
    assert!(luma(&passes(20)).is_ok());
    assert_eq!(luma(&passes(MAX_PASSES + 1)).err(), Some(PictureError::NoPicture));
}

/// Thousands of corners of codes, each of which could belong to any other.
#[test]
fn a_picture_is_not_looked_at_for_longer_than_it_may() {
    let corners = GrayImage::from_fn(1_600, 1_600, |x, y| {
        let from_middle = |place: u32| (i64::from(place / 3 % 9) - 3).abs();
        let ring = from_middle(x).max(from_middle(y));
        Luma([if ring == 2 || ring > 3 { 255 } else { 0 }])
    });
    let started = Instant::now();
    assert_eq!(reading::read(&corners, started + Duration::from_secs(1), |_| true), None);
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
}
