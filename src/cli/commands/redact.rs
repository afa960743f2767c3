//! `exportdoc redact`: a copy that can be shared.

use std::collections::BTreeMap;

use exportdoc::internal::object::{Named, ObjectKey};
use exportdoc::internal::redact::{
    MARKER, RedactOptions, RedactReport, Redacted, hide_odd_type_names, redact,
};
use exportdoc::internal::reuse;

use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::io::output::OutputArgs;
use crate::cli::io::sealing::{KeyArgs, SourceArgs, refused, say, say_written};

/// Objects that a note names.
const NAMED: usize = 20;

/// Make a copy that can be shared: keys, rows, mappings, hosts and people replaced by stand-ins
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Replaced: keys, lookup rows, segment mappings, hosts, users, e-mail addresses, JDBC URLs, database and schema names, \
setting values, descriptions. The same value has the same stand-in throughout the document; rows and mappings within \
their object. Replaced, too: texts in the place of a UUID, an identifier or a type URL that are none. Left out: \
fields and data that this version doesn't know, and what no reader sees.

Kept: object, table and column names, regular expressions, identifiers, UUIDs, times and hashes. Where one of the names \
contains a value that was replaced, a note says so: read the copy before you share it.

The copy is in clear, is marked as redacted under its signature, and must not be imported.

Examples:
  exportdoc redact export.json -o share.json
  exportdoc redact export.json -o - | exportdoc inspect --show-secrets -")]
pub(crate) struct Args {
    #[command(flatten)]
    source: SourceArgs,
    /// Keep fields and data that this version doesn't know, whatever they hold
    #[arg(long)]
    keep_unknown: bool,
    #[command(flatten)]
    key: KeyArgs,
    #[command(flatten)]
    output: OutputArgs,
}

impl Args {
    pub(crate) fn run(self) -> Result<Exit, CliError> {
        let output = self.output.check(&[&self.source.file])?;
        output.spares(self.source.passphrase_file.as_deref())?;
        let sealer = self.key.load(&[&output])?;
        let mut source = self.source.load()?;
        hide_odd_type_names(&mut source.report);
        let options = RedactOptions {
            keep_unknown: self.keep_unknown,
        };
        let Redacted {
            objects,
            host,
            renamed,
            report,
        } = redact(
            &source.contents.objects,
            source.report.envelope.host.as_deref(),
            options,
        )
        .map_err(|error| refused(&error))?;
        // The client's own words in the requested list could hold anything; the rows are written anew.
        let mut roots = reuse::roots(&source.report);
        for root in &mut roots {
            if let Some(new) = renamed.get(root) {
                root.clone_from(new);
            }
        }
        let requested = source.requested(&roots)?;
        let mut draft = source.draft(&objects, requested);
        draft.host = host;
        draft.extras.marker = Some(MARKER.to_owned());
        let beside = !draft.extras.header_fields.is_empty() || !draft.extras.record_fields.is_empty();
        if !self.keep_unknown {
            draft.extras.header_fields.clear();
            draft.extras.record_fields.clear();
        }
        let made = output.stage(|writer| source.seal(writer, draft, &sealer.key))?;
        sealer.keep()?;
        made.put()?;
        self.tell(&report, beside, &reuse::type_names(&source.report));
        say_written(&output, objects.len(), &sealer);
        Ok(Exit::Good)
    }

    fn tell(&self, report: &RedactReport, beside: bool, type_names: &BTreeMap<u64, String>) {
        let called = |key: &ObjectKey| Named::by_key(key.clone(), type_names);
        let counts: Vec<_> = report
            .replaced
            .iter()
            .map(|(kind, count)| format!("{count} {}", kind.words(*count)))
            .collect();
        say(&match counts[..] {
            [] => "replaced: nothing".to_owned(),
            _ => format!("replaced: {}", counts.join(", ")),
        });
        let done = if self.keep_unknown { "kept" } else { "left out" };
        if beside {
            say(&format!(
                "note: {done}: unknown fields of the header or of object records"
            ));
        }
        for (key, count) in report.unknown.iter().take(NAMED) {
            let parts = if *count == 1 { "part" } else { "parts" };
            say(&format!(
                "note: {done}: {count} unknown {parts} of {}",
                called(key)
            ));
        }
        let named: Vec<_> = report
            .still_there
            .chunk_by(|(key, _), (next, _)| key == next)
            .collect();
        for of_one in named.iter().take(NAMED) {
            let (key, stand_in) = &of_one[0];
            let others = match of_one.len() {
                1 => String::new(),
                more => format!(", and {} more", more - 1),
            };
            say(&format!(
                "note: {} keeps a name that contains what {stand_in} stands for{others}",
                called(key)
            ));
        }
        for list in [report.unknown.len(), named.len()] {
            if list > NAMED {
                say(&format!("note: and {} more like it", list - NAMED));
            }
        }
    }
}
