//! `exportdoc extract`: makes a smaller document of some objects and their dependencies.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use exportdoc::internal::extract::{Dependencies, extract, find, positions};
use exportdoc::internal::object::ObjectKey;
use exportdoc::internal::report::DocumentReport;

use crate::cli::args::key::KeyArgs;
use crate::cli::args::output::OutputArgs;
use crate::cli::args::source::SourceArgs;
use crate::cli::error::CliError;
use crate::cli::exit::{self, Exit};
use crate::cli::io::notes::{say_what_engines_do, say_written};
use crate::cli::io::output::{self, Output};
use crate::cli::io::source::Source;

/// The longest part of an object's name in a file name.
const NAME_BYTES: usize = 80;

/// Make a smaller document of some objects and their dependencies
#[derive(Debug, clap::Args)]
#[command(after_help = exit::help("extract", "\
The objects stay unchanged byte for byte, including data that this version doesn't know. An encrypted document is \
encrypted again with the same passphrase. The result is sealed with --key, or with a new key.", "\
Examples:
  exportdoc extract export.json --object MASKING_JOB:4 -o job.json
  exportdoc extract global.json --object DOMAIN:SSN --object 'LOOKUP:FirstNameLookup' -o some.json
  exportdoc extract global.json --object DOMAIN:SSN --references -o domain.json
  exportdoc extract export.json --object MASKING_JOB:4 --object MASKING_JOB:5 --split -o jobs/"))]
pub(crate) struct Args {
    #[command(flatten)]
    source: SourceArgs,
    /// An object to extract: 'TYPE:ID', 'TYPE:NAME', an identifier or a name (repeatable)
    #[arg(long, value_name = "TYPE:ID|NAME", required = true)]
    object: Vec<String>,
    /// Include all dependencies of the objects (the default)
    #[arg(long, conflicts_with = "references")]
    closure: bool,
    /// Refer to algorithms, domains and profile sets instead of including them: the target must have them
    #[arg(long)]
    references: bool,
    /// Write one document per object into the directory --output
    #[arg(long)]
    split: bool,
    #[command(flatten)]
    key: KeyArgs,
    #[command(flatten)]
    output: OutputArgs,
}

impl Args {
    pub(crate) fn run(self) -> Result<Exit, CliError> {
        let inputs = [self.source.file.as_path()];
        if self.split {
            return self.run_split(&inputs);
        }
        let output = self.output.check(&inputs)?;
        output.spares(self.source.passphrase.passphrase_file.as_deref())?;
        let sealer = self.key.load(&[&output])?;
        let mut source = self.source.load()?;
        let roots = self.roots(&source.report)?;
        let wanted = positions(&source.report, &roots);
        let all = std::mem::take(&mut source.contents.objects).into_iter();
        let taken = all.enumerate().filter(|(at, _)| wanted.contains(at));
        let taken = taken.map(|(_, object)| object).collect();
        let objects = extract(taken, &roots, self.dependencies())?;
        let mut draft = source.draft(&objects, &roots)?;
        draft.encryption = source.same_encryption()?;
        source.write_sealed(&output, draft, &sealer)?;
        say_what_engines_do();
        Ok(Exit::Good)
    }

    /// Writes all documents to the disk before the first gets its name, so that a failure leaves nothing behind.
    fn run_split(&self, inputs: &[&Path]) -> Result<Exit, CliError> {
        let directory = &self.output.output;
        output::check_directory(directory)?;
        let source = self.source.load()?;
        let roots = self.roots(&source.report)?;
        let places = file_names(&source, &roots)
            .into_iter()
            .map(|name| Output::check(&directory.join(name), self.output.force, inputs))
            .collect::<Result<Vec<_>, _>>()?;
        for place in &places {
            place.spares(self.source.passphrase.passphrase_file.as_deref())?;
        }
        let sealer = self.key.load(&places.iter().collect::<Vec<_>>())?;
        let documents = roots
            .iter()
            .zip(&places)
            .map(|(root, place)| {
                let root = std::slice::from_ref(root);
                let wanted = positions(&source.report, root);
                let all = &source.contents.objects;
                let taken = wanted.iter().filter_map(|at| all.get(*at).cloned());
                let objects = extract(taken.collect(), root, self.dependencies())?;
                let mut draft = source.draft(&objects, root)?;
                draft.encryption = source.same_encryption()?;
                let made = place.stage(|writer| source.seal(writer, draft, &sealer.key))?;
                Ok((made, objects.len()))
            })
            .collect::<Result<Vec<_>, CliError>>()?;
        sealer.keep()?;
        for (place, (made, objects)) in places.iter().zip(documents) {
            made.put()?;
            say_written(place, objects, &sealer.describe());
        }
        say_what_engines_do();
        Ok(Exit::Good)
    }

    /// The objects asked for, each once, in the order asked.
    fn roots(&self, report: &DocumentReport) -> Result<Vec<ObjectKey>, CliError> {
        let mut roots = Vec::new();
        for wanted in &self.object {
            let key = find(report, wanted)?;
            if !roots.contains(&key) {
                roots.push(key);
            }
        }
        Ok(roots)
    }

    fn dependencies(&self) -> Dependencies {
        if self.references {
            Dependencies::References
        } else {
            Dependencies::Closure
        }
    }
}

/// `TYPE-identifier.json` in characters that every file system accepts; numbered if two would have the same name.
fn file_names(source: &Source, roots: &[ObjectKey]) -> Vec<PathBuf> {
    let mut used = HashSet::new();
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || "-_".contains(c) {
            c
        } else {
            '_'
        }
    };
    let name = |root: &ObjectKey| {
        let object = source.report.objects.iter().find(|object| object.key == *root);
        let type_name = object.map_or("object", |object| object.type_name.as_str());
        let full = format!("{type_name}-{}", root.identifier);
        let stem: String = full.chars().map(plain).take(NAME_BYTES).collect();
        let mut name = stem.clone();
        let mut number = 2;
        // Some file systems ignore case.
        while !used.insert(name.to_ascii_lowercase()) {
            name = format!("{stem}-{number}");
            number += 1;
        }
        PathBuf::from(name + ".json")
    };
    roots.iter().map(name).collect()
}
