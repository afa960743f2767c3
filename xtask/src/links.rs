//! Checks that relative links of all pages lead to files, and their anchors to headings.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use crate::Outcome;

/// The repository's directory.
pub(crate) const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// A link of a page.
pub(crate) struct Link {
    line: usize,
    /// The linked file, from the repository's directory; the page itself for an anchor alone.
    pub(crate) file: PathBuf,
    anchor: Option<String>,
}

/// A page's text, as far as links need it.
pub(crate) struct Page {
    /// The first heading.
    pub(crate) title: String,
    pub(crate) links: Vec<Link>,
    anchors: BTreeSet<String>,
}

/// The Markdown files of the repository, by path.
pub(crate) fn pages() -> Result<BTreeMap<PathBuf, Page>, Box<dyn std::error::Error>> {
    let mut git = Command::new("git");
    git.current_dir(ROOT).args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "-z",
        "*.md",
    ]);
    let listed = String::from_utf8(git.output()?.stdout)?;
    let mut pages = BTreeMap::new();
    for path in listed.split('\0').filter(|path| !path.is_empty()) {
        let on_disk = Path::new(ROOT).join(path);
        if on_disk.is_file() {
            pages.insert(
                PathBuf::from(path),
                Page::parse(Path::new(path), &fs::read_to_string(on_disk)?),
            );
        }
    }
    Ok(pages)
}

pub(crate) fn check() -> Outcome {
    let pages = pages()?;
    let mut errors = Vec::new();
    for (path, page) in &pages {
        for link in &page.links {
            let place = format!("{}:{}", path.display(), link.line);
            if !Path::new(ROOT).join(&link.file).exists() {
                errors.push(format!("error: {place}: there is no {}", link.file.display()));
            } else if let (Some(anchor), Some(target)) = (&link.anchor, pages.get(&link.file))
                && !target.anchors.contains(anchor)
            {
                errors.push(format!(
                    "error: {place}: {} has no heading #{anchor}",
                    link.file.display()
                ));
            }
        }
    }
    if pages.is_empty() {
        errors.push("error: git lists no pages".to_owned());
    }
    match errors.is_empty() {
        true => Ok(()),
        false => Err(errors.join("\n").into()),
    }
}

impl Page {
    fn parse(path: &Path, text: &str) -> Self {
        let mut page = Self {
            title: String::new(),
            links: Vec::new(),
            anchors: BTreeSet::new(),
        };
        let mut fence: Option<&str> = None;
        for (at, line) in text.lines().enumerate() {
            let marker = ["````", "```"]
                .into_iter()
                .find(|marker| line.trim_start().starts_with(marker));
            match (marker, fence) {
                (Some(marker), None) => fence = Some(marker),
                (Some(marker), Some(open)) if marker == open => fence = None,
                (None, None) => page.read_line(path, at + 1, line),
                _ => {}
            }
        }
        page
    }

    fn read_line(&mut self, path: &Path, number: usize, line: &str) {
        if let Some((_, heading)) = line
            .split_once("# ")
            .filter(|(marks, _)| marks.chars().all(|c| c == '#'))
        {
            if self.title.is_empty() {
                self.title = heading.to_owned();
            }
            let slug = slug(heading);
            let more = (1..).map(|count| format!("{slug}-{count}"));
            let free = [slug.clone()]
                .into_iter()
                .chain(more)
                .find(|slug| !self.anchors.contains(slug));
            self.anchors.extend(free);
        }
        let definition = line
            .strip_prefix('[')
            .and_then(|rest| rest.split_once("]: "))
            .map(|(_, target)| target);
        let text = without_code(line);
        let inline = text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split([')', ' ']).next());
        for target in inline.chain(definition) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let (file, anchor) = target
                .split_once('#')
                .map_or((target, None), |(file, anchor)| (file, Some(anchor)));
            let file = match file {
                "" => path.to_owned(),
                file => normal(&path.parent().unwrap_or(Path::new("")).join(file)),
            };
            self.links.push(Link {
                line: number,
                file,
                anchor: anchor.map(str::to_owned),
            });
        }
    }
}

/// A line without what stands between backticks.
fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join("`")
}

/// The anchor that code hosts and mdBook give a heading.
fn slug(heading: &str) -> String {
    let text = match heading.split_once("](") {
        Some((name, _)) => name.trim_start_matches('['),
        None => heading,
    };
    text.trim()
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ' '))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

/// A path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => _ = normal.pop(),
            other => normal.push(other),
        }
    }
    normal
}
