//! The `exportdoc` command line.
fn main() {}
