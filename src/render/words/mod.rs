//! Phrases that several formats share. They aren't escaped: the formats do that.

pub(crate) mod algorithms;
pub(crate) mod audit;
pub(crate) mod contents;
pub(crate) mod diff;
pub(crate) mod merge;
pub(crate) mod plan;
pub(crate) mod time;

/// How something turned out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Bad,
    Unsure,
    Plain,
}

/// `1 field`, `2 fields`.
pub(crate) fn counted(count: u64, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}

/// The first letter as a capital.
pub(crate) fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
