//! `exportdoc redact`: makes a copy that can be shared.

use std::collections::BTreeMap;

use exportdoc::internal::object::{Named, ObjectKey};
use exportdoc::internal::redact::{
    MARKER, RedactOptions, RedactReport, Redacted, hide_odd_type_names, redact,
};
use exportdoc::internal::reuse;

use crate::cli::args::key::KeyArgs;
use crate::cli::args::output::OutputArgs;
use crate::cli::args::source::SourceArgs;
use crate::cli::error::{CliError, refused};
use crate::cli::exit::{self, Exit};
use crate::cli::io::notes::say;

/// The number of objects that the notes name.
const NAMED: usize = 20;

/// Make a copy that can be shared: keys, rows, mappings, hosts and people become placeholders
#[derive(Debug, clap::Args)]
#[command(after_help = exit::help("redact", "\
Replaced: keys, lookup rows, segment mappings, hosts, users, e-mail addresses, JDBC URLs, database and schema names, \
setting values, descriptions, and malformed UUIDs, identifiers and type URLs. A value has the same placeholder throughout \
the document; rows and mappings, within their object. Removed: fields and data that this version doesn't know, and bytes \
that no reader decodes.

Kept: object, table and column names, regular expressions, identifiers, UUIDs, times and hashes. If such a name contains \
a replaced value, a note says so: read the copy before you share it.

The copy isn't encrypted, is marked as redacted under its signature, and must not be imported.", "\
Examples:
  exportdoc redact export.json -o share.json
  exportdoc redact export.json -o - | exportdoc inspect --show-secrets -"))]
pub(crate) struct Args {
    #[command(flatten)]
    source: SourceArgs,
    /// Keep fields and data that this version doesn't know, even if they hold secrets
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
        output.spares(self.source.passphrase.passphrase_file.as_deref())?;
        let sealer = self.key.load(&[&output])?;
        let mut source = self.source.load()?;
        hide_odd_type_names(&mut source.report);
        let options = RedactOptions::default().keep_unknown(self.keep_unknown);
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
        .map_err(refused)?;
        // Rows of the requested list may hold any text, so they are written again.
        let mut roots = reuse::roots(&source.report);
        for root in &mut roots {
            if let Some(new) = renamed.get(root) {
                root.clone_from(new);
            }
        }
        let mut draft = source.draft(&objects, &roots)?;
        draft.host = host;
        draft.extras.marker = Some(MARKER.to_owned());
        let unknown_fields = !draft.extras.header_fields.is_empty() || !draft.extras.record_fields.is_empty();
        if !self.keep_unknown {
            draft.extras.header_fields.clear();
            draft.extras.record_fields.clear();
        }
        self.report(&report, unknown_fields, &reuse::type_names(&source.report));
        source.write_sealed(&output, draft, &sealer)?;
        Ok(Exit::Good)
    }

    fn report(&self, report: &RedactReport, unknown_fields: bool, type_names: &BTreeMap<u64, String>) {
        let named = |key: &ObjectKey| Named::by_key(key.clone(), type_names);
        let counts: Vec<_> = report
            .replaced
            .iter()
            .map(|(kind, count)| format!("{count} {}", kind.words(*count)))
            .collect();
        say(&match counts[..] {
            [] => "replaced: nothing".to_owned(),
            _ => format!("replaced: {}", counts.join(", ")),
        });
        let done = if self.keep_unknown { "kept" } else { "removed" };
        if unknown_fields {
            say(&format!(
                "note: {done}: unknown fields of the header or of object records"
            ));
        }
        for (key, count) in report.unknown.iter().take(NAMED) {
            let parts = if *count == 1 { "part" } else { "parts" };
            say(&format!(
                "note: {done}: {count} unknown {parts} of {}",
                named(key)
            ));
        }
        let kept: Vec<_> = report
            .still_there
            .chunk_by(|(key, _), (next, _)| key == next)
            .collect();
        for of_one in kept.iter().take(NAMED) {
            let (key, placeholder) = &of_one[0];
            let others = match of_one.len() {
                1 => String::new(),
                more => format!(", and {} more", more - 1),
            };
            say(&format!(
                "note: {} keeps a name that contains the value behind {placeholder}{others}",
                named(key)
            ));
        }
        for list in [report.unknown.len(), kept.len()] {
            if list > NAMED {
                say(&format!("note: and {} more like it", list - NAMED));
            }
        }
    }
}
