//! The table of profiles as text.

use std::fmt::Write;

use exportdoc::internal::import_plan::{EngineVersion, NameCheck};

use crate::engine::Profile;

/// A line of the table: a difference, its source, and its value for a profile.
struct Line {
    what: &'static str,
    source: &'static str,
    value: fn(Profile) -> String,
}

/// The differences that fit on a line.
const LINES: &[Line] = &[
    line("engine version", "vendor", |p| p.differences().version.to_owned()),
    line("status of a POST", "clients", |p| {
        p.differences().created_status.to_string()
    }),
    line("format of exports", "documents, ours", |p| {
        p.differences().format.to_string()
    }),
    line("newest format it imports", "ours", |p| {
        p.differences().format.to_string()
    }),
    line("object types", "vendor", |p| p.types().len().to_string()),
    line("MAPPLET algorithms", "vendor", |p| {
        yes(p.differences().legacy_algorithms)
    }),
    line("name rules", "vendor", |p| names(p).to_owned()),
    line("structure of exports", "vendor", |p| {
        yes(p.differences().structure)
    }),
    line("revisionId in lists", "vendor", |p| {
        yes(p.differences().revision_ids)
    }),
    line("concurrent sync", "vendor", |p| {
        yes(p.differences().concurrent_sync)
    }),
    line("page size", "ours", |p| p.differences().page_size.to_string()),
];

const fn line(what: &'static str, source: &'static str, value: fn(Profile) -> String) -> Line {
    Line { what, source, value }
}

fn yes(is: bool) -> String {
    if is { "yes" } else { "no" }.to_owned()
}

fn names(profile: Profile) -> &'static str {
    let version: Option<EngineVersion> = profile.differences().version.parse().ok();
    match version.map(|version| version.name_check(false)) {
        Some(NameCheck::Off) => "no",
        Some(NameCheck::MadeByPeople | NameCheck::Strict) | None => "yes",
    }
}

/// All profiles side by side.
pub(super) fn table() -> String {
    let mut text = format!("{:25}", "");
    for profile in Profile::ALL {
        let _ = write!(text, "{:12}", profile.name());
    }
    text.push_str("source\n");
    for line in LINES {
        let _ = write!(text, "{:25}", line.what);
        for profile in Profile::ALL {
            let _ = write!(text, "{:12}", (line.value)(profile));
        }
        let _ = writeln!(text, "{}", line.source);
    }
    text
}

/// One profile with its types, and the endpoints and members that it lacks.
pub(super) fn one(profile: Profile) -> String {
    let mut text = String::new();
    for line in LINES {
        let _ = writeln!(text, "{:25}{}", line.what, (line.value)(profile));
    }
    text.push_str("\nobject types\n");
    for name in profile.types() {
        let _ = writeln!(text, "  {name}");
    }
    text.push_str("\nendpoints that only other versions have\n");
    for endpoints in profile.lacking() {
        let _ = writeln!(text, "  {endpoints}");
    }
    text.push_str("\nmembers that only other versions have\n");
    for member in profile.all_hidden() {
        let _ = writeln!(text, "  {member}");
    }
    text
}
