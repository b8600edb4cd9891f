//! From SVG to pixels.
//!
//! Owns the PNG pictures. The renderer is built without its own text engine, which would double what it costs to compile, so texts
//! become outlines first (`outline`). Refuses pictures without a pixel and larger than any screen. Reads no file and no system font: the
//! same SVG gives the same picture on every machine.

pub(crate) mod outline;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{ImageHrefResolver, Options, Tree};

/// Pixels on a side at most.
const LARGEST: f32 = 10_000.0;

/// The SVG as PNG, `scale` pixels a unit.
pub(crate) fn png(svg: &str, scale: f32) -> Result<Vec<u8>, String> {
    let outlined = outline::texts(svg)?;
    let tree = Tree::from_str(&outlined, &options()).map_err(|error| format!("the SVG cannot be read: {error}"))?;
    let (width, height) = (tree.size().width() * scale, tree.size().height() * scale);
    let is_drawable = |side: f32| (1.0..=LARGEST).contains(&side.ceil());
    if !(scale > 0.0 && is_drawable(width) && is_drawable(height)) {
        return Err(format!("a picture of {width} by {height} pixels cannot be drawn"));
    }
    let mut pixels = Pixmap::new(width.ceil() as u32, height.ceil() as u32).ok_or("the picture does not fit into memory")?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| format!("the PNG cannot be written: {error}"))
}

/// Options under which an `image` element loads nothing.
fn options() -> Options<'static> {
    Options {
        image_href_resolver: ImageHrefResolver { resolve_data: Box::new(|_, _, _| None), resolve_string: Box::new(|_, _| None) },
        ..Options::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(content: &str) -> String {
        format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"40\" height=\"20\" viewBox=\"0 0 40 20\">{content}</svg>")
    }

    #[test]
    fn a_picture_has_the_size_of_the_drawing_times_the_scale() {
        let picture = Pixmap::decode_png(&png(&square("<rect width=\"40\" height=\"20\"/>"), 1.5).unwrap()).unwrap();
        assert_eq!((picture.width(), picture.height()), (60, 30));
        assert_eq!(picture.pixel(59, 29).unwrap().alpha(), 255);
    }

    #[test]
    fn letters_leave_pixels_also_where_the_font_lacks_them() {
        for text in ["Ag", "日"] {
            let drawn = png(&square(&format!("<text x=\"4\" y=\"15\" font-size=\"12\">{text}</text>")), 2.0).unwrap();
            let inked = Pixmap::decode_png(&drawn).unwrap().pixels().iter().filter(|pixel| pixel.alpha() > 128).count();
            assert!(inked > 20, "{text}: {inked}");
        }
    }

    #[test]
    fn what_cannot_be_drawn_is_refused_with_its_reason() {
        assert!(png("<svg", 1.0).unwrap_err().contains("cannot be read"));
        assert!(png("plain text", 1.0).is_err());
        for scale in [0.0, -1.0, f32::NAN, f32::INFINITY, 1e9] {
            assert!(png(&square(""), scale).unwrap_err().contains("cannot be drawn"), "{scale}");
        }
    }

    #[test]
    fn an_image_element_reads_no_file() {
        let drawn = png(&square("<image href=\"/etc/hostname.png\" width=\"40\" height=\"20\"/>"), 1.0).unwrap();
        assert!(Pixmap::decode_png(&drawn).unwrap().pixels().iter().all(|pixel| pixel.alpha() == 0));
    }
}
