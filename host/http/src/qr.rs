//! QR codes as PNG: the code's modules by `qrcode`, the file by `png`.

use qrcode::{Color, EcLevel, QrCode};

/// Pixels a module.
const SCALE: usize = 8;
/// Modules of white around the code, as the standard asks.
const QUIET: usize = 4;

/// Why there is no code.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// More than a QR code holds.
    #[error("content does not fit a QR code: {0}")]
    Content(#[from] qrcode::types::QrError),
    /// The file could not be made.
    #[error("png: {0}")]
    Png(#[from] png::EncodingError),
}

/// A PNG, one bit a pixel, of the QR code of `content`. Level M: it reads with a seventh of it damaged.
pub(crate) fn png(content: &str) -> Result<Vec<u8>, Error> {
    let code = QrCode::with_error_correction_level(content, EcLevel::M)?;
    let modules = code.width();
    let side = (modules + 2 * QUIET) * SCALE;
    let mut bytes = Vec::new();
    let pixels = u32::try_from(side).unwrap_or(u32::MAX);
    let mut encoder = png::Encoder::new(&mut bytes, pixels, pixels);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&rows(&code.to_colors(), modules, side))?;
    writer.finish()?;
    Ok(bytes)
}

/// The picture's rows, eight pixels a byte, 1 is white.
fn rows(colors: &[Color], modules: usize, side: usize) -> Vec<u8> {
    let dark = |x: usize, y: usize| {
        let module = |at: usize| (at / SCALE).checked_sub(QUIET).filter(|module| *module < modules);
        match (module(x), module(y)) {
            (Some(x), Some(y)) => colors.get(y * modules + x) == Some(&Color::Dark),
            _ => false,
        }
    };
    let byte = |y: usize, first: usize| {
        (0..8).fold(0, |byte, bit| (byte << 1) | u8::from(first + bit < side && !dark(first + bit, y)))
    };
    (0..side).flat_map(|y| (0..side).step_by(8).map(move |first| byte(y, first))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a camera reads out of the PNG.
    fn scan(file: &[u8]) -> String {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        let (width, height) = (info.width as usize, info.height as usize);
        let mut image =
            rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[y * info.line_size + x]);
        let grids = image.detect_grids();
        assert_eq!(grids.len(), 1, "one code in the picture");
        grids[0].decode().unwrap().1
    }

    #[test]
    fn what_is_printed_is_what_a_camera_reads() {
        for content in ["http://127.0.0.1:8080/certificates/7K3M9QX2TRABCDEF7K3M9QX2TR", "便利店", &"x".repeat(500)]
        {
            assert_eq!(scan(&png(content).unwrap()), content);
        }
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        assert!(matches!(png(&"x".repeat(10_000)), Err(Error::Content(_))));
    }
}
