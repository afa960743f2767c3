//! Notes for people on standard error, beside the output.

use exportdoc::internal::escape;
use exportdoc::internal::reuse;

use crate::cli::io::output::Output;

/// Prints a line.
pub(crate) fn say(text: &str) {
    anstream::eprintln!("{}", escape::terminal(text));
}

/// `OUT: 21 objects, sealed under …`
pub(crate) fn say_written(output: &Output, objects: usize, how: &str) {
    let what = match output {
        Output::Stdout => "standard output".to_owned(),
        Output::File { path, .. } => path.display().to_string(),
    };
    let plural = if objects == 1 { "" } else { "s" };
    say(&format!("{what}: {objects} object{plural}, {how}"));
}

/// Says how an engine will probably treat the written document.
pub(crate) fn say_what_engines_do() {
    say(&format!("note: {}", reuse::ENGINES_REFUSE));
}
