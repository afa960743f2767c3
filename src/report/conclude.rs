//! Compares the blob with the metadata, judges the graph and the signature, and puts the report together.

use crate::finding::{self, Finding};
use crate::passphrase::Passphrase;

use super::blob::ReadBlob;
use super::collect::Findings;
use super::options::{Contents, ExamineOptions};
use super::seal::SealFacts;
use super::{DocumentReport, Encryption, EnvelopeReport, graph_findings, matching};

/// The members of a seal.
const SEAL_PATHS: [&str; 2] = ["$.signature", "$.publicKey"];

/// The report of a document whose blob was read.
pub(super) fn conclude(
    envelope: EnvelopeReport,
    seal: SealFacts,
    read: ReadBlob<'_>,
    mut envelope_findings: Vec<Finding>,
    options: &ExamineOptions,
) -> (DocumentReport, Contents, Option<Passphrase>) {
    let ReadBlob {
        mut findings,
        blob,
        header,
        objects,
        mut signature,
        counts,
        opened_by,
        contents,
    } = read;
    signature.seal(seal, &mut findings);
    let mut all = Findings::new(options.listed_findings);
    let announced = header.encryption != Encryption::Clear;
    let encryption = if counts.clear == 0 {
        header.encryption
    } else {
        // Other readers ignore the header's field and see the objects.
        Encryption::Clear
    };
    if announced && encryption == Encryption::Clear {
        all.in_blob(&finding::ENCRYPTION_CONTRADICTED, 0, || {
            format!("{} object records are in clear", counts.clear)
        });
    }
    let (header_keys, header) = (header.possible_keys, header.report);
    if header.is_some() && blob.complete && signature.lacks_trailer() && lacks_seal(&envelope_findings) {
        // An unsigned document gets one finding instead of three, because one action fixes all.
        envelope_findings.retain(|finding| !SEAL_PATHS.iter().any(|path| is_missing(finding, path)));
        signature.unsigned();
    }
    all.extend(envelope_findings);
    all.merge(findings);
    let (mut objects, graph) = objects.finish(options.hash_work, &mut all);
    let visible = match &encryption {
        Encryption::Clear => counts.sealed == 0,
        Encryption::Passphrase { opened, .. } => *opened,
        Encryption::Unknown => false,
    };
    if let Some(header) = header.as_ref().filter(|_| visible && blob.complete)
        && !matching::counts_agree(header, &envelope, counts.objects, &mut all)
    {
        signature.broken();
    }
    if visible && blob.complete && blob.records > 0 {
        matching::compare_lists(&mut objects, &graph, &envelope, &mut all);
    } else {
        matching::take_names(&mut objects, &envelope);
    }
    matching::compare_dates(header.as_ref(), &envelope, &mut all);
    if blob.complete || !graph.nodes().is_empty() {
        let complete = blob.complete && visible;
        let requested = matching::requested_nodes(&objects, &envelope).filter(|_| complete);
        graph_findings::note_graph(&objects, &graph, requested, complete, &mut all);
    }
    if encryption != Encryption::Clear || counts.sealed > 0 {
        note_encryption(&encryption, &mut all);
    }
    note_unseen(&encryption, counts.sealed, &mut all);
    if header_keys > 0 {
        let what = "a text in the header looks like base64 of 16, 24 or 32 bytes";
        all.in_blob(&finding::POSSIBLE_KEY, 0, || what.to_owned());
        all.in_blob(&finding::SECRETS_UNKNOWN, 0, || what.to_owned());
    }
    graph_findings::note_secrets(&objects, encryption == Encryption::Clear, &mut all);
    let signature = signature.finish(header.as_ref(), &objects, &blob, &mut all);
    let report = DocumentReport {
        envelope,
        header,
        blob,
        encryption,
        objects,
        graph,
        signature,
        findings: all.finish(),
    };
    (report, contents, opened_by)
}

/// Whether the JSON has neither signature nor key.
fn lacks_seal(findings: &[Finding]) -> bool {
    let missing = |path: &&str| findings.iter().any(|finding| is_missing(finding, path));
    SEAL_PATHS.iter().all(missing)
}

fn is_missing(finding: &Finding, path: &str) -> bool {
    let at = finding.at.as_ref().and_then(|place| place.path.as_deref());
    finding.rule == &finding::MISSING_MEMBER && at == Some(path)
}

/// Names the encryption.
fn note_encryption(encryption: &Encryption, findings: &mut Findings) {
    match encryption {
        Encryption::Passphrase { scheme, opened } => {
            let state = if *opened {
                "opened with the passphrase"
            } else {
                "not opened"
            };
            findings.in_blob(&finding::ENCRYPTED, 0, || format!("scheme {scheme}, {state}"));
        }
        Encryption::Unknown | Encryption::Clear => findings.in_blob(&finding::ENCRYPTION_UNKNOWN, 0, || {
            "the header's encryption field holds no scheme this version knows".to_owned()
        }),
    }
}

/// Notes that encrypted records may hide secrets.
fn note_unseen(encryption: &Encryption, sealed_records: u64, findings: &mut Findings) {
    let why = match encryption {
        Encryption::Passphrase { opened: true, .. } => return,
        Encryption::Clear if sealed_records == 0 => return,
        Encryption::Passphrase { .. } => "the objects are encrypted, and were not opened",
        Encryption::Clear | Encryption::Unknown => "records are encrypted in a way this version doesn't know",
    };
    findings.in_blob(&finding::SECRETS_UNKNOWN, 0, || why.to_owned());
}
