//! Finds the engines of several documents.
//!
//! Invariant: only UUID A decides, also for references (see `RevisionPair`), because an object keeps it for life. Every
//! export has a new signing key, and people edit the host.

use std::collections::{BTreeMap, HashMap};

use exportdoc::internal::escape;

use super::document::Document;
use super::sets::Sets;
use crate::engine::ContentError;

/// Refuses documents of several engines, with the groups in the error.
pub(super) fn check(documents: &[Document]) -> Result<(), ContentError> {
    let mut sets = Sets::of(documents.len());
    let mut first: HashMap<&str, usize> = HashMap::new();
    for (at, document) in documents.iter().enumerate() {
        for uuid in document.objects.iter().filter_map(|loaded| loaded.uuid()) {
            sets.join(*first.entry(uuid).or_insert(at), at);
        }
    }
    let mut engines: BTreeMap<usize, Vec<&Document>> = BTreeMap::new();
    for (at, document) in documents.iter().enumerate() {
        engines.entry(sets.first(at)).or_default().push(document);
    }
    match engines.len() {
        0 | 1 => Ok(()),
        _ => Err(ContentError::SeveralEngines(advice(
            &engines.into_values().collect::<Vec<_>>(),
        ))),
    }
}

fn advice(engines: &[Vec<&Document>]) -> String {
    let mut text = format!(
        "the documents are of {} engines: no object of one group is in another",
        engines.len()
    );
    let mut options = String::new();
    let mut names = Vec::new();
    for (number, documents) in (1..).zip(engines) {
        let name = name(documents, number, &names);
        options.push_str(&format!(" --engine {name}:{}", 8079 + number));
        for (at, document) in documents.iter().enumerate() {
            let path = document.path.display().to_string();
            let before = if at == 0 {
                format!("\n  {name}: ")
            } else {
                ", ".to_owned()
            };
            text.push_str(&format!("{before}{}", escape::terminal(&path)));
            options.push_str(&format!(
                " --load {name}={}",
                for_shells(&escape::terminal(&path))
            ));
        }
        names.push(name);
    }
    format!(
        "{text}\nif they are of one engine, an export of its GLOBAL_OBJECT beside them joins them\n\
         to load each group into an engine of its own, type:{options}"
    )
}

/// The name of an engine: its host in the documents, or a number if that is taken.
fn name(documents: &[&Document], number: usize, taken: &[String]) -> String {
    let mut hosts = documents.iter().map(|document| {
        let host = document.host.split(':').next().unwrap_or_default();
        host.to_ascii_lowercase()
    });
    let usable = |host: &String| {
        let plain = host
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b));
        plain && !host.is_empty() && host.len() <= 64 && !taken.contains(host)
    };
    hosts.find(usable).unwrap_or_else(|| format!("engine-{number}"))
}

/// Quotes a word for a shell.
fn for_shells(word: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./".contains(&b);
    if word.bytes().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
