//! A picture as SVG, without Graphviz. It adapts to light and dark pages, and marks show as colour and as sign.

use std::collections::BTreeSet;
use std::io::{self, Write};

use exportdoc::internal::escape::{html, terminal};

use super::layout::{Layout, Point, Size, layout};
use super::{label, names, short};
use crate::outcome::picture::{Family, Mark, Picture, PictureBox};

const STYLE: &str = include_str!("svg.css");
const MARGIN: f64 = 16.0;
/// Room above the boxes for the title.
const HEAD: f64 = 44.0;
/// Height of a line of the legend.
const LEGEND: f64 = 28.0;
const LINE: f64 = 17.0;

/// Prints the picture as a document.
pub(crate) fn print(out: &mut impl Write, picture: &Picture) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    element(out, picture, Links::None)
}

/// Where a click on a box leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Links {
    None,
    /// To the element `o` and the object's position, such as `#o12`.
    Objects,
}

/// Prints the picture as an element of another document.
pub(crate) fn element(out: &mut impl Write, picture: &Picture, links: Links) -> io::Result<()> {
    let sizes: Vec<Size> = picture.boxes.iter().map(size).collect();
    let placed = layout(picture, &sizes);
    // An image can't hold links.
    let role = if links == Links::None { "img" } else { "group" };
    let title = html(&picture.title);
    let width = placed.width.max(title.chars().count() as f64 * 8.0).max(240.0) + 2.0 * MARGIN;
    let legend = legend(picture, width);
    let height = placed.height + HEAD + MARGIN + legend.1;
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"graph\" role=\"{role}\" aria-label=\"{title}\" \
         width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\">"
    )?;
    writeln!(out, "<title>{title}</title>\n<style>\n{STYLE}</style>")?;
    writeln!(out, "<rect class=\"page\" width=\"100%\" height=\"100%\"/>")?;
    writeln!(
        out,
        "<text class=\"title\" x=\"{MARGIN}\" y=\"26\">{title}</text>"
    )?;
    writeln!(out, "<g transform=\"translate({MARGIN} {HEAD})\">")?;
    arrows(out, picture, &placed)?;
    for (id, shown) in picture.boxes.iter().enumerate() {
        let link = shown.object.filter(|_| links == Links::Objects);
        if let Some(object) = link {
            write!(out, "<a href=\"#o{object}\">")?;
        }
        draw(out, id, shown, placed.corners[id], sizes[id])?;
        writeln!(out, "{}", if link.is_some() { "</a>" } else { "" })?;
    }
    writeln!(out, "</g>")?;
    let y = HEAD + placed.height + MARGIN;
    writeln!(
        out,
        "<g class=\"legend\" transform=\"translate({MARGIN} {y:.1})\">\n{}</g>",
        legend.0
    )?;
    writeln!(out, "</svg>")
}

fn lines(shown: &PictureBox) -> Vec<(&'static str, String)> {
    let mut lines = vec![("type", short(&shown.type_name)), ("name", label(shown))];
    lines.extend(names(shown).map(|names| ("names", names)));
    lines
}

fn size(shown: &PictureBox) -> Size {
    let lines = lines(shown);
    let widest = lines.iter().map(|(class, text)| text_width(class, text));
    Size {
        width: widest.fold(70.0, f64::max) + 26.0,
        height: lines.len() as f64 * LINE + 12.0,
    }
}

/// The width of a text in the fonts of the style sheet, rather too large: a browser's fonts aren't known here.
fn text_width(class: &str, text: &str) -> f64 {
    let size = match class {
        "type" | "names" => 0.84,
        _ => 1.0,
    };
    let width = |c: char| match c {
        'i' | 'l' | 'j' | 't' | 'f' | 'r' | '.' | ',' | ' ' | '\'' | '(' | ')' => 5.0,
        'm' | 'w' | 'M' | 'W' | '@' => 12.5,
        '_' | 'A'..='Z' => 9.6,
        '\u{1100}'.. => 14.5,
        _ => 8.2,
    };
    text.chars().map(width).sum::<f64>() * size
}

fn draw(out: &mut impl Write, id: usize, shown: &PictureBox, (x, y): Point, size: Size) -> io::Result<()> {
    let family = Family::of(&shown.type_name).word();
    let focus = if shown.is_focus { " focus" } else { "" };
    write!(
        out,
        "<g class=\"box {family} {}{focus}\" data-box=\"{id}\" transform=\"translate({x:.1} {y:.1})\">\
         <title>{}</title>",
        shown.mark.word(),
        html(&tooltip(shown))
    )?;
    let Size { width, height } = size;
    if shown.count() > 1 {
        write!(
            out,
            "<rect class=\"behind\" x=\"4\" y=\"4\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"6\"/>"
        )?;
    }
    write!(
        out,
        "<rect class=\"card\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"6\"/>"
    )?;
    write!(
        out,
        "<rect class=\"stripe\" width=\"5\" height=\"{height:.1}\" rx=\"2.5\"/>"
    )?;
    for (at, (class, text)) in lines(shown).iter().enumerate() {
        let y = 18.0 + at as f64 * LINE;
        // The text is escaped once by `short`; `html` finds nothing left to show as an escape.
        write!(
            out,
            "<text class=\"{class}\" x=\"14\" y=\"{y}\">{}</text>",
            html(text)
        )?;
    }
    write!(out, "</g>")
}

fn tooltip(shown: &PictureBox) -> String {
    let mut text = format!("{} {}", terminal(&shown.type_name), terminal(&shown.label));
    if shown.count() > 1 {
        text = format!("{}, {} objects: ", terminal(&shown.type_name), shown.count());
        text.push_str(&terminal(&shown.folded.join(", ")));
        if shown.more > 0 {
            text.push_str(&format!(" and {} more", shown.more));
        }
    }
    match shown.mark {
        Mark::Same => text,
        mark => format!("{text} ({})", mark.word()),
    }
}

fn arrows(out: &mut impl Write, picture: &Picture, placed: &Layout) -> io::Result<()> {
    for (arrow, route) in picture.arrows.iter().zip(&placed.routes) {
        let (Some(&(x, y)), Some(&end)) = (route.first(), route.last()) else {
            continue;
        };
        let back = if end.0 < x { -1.0 } else { 1.0 };
        let mut path = format!("M{x:.1} {y:.1}");
        let mut from = (x, y);
        for (at, &to) in route.iter().enumerate().skip(1) {
            // The tip stands in front of the box.
            let last = at + 1 == route.len();
            let to = if last { (to.0 - back * 6.0, to.1) } else { to };
            if at % 2 == 1 {
                let middle = f64::midpoint(from.0, to.0);
                path.push_str(&format!(
                    "C{middle:.1} {:.1} {middle:.1} {:.1} {:.1} {:.1}",
                    from.1, to.1, to.0, to.1
                ));
            } else {
                path.push_str(&format!("L{:.1} {:.1}", to.0, to.1));
            }
            from = to;
        }
        let (tip, y) = end;
        let base = tip - back * 7.0;
        let class = arrow.mark.word();
        writeln!(
            out,
            "<g class=\"arrow {class}\" data-from=\"{}\" data-to=\"{}\"><path class=\"line\" d=\"{path}\"/>\
             <path class=\"tip\" d=\"M{tip:.1} {y:.1}L{base:.1} {:.1}L{base:.1} {:.1}Z\"/></g>",
            arrow.from,
            arrow.to,
            y - 3.5,
            y + 3.5
        )?;
    }
    Ok(())
}

/// The marks and families that occur, and the height they take.
fn legend(picture: &Picture, width: f64) -> (String, f64) {
    let mut entries = vec![("same", "arrows lead to what an object needs".to_owned())];
    let marks: BTreeSet<Mark> = picture.boxes.iter().map(|shown| shown.mark).collect();
    for mark in Mark::SIGNED.into_iter().filter(|mark| marks.contains(mark)) {
        entries.push((mark.word(), format!("{} {}", mark.sign(), mark.word())));
    }
    let (mut text, mut x, mut y) = (String::new(), 0.0, 14.0);
    for (class, words) in entries {
        let wide = text_width("type", &words) + 24.0;
        if x > 0.0 && x + wide > width - 2.0 * MARGIN {
            (x, y) = (0.0, y + LEGEND);
        }
        let circle = match class {
            "same" => String::new(),
            _ => format!(
                "<circle class=\"card\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"4.5\"/>",
                x + 5.0,
                y - 4.0
            ),
        };
        let words_at = if circle.is_empty() { x } else { x + 15.0 };
        text.push_str(&format!(
            "<g class=\"{class}\">{circle}<text class=\"type\" x=\"{words_at:.1}\" y=\"{y:.1}\">{words}</text></g>\n"
        ));
        x += wide;
    }
    (text, y + 14.0)
}
