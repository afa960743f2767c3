//! The option `--format`.

use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};

/// An output format. Each command accepts some of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// One JSON value
    Json,
    /// One JSON line per document
    Ndjson,
    /// SARIF 2.1.0, for code hosts and editors
    Sarif,
    /// JUnit XML, for CI servers
    Junit,
    /// GitHub workflow commands, which annotate files
    Github,
    /// A comment for a pull request
    Markdown,
    /// A page for browsers, in one file
    Html,
    /// The dependency graph as a picture
    Svg,
    /// The dependency graph for Graphviz
    Dot,
    /// The dependency graph for Mermaid, which code hosts draw
    Mermaid,
}

/// A parser that accepts some formats.
pub(crate) fn one_of<const N: usize>(formats: [Format; N]) -> impl TypedValueParser<Value = Format> {
    let values = formats
        .into_iter()
        .filter_map(|format| format.to_possible_value());
    PossibleValuesParser::new(values).try_map(|name| Format::from_str(&name, false))
}
