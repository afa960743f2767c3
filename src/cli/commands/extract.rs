//! `exportdoc extract`: a smaller document, made of some objects and what they depend on.

use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use exportdoc::internal::extract::{Dependencies, ExtractError, extract, find, positions};
use exportdoc::internal::object::{ObjectKey, SyncObject};
use exportdoc::internal::report::DocumentReport;

use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::io::output::{self, Output, OutputArgs};
use crate::cli::io::sealing::{KeyArgs, Sealer, SourceArgs, say_what_engines_do, say_written};
use crate::cli::io::source::Source;

/// Longest part of an object's name in a file name.
const NAME_BYTES: usize = 80;

/// Make a smaller document of some objects and what they depend on
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The objects stay byte for byte as they are, what this version doesn't know included. A document that was encrypted is \
encrypted again with the same passphrase. It is sealed with --key, or with a key made for it.

Exit codes: 0 written, 1 the document is invalid or has no such object, 2 usage, unreadable, or no \
place to write to, 70 the disk is full or fails.

Examples:
  exportdoc extract export.json --object MASKING_JOB:4 -o job.json
  exportdoc extract global.json --object DOMAIN:SSN --object 'LOOKUP:FirstNameLookup' -o some.json
  exportdoc extract global.json --object DOMAIN:SSN --references -o domain.json
  exportdoc extract export.json --object MASKING_JOB:4 --object MASKING_JOB:5 --split -o jobs/")]
pub(crate) struct Args {
    #[command(flatten)]
    source: SourceArgs,
    /// An object to take: 'TYPE:ID', 'TYPE:NAME', an identifier or a name (repeatable)
    #[arg(long, value_name = "TYPE:ID|NAME", required = true)]
    object: Vec<String>,
    /// Take along everything the objects depend on (the default)
    #[arg(long, conflicts_with = "references")]
    closure: bool,
    /// Refer to algorithms, domains and profile sets instead of taking them along: the target must have them
    #[arg(long)]
    references: bool,
    /// Write one document per object, into the directory --output
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
        output.spares(self.source.passphrase_file.as_deref())?;
        let sealer = self.key.load(&[&output])?;
        let mut source = self.source.load()?;
        let roots = self.roots(&source.report)?;
        let wanted = positions(&source.report, &roots);
        let all = std::mem::take(&mut source.contents.objects)
            .into_iter()
            .enumerate();
        let taken = all
            .filter_map(|(at, object)| wanted.contains(&at).then_some(object))
            .collect();
        let mut objects = 0;
        let made = output.stage(|writer| {
            objects = self.document(writer, &source, taken, &roots, &sealer)?;
            Ok(())
        })?;
        sealer.keep()?;
        made.put()?;
        say_written(&output, objects, &sealer);
        say_what_engines_do();
        Ok(Exit::Good)
    }

    /// Every document is complete on the disk before the first gets its name: what can't be made or stored leaves
    /// nothing behind.
    fn run_split(&self, inputs: &[&Path]) -> Result<Exit, CliError> {
        let directory = &self.output.output;
        output::check_directory(directory)?;
        let source = self.source.load()?;
        let roots = self.roots(&source.report)?;
        let places = file_names(&source, &roots)
            .map(|name| Output::check(&directory.join(name), self.output.force, inputs))
            .collect::<Result<Vec<_>, _>>()?;
        for place in &places {
            place.spares(self.source.passphrase_file.as_deref())?;
        }
        let sealer = self.key.load(&places.iter().collect::<Vec<_>>())?;
        let documents = roots
            .iter()
            .zip(&places)
            .map(|(root, place)| {
                let mut objects = 0;
                let made = place.stage(|writer| {
                    let root = std::slice::from_ref(root);
                    let wanted = positions(&source.report, root);
                    let taken = wanted
                        .iter()
                        .filter_map(|at| source.contents.objects.get(*at).cloned());
                    objects = self.document(writer, &source, taken.collect(), root, &sealer)?;
                    Ok(())
                })?;
                Ok((made, objects))
            })
            .collect::<Result<Vec<_>, CliError>>()?;
        sealer.keep()?;
        for (place, (made, objects)) in places.iter().zip(documents) {
            made.put()?;
            say_written(place, objects, &sealer);
        }
        say_what_engines_do();
        Ok(Exit::Good)
    }

    /// The objects asked for, each once, in the order asked.
    fn roots(&self, report: &DocumentReport) -> Result<Vec<ObjectKey>, CliError> {
        let mut roots = Vec::new();
        for wanted in &self.object {
            let key = find(report, wanted).map_err(|error| refused(&error))?;
            if !roots.contains(&key) {
                roots.push(key);
            }
        }
        Ok(roots)
    }

    /// Writes the document for some of the objects, and tells how many objects it has.
    fn document(
        &self,
        writer: &mut dyn Write,
        source: &Source,
        taken: Vec<SyncObject<'static>>,
        roots: &[ObjectKey],
        sealer: &Sealer,
    ) -> Result<usize, CliError> {
        let dependencies = match self.references {
            true => Dependencies::References,
            false => Dependencies::Closure,
        };
        let objects = extract(taken, roots, dependencies).map_err(|error| refused(&error))?;
        let mut draft = source.draft(&objects, source.requested(roots)?);
        draft.encryption = source.same_encryption()?;
        source.seal(writer, draft, &sealer.key)?;
        Ok(objects.len())
    }
}

fn refused(error: &ExtractError) -> CliError {
    CliError::Refused {
        message: error.to_string(),
        help: error.help(),
        exit: Exit::Bad,
    }
}

/// `TYPE-identifier.json`, of what every file system takes; numbered where that makes two of them the same.
fn file_names(source: &Source, roots: &[ObjectKey]) -> impl Iterator<Item = PathBuf> {
    let mut used = HashSet::new();
    let names: Vec<PathBuf> = roots
        .iter()
        .map(|root| {
            let object = source.report.objects.iter().find(|object| object.key == *root);
            let type_name = object.map_or("object", |object| object.type_name.as_str());
            let plain: String = format!("{type_name}-{}", root.identifier)
                .chars()
                .map(|c| {
                    if c.is_ascii_alphanumeric() || "-_".contains(c) {
                        c
                    } else {
                        '_'
                    }
                })
                .take(NAME_BYTES)
                .collect();
            // Not all file systems tell upper from lower case.
            let mut name = plain.clone();
            for number in 2.. {
                if used.insert(name.to_ascii_lowercase()) {
                    break;
                }
                name = format!("{plain}-{number}");
            }
            PathBuf::from(name + ".json")
        })
        .collect();
    names.into_iter()
}
