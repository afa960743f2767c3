//! Runs the commands of documentation and compares what they print with what the page shows.
//!
//! In a block marked `console`, a line that starts with `$ ` is a command, and the lines below it are its output, standard
//! error included. A line `...` stands for any number of lines, and `…` at the end of a line for the rest of it. All
//! commands of a page run in one shell, in a directory with a link to `testdata`. A block marked with a file name, such
//! as `toml policy.toml`, is that file's content.
//!
//! `UPDATE_PAGES=1` writes the output into the pages instead. `PAGES_ROOT=DIRECTORY` runs the commands in that root, which
//! has bash and the programs of the page; for root only.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The name and the content of a file.
type Content = (String, String);

/// Ends the output of each command.
const SEPARATOR: char = '\u{1e}';

/// Where another root has programs. A virtual environment comes first, as it does once it is activated.
const PATH_ELSEWHERE: &str = "/venv/bin:/usr/bin:/bin";

/// Where the commands of pages run.
#[derive(Debug)]
pub struct Places<'a> {
    /// The directory of the programs that pages use.
    pub programs: &'a Path,
    /// A directory of the caller that is made anew for each page.
    pub scratch: &'a Path,
    /// A page whose files the others use, too.
    pub common: Option<&'a Path>,
    /// How many sections of a page run.
    pub sections: usize,
}

/// A command of a page and the output that the page shows.
#[derive(Default)]
struct Example {
    command: String,
    shown: Vec<String>,
}

impl Example {
    fn matches(&self, printed: &str) -> bool {
        let printed: Vec<&str> = printed.lines().collect();
        let mut rest = &printed[..];
        for (at, part) in self.shown.split(|line| line == "...").enumerate() {
            let last_start = if at == 0 { 0 } else { rest.len() };
            match (0..=last_start).find(|start| starts_with(&rest[*start..], part)) {
                Some(start) => rest = &rest[start + part.len()..],
                None => return false,
            }
        }
        rest.is_empty() || self.shown.last().is_some_and(|line| line == "...")
    }
}

fn starts_with(printed: &[&str], shown: &[String]) -> bool {
    printed.len() >= shown.len()
        && shown
            .iter()
            .zip(printed)
            .all(|(shown, printed)| match shown.strip_suffix('…') {
                Some(beginning) => printed.starts_with(beginning),
                None => without_age(shown) == without_age(printed),
            })
}

/// Removes the age of a document, such as ` (7 years ago)` or `Exported 7 years ago`, which depends on the day.
fn without_age(line: &str) -> String {
    if let Some((_, rest)) = line
        .strip_prefix("  Exported ")
        .and_then(|rest| rest.split_once(" ago "))
    {
        return format!("  Exported {rest}");
    }
    match (line.find(" ("), line.find(" ago)")) {
        (Some(start), Some(end)) if start < end => format!("{}{}", &line[..start], &line[end + 5..]),
        _ => line.to_owned(),
    }
}

/// The examples of a page, and its files as pairs of name and content.
fn parse(page: &str) -> (Vec<Example>, Vec<Content>) {
    let (mut examples, mut files) = (Vec::<Example>::new(), Vec::<Content>::new());
    let mut block: Option<&str> = None;
    for line in page.lines() {
        match (line.strip_prefix("```"), block) {
            (Some(info), None) => {
                block = Some(info);
                if let Some((_, name)) = info.split_once(' ') {
                    files.push((name.to_owned(), String::new()));
                }
            }
            (Some(_), Some(_)) => block = None,
            (None, Some("console")) => {
                let continued = examples
                    .last()
                    .is_some_and(|example| example.shown.is_empty() && example.command.ends_with('\\'));
                if let Some(command) = line.strip_prefix("$ ") {
                    examples.push(Example {
                        command: command.to_owned(),
                        ..Example::default()
                    });
                } else if let Some(example) = examples.last_mut() {
                    if continued {
                        example.command.push_str(&format!("\n{line}"));
                    } else {
                        example.shown.push(line.to_owned());
                    }
                }
            }
            (None, Some(info)) if info.contains(' ') => {
                if let Some((_, content)) = files.last_mut() {
                    content.push_str(&format!("{line}\n"));
                }
            }
            (None, _) => {}
        }
    }
    (examples, files)
}

/// Runs the commands in one shell and returns the output of each.
fn run(examples: &[Example], files: &[Content], places: &Places) -> Vec<String> {
    // Another root has its own programs.
    let elsewhere = std::env::var_os("PAGES_ROOT").map(PathBuf::from);
    let within = elsewhere.as_ref().map(|root| root.join("home"));
    let directory = within.as_deref().unwrap_or(places.scratch);
    let _ = fs::remove_dir_all(directory);
    fs::create_dir_all(directory).unwrap();
    std::os::unix::fs::symlink(root().join("testdata"), directory.join("testdata")).unwrap();
    for (name, content) in files {
        fs::write(directory.join(name), content).unwrap();
    }
    let git = "[init]\n\tdefaultBranch = main\n[user]\n\tname = You\n\temail = you@example.com\n";
    fs::write(directory.join(".gitconfig"), git).unwrap();
    let script: String = examples
        .iter()
        .map(|example| {
            // The exit code of a command is there for `$ echo $?` below it.
            format!(
                "{{ {}\n}} 2>&1; code=$?; printf '\\036'; (exit $code)\n",
                example.command
            )
        })
        .collect();
    let mut shell = match &elsewhere {
        Some(root) => {
            let mut shell = Command::new("/usr/sbin/chroot");
            shell
                .arg(root)
                .args(["bash", "-c", &format!("cd /home\n{script}")]);
            shell.env_clear().env("PATH", PATH_ELSEWHERE).env("HOME", "/home");
            shell
        }
        None => {
            let path = format!("{}:{}", places.programs.display(), std::env::var("PATH").unwrap());
            let mut shell = Command::new("bash");
            shell.args(["-c", &script]).current_dir(directory);
            shell.env("PATH", path).env("HOME", directory);
            shell
        }
    };
    let output = shell.stdin(Stdio::null()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut outputs: Vec<String> = text.split(SEPARATOR).map(str::to_owned).collect();
    outputs.pop();
    outputs
}

/// The page with what its commands printed.
fn updated(page: &str, examples: &[Example], outputs: &[String]) -> String {
    let mut text = String::new();
    let mut results = examples.iter().zip(outputs);
    let (mut console, mut skipping) = (false, 0);
    for line in page.lines() {
        if skipping > 0 && !line.starts_with("```") {
            skipping -= 1;
            continue;
        }
        skipping = 0;
        if line.starts_with("```") {
            console = line == "```console";
        }
        text.push_str(&format!("{line}\n"));
        if console && line.starts_with("$ ") {
            let (example, output) = results.next().unwrap();
            let (first, rest) = example.command.split_once('\n').unwrap_or((&example.command, ""));
            assert_eq!(line, format!("$ {first}"));
            for continued in rest.lines() {
                text.push_str(&format!("{continued}\n"));
            }
            let output = output.trim_end();
            if example.matches(output) {
                example
                    .shown
                    .iter()
                    .for_each(|line| text.push_str(&format!("{line}\n")));
            } else {
                output
                    .lines()
                    .for_each(|line| text.push_str(&format!("{}\n", abridged(line, example))));
            }
            skipping = rest.lines().count() + example.shown.len();
        }
    }
    text
}

/// The line as the page abridges it with `…`, if it does.
fn abridged<'a>(line: &'a str, example: &'a Example) -> &'a str {
    let is_beginning = |shown: &&String| {
        shown
            .strip_suffix('…')
            .is_some_and(|beginning| line.starts_with(beginning))
    };
    example
        .shown
        .iter()
        .find(is_beginning)
        .map_or(line, String::as_str)
}

/// The files of a page, as pairs of name and content.
pub fn files(page: &Path) -> Vec<Content> {
    parse(&fs::read_to_string(page).unwrap()).1
}

/// The pages of the documentation.
pub fn all() -> Vec<PathBuf> {
    let mut pages = vec![root().join("README.md")];
    let entries = fs::read_dir(root().join("docs")).unwrap();
    pages.extend(entries.map(|entry| entry.unwrap().path()));
    pages.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    pages.sort();
    pages
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The beginning of a page, up to the end of a section.
fn first_sections(page: &str, sections: usize) -> &str {
    let next = page.match_indices("\n## ").nth(sections);
    next.map_or(page, |(end, _)| &page[..=end])
}

/// Compares pages with what their commands print now, or updates them.
///
/// # Panics
///
/// If a page shows something else.
pub fn check(pages: &[PathBuf], places: &Places) {
    let mut wrong = Vec::new();
    let common = places.common.map(files).unwrap_or_default();
    for path in pages {
        let page = fs::read_to_string(path).unwrap();
        let (examples, files) = parse(first_sections(&page, places.sections));
        let files = [common.as_slice(), &files].concat();
        let outputs = run(&examples, &files, places);
        assert_eq!(
            outputs.len(),
            examples.len(),
            "{}: the shell ended",
            path.display()
        );
        if std::env::var_os("UPDATE_PAGES").is_some() {
            fs::write(path, updated(&page, &examples, &outputs)).unwrap();
            continue;
        }
        for (example, output) in examples.iter().zip(&outputs) {
            if !example.matches(output.trim_end()) {
                wrong.push(format!("{}: $ {}\n{output}", path.display(), example.command));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "UPDATE_PAGES=1 writes what the commands print now:\n\n{}",
        wrong.join("\n")
    );
}
