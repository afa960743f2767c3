//! The options of formats that draw the dependency graph: `dot`, `mermaid`, `svg`.

use std::io::Write;

use crate::cli::args::format::Format;
use crate::cli::error::{CliError, user_error};
use crate::outcome::picture::{Part, Picture};
use crate::render::graph::{dot, mermaid, svg};

/// What a picture shows.
#[derive(Debug, clap::Args)]
pub(crate) struct PictureArgs {
    /// Draw only this object and what it needs: 'TYPE:ID', 'TYPE:NAME', an identifier or a name
    #[arg(long, value_name = "OBJECT")]
    pub(crate) object: Option<String>,
    /// Draw objects up to this many steps away from --object
    #[arg(long, value_name = "STEPS", requires = "object")]
    depth: Option<usize>,
    /// Draw what needs --object, instead of what it needs
    #[arg(long, requires = "object")]
    reverse: bool,
    /// Draw every object; by default, large graphs show objects of one type as one box
    #[arg(long)]
    unfold: bool,
}

impl PictureArgs {
    /// The part that the options ask for.
    pub(crate) fn part(&self) -> Part {
        Part {
            depth: self.depth,
            reverse: self.reverse,
            unfold: self.unfold,
        }
    }

    /// Refuses the options for formats that draw nothing.
    pub(crate) fn check(&self, format: Format) -> Result<(), CliError> {
        if draws(format) {
            return Ok(());
        }
        let given = [("--object", self.object.is_some()), ("--unfold", self.unfold)];
        match given.iter().find(|(_, given)| *given) {
            Some((option, _)) => Err(user_error(format!("{option} applies to pictures only"))
                .hinted("add --format svg, dot or mermaid")),
            None => Ok(()),
        }
    }
}

/// Whether a format is a picture.
pub(crate) fn draws(format: Format) -> bool {
    matches!(format, Format::Dot | Format::Mermaid | Format::Svg)
}

/// Prints a picture.
pub(crate) fn print(out: &mut impl Write, format: Format, picture: &Picture) -> std::io::Result<()> {
    match format {
        Format::Dot => dot::print(out, picture),
        Format::Mermaid => mermaid::print(out, picture),
        _ => svg::print(out, picture),
    }
}
