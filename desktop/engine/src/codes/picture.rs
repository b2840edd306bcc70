//! A picture as it comes from somebody's device: how light each place of it is, within bounds of memory and
//! time.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits};
use rollcall_shared::entry_code::MAX_PICTURE_BYTES;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// Most pixels of one. Each takes a byte, and up to three more while a JPEG is read that comes in passes.
const MAX_PIXELS: u64 = 50_000_000;
/// Most bytes of memory that a picture in any other format may take while it is read: four a pixel.
const MAX_DECODED_BYTES: u64 = 4 * MAX_PIXELS;
/// Most passes of a JPEG. Usual ones have ten; each goes over the whole picture, however few bytes it has.
const MAX_PASSES: usize = 32;

/// Why a file is no picture that can be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PictureError {
    /// It has more than [`MAX_PICTURE_BYTES`] or [`MAX_PIXELS`].
    #[error("the picture has more than {MAX_PICTURE_BYTES} bytes or {MAX_PIXELS} pixels")]
    TooLarge,
    /// It is one, in a format that is not read here.
    #[error("the picture is of a kind that is not read")]
    Kind,
    /// It is none, or a damaged one.
    #[error("the file is no picture")]
    NoPicture,
}

/// Reads a picture: JPEG, PNG, WebP, GIF (its first image) or BMP. Blocking: a second and more for the
/// largest.
///
/// # Errors
/// [`PictureError`]. Its size is known, and refused, before any of it is unpacked.
pub(crate) fn luma(bytes: &[u8]) -> Result<GrayImage, PictureError> {
    if bytes.len() > MAX_PICTURE_BYTES {
        return Err(PictureError::TooLarge);
    }
    match image::guess_format(bytes) {
        Ok(ImageFormat::Jpeg) => jpeg(bytes),
        Ok(format @ (ImageFormat::Png | ImageFormat::WebP | ImageFormat::Gif | ImageFormat::Bmp)) => {
            other(bytes, format)
        }
        Ok(_) => Err(PictureError::Kind),
        Err(_) if is_heic(bytes) => Err(PictureError::Kind),
        Err(_) => Err(PictureError::NoPicture),
    }
}

/// What iPhones save where nobody asked them for JPEG, and some Androids; a file of the ISO base media
/// format, as films are.
fn is_heic(bytes: &[u8]) -> bool {
    bytes.get(4..8) == Some(b"ftyp")
}

fn jpeg(bytes: &[u8]) -> Result<GrayImage, PictureError> {
    let options = DecoderOptions::default()
        .set_strict_mode(false)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_max_scans(MAX_PASSES)
        .jpeg_set_out_colorspace(ColorSpace::Luma);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|_| PictureError::NoPicture)?;
    let (width, height) = decoder.dimensions().ok_or(PictureError::NoPicture)?;
    let size = |side| u32::try_from(side).map_err(|_| PictureError::TooLarge);
    let (width, height) = (size(width)?, size(height)?);
    bounded(width, height)?;
    let pixels = decoder.decode().map_err(|_| PictureError::NoPicture)?;
    GrayImage::from_raw(width, height, pixels).ok_or(PictureError::NoPicture)
}

fn other(bytes: &[u8], format: ImageFormat) -> Result<GrayImage, PictureError> {
    let refused = |error: ImageError| match error {
        ImageError::Limits(_) => PictureError::TooLarge,
        _ => PictureError::NoPicture,
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_DECODED_BYTES);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(refused)?;
    let (width, height) = decoder.dimensions();
    bounded(width, height)?;
    if decoder.total_bytes() > MAX_DECODED_BYTES {
        return Err(PictureError::TooLarge);
    }
    Ok(DynamicImage::from_decoder(decoder).map_err(refused)?.into_luma8())
}

fn bounded(width: u32, height: u32) -> Result<(), PictureError> {
    match u64::from(width) * u64::from(height) {
        0 => Err(PictureError::NoPicture),
        1..=MAX_PIXELS => Ok(()),
        _ => Err(PictureError::TooLarge),
    }
}

#[cfg(test)]
mod tests;
