//! Makes what people install without Rust: an archive of both programs, a Debian package, and their checksums.
//!
//! The same commit gives the same bytes: names are sorted, and every time is that of the commit.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::Outcome;

mod archive;
mod debian;
mod pages;

use archive::Entry;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const PROGRAMS: [&str; 2] = ["exportdoc", "mock-engine"];

type Failure = Box<dyn std::error::Error>;

/// What is packed: for which system, which version, with which time.
struct Release {
    target: String,
    version: String,
    time: u64,
    programs: Vec<Program>,
}

struct Program {
    name: &'static str,
    /// With the ending that the system wants.
    file: String,
    bytes: Vec<u8>,
    /// Below `completions/`.
    completions: Vec<pages::Page>,
    /// Below `man/man1/`.
    manual: Vec<pages::Page>,
}

pub(crate) fn make(arguments: &[&str]) -> Outcome {
    let target = match arguments {
        [] => host()?,
        ["--target", target] => (*target).to_owned(),
        _ => return Err("usage: cargo xtask dist [--target TRIPLE]".into()),
    };
    let release = Release::build(target)?;
    let directory = Path::new(ROOT).join("dist");
    fs::create_dir_all(&directory)?;
    let mut made = vec![(
        format!("exportdoc-{}-{}.tar.gz", release.version, release.target),
        archive::tar_gz(&release.entries()?, release.time)?,
    )];
    if let Some(architecture) = debian::architecture(&release.target) {
        made.push((
            format!("exportdoc_{}_{architecture}.deb", release.version),
            debian::package(&release, architecture)?,
        ));
    }
    let mut sums = String::new();
    for (name, bytes) in &made {
        fs::write(directory.join(name), bytes)?;
        writeln!(sums, "{}  {name}", hex::encode(Sha256::digest(bytes)))?;
        writeln!(io::stdout(), "dist/{name}: {} bytes", bytes.len())?;
    }
    fs::write(directory.join("SHA256SUMS"), sums)?;
    Ok(())
}

impl Release {
    fn build(target: String) -> Result<Self, Failure> {
        let directory = compile(&target)?;
        let ending = if target.contains("windows") { ".exe" } else { "" };
        let programs = PROGRAMS.map(|name| {
            let file = format!("{name}{ending}");
            let path = directory.join(&file);
            Ok(Program {
                name,
                bytes: fs::read(&path)?,
                completions: pages::completions(&path, name)?,
                manual: pages::manual(&path, name)?,
                file,
            })
        });
        let version = output(Command::new(directory.join(format!("exportdoc{ending}"))).arg("--version"))?;
        Ok(Self {
            target,
            version: version.trim().rsplit(' ').next().ok_or("no version")?.to_owned(),
            time: commit_time()?,
            programs: programs.into_iter().collect::<Result<_, Failure>>()?,
        })
    }

    /// What the archive has, all in one folder.
    fn entries(&self) -> Result<Vec<Entry>, Failure> {
        let folder = format!("exportdoc-{}-{}", self.version, self.target);
        let mut entries = Vec::new();
        for name in ["CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "README.md"] {
            entries.push(Entry::file(format!("{folder}/{name}"), text(name)?));
        }
        for program in &self.programs {
            entries.push(Entry::program(
                format!("{folder}/{}", program.file),
                program.bytes.clone(),
            ));
            for page in &program.completions {
                entries.push(Entry::file(
                    format!("{folder}/completions/{}", page.name),
                    page.text.clone(),
                ));
            }
            for page in &program.manual {
                entries.push(Entry::file(
                    format!("{folder}/man/man1/{}", page.name),
                    page.text.clone(),
                ));
            }
        }
        Ok(entries)
    }
}

/// A text of the repository.
fn text(name: &str) -> io::Result<Vec<u8>> {
    fs::read(Path::new(ROOT).join(name))
}

/// Builds both programs, static where the system allows, and returns their directory.
fn compile(target: &str) -> Result<PathBuf, Failure> {
    // Paths of the machine that builds don't belong into the programs.
    let mut flags = vec![format!(
        "--remap-path-prefix={}=.",
        Path::new(ROOT).canonicalize()?.display()
    )];
    if let Some(home) = cargo_home() {
        flags.push(format!("--remap-path-prefix={}=cargo", home.display()));
    }
    if target.contains("linux") {
        // Without it, static programs read /dev/urandom, which an empty root lacks.
        flags.push("--cfg=getrandom_backend=\"linux_getrandom\"".to_owned());
    }
    if target.contains("linux") || target.ends_with("msvc") {
        flags.push("-Ctarget-feature=+crt-static".to_owned());
    }
    let directory = Path::new(ROOT).join("target");
    let status = Command::new(env!("CARGO"))
        .args(["build", "--release", "--locked", "--target", target])
        .args(PROGRAMS.iter().flat_map(|name| ["--package", name]))
        .arg("--target-dir")
        .arg(&directory)
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"))
        .env("CARGO_PROFILE_RELEASE_STRIP", "symbols")
        .env("CARGO_INCREMENTAL", "0")
        .current_dir(ROOT)
        .status()?;
    if !status.success() {
        return Err(format!("the build for {target} failed").into());
    }
    Ok(directory.join(target).join("release"))
}

/// Where cargo keeps the sources of dependencies.
fn cargo_home() -> Option<PathBuf> {
    let own = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    own.or_else(|| Some(std::env::home_dir()?.join(".cargo")))
}

/// This machine's own target.
fn host() -> Result<String, Failure> {
    let version = output(Command::new("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.ok_or("rustc -vV names no host")?.to_owned())
}

/// When the commit was made, in seconds since 1970; SOURCE_DATE_EPOCH where there is no repository.
fn commit_time() -> Result<u64, Failure> {
    let text = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => text,
        Err(_) => output(Command::new("git").args(["-C", ROOT, "log", "-1", "--format=%ct"]))?,
    };
    Ok(text.trim().parse()?)
}

/// The standard output of a command that must succeed.
fn output(command: &mut Command) -> Result<String, Failure> {
    let done = command.output()?;
    if !done.status.success() {
        let program = Path::new(command.get_program())
            .file_name()
            .map(OsStr::to_string_lossy);
        let error = String::from_utf8_lossy(&done.stderr);
        return Err(format!("{}: {error}", program.unwrap_or_default()).into());
    }
    Ok(String::from_utf8(done.stdout)?)
}
